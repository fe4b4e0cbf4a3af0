"""Every kind of file that can be loaded, by the name that commands use."""

from collections.abc import Callable, Mapping
from datetime import datetime

from billing.exchange.accounts import AccountsLoader
from billing.exchange.acquirer import AcquirerLoader
from billing.exchange.charges import ChargesLoader
from billing.exchange.charging import SHEETS, ChargingLoader
from billing.exchange.gis_loading import AcksLoader, DevicesLoader
from billing.exchange.loading import Loader
from billing.exchange.meters import MetersLoader
from billing.exchange.payments import FORMATS, PaymentsLoader
from billing.exchange.readings import ReadingsLoader
from billing.exchange.registries import Layout
from billing.tables import Organization

Maker = Callable[[Organization, datetime], Loader]


def _payments(form: str) -> Maker:
    return lambda company, now: PaymentsLoader(company, now, form)


def _charging(kind: str) -> Maker:
    return lambda company, now: ChargingLoader(kind, company, now)


LOADERS: Mapping[str, Maker] = {
    "accounts": AccountsLoader,
    "meters": MetersLoader,
    "readings": ReadingsLoader,
    "charges": ChargesLoader,
    **{kind: _charging(kind) for kind in SHEETS},
    "payments": PaymentsLoader,
    **{form: _payments(form) for form in FORMATS if form != "table"},
    "tochka": AcquirerLoader,
    "gis-readings": lambda company, now: ReadingsLoader(company, now, "gis-readings"),
    "gis-devices": DevicesLoader,
    "gis-acks": AcksLoader,
    "sberbank-readings": lambda company, now: ReadingsLoader(company, now, "sberbank-readings"),
}


def loader(kind: str, company: Organization, now: datetime, layout: Layout | None = None) -> Loader:
    """Who loads a kind of file; layout: of a registry of payments that is the company's own."""
    if layout is not None:
        return PaymentsLoader(company, now, layout)
    return LOADERS[kind](company, now)
