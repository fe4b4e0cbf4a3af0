"""The link to a payment, sent as an SMS where it cannot be shown."""

from billing import contacts
from billing.tables import Payment
from skill import checkout, letters
from skill.dialogue.phrases import phrase
from skill.dialogue.talk import Talk
from speech import wording


def texted(talk: Talk, account_id: int, payment: Payment, link: str) -> str:
    """Send the link as an SMS to the caller, else to the owner's number; the number's last digits, empty if it cannot
    be sent."""
    phone = letters.phone_of(talk.turn) or contacts.of_account(talk.db, account_id, "phone")
    reachable = payment.provider != checkout.PAGE or link.startswith("http")
    if not phone or not reachable or not letters.can(talk.settings, "sms"):
        return ""
    whole = wording.money(payment.amount_kopecks + payment.fee_kopecks)
    text = phrase("pay.sms", 0, sum=whole, link="{link}")
    name = f"pay:{payment.id}"
    letters.put(talk.db, "sms", phone, text, name=name, now=talk.now, payment_id=payment.id, link=link)
    return f"{phone[-4:-2]} {phone[-2:]}"
