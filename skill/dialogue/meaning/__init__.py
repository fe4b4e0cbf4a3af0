"""What a phrase means where it is said: what it asks about, which flat, which trouble, how angry."""
