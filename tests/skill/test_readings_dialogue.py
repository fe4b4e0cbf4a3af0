"""A resident hands in readings. The demo flat: cold water stood at 115 last month, hot at 142, electricity at 6112."""

from decimal import Decimal

from billing import readings, store
from fixtures.demo_company import DemoSummary
from tests.skill.talking import Clock, Ledger, Resident, linked


def test_both_waters_in_one_breath_are_read_back_and_booked_after_a_yes(resident: Resident, ledger: Ledger) -> None:
    answer = resident.says("передай показания: горячая сто сорок восемь, холодная сто двадцать пять")
    assert "орячая вода 148, расход 6 м³; холодная вода 125, расход 10 м³" in answer
    assert ledger.newest()["HOT_WATER"] == 142
    answer = resident.says("да")
    assert "горячая вода 148, холодная вода 125" in answer
    assert "электричество" in answer
    assert (ledger.newest()["HOT_WATER"], ledger.newest()["COLD_WATER"]) == (148, 125)


def test_meter_first_then_its_value(resident: Resident, ledger: Ledger) -> None:
    assert "холодная вода, горячая вода и электричество" in resident.says("хочу передать показания")
    assert "холодная вода" in resident.says("холодная")
    assert "125" in resident.says("сто двадцать пять")
    resident.says("да")
    assert ledger.newest()["COLD_WATER"] == 125


def test_a_bare_value_is_taken_for_the_only_meter_it_fits(resident: Resident) -> None:
    assert "лектричество 6375" in resident.says("6375")


def test_a_value_that_fits_no_meter_alone_is_asked_about(resident: Resident) -> None:
    assert resident.says("двести") == "200 — это какой счётчик: холодная вода, горячая вода или электричество?"


def test_no_then_the_right_value(resident: Resident, ledger: Ledger) -> None:
    resident.says("холодная сто двадцать пять")
    assert "холодная вода" in resident.says("нет")
    assert "126" in resident.says("сто двадцать шесть")
    resident.says("да")
    assert ledger.newest()["COLD_WATER"] == 126


def test_correction_in_the_same_breath_as_the_no(resident: Resident, ledger: Ledger) -> None:
    resident.says("холодная сто двадцать пять")
    assert "127" in resident.says("нет, сто двадцать семь")
    resident.says("да")
    assert ledger.newest()["COLD_WATER"] == 127


def test_one_of_two_values_is_corrected_by_naming_its_meter(resident: Resident, ledger: Ledger) -> None:
    resident.says("горячая 148 холодная 125")
    answer = resident.says("нет, горячая 147")
    assert "147" in answer
    assert "125" in answer
    resident.says("да")
    assert (ledger.newest()["HOT_WATER"], ledger.newest()["COLD_WATER"]) == (147, 125)


def test_a_booked_value_is_corrected_within_the_window(resident: Resident, ledger: Ledger) -> None:
    resident.says("холодная 125")
    resident.says("да")
    resident.says("холодная 126")
    assert resident.says("да").startswith("Исправлено")
    assert ledger.newest()["COLD_WATER"] == 126


def test_the_same_value_again_changes_nothing(resident: Resident, ledger: Ledger) -> None:
    resident.says("холодная 125")
    resident.says("да")
    assert "уже записано" in resident.says("холодная 125")
    assert ledger.newest()["COLD_WATER"] == 125


def test_less_than_before_is_refused_with_the_previous_value(resident: Resident, ledger: Ledger) -> None:
    answer = resident.says("холодная 12")
    assert "меньше прошлого" in answer
    assert "115" in answer
    assert "125" in resident.says("125")
    resident.says("да")
    assert ledger.newest()["COLD_WATER"] == 125


def test_the_same_value_as_last_month_is_read_back_with_no_consumption_and_wants_one_yes(resident: Resident) -> None:
    answer = resident.says("холодная 115")
    assert answer == "Холодная вода 115, как и в прошлый раз, расход нулевой. Записать?"
    assert "аписано" in resident.says("да")


def test_no_consumption_of_one_meter_is_told_beside_the_consumption_of_another(resident: Resident) -> None:
    answer = resident.says("холодная 115 горячая 148")
    assert "Холодная вода 115, как и в прошлый раз, расход нулевой; горячая вода 148, расход 6 м³" in answer
    assert "аписано" in resident.says("да")


def test_red_digits_read_as_cubic_metres_are_guessed(resident: Resident, ledger: Ledger) -> None:
    assert "красные цифры" in resident.says("холодная 125400")
    assert "125,4" in resident.says("да")
    resident.says("да")
    assert ledger.newest()["COLD_WATER"] == Decimal("125.4")


def test_hot_and_cold_mixed_up_are_guessed(resident: Resident, ledger: Ledger) -> None:
    assert "горячая вода" in resident.says("холодная 148")
    assert "орячая вода 148" in resident.says("да")


def test_a_refused_guess_leaves_the_value_as_said(resident: Resident) -> None:
    resident.says("холодная 148")
    assert "Точно 148?" in resident.says("нет")
    assert "олодная вода 148" in resident.says("да")


def test_a_meter_with_two_zones_is_asked_for_both(stranger: Resident, demo: DemoSummary) -> None:
    stranger.says("привязать счёт")
    stranger.says(demo.rich.number)
    stranger.says(demo.rich.bill_code)
    stranger.says("да")
    assert "день и ночь" in stranger.says("передать показания за свет")
    assert "ночь" in stranger.says("6229")
    assert "день 6229 и ночь 1838" in stranger.says("1838")


def test_kitchen_and_bathroom_are_told_apart(stranger: Resident, demo: DemoSummary) -> None:
    stranger.says("привязать счёт")
    stranger.says(demo.rich.number)
    stranger.says(demo.rich.bill_code)
    stranger.says("да")
    answer = stranger.says("передать холодную воду")
    assert "на кухне" in answer
    assert "в ванной" in answer
    assert "на кухне" in stranger.says("кухня")


def test_help_fits_the_open_question_and_leaves_it_open(resident: Resident) -> None:
    resident.says("передать показания холодной воды")
    assert "чёрные цифры" in resident.says("помощь")
    assert "125" in resident.says("125")
    assert "«да»" in resident.says("помощь")
    assert "аписано" in resident.says("да")


def test_repeat_says_the_last_answer_again(resident: Resident) -> None:
    answer = resident.says("холодная 125")
    assert resident.says("повтори") == answer


def test_hanging_up_before_the_yes_books_nothing(resident: Resident, ledger: Ledger) -> None:
    resident.says("холодная 125")
    answer = resident.says("хватит")
    assert "ничего не записано" in answer
    assert resident.last.end
    assert ledger.newest()["COLD_WATER"] == 115


def test_after_a_long_silence_a_yes_books_nothing(resident: Resident, clock: Clock, ledger: Ledger) -> None:
    resident.says("холодная 125")
    clock.forward(minutes=16)
    resident.says("да")
    assert ledger.newest()["COLD_WATER"] == 115


def test_a_meter_the_flat_does_not_have(resident: Resident) -> None:
    assert resident.says("газ 480").startswith("Такого счётчика у вас нет: газ.")


def test_no_question_is_put_twice_in_the_same_words(resident: Resident) -> None:
    first = resident.says("передать показания")
    assert resident.says("передать показания") != first


def test_all_meters_done(resident: Resident) -> None:
    resident.says("холодная 125 горячая 148 свет 6375")
    assert "За ноябрь передано всё" in resident.says("да")


def test_what_was_handed_in_this_month_is_not_what_a_new_value_is_compared_with(resident: Resident) -> None:
    resident.says("холодная 125")
    resident.says("да")
    assert "было 115" in resident.says("холодная 12")
    assert "было 115" in resident.says("холодная 230")


def test_of_several_flats_the_one_read_back_is_named_and_another_can_be_meant(
    resident: Resident, demo: DemoSummary, ledger: Ledger
) -> None:
    linked(resident.engine, "chat", resident.name, demo.rich.id, resident.clock())
    assert resident.says("передать показания").startswith("Квартира 12. По какому счётчику?")
    assert "квартира 12, холодная вода 125" in resident.says("холодная 125").lower()
    answer = resident.says("нет, это другая квартира")
    assert answer.startswith("Квартира 7.")
    assert "холодная вода на кухне" in answer
    assert "квартира 12, холодная вода 125" in resident.says("это для квартиры двенадцать").lower()
    resident.says("да")
    assert ledger.newest()["COLD_WATER"] == Decimal(125)
    with store.reading(resident.engine) as db:
        rows = readings.last_readings(db, demo.rich.id)
    assert {row.value for row in rows if row.meter.resource == "COLD_WATER"} == {Decimal(876), Decimal(190)}
