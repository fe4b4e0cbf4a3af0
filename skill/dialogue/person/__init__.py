"""A person takes the conversation over: the queue, what is said in it, what they read of what was said before."""
