"""HTTP routes, one file a door; each has `mount(app, service)`."""
