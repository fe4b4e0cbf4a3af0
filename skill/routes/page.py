"""The page at `/`: type or speak, read and hear the answer. Every file it needs comes from here."""

from importlib.resources import files

import limits
import yaml
from flask import Flask, Response, abort, jsonify, request
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from billing import store
from skill.app import Service
from skill.identity import tokens

FILES = {
    "index.html": "text/html; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "paper.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
}
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src blob:; img-src data:"


def mount(app: Flask, service: Service) -> None:
    """Add the page, its files, the visitor's token and the description of the API."""
    visitors = FixedWindowRateLimiter(MemoryStorage())
    most = limits.parse(f"{service.settings.visitors_per_hour} per hour")

    @app.get("/")
    def index() -> Response:
        return _file("index.html")

    @app.get("/page/<name>")
    def page_file(name: str) -> Response:
        return _file(name)

    @app.post("/api/v1/visit")
    def visit() -> Response:
        if not visitors.hit(most, request.remote_addr or ""):
            abort(429)
        with store.transaction(service.engine) as db:
            token = tokens.issue(db, channel="web", name="page", now=service.clock())
        return jsonify({"token": token})

    @app.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(yaml.safe_load(files("skill").joinpath("openapi.yaml").read_text("utf-8")))


def _file(name: str) -> Response:
    if name not in FILES:
        abort(404)
    answer = Response(files("skill").joinpath("page", name).read_bytes(), content_type=FILES[name])
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
