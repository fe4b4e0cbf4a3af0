"""`/console`: the operators' pages (`skill.console`)."""

from skill.console.pages import mount as mount
