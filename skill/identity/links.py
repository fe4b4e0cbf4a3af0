"""Links to a bill's page that work without logging in: signed, for one account and sum, for a month."""

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer

from skill.settings import Settings

VALID_SECONDS = 31 * 24 * 3600


@dataclass(frozen=True)
class BillLink:
    """account, payment, resident: ids, payment 0 when the bill is only shown, resident 0 where nobody is known;
    kopecks: sum to pay, 0: what is owed; ahead: 1 when it was agreed to pay more than is owed."""

    account: int
    kopecks: int
    payment: int
    resident: int = 0
    ahead: int = 0


def to_bill(
    settings: Settings, account: int, kopecks: int = 0, payment: int = 0, resident: int = 0, ahead: int = 0
) -> str:
    """The address of the bill's page for an account."""
    return f"{settings.public_url}/bill/{_signer(settings).dumps([account, kopecks, payment, resident, ahead])}"


def read(settings: Settings, token: str) -> BillLink | None:
    """What a link was made for; None when it is not ours or too old."""
    try:
        return BillLink(*_signer(settings).loads(token, max_age=VALID_SECONDS))
    except (BadSignature, ValueError, TypeError):
        return None


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_of_links, salt="bill")
