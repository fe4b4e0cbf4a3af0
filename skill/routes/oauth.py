"""`/oauth/authorize`, `/oauth/token`, `/oauth/revoke`: our side of account linking on a platform."""

from importlib.resources import files
from urllib.parse import urlsplit

from authlib.oauth2 import OAuth2Error
from flask import Flask, Response, abort, render_template_string, request

from billing import store
from skill.app import Service
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import Turn
from skill.identity import linking
from skill.identity.oauth import Provider, Verified

POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"


def mount(app: Flask, service: Service) -> None:
    """Add the routes; without a client in the settings they answer 404."""
    provider = Provider(app, service.engine, service.settings, service.clock)

    @app.before_request
    def switched_off() -> None:
        if request.path.startswith("/oauth/") and not service.settings.oauth_client_id:
            abort(404)

    @app.get("/oauth/authorize.css")
    def style() -> Response:
        return Response(files("skill").joinpath("page", "authorize.css").read_bytes(), content_type="text/css")

    @app.route("/oauth/authorize", methods=["GET", "POST"])
    def authorize() -> Response:
        try:
            grant = provider.get_consent_grant()
        except OAuth2Error:
            return _page(phrase("oauth.wrong_link", 0), form=False, status=400)
        if request.method == "GET":
            return _page()
        if request.form.get("decision") == "no":
            return _answered(provider.create_authorization_response(grant=grant, grant_user=None))
        if request.form.get("consent") != "yes":
            return _page(phrase("oauth.consent_needed", 0), status=400)
        outcome = _verified(service)
        if isinstance(outcome, str):
            return _page(outcome, status=400)
        return _answered(provider.create_authorization_response(grant=grant, grant_user=outcome))

    @app.post("/oauth/token")
    def token() -> Response:
        return _answered(provider.create_token_response())

    @app.post("/oauth/revoke")
    def revoke() -> Response:
        return _answered(provider.create_endpoint_response("revocation"))


def _verified(service: Service) -> Verified | str:
    """Whose account the form proves, or a sentence for who filled it in. Guesses are counted as in a conversation."""
    visitor = Turn("oauth", request.remote_addr or "nobody", "")
    number, code = ("".join(request.form.get(field, "")[:40].split()) for field in ("number", "code"))
    with store.transaction(service.engine) as db:
        outcome = linking.verify(db, visitor, number, code, now=service.clock(), settings=service.settings)
    if outcome.locked_minutes:
        return phrase("oauth.locked", 0, minutes=str(outcome.locked_minutes))
    if outcome.account_id is None:
        return phrase("oauth.wrong", 0)
    return Verified(outcome.account_id, outcome.how)


def _page(trouble: str = "", *, form: bool = True, status: int = 200) -> Response:
    template = files("skill").joinpath("page", "authorize.html").read_text("utf-8")
    number = request.form.get("number", "")[:40]
    facts = {"number": number, "consent": phrase("oauth.consent", 0), "agreed": request.form.get("consent") == "yes"}
    html = render_template_string(template, trouble=trouble, form=form, **facts)
    answer = Response(html, status=status, content_type="text/html; charset=utf-8")
    back = urlsplit(request.args.get("redirect_uri", ""))
    answer.headers["Content-Security-Policy"] = f"{POLICY} {back.scheme}://{back.netloc}" if form else POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _answered(answer: Response) -> Response:
    """What Authlib made, never cached."""
    answer.headers["Cache-Control"] = "no-store"
    return answer
