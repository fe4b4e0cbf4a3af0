"""The operators' pages: nobody in without the password, a conversation is taken, answered and given back."""

import re
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fixtures.demo_company import DemoSummary
from skill.settings import Settings
from tests.skill.talking import Clock, Resident


@pytest.fixture
def operator(app: Flask, settings: Settings) -> FlaskClient:
    """A client at work at the console."""
    client, password = app.test_client(), settings.password_of_console
    assert client.post("/console/login", data={"name": "Анна", "password": password}).status_code == 302
    return client


def csrf(page: str) -> str:
    return re.findall(r'name="csrf" value="([^"]+)"', page)[0]


def test_without_the_password_there_is_only_the_login(client: FlaskClient) -> None:
    assert client.get("/console").headers["Location"] == "/console/login"
    assert client.post("/console/login", data={"name": "Анна", "password": "guess"}).status_code == 403


def test_guessing_the_password_is_stopped(client: FlaskClient) -> None:
    for _ in range(5):
        client.post("/console/login", data={"name": "Анна", "password": "guess"})
    assert client.post("/console/login", data={"name": "Анна", "password": "guess"}).status_code == 429


def test_a_conversation_is_taken_answered_and_given_back(operator: FlaskClient, resident: Resident) -> None:
    resident.says("какие последние показания")
    resident.says("позовите оператора")
    page = operator.get("/console/1").get_data(as_text=True)
    assert "какие последние показания" in page
    assert "холодная вода 115" in page
    operator.post("/console/1/take", data={"csrf": csrf(page)})
    assert "Сотрудник" in resident.says("вы здесь?")
    page = operator.get("/console/1").get_data(as_text=True)
    operator.post("/console/1/answer", data={"csrf": csrf(page), "text": "Здравствуйте, это Анна."})
    assert resident.says("алло") == "Здравствуйте, это Анна."
    operator.post("/console/1/close", data={"csrf": csrf(page)})
    assert "52 ₽" in resident.says("какой тариф на холодную воду").replace("\u00a0", " ")


def test_an_operator_sees_who_it_is_and_the_offices_own_time(
    operator: FlaskClient, resident: Resident, demo: DemoSummary
) -> None:
    resident.says("позовите оператора")
    local = f"{resident.clock().astimezone(ZoneInfo('Europe/Moscow')):%d.%m %H:%M}"
    queue = operator.get("/console")
    assert queue.headers["Refresh"]
    pages = [queue.get_data(as_text=True), operator.get("/console/1").get_data(as_text=True)]
    for page in pages:
        assert demo.account.number in page
        assert "квартира 12" in page
        assert local in page
        assert "UTC" not in page


def test_an_answer_has_a_field_with_a_name(operator: FlaskClient, resident: Resident) -> None:
    resident.says("позовите оператора")
    operator.post("/console/1/take", data={"csrf": csrf(operator.get("/console/1").get_data(as_text=True))})
    assert "<label>Ответ жителю <textarea" in operator.get("/console/1").get_data(as_text=True)


def test_a_shift_ends_with_a_button(operator: FlaskClient) -> None:
    page = operator.get("/console").get_data(as_text=True)
    assert operator.post("/console/logout").status_code == 403
    assert operator.get("/console").status_code == 200
    assert operator.post("/console/logout", data={"csrf": csrf(page)}).location == "/console/login"
    assert operator.get("/console").location == "/console/login"


def test_a_shift_that_ended_is_over_for_a_copied_cookie_too(app: Flask, operator: FlaskClient) -> None:
    thief = app.test_client()
    cookie = operator.get_cookie("zhku_console")
    assert cookie is not None
    thief.set_cookie("zhku_console", cookie.value)
    form = {"csrf": csrf(thief.get("/console").get_data(as_text=True))}
    operator.post("/console/logout", data=form)
    assert thief.get("/console").location == "/console/login"
    assert thief.post("/console/1/take", data=form).location == "/console/login"


def test_a_shift_is_over_after_twelve_hours(operator: FlaskClient, clock: Clock) -> None:
    clock.forward(hours=11, minutes=59)
    assert operator.get("/console").status_code == 200
    clock.forward(minutes=1)
    assert operator.get("/console").location == "/console/login"


def test_one_operators_end_is_not_anothers(app: Flask, settings: Settings, operator: FlaskClient) -> None:
    other = app.test_client()
    other.post("/console/login", data={"name": "Борис", "password": settings.password_of_console})
    operator.post("/console/logout", data={"csrf": csrf(operator.get("/console").get_data(as_text=True))})
    assert "Борис" in other.get("/console").get_data(as_text=True)


def test_a_form_of_another_shift_does_nothing(app: Flask, settings: Settings, operator: FlaskClient) -> None:
    other = app.test_client()
    other.post("/console/login", data={"name": "Анна", "password": settings.password_of_console})
    form = {"csrf": csrf(other.get("/console").get_data(as_text=True))}
    assert operator.post("/console/logout", data=form).status_code == 403


def test_a_name_with_signs_that_no_database_keeps_is_taken_without_them(app: Flask, settings: Settings) -> None:
    client = app.test_client()
    client.post("/console/login", data={"name": "Ан\x00на", "password": settings.password_of_console})
    assert "Анна" in client.get("/console").get_data(as_text=True)


def test_a_name_stays_when_the_password_was_wrong(client: FlaskClient) -> None:
    page = client.post("/console/login", data={"name": "Анна", "password": "guess"}).get_data(as_text=True)
    assert 'value="Анна"' in page


def test_danger_is_answered_at_once_even_while_a_person_leads(operator: FlaskClient, resident: Resident) -> None:
    resident.says("позовите оператора")
    page = operator.get("/console/1").get_data(as_text=True)
    operator.post("/console/1/take", data={"csrf": csrf(page)})
    assert "104" in resident.says("пахнет газом")


def test_a_form_from_elsewhere_does_nothing(operator: FlaskClient, resident: Resident) -> None:
    resident.says("позовите оператора")
    assert operator.post("/console/1/take").status_code == 403


def test_codes_and_card_numbers_are_not_in_the_transcript(
    operator: FlaskClient, stranger: Resident, demo: DemoSummary
) -> None:
    for line in ("привязать счёт", demo.account.number, demo.account.bill_code, "да", "4276 3800 1234 5679"):
        stranger.says(line)
    stranger.says("позовите оператора")
    page = re.findall(r"<ol>.*</ol>", operator.get("/console/1").get_data(as_text=True), re.DOTALL)[0]
    assert "привязать счёт" in page
    for secret in (demo.account.number, demo.account.bill_code, "4276", "5679"):
        assert secret not in page


def test_a_one_time_code_links_once(operator: FlaskClient, stranger: Resident, demo: DemoSummary) -> None:
    page = operator.get("/console/code").get_data(as_text=True)
    page = operator.post("/console/code", data={"csrf": csrf(page), "number": demo.account.number}).get_data(
        as_text=True
    )
    code = re.findall(r"код <strong>(\d{6})</strong>", page)[0]
    stranger.says("привязать счёт")
    stranger.says(demo.account.number)
    assert "согласны" in stranger.says(code)
    again = Resident(stranger.engine, stranger.settings, stranger.clock)
    again.says("привязать счёт")
    again.says(demo.account.number)
    assert "не подошли" in again.says(code)


def test_the_bill_behind_a_link(client: FlaskClient, resident: Resident) -> None:
    resident.says("пришлите квитанцию")
    page = client.get(resident.last.link)
    assert page.status_code == 200
    text = page.get_data(as_text=True).replace("\u00a0", " ")
    assert "К оплате: 8 030 ₽ 61 коп." in text
    assert "data:image/png;base64," in text
    assert "100512" not in text
    assert client.get(resident.last.link[:-3] + "xyz").status_code == 404
