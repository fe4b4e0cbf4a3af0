"""`GET /widget.js`: the assistant for the company's own site, and leave for that site to call our doors."""

from importlib.resources import files

from flask import Flask, Response, request

from skill.app import Service

DOORS = ("/api/v1/visit", "/api/v1/utterance", "/api/v1/audio")


def mount(app: Flask, service: Service) -> None:
    """Add the script, and let the sites of the settings use it."""

    @app.get("/widget.js")
    def widget() -> Response:
        script = files("skill").joinpath("page", "widget.js").read_bytes()
        answer = Response(script, content_type="text/javascript; charset=utf-8")
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    @app.after_request
    def let_in(answer: Response) -> Response:
        """Cross-origin leave (the Fetch standard's CORS protocol) for the doors, and for no other path."""
        origin = request.headers.get("Origin", "")
        if request.path not in DOORS or origin not in service.settings.widget_sites:
            return answer
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers.add("Vary", "Origin")
        if request.method == "OPTIONS":
            answer.headers["Access-Control-Allow-Methods"] = "POST"
            answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Idempotency-Key"
            answer.headers["Access-Control-Max-Age"] = "600"
        return answer
