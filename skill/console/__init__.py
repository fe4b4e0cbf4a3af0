"""The operators' web pages: hand-offs, transcripts, one-time codes."""
