"""The payment QR: its text, its picture read back by a decoder, and codes that others print."""

import io
from datetime import date

import av
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from billing import qr
from billing.qr import MissingRequisites, NotAPaymentCode
from billing.tables import Account, Organization

COMPANY = Organization(
    name='ООО "УК Пример"',
    spoken_name="УК Пример",
    inn="7707083893",
    kpp="770701001",
    bank_account="40702810138250123017",
    bank_name="ПАО БАНК ПРИМЕР",
    bank_bic="044525225",
    bank_correspondent_account="30101810400000000225",
)
ACCOUNT = Account(number="0012345", bill_code="123456", organization_id=1, premises_id=1, opened_on=date(2020, 1, 1))
OCTOBER = date(2026, 10, 1)


def test_the_text_of_a_bill() -> None:
    assert qr.for_receipt(COMPANY, ACCOUNT, OCTOBER, 534217) == (
        'ST00012|Name=ООО "УК Пример"|PersonalAcc=40702810138250123017|BankName=ПАО БАНК ПРИМЕР|BIC=044525225'
        "|CorrespAcc=30101810400000000225|PayeeINN=7707083893|KPP=770701001|PersAcc=0012345|PaymPeriod=102026"
        "|Sum=534217|Purpose=ЖКУ за октябрь 2026, ЛС 0012345|TechCode=02"
    )


def test_the_picture_is_read_back_by_a_decoder() -> None:
    text = qr.for_receipt(COMPANY, ACCOUNT, OCTOBER, 534217)
    found = zxingcpp.read_barcodes(_pixels(qr.png(text)))
    assert len(found) == 1
    assert found[0].bytes.decode("utf-8") == text
    code = qr.decode(found[0].bytes)
    assert code.kopecks == 534217
    assert code.values["PersAcc"] == "0012345"
    assert code.warnings == ()


def test_another_separator_is_taken_when_a_value_holds_the_usual_one() -> None:
    company = Organization(**COMPANY.model_dump() | {"name": "УК | Пример"})
    text = qr.for_receipt(company, ACCOUNT, OCTOBER, 100)
    assert text.startswith("ST00012~Name=УК | Пример~")
    assert qr.decode(text).values["Name"] == "УК | Пример"


def test_missing_requisites_are_named() -> None:
    company = Organization(**COMPANY.model_dump() | {"bank_bic": None, "bank_name": None})
    with pytest.raises(MissingRequisites, match="BankName, BIC"):
        qr.for_receipt(company, ACCOUNT, OCTOBER, 100)


def test_nothing_to_pay_makes_no_code() -> None:
    with pytest.raises(ValueError, match="above zero"):
        qr.for_receipt(COMPANY, ACCOUNT, OCTOBER, 0)


def test_a_code_in_cp1251_that_says_utf_8_is_read() -> None:
    code = qr.decode("ST00012|Name=УК Пример|PersonalAcc=1|persAcc=77|sum=100".encode("cp1251"))
    assert code.values["Name"] == "УК Пример"
    assert (code.values["PersAcc"], code.kopecks) == ("77", 100)
    assert "BIC is missing" in code.warnings


@pytest.mark.parametrize("text", ["", "ST", "https://example.org", "ST0001", "ST00012", "ST00012Name=1"])
def test_what_is_no_payment_code_is_told(text: str) -> None:
    with pytest.raises(NotAPaymentCode):
        qr.decode(text)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(code: bytes) -> None:
    try:
        qr.decode(b"ST00012|" + code)
    except NotAPaymentCode:
        pytest.fail("the header was sound")


@pytest.mark.parametrize(
    ("inn", "sound"), [("7707083893", True), ("500100732259", True), ("7707083894", False), ("77", False)]
)
def test_control_digits_of_an_inn(inn: str, sound: bool) -> None:
    assert qr.inn_is_sound(inn) is sound


def test_control_key_of_an_account() -> None:
    assert qr.account_is_sound("40702810138250123017", "044525225")
    assert qr.account_is_sound("30101810400000000225", "044525225", correspondent=True)
    assert not qr.account_is_sound("40702810138250123018", "044525225")


def _pixels(png: bytes) -> object:
    """Grey picture of a PNG that segno wrote."""
    with av.open(io.BytesIO(png), format="png_pipe") as container:
        return next(container.decode(video=0)).to_ndarray(format="gray")
