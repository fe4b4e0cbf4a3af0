"""The conversation: channels, dialogue, understanding, identity, the web application and the command line."""
