"""Reminders in words: when they come, and what is said when they do."""
