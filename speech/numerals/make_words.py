"""Write words.tsv, the regular forms of every Russian number word: ``python -m speech.numerals.make_words``.

Forms come from num2words (every case, gender and number) and from declension patterns for the words num2words does not
know: collectives, digit nouns, «полтора». Irregular, spoken and misheard forms are not made here: they are reviewed by
hand in reviewed.tsv. num2words is needed only to run this script, never to parse.
"""

from itertools import product
from pathlib import Path

from num2words import num2words  # type: ignore[import-untyped]  # has no annotations

CASES = "ngdaip"
GENDERS = "mfn"
UNITS = (*range(1, 21), *range(30, 100, 10), *range(100, 1000, 100))
SCALES = {3: 10**3, 6: 10**6, 9: 10**9, 12: 10**12, 15: 10**15}
COLLECTIVES = {
    2: "двое двоих двоим двоими",
    3: "трое троих троим троими",
    4: "четверо четверых четверым четверыми",
    5: "пятеро пятерых пятерым пятерыми",
    6: "шестеро шестерых шестерым шестерыми",
    7: "семеро семерых семерым семерыми",
    8: "восьмеро восьмерых восьмерым восьмерыми",
    9: "девятеро девятерых девятерым девятерыми",
    10: "десятеро десятерых десятерым десятерыми",
}
DIGIT_NOUNS = {
    1: "единичк",
    2: "двойк двоечк",
    3: "тройк троечк",
    4: "четверк четверочк",
    5: "пятерк пятерочк",
    6: "шестерк шестерочк",
    7: "семерк семерочк",
    8: "восьмерк восьмерочк",
    9: "девятк девяточк",
    10: "десятк",
}
NOUN_ENDINGS = ("а", "е", "у", "ой", "ою")
ADJECTIVE_ENDINGS = ["ый", "ого", "ому", "ым", "ом", "ая", "ой", "ую", "ою", "ое", "ые", "ых", "ыми"]


def cardinal_forms(number: int) -> set[str]:
    """Every case and gender of a cardinal; for a scale word the word alone («одной тысячей» gives «тысячей»)."""
    forms = set()
    for case, gender, animate in product(CASES, GENDERS, (True, False)):
        text = num2words(number, lang="ru", case=case, gender=gender, animate=animate)
        forms.add(text.split()[-1])
    return forms


def ordinal_forms(number: int) -> set[str]:
    forms = set()
    for case, gender, plural in product(CASES, GENDERS, (False, True)):
        forms.add(num2words(number, lang="ru", to="ordinal", case=case, gender=gender, plural=plural).split()[-1])
    return forms


def scale_forms(value: int) -> tuple[set[str], set[str]]:
    """Forms that may open a number («тысяча двести») and forms that follow a count («две тысячи», «пять тысяч»)."""
    counted = {num2words(count * value, lang="ru", case=case).split()[-1] for count in (2, 5) for case in CASES}
    return cardinal_forms(value) - counted, counted


def plural_forms(stem: str) -> set[str]:
    """«тройк» → «тройки», «троек»; «семерк» → «семерки», «семерок»."""
    before, last = stem[:-1], stem[-2]
    return {stem + "и", before.removesuffix("й") + ("ек" if last in "йч" else "ок")}


def rows() -> list[tuple[str, str, set[str]]]:
    """(class, value, forms) in the order they are written."""
    table = [("zero", "0", cardinal_forms(0) | {"нуль"})]
    table += [("cardinal", str(n), cardinal_forms(n)) for n in UNITS]
    for exponent, value in SCALES.items():
        singular, plural = scale_forms(value)
        table += [("scale", str(exponent), singular), ("scales", str(exponent), plural)]
        stem = next(iter(f for f in ordinal_forms(value) if f.endswith("ный"))).removesuffix("ый")
        table.append(("ordinal_scale", str(exponent), {stem + ending for ending in ADJECTIVE_ENDINGS}))
    table += [("ordinal", str(n), ordinal_forms(n)) for n in UNITS]
    table += [("cardinal", str(n), set(forms.split())) for n, forms in COLLECTIVES.items()]
    table += [
        ("digit_noun", str(n), {stem + ending for stem in stems.split() for ending in NOUN_ENDINGS})
        for n, stems in DIGIT_NOUNS.items()
    ]
    table += [
        ("alike" if n < 10 else "digit_noun", str(n), {form for stem in stems.split() for form in plural_forms(stem)})
        for n, stems in DIGIT_NOUNS.items()
    ]
    return table


def main() -> None:
    path = Path(__file__).with_name("words.tsv")
    with path.open("w", encoding="utf-8") as out:
        out.write("# class\tvalue\tforms: written by make_words.py, do not edit; add irregular forms to reviewed.tsv\n")
        for kind, value, forms in rows():
            out.write(f"{kind}\t{value}\t{' '.join(sorted(f.replace('ё', 'е') for f in forms))}\n")


if __name__ == "__main__":
    main()
