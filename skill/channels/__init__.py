"""The platforms: one file each, all with `read` (body to Turn) and `write` (Reply to body)."""
