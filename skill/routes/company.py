"""`/api/v1/company/…`: the company's own systems; smart meters and payment providers knock here too."""

from flask import Flask

from skill import checkout
from skill.app import Service
from skill.company import api


def mount(app: Flask, service: Service) -> None:
    """Add the routes, and the webhooks of the payment providers that are set up."""
    api.mount(app, service, checkout.providers(service.settings))
