"""The subcommands of `zhku`, one file a group."""
