"""The telephone line: calls come in by one of several doors, the same call object talks and listens.

A door (audiosocket, media_websocket, media_streams) turns its wire format into a `Transport`; a `Call` runs the turns
on it and asks a `Conversation` what to say. Nothing here knows what the conversation is about.
"""
