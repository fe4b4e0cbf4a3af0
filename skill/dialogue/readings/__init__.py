"""Handing in readings: what was said so far, the next question, the read-back, what the books object to."""
