"""The conversation: what is said next, whatever the channel. One file a topic in `scenes`, its sentences in `phrases`."""
