"""Payment QR codes of ГОСТ Р 56042-2014: the text, the picture, and reading others' codes leniently."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import segno

from billing.tables import Account, Organization

REQUIRED = ("Name", "PersonalAcc", "BankName", "BIC", "CorrespAcc")
LONGEST = {
    "Name": 160, "PersonalAcc": 20, "BankName": 45, "BIC": 9, "CorrespAcc": 20, "Sum": 18, "Purpose": 210,
    "PayeeINN": 12, "KPP": 9, "PersAcc": 30, "PaymPeriod": 6,
}  # fmt: skip
SEPARATORS = "|~^#;"
UTF_8 = "2"
HOUSING = "02"
MONTHS = (
    "январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip


class NotAPaymentCode(ValueError):
    """The text is not a payment code of ГОСТ Р 56042-2014."""


class MissingRequisites(ValueError):
    """The company's bank requisites are incomplete; the message names what is missing."""


@dataclass(frozen=True)
class PaymentCode:
    """A code that was read: values by key in the standard's spelling, and what looks wrong with them."""

    values: dict[str, str]
    warnings: tuple[str, ...]

    @property
    def kopecks(self) -> int | None:
        return int(self.values["Sum"]) if self.values.get("Sum", "").isdecimal() else None


def for_receipt(company: Organization, account: Account, period: date, kopecks: int) -> str:
    """Text of the code that pays a bill. Raises MissingRequisites, ValueError for a sum below one kopeck."""
    if kopecks <= 0:
        raise ValueError("a payment code needs a sum above zero")
    values = {
        "Name": company.name,
        "PersonalAcc": company.bank_account,
        "BankName": company.bank_name,
        "BIC": company.bank_bic,
        "CorrespAcc": company.bank_correspondent_account or "0",
        "PayeeINN": company.inn,
        "KPP": company.kpp,
        "PersAcc": account.number,
        "PaymPeriod": f"{period:%m%Y}",
        "Sum": str(kopecks),
        "Purpose": f"ЖКУ за {MONTHS[period.month - 1]} {period.year}, ЛС {account.number}",
        "TechCode": HOUSING,
    }
    missing = [key for key in REQUIRED if not values[key]]
    if missing:
        raise MissingRequisites(", ".join(missing))
    return encode({key: value for key, value in values.items() if value})


def encode(values: Mapping[str, str]) -> str:
    """Text of a code: the five required values first, then the rest as given; long values are cut."""
    separator = next((sign for sign in SEPARATORS if not any(sign in value for value in values.values())), None)
    if separator is None:
        raise ValueError("no separator is free of the values")
    ordered = [*REQUIRED, *(key for key in values if key not in REQUIRED)]
    blocks = [f"{key}={values[key][: LONGEST.get(key, 210)]}" for key in ordered]
    return separator.join([f"ST0001{UTF_8}", *blocks])


def png(text: str, scale: int = 6) -> bytes:
    """The code as a PNG picture."""
    picture = io.BytesIO()
    segno.make(text.encode("utf-8"), mode="byte", error="m", micro=False).save(picture, kind="png", scale=scale)
    return picture.getvalue()


def decode(code: bytes | str) -> PaymentCode:
    """Read a code from any company: keys in any case, cp1251 or UTF-8 whatever the header says.

    Raises NotAPaymentCode. Wrong sums of control are warnings: printed bills have them.
    """
    text = code if isinstance(code, str) else _text(code)
    if not text.startswith("ST0001") or len(text) < 8:
        raise NotAPaymentCode("the text does not begin with ST0001")
    separator, blocks = text[7], text[8:].split(text[7])
    if separator.isalnum():
        raise NotAPaymentCode("there is no separator after the header")
    spelling = {key.lower(): key for key in (*REQUIRED, *LONGEST)}
    values: dict[str, str] = {}
    for block in blocks:
        key, equals, value = block.partition("=")
        if equals:
            values[spelling.get(key.lower(), key)] = value
    return PaymentCode(values, tuple(_warnings(values)))


def inn_is_sound(inn: str) -> bool:
    """Whether the digits of control of a 10 or 12 digit INN agree."""
    if not inn.isdecimal() or len(inn) not in (10, 12):
        return False
    weights = [2, 4, 10, 3, 5, 9, 4, 6, 8]
    if len(inn) == 10:
        return _control(inn, weights) == int(inn[9])
    return _control(inn, [7, *weights]) == int(inn[10]) and _control(inn, [3, 7, *weights]) == int(inn[11])


def account_is_sound(account: str, bic: str, *, correspondent: bool = False) -> bool:
    """Whether the control key of a 20 digit bank account agrees with its bank."""
    if not (account.isdecimal() and len(account) == 20 and bic.isdecimal() and len(bic) == 9):
        return False
    digits = ("0" + bic[4:6] if correspondent else bic[-3:]) + account
    return sum(int(digit) * (7, 1, 3)[at % 3] % 10 for at, digit in enumerate(digits)) % 10 == 0


def _control(digits: str, weights: list[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11 % 10


def _text(code: bytes) -> str:
    try:
        return code.decode("utf-8")
    except UnicodeDecodeError:
        return code.decode("cp1251", errors="replace")


def _warnings(values: Mapping[str, str]) -> list[str]:
    found = [f"{key} is missing" for key in REQUIRED if not values.get(key)]
    found += [f"{key} is longer than {LONGEST[key]}" for key in values if len(values[key]) > LONGEST.get(key, 210)]
    if values.get("PayeeINN") and not inn_is_sound(values["PayeeINN"]):
        found.append("PayeeINN does not agree with its digits of control")
    bic, account = values.get("BIC", ""), values.get("PersonalAcc", "")
    if bic and account and not account_is_sound(account, bic):
        found.append("PersonalAcc does not agree with BIC")
    return found
