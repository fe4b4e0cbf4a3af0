"""Who is speaking: linking, tokens, what may be said aloud."""
