"""Payments of others, and money given back."""

from datetime import date

from sqlmodel import select

from billing import received, refunds
from billing.payments import PaymentRefused
from billing.received import Operation
from billing.tables import Account, Payment
from skill.company.answers import as_json, today
from skill.company.api import Call, Refused, endpoint
from skill.company.bodies import NewPayment, NewRefund


@endpoint("POST", "/payments", "payments:write", body=NewPayment, statuses=(200, 201))
def register_payment(call: Call) -> tuple[int, object]:
    """A payment that another system took; an operation is known by its id"""
    account = call.db.get(Account, call.body.account_id)
    if account is None or account.organization_id != call.key.organization_id:
        raise Refused(404, "account_not_found", "no such account")
    if call.body.paid_on > today(call, account):
        raise Refused(409, "future", "the payment is from the future")
    period = None if call.body.period is None else date.fromisoformat(call.body.period + "-01")
    operation = Operation(account.id, call.body.amount_kopecks, call.body.operation_id, call.body.paid_on, period)
    (one,) = received.register(
        call.db,
        [operation],
        provider=f"api:{call.key.organization_id}",
        now=call.now,
        actor=f"key:{call.key.id}",
        channel="api",
    )
    if one.fate == "KEY_REUSED":
        raise Refused(409, one.fate, "the operation is in the books with another sum or account")
    return 201 if one.fate == "added" else 200, as_json(one.payment)


@endpoint("POST", "/payments/{payment_id}/refunds", "payments:write", body=NewRefund, statuses=(202,), needs_key=True)
def give_back(call: Call) -> tuple[int, object]:
    """Give a payment back, wholly or in part; the provider is asked within minutes, the refund tells how it went"""
    payment = call.db.exec(
        select(Payment)
        .join(Account)
        .where(Payment.id == call.ids["payment_id"], Account.organization_id == call.key.organization_id)
    ).first()
    if payment is None:
        raise Refused(404, "payment_not_found", "no such payment")
    if payment.provider not in call.gives_back:
        raise Refused(409, "NOT_HERE", "only who took the money can give it back: no provider here can be asked for it")
    try:
        refund, _ = refunds.refund(
            call.db,
            payment_id=payment.id,
            amount_kopecks=call.body.amount_kopecks,
            idempotency_key=f"api:{call.key.id}:{call.idempotency_key}",
            now=call.now,
            actor=f"key:{call.key.id}",
            channel="api",
        )
    except PaymentRefused as refused:
        raise Refused(409, refused.code, "the payment cannot be given back so") from refused
    return 202, as_json(refund)
