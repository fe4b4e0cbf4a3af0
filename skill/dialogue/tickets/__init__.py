"""Requests: by when they are due, in words; earlier ones told; two made one."""
