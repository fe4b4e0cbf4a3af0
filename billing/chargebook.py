"""A company's services, prices and norms of a month, loaded once for all its accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlmodel import Session, col, select

from billing import charges
from billing.charges import Line, MeterVolume
from billing.tables import Norm, Service, Tariff
from billing.tariffs import Prices, prices_from


class NoNorm(LookupError):
    """A service without a meter has no norm for the month."""


@dataclass
class ChargeBook:
    """All rows of one company; prices are worked out once a service and month."""

    services: Sequence[Service]
    tariffs: Sequence[Tariff]
    norms: Sequence[Norm]
    _prices: dict[tuple[str, date], Prices] = field(default_factory=dict)

    def services_at(self, property_id: int) -> list[Service]:
        """Services of a house: its own row goes before the company's."""
        own = {row.code: row for row in self.services if row.property_id == property_id}
        general = {row.code: row for row in self.services if row.property_id is None}
        return list((general | own).values())

    def prices(self, code: str, period: date) -> Prices:
        """Prices that hold on the first day of a month; empty without a tariff."""
        if (code, period) not in self._prices:
            rows = (
                row
                for row in self.tariffs
                if row.resource == code
                and row.group == ""
                and row.valid_from <= period
                and (row.valid_to is None or row.valid_to >= period)
            )
            self._prices[code, period] = prices_from(rows)
        return self._prices[code, period]

    def norm(self, code: str, period: date, unit: str | None = None) -> Norm:
        """The newest norm of a service; of a certain unit when it is named. Raises NoNorm."""
        rows = [
            row
            for row in self.norms
            if row.resource == code
            and row.valid_from <= period
            and (row.unit == unit if unit else row.unit in ("person", "m2"))
        ]
        if not rows:
            raise NoNorm(f"no norm for {code}")
        return max(rows, key=lambda row: row.valid_from)

    def metered(self, service: Service, volumes: Sequence[MeterVolume], period: date) -> Line:
        """The line of a metered service, in one component or two."""
        if service.basis == "hot_two_component":
            carrier, heat = self.prices("HOT_WATER_CARRIER", period), self.prices("HEAT", period)
            heat_norm = self.norm("HEAT", period, "m3").value
            return charges.two_component(service.code, service.title, volumes, carrier, heat_norm, heat)
        return charges.metered(service.code, service.title, volumes, self.prices(service.code, period))

    def cost(self, service: Service, volumes: Mapping[str, Decimal], period: date) -> int:
        """Kopecks of a service's volumes by zone in a month."""
        meters = [MeterVolume(0, zone, volume) for zone, volume in volumes.items()]
        if service.basis == "sewage":
            return charges.cost(service.code, volumes, self.prices(service.code, period))
        return self.metered(service, meters, period).charged


def open_book(db: Session, organization_id: int) -> ChargeBook:
    """Load a company's services, tariffs and norms."""
    return ChargeBook(
        db.exec(select(Service).where(Service.organization_id == organization_id).order_by(col(Service.id))).all(),
        db.exec(select(Tariff).where(Tariff.organization_id == organization_id)).all(),
        db.exec(select(Norm).where(Norm.organization_id == organization_id)).all(),
    )
