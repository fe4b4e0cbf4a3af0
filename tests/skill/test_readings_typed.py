"""Readings as residents type them: abbreviations, lists, signs, lines, and what else stands in the message."""

import pytest

from skill.understanding.enumerated import items
from tests.skill.talking import Resident

WATERS = "Холодная вода 125, расход 10 м³; горячая вода 148, расход 6 м³."
ALL = "Холодная вода 125, расход 10 м³; горячая вода 148, расход 6 м³; электричество 6375, расход 263 кВт⋅ч."


@pytest.mark.parametrize(
    "typed",
    [
        "хв-125, гв-148",
        "х/в 125; г/в 148",
        "хвс 125/гвс 148",
        "хвс1-125 гвс1-148",
        "хвс 00125 гвс 00148",
        "Холодная вода:\n125\nГорячая вода:\n148",
        "лс 100512 хвс 125 гвс 148",
        "100512 хвс 125 гвс 148",
        "Лесная 5-12 хвс 125 гвс 148",
        "1) 125 2) 148",
        "1. холодная 125\n2. горячая 148",
        "1.125 2.148",
        "1-й 125, 2-й 148",
        "счётчик 1: 125, счётчик 2: 148",
        "номер один сто двадцать пять номер два сто сорок восемь",
        "на первом 125 на втором 148",
    ],
)
def test_two_waters_in_many_forms(resident: Resident, typed: str) -> None:
    assert resident.says(typed).startswith(WATERS)


@pytest.mark.parametrize(
    "typed",
    [
        "хвс 125 гвс 148 эл 6375",
        "хвс 125 м3 гвс 148 м3 эл 6375 квт",
        "1 - 125 2 - 148 3 - 6375",
        "1-125, 2-148, 3-6375",
        "1: 125\n2: 148\n3: 6375",
        "1) 125 м3 2) 148 м3 3) 6375 квт*ч",
        "125\n148\n6375",
        "Здравствуйте! Живу на Лесной 5, кв. 12, телефон 8 916 123-45-67. Холодная - 125, горячая - 148, свет - 6375.",
        "первый сто двадцать пять второй сто сорок восемь третий шесть тысяч триста семьдесят пять",
    ],
)
def test_three_meters_in_many_forms(resident: Resident, typed: str) -> None:
    assert resident.says(typed).startswith(ALL)


def test_another_order_than_ours_is_found_out(resident: Resident) -> None:
    assert "холодная вода 125, расход 10 м³; горячая вода 148" in resident.says("1 - 6375 2 - 125 3 - 148")


def test_an_order_that_cannot_be_found_out_is_asked_for(resident: Resident) -> None:
    assert resident.says("1 - 70 2 - 60").startswith("70 — это какой счётчик")


def test_a_list_is_of_the_meters_told_last(resident: Resident) -> None:
    resident.says("холодная 125")
    assert "Остались: горячая вода и электричество" in resident.says("да")
    assert "горячая вода 148, расход 6 м³; электричество 6375" in resident.says("1 - 148, 2 - 6375")


@pytest.mark.parametrize("said", ["первый тариф 6375 второй 2100", "12.5 20.5", "первый раз, второй этаж", "125 148"])
def test_what_is_no_list(said: str) -> None:
    assert items(said) == []
