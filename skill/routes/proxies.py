"""Proxies of ours before the server: the caller's address is what the outermost of them saw."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from skill.app import Service


def mount(app: Flask, service: Service) -> None:
    """Believe as many `X-Forwarded-…` hops as there are proxies; without proxies a caller can write anything there."""
    if hops := service.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
