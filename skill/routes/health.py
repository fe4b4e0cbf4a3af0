"""`GET /healthz` and `GET /metrics`."""

from flask import Flask, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from billing import store
from skill.app import Service
from skill.metrics import registry
from skill.routes.errors import problem


def mount(app: Flask, service: Service) -> None:
    """Add the routes."""

    @app.get("/healthz")
    def healthz() -> Response:
        try:
            with store.reading(service.engine) as db:
                db.connection().execute(text("SELECT 1"))
        except SQLAlchemyError:
            return problem(503, "the database does not answer")
        return jsonify({"status": "ok"})

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry()), content_type=CONTENT_TYPE_LATEST)
