"""Sound and language: recognition, synthesis, spoken numbers and wording. Knows nothing of billing or skill."""
