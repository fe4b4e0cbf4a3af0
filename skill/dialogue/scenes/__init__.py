"""The topics of conversation, one file each."""
