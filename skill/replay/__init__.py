"""Recorded requests: send them again, spoil them, compare the answers."""
