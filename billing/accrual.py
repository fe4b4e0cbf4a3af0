"""Начисление: every service of one flat for one month. Formulas are in `billing.charges` and `billing.heating`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing import acts, benefits, charges, heating, law
from billing.chargebook import ChargeBook, NoNorm
from billing.charges import Line, MeterVolume
from billing.house import ADJUSTED_IN, House, year_before
from billing.meter_month import WHOLE, MeterMonth
from billing.recalculation import Correction, Past, Real, correct, correct_share, with_corrections
from billing.resources import WATER
from billing.tables import Account, Act, Benefit, Premises, Service

Accrued = tuple[Line, list[Correction]]


@dataclass(frozen=True)
class FlatMonth:
    """A flat in a month (its first day), with all that its bill rests on. past: by service and month; house: None when
    its own meters have shown nothing."""

    account: Account
    premises: Premises
    period: date
    usage: Sequence[MeterMonth] = ()
    past: Mapping[str, Mapping[date, Past]] | None = None
    acts: Sequence[Act] = ()
    benefits: Sequence[Benefit] = ()
    house: House | None = None

    @property
    def area(self) -> Decimal:
        return self.premises.area or Decimal(0)

    @property
    def people(self) -> int:
        """Registered in the flat; where nobody is, the owner counts (ПП 354 п. 56(2))."""
        return max(1, self.account.registered)

    @property
    def group(self) -> str:
        return self.account.tariff_group

    def past_of(self, code: str) -> Mapping[date, Past]:
        """What a service was charged in earlier months."""
        return (self.past or {}).get(code, {})


def lines(book: ChargeBook, flat: FlatMonth) -> list[Line]:
    """Every service of a flat; sewage after the water it rests on. Raises NoTariff, NoNorm."""
    found: dict[str, Line] = {}
    water_changes: dict[date, Decimal] = defaultdict(Decimal)
    services = book.services_at(flat.premises.property_id)
    for service in sorted(services, key=lambda service: service.basis == "sewage"):
        if service.basis in ("metered", "hot_two_component"):
            line, corrections = _metered(book, flat, service)
            for one in corrections if service.code in WATER else ():
                water_changes[one.period] += one.volume - one.volume_was
        elif service.basis == "sewage":
            line, corrections = _sewage(book, flat, service, found, water_changes)
        elif service.basis == "heating":
            heated = _heating(book, flat, service)
            if heated is None:
                continue
            line, corrections = heated
        elif flat.period.month not in book.season(service):
            continue
        elif service.basis == "common":
            line, corrections = _common(book, flat, service)
        else:
            line, corrections = _flat_rate(book, flat, service), []
        found[service.code] = with_corrections(line, corrections)
    return [_supported(book, flat, line, found) for line in found.values()]


def _metered(book: ChargeBook, flat: FlatMonth, service: Service) -> Accrued:
    """By meter, average or norm; the norm where there is no meter, or where an act says so."""
    own = [one for one in flat.usage if one.resource == service.code]
    meters = [one for one in own if one.stands]
    past = flat.past_of(service.code)
    standing = acts.standing(flat.acts, service.code, flat.period)
    corrections = [_interfered(book, flat, service, past[month], meters) for month in standing.months if month in past]
    if standing.interfered or standing.refused:
        return _by_act_or_norm(book, flat, service, standing, meters), corrections
    for month, real in _real(own, past).items():
        if month not in standing.months:
            corrections.append(_corrected(book, flat, service, past[month], real))
    meters = _counting(own, past)
    if not meters:
        return _by_act_or_norm(book, flat, service, standing, meters), corrections
    volumes = [volume for one in meters for volume in one.volumes(past)]
    if all(volume.how != "norm" for volume in volumes):
        return book.metered(service, volumes, flat.period, flat.group), corrections
    failed = any(one.failed for one in meters)
    multiplier = law.multiplier(service.code, flat.period) if failed else Decimal(1)
    silent = "no_readings" if any(one.is_long_silent(past) for one in meters) else "no_history"
    return _norm(book, flat, service, multiplier, "failed" if failed else silent, volumes), corrections


def _counting(meters: Sequence[MeterMonth], past: Mapping[date, Past]) -> list[MeterMonth]:
    """The meters a month is charged by. One that was there for a part of it does not bring the norm upon the others;
    where none is left, one that was lost stands as long as the law takes its average."""
    there = [one for one in meters if one.stands]
    whole = [one for one in there if one.part == WHOLE or one.by_average(past)]
    return whole or there or [one for one in meters if one.lost and one.by_average(past)]


def _by_act_or_norm(
    book: ChargeBook, flat: FlatMonth, service: Service, standing: acts.Standing, meters: Sequence[MeterMonth]
) -> Line:
    replaced = [volume for one in meters for volume in one.by_norm(final=True)]
    if standing.interfered:
        return _norm(book, flat, service, law.interference()[0], "interference", replaced)
    possible = service.meter_possible or standing.refused
    multiplier = law.multiplier(service.code, flat.period) if possible else Decimal(1)
    return _norm(book, flat, service, multiplier, "no_access" if standing.refused else "no_meter", replaced)


def _norm(
    book: ChargeBook,
    flat: FlatMonth,
    service: Service,
    multiplier: Decimal,
    why: str,
    meters: Sequence[MeterVolume] = (),
    period: date | None = None,
) -> Line:
    people, month = Decimal(flat.people), period or flat.period
    return book.by_norm(service, people, flat.area, month, flat.group, multiplier, why, meters)


def _real(meters: Sequence[MeterMonth], past: Mapping[date, Past]) -> dict[date, dict[tuple[int, str], Decimal | None]]:
    """For months charged by estimate, what has been read now; oldest month first."""
    real: dict[date, dict[tuple[int, str], Decimal | None]] = defaultdict(dict)
    for one in meters:
        for month, volumes in one.real_volumes_of(past).items():
            real[month] |= volumes
    return dict(sorted(real.items()))


def _corrected(book: ChargeBook, flat: FlatMonth, service: Service, past: Past, real: Real) -> Correction:
    return correct(past, real, lambda by_zone: book.cost(service, by_zone, past.period, flat.group))


def _share_corrected(book: ChargeBook, flat: FlatMonth, service: Service, past: Past, real: Real) -> Correction:
    return correct_share(past, real, lambda volume: book.cost(service, {"single": volume}, past.period, flat.group))


def _interfered(
    book: ChargeBook, flat: FlatMonth, service: Service, past: Past, meters: Sequence[MeterMonth]
) -> Correction:
    """A month before the act, charged by several norms (п. 62)."""
    replaced = [volume for one in meters for volume in one.by_norm(final=True)]
    line = _norm(book, flat, service, law.interference()[0], "interference", replaced, past.period)
    return Correction(
        past.period, past.charged, line.charged, past.volume, line.volume, tuple(replaced), "interference"
    )


def _sewage(
    book: ChargeBook,
    flat: FlatMonth,
    service: Service,
    found: Mapping[str, Line],
    water_changes: Mapping[date, Decimal],
) -> Accrued:
    water = [found[code] for code in WATER if code in found]
    line = charges.sewage(service.code, service.title, water, book.prices(service.code, flat.period, flat.group))
    corrections, past = [], flat.past_of(service.code)
    for month, change in sorted(water_changes.items()):
        if change and month in past:
            before = past[month]
            now = book.cost(service, {"single": before.volume + change}, month, flat.group)
            corrections.append(Correction(month, before.charged, now, before.volume, before.volume + change))
    return line, corrections


def _heating(book: ChargeBook, flat: FlatMonth, service: Service) -> Accrued | None:
    """By the house's meter or the norm, in the heating period or all the year; None out of the period."""
    code, title, season = service.code, service.title, book.season(service)
    prices = book.prices(code, flat.period, flat.group)
    if service.all_year:
        year = flat.house.heat_of_year(year_before(flat.period), season) if flat.house else None
        if flat.house is not None and year is not None:
            line = heating.by_last_year(code, title, flat.area, flat.house.area, year, prices)
        else:
            line = heating.by_norm(code, title, flat.area, book.norm(code, flat.period).value, prices, len(season))
        return line, _heat_of_year(book, flat, service)
    if flat.house is not None and flat.period in flat.house.heat:
        line = heating.by_house(code, title, flat.account.id, flat.area, flat.house.heat[flat.period], prices)
        past = flat.past_of(code)
        own = [one for one in flat.usage if one.resource == code]
        return line, [
            _share_corrected(book, flat, service, past[month], real) for month, real in _real(own, past).items()
        ]
    if flat.period.month not in season:
        return None
    return heating.by_norm(code, title, flat.area, book.norm(code, flat.period).value, prices), []


def _common(book: ChargeBook, flat: FlatMonth, service: Service) -> Accrued:
    """By what the company found for the month, else by the norm; last year's norms are set right by the meters."""
    code, prices = service.code, book.prices(service.code, flat.period, flat.group)
    found = flat.house.volumes.get((code, flat.period)) if flat.house else None
    if flat.house is not None and found is not None:
        line = charges.common_share(code, service.title, flat.area, flat.house.area, found, prices)
    else:
        line = charges.common(code, service.title, flat.area, book.norm(code, flat.period).value, prices)
    return line, _common_of_year(book, flat, service)


def _common_of_year(book: ChargeBook, flat: FlatMonth, service: Service) -> list[Correction]:
    if flat.house is None or flat.period.month not in ADJUSTED_IN:
        return []
    needs = {month: flat.house.common_needs(service.code, month) for month in year_before(flat.period)}
    volumes = {
        month: charges.share(volume, flat.area, flat.house.area)
        for month, volume in needs.items()
        if volume is not None
    }
    return _of_year(book, flat, service, volumes) if len(volumes) == len(needs) else []


def _heat_of_year(book: ChargeBook, flat: FlatMonth, service: Service) -> list[Correction]:
    months = year_before(flat.period)
    if flat.house is None or flat.period.month not in ADJUSTED_IN:
        return []
    if flat.house.heat_of_year(months, book.season(service)) is None:
        return []
    heat = flat.house.heat
    account_id = flat.account.id
    volumes = {m: heat[m].of_flat(account_id, flat.area) if m in heat else Decimal(0) for m in months}
    return _of_year(book, flat, service, volumes)


def _of_year(book: ChargeBook, flat: FlatMonth, service: Service, volumes: Mapping[date, Decimal]) -> list[Correction]:
    """Last year's months that were billed, by the volumes they had in truth."""
    past = flat.past_of(service.code)
    corrections = []
    for month, volume in volumes.items():
        if month in past:
            now = book.cost(service, {"single": volume}, month, flat.group)
            was = past[month]
            corrections.append(Correction(month, was.charged, now, was.volume, volume, was.meters, "year"))
    return corrections


def _flat_rate(book: ChargeBook, flat: FlatMonth, service: Service) -> Line:
    prices = book.prices(service.code, flat.period, flat.group)
    amount = {"area": flat.area, "person": Decimal(flat.people), "fixed": Decimal(1)}[service.basis]
    return charges.flat_rate(service.code, service.title, service.basis, amount, prices)


def _supported(book: ChargeBook, flat: FlatMonth, line: Line, found: Collection[str]) -> Line:
    """The line with what support there is for it; the norm of sewage is that of its water."""
    if not flat.benefits:
        return line
    codes = [code for code in WATER if code in found] if line.code == "SEWAGE" else [line.code]
    try:
        norms = [book.norm(code, flat.period) for code in codes]
    except NoNorm:
        return benefits.applied(line, flat.benefits, flat.people, None)
    allowed = sum((norm.value * (flat.people if norm.unit == "person" else flat.area) for norm in norms), Decimal(0))
    return benefits.applied(line, flat.benefits, flat.people, allowed)
