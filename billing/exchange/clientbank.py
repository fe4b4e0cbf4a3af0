"""1C's exchange with banks, 1CClientBankExchange 1.03: documents that came to our account, read and written.

The payer's account is told in the purpose of the payment («ЛС 100512»), or a payment document's id stands there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from billing.exchange.registries import Paid, roubles
from billing.exchange.rows import Row
from billing.exchange.text import BrokenFile, encoding_of, lines
from billing.exchange.writing import write_lines
from billing.tables import Organization

FIRST_LINE, LAST_LINE = "1CClientBankExchange", "КонецФайла"
IN_PURPOSE = re.compile(
    r"(?i)(?<![а-яё])(?:л\s?[/.]?\s?сч?\.?|л\.?\s?сч[её]т|лицев\w*\s+сч[её]т\w*)\s*[:№#]?\s*"
    r"((?=[\w/-]*\d)[0-9a-zа-яё][0-9a-zа-яё/-]{2,29})"
)
UNIFIED = re.compile(r"(?i)(?<![\dа-яa-z])\d{2}[a-zа-яё]{2}\d{6}(?![-\d])")
DOCUMENT = re.compile(r"\b\d{2}[A-Za-zА-Яа-яЁё]{2}\d{6}-\d{2}-\d{4}\b")
PERIOD = re.compile(r"\b(0[1-9]|1[0-2])[./](20\d{2})\b(?![./])")
OURS = re.compile(r"\d{26}")
"""Number of a payment that went out from here; a bank numbers its documents anew every day."""
PAGES = {"windows": "cp1251", "dos": "cp866"}


def read(path: Path, our_account: str) -> Iterator[Row]:
    """Payments of a bank statement. Raises BrokenFile, also when the file has no end."""
    document: dict[str, str] | None = None
    start, ended = 0, False
    for number, line in lines(path, _encoding(path)):
        key, _, value = line.strip().lstrip("\ufeff").partition("=")
        if number == 1 and key != FIRST_LINE:
            raise BrokenFile("the file is not a 1CClientBankExchange")
        ended = ended or key == LAST_LINE
        if key == "СекцияДокумент":
            document, start = {}, number
        elif key == "КонецДокумента" and document is not None:
            if _is_incoming(document, our_account):
                yield _row(document, start)
            document = None
        elif document is not None:
            document[key] = value.strip()
    if not ended or document is not None:
        raise BrokenFile(f"the line {LAST_LINE} is missing: the file was cut")


def write(path: Path, payments: Iterable[Paid], company: Organization, first: date, last: date, today: date) -> int:
    """A statement of what came to the company's account in some days. Returns the documents written."""
    count = 0
    account = company.bank_account or ""
    heading = {
        "ВерсияФормата": "1.03",
        "Кодировка": "Windows",
        "Отправитель": "zhku-voice",
        "ДатаСоздания": f"{today:%d.%m.%Y}",
        "ВремяСоздания": "00:00:00",
        "ДатаНачала": f"{first:%d.%m.%Y}",
        "ДатаКонца": f"{last:%d.%m.%Y}",
        "РасчСчет": account,
    }

    def written() -> Iterator[str]:
        nonlocal count
        yield FIRST_LINE
        yield from (f"{key}={value}" for key, value in heading.items())
        for paid in payments:
            count += 1
            yield "СекцияДокумент=Платежное поручение"
            yield from (f"{key}={_flat(value)}" for key, value in _document(paid, company).items())
            yield "КонецДокумента"
        yield LAST_LINE

    write_lines(path, written(), PAGES["windows"])
    return count


def _document(paid: Paid, company: Organization) -> dict[str, str]:
    month = f" за {paid.period:%m.%Y}" if paid.period else ""
    document = f", ИПД {paid.document_id}" if paid.document_id else ""
    return {
        "Номер": paid.operation_id,
        "Дата": f"{paid.paid_on:%d.%m.%Y}",
        "Сумма": roubles(paid.kopecks),
        "Плательщик": paid.payer,
        "ДатаПоступило": f"{paid.paid_on:%d.%m.%Y}",
        "Получатель": company.name,
        "ПолучательИНН": company.inn,
        "ПолучательКПП": company.kpp or "",
        "ПолучательСчет": company.bank_account or "",
        "ПолучательБанк1": company.bank_name or "",
        "ПолучательБИК": company.bank_bic or "",
        "ПолучательКорсчет": company.bank_correspondent_account or "",
        "НазначениеПлатежа": f"ЖКУ{month}, ЛС {paid.account}{document}",
    }


def _encoding(path: Path) -> str:
    """As the file itself says (Кодировка=DOS), unless it is UTF-8, which the format does not know."""
    found = encoding_of(path)
    if found.startswith("utf"):
        return found
    with path.open("rb") as file:
        said = re.search(rb"\n[^\n=]{9}=(Windows|DOS)\s", file.read(2048))
    return PAGES[said[1].decode().lower()] if said else found


def _is_incoming(document: Mapping[str, str], our_account: str) -> bool:
    if our_account:
        return document.get("ПолучательСчет") == our_account
    return bool(document.get("ДатаПоступило"))


def _row(document: Mapping[str, str], line: int) -> Row:
    purpose = document.get("НазначениеПлатежа", "")
    said, told = IN_PURPOSE.search(purpose), DOCUMENT.search(purpose)
    unified, month = UNIFIED.search(purpose), PERIOD.search(purpose)
    day = document.get("ДатаПоступило") or document.get("Дата", "")
    number, payer_account = document.get("Номер", ""), document.get("ПлательщикСчет", "")
    cells = {
        "account": said[1] if said else "",
        "document_id": told[0] if told else "",
        "els": unified[0] if unified else "",
        "payer": document.get("Плательщик") or document.get("Плательщик1", ""),
        "period": f"{month[1]}.{month[2]}" if month else "",
        "amount": document.get("Сумма", ""),
        "paid_on": day,
        "operation_id": number if OURS.fullmatch(number) else ":".join((day, number, payer_account)),
    }
    return Row(line, {name: cell for name, cell in cells.items() if cell})


def _flat(value: str) -> str:
    return " ".join(value.split())
