"""A company's services, prices and norms of a month, loaded once for all its accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlmodel import Session, col, select

from billing import charges, law
from billing.charges import Line, MeterVolume, NormCount, Warmth
from billing.tables import Norm, Organization, Service, Tariff
from billing.tariffs import CARRIER, Prices, of_group, prices_from


class NoNorm(LookupError):
    """A service without a meter has no norm for the month."""


@dataclass
class ChargeBook:
    """All rows of one company; prices are worked out once a service, month and group of flats."""

    company: Organization
    services: Sequence[Service]
    tariffs: Sequence[Tariff]
    norms: Sequence[Norm]
    _prices: dict[tuple[str, date, str], Prices] = field(default_factory=dict)

    def services_at(self, property_id: int) -> list[Service]:
        """Services of a house: its own row goes before the company's."""
        own = {row.code: row for row in self.services if row.property_id == property_id}
        general = {row.code: row for row in self.services if row.property_id is None}
        return list((general | own).values())

    def prices(self, code: str, period: date, group: str = "") -> Prices:
        """Prices that hold on the first day of a month, for a group of flats; empty without a tariff."""
        key = (code, period, group)
        if key not in self._prices:
            rows = (
                row
                for row in self.tariffs
                if row.resource == code
                and row.valid_from <= period
                and (row.valid_to is None or row.valid_to >= period)
            )
            self._prices[key] = prices_from(of_group(rows, group))
        return self._prices[key]

    def season(self, service: Service) -> frozenset[int]:
        """Months of the year a service is used in: its own, else the law's heating period for heat, else all."""
        if service.months is not None:
            return frozenset(service.months)
        return law.heating_months() if service.code == "HEAT" else frozenset(range(1, 13))

    def heating_season(self) -> frozenset[int]:
        """The season of heat, whichever house it is."""
        heat = next((row for row in self.services if row.code == "HEAT"), None)
        return self.season(heat) if heat is not None else law.heating_months()

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

    def metered(self, service: Service, volumes: Sequence[MeterVolume], period: date, group: str) -> Line:
        """The line of a metered service, in one component or two."""
        warmth = self._warmth(service, period, group)
        if warmth is not None:
            carrier = self.prices(CARRIER, period, group)
            return charges.two_component(service.code, service.title, volumes, carrier, warmth)
        return charges.metered(service.code, service.title, volumes, self.prices(service.code, period, group))

    def by_norm(
        self,
        service: Service,
        people: Decimal,
        area: Decimal,
        period: date,
        group: str,
        multiplier: Decimal,
        why: str,
        meters: Sequence[MeterVolume] = (),
    ) -> Line:
        """The line of a service without a reading: the norm for a flat's people, or for its area. Raises NoNorm."""
        norm = self.norm(service.code, period)
        count = NormCount(people if norm.unit == "person" else area, norm.unit, norm.value)
        warmth = self._warmth(service, period, group)
        prices = self.prices(CARRIER if warmth else service.code, period, group)
        return charges.by_norm(service.code, service.title, count, prices, multiplier, why, meters, warmth)

    def cost(self, service: Service, volumes: Mapping[str, Decimal], period: date, group: str) -> int:
        """Kopecks of a service's volumes by zone in a month."""
        if service.basis in ("metered", "hot_two_component"):
            meters = [MeterVolume(0, zone, volume) for zone, volume in volumes.items()]
            return self.metered(service, meters, period, group).charged
        return charges.cost(service.code, volumes, self.prices(service.code, period, group))

    def _warmth(self, service: Service, period: date, group: str) -> Warmth | None:
        if service.basis != "hot_two_component":
            return None
        return Warmth(self.norm("HEAT", period, "m3").value, self.prices("HEAT", period, group))


def open_book(db: Session, organization_id: int) -> ChargeBook:
    """Load a company's services, tariffs and norms."""
    return ChargeBook(
        db.exec(select(Organization).where(Organization.id == organization_id)).one(),
        db.exec(select(Service).where(Service.organization_id == organization_id).order_by(col(Service.id))).all(),
        db.exec(select(Tariff).where(Tariff.organization_id == organization_id)).all(),
        db.exec(select(Norm).where(Norm.organization_id == organization_id)).all(),
    )
