"""Utterances that were not understood, kept masked until an operator gives them their intent.

`unknown.jsonl` holds one JSON object a line: at, text, guess, confidence, intent (null until labelled). A build that is
given the folder learns the labelled ones.
"""

import json
import re
from datetime import datetime
from pathlib import Path

from skill.understanding.recognise import Understanding
from skill.understanding.text import is_number

FILE = "unknown.jsonl"
_WORD = re.compile(r"\S+@\S+|\+?\d[\d\s()-]*\d|\d+|[А-Яа-яЁёA-Za-z-]+|[^\w\s]+|\s+")
_PATRONYMIC = re.compile(r"[а-яё]{3,}(?:ович|евич|овна|евна|ична|инична)(?:а|у|ем|ой|е|ы)?$", re.IGNORECASE)
_NAME_FOLLOWS = frozenset({"зовут", "фамилия", "зовите", "улица", "ул", "проспект", "переулок", "имя"})


def masked(text: str) -> str:
    """The text without numbers (digits or words), names, streets and addresses of electronic mail."""
    kept: list[str] = []
    hide_next = 0
    for at, piece in enumerate(_WORD.findall(text)):
        word = piece.strip().lower()
        if not word:
            kept.append(" ")
        elif "@" in piece:
            kept.append("‹почта›")
        elif word[0] in "+0123456789" or is_number(word):
            kept.append("#")
        elif hide_next or _is_name(piece, at):
            kept.append("‹имя›")
            hide_next = max(0, hide_next - 1)
        else:
            kept.append(piece)
        if word in _NAME_FOLLOWS:
            hide_next = 2
    return re.sub(r"#(?:\s*#)+", "#", "".join(kept)).strip()


def _is_name(piece: str, at: int) -> bool:
    return bool(_PATRONYMIC.match(piece)) or (at > 0 and len(piece) > 2 and piece.istitle())


def collect(text: str, understood: Understanding, folder: Path, *, now: datetime) -> None:
    """Append the masked utterance to the folder's file. `now` is aware."""
    entry = {
        "at": now.isoformat(timespec="seconds"),
        "text": masked(text),
        "guess": understood.intent,
        "confidence": understood.confidence,
        "intent": None,
    }
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def labelled(folder: Path) -> list[tuple[str, str]]:
    """(intent, text) of the collected utterances that an operator has labelled."""
    path = folder / FILE
    if not path.exists():
        return []
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [(str(entry["intent"]), str(entry["text"])) for entry in entries if entry.get("intent")]
