"""`/api/v1/company/…`: the company's own systems; smart meters and payment providers knock here too."""

from flask import Flask

from billing.providers.sandbox import Sandbox
from skill import company_api
from skill.app import Service


def mount(app: Flask, service: Service) -> None:
    """Add the routes; the sandbox provider's webhook only where its secret is set."""
    secret = service.settings.payment_sandbox_secret
    company_api.mount(app, service, {"sandbox": Sandbox(secret)} if secret else {})
