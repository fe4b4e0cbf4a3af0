"""aliceio's bare echo skill, the yardstick of test_webhook_benchmark.py. Argument: the port."""

import sys

from aiohttp import web
from aliceio import Dispatcher, Skill
from aliceio.types import Message
from aliceio.webhook.aiohttp_server import OneSkillAiohttpRequestHandler, setup_application

dispatcher = Dispatcher()


@dispatcher.message()
async def echo(message: Message) -> str:
    """Say it back."""
    return message.original_text or "…"


if __name__ == "__main__":
    app = web.Application()
    skill = Skill(skill_id="skill-1")
    OneSkillAiohttpRequestHandler(dispatcher=dispatcher, skill=skill).register(app, path="/alice")
    setup_application(app, dispatcher, skill=skill)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
