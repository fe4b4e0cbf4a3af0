"""What a messenger's resident sends that cannot be read: the phrase that says so, by what it is."""

import re

from skill.understanding import understand

PHRASES = {
    "photo": "channels.no_picture",
    "image": "channels.no_picture",
    "picture": "channels.no_picture",
    "paid_media": "channels.no_picture",
    "video": "channels.no_video",
    "animation": "channels.no_video",
    "sticker": "channels.no_sticker",
    "location": "channels.no_location",
    "venue": "channels.no_location",
    "contact": "channels.no_contact",
    "contacts": "channels.no_contact",
    "url": "general.link_sent",
    "share": "general.link_sent",
    "audio": "channels.bad_voice",
    "voice": "channels.bad_voice",
    "video_note": "channels.bad_voice",
    "document": "channels.no_file",
    "file": "channels.no_file",
}
"""By the platforms' own names; a sound that cannot be read came without the way to it."""
FILES = {
    "photo": re.compile(r"^image/|\.(?:jpe?g|png|heic|webp|gif|bmp)$", re.IGNORECASE),
    "video": re.compile(r"^video/|\.(?:mp4|mov|avi|webm|3gp)$", re.IGNORECASE),
}
WORTH_READING = 0.5
"""How sure the understanding of a caption without a number in it must be."""


def worded(caption: str, channel: str) -> str:
    """The words beside a picture, if they say something without it: «вот», «смотрите» do not."""
    said = understand(caption, channel) if caption.strip() else None
    return caption if said and (said.slots or said.confidence >= WORTH_READING) else ""


def unread(kind: str, *named: str, otherwise: str = "channels.no_such") -> str:
    """The phrase for something of this kind. named: a file's MIME type and name: a photo sent as a file is a photo."""
    sort = next((sort for sort, told in FILES.items() if any(map(told.search, named))), kind)
    return PHRASES.get(sort, otherwise)
