"""The conversation: what is said next, whatever the channel. A topic is a file in `scenes` and one in `phrases`."""
