"""The books: accounts, meters, readings, tariffs and money. Knows nothing of speech or skill."""
