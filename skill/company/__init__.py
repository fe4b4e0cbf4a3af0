"""The REST API of the company's own systems, one file a subject."""
