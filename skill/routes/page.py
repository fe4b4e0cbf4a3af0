"""The page at `/`: type or speak, read and hear the answer. Every file it needs comes from here."""

from importlib.resources import files

import yaml
from flask import Flask, Response, abort, jsonify
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from billing import store
from skill.app import Service
from skill.identity import tokens

FILES = {
    "index.html": "text/html; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
}
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src blob:; img-src data:"


def mount(app: Flask, service: Service) -> None:
    """Add the page, its files, the visitor's token and the description of the API."""
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")

    @app.get("/")
    def index() -> Response:
        return _file("index.html")

    @app.get("/page/<name>")
    def page_file(name: str) -> Response:
        return _file(name)

    @app.post("/api/v1/visit")
    @limiter.limit(f"{service.settings.visitors_per_hour} per hour")
    def visit() -> Response:
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
