"""The widget on the company's own site: one tag, a real Chromium, our server on another origin."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import select
from werkzeug.serving import BaseWSGIServer, make_server

from billing import store
from billing.tables import Payment
from fixtures.demo_company import DemoSummary
from skill.settings import Settings

DOOR = "/api/v1/utterance"
CHROMIUM = Path("/usr/bin/chromium")
SHADOW = "() => [...document.body.children].find((one) => one.shadowRoot).shadowRoot"
CONTRASTS = f"""() => {{
  const root = ({SHADOW})();
  const light = (colour) => {{
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }};
  const ground = (one) => {{
    for (; one; one = one.parentElement)
      if (getComputedStyle(one).backgroundColor !== "rgba(0, 0, 0, 0)") return getComputedStyle(one).backgroundColor;
    return "rgb(255, 255, 255)";
  }};
  return [...root.querySelectorAll("button, li, h2, input, .trouble")].map((one) => {{
    const pair = [light(getComputedStyle(one).color), light(ground(one))].sort((a, b) => b - a);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  }});
}}"""
"""The contrast of everything written in the widget, by WCAG 2's formula."""


def served(app: Flask, port: int = 0) -> BaseWSGIServer:
    """The application on the port, or on a free one."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def site() -> Iterator[tuple[Flask, str]]:
    """The company's site and its origin."""
    app = Flask("site")
    server = served(app)
    yield app, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def settings(tmp_path: Path, site: tuple[Flask, str]) -> Settings:
    """Links lead to our server, and a bank is played there."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        home = f"http://127.0.0.1:{probe.getsockname()[1]}"
    widget = {"widget_sites": frozenset({site[1]}), "public_url": home}
    return Settings(data_dir=tmp_path, database_url="", payment_sandbox_secret="bank", **widget)


@pytest.fixture
def home(app: Flask, settings: Settings, site: tuple[Flask, str]) -> Iterator[str]:
    """Our server's origin; the site's page carries its tag."""
    home = settings.public_url
    server = served(app, int(home.rpartition(":")[2]))
    page = f"<!doctype html><title>УК</title><h1>Сайт</h1><script src='{home}/widget.js' defer></script>"
    site[0].add_url_rule("/", "index", lambda: page)
    yield home
    server.shutdown()


def test_only_the_companys_site_may_call_the_doors(client: FlaskClient, site: tuple[Flask, str]) -> None:
    asked = {"Origin": site[1], "Access-Control-Request-Method": "POST"}
    answer = client.options(DOOR, headers=asked)
    assert answer.headers["Access-Control-Allow-Origin"] == site[1]
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert (
        "Access-Control-Allow-Origin"
        not in client.options(DOOR, headers={**asked, "Origin": "https://evil.example"}).headers
    )
    assert "Access-Control-Allow-Origin" not in client.get("/healthz", headers=asked).headers


def test_the_script_needs_nothing_from_elsewhere(client: FlaskClient) -> None:
    script = client.get("/widget.js").get_data(as_text=True)
    assert "import(" not in script
    assert "innerHTML" not in script
    assert script.count("https://") == 1  # the tag shown in its first comment


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium on this machine")
def test_a_resident_talks_on_the_companys_site(home: str, site: tuple[Flask, str], demo: DemoSummary) -> None:
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        page = browser.new_page(locale="ru-RU")
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(site[1])
        opener = page.get_by_role("button", name="Показания и счета")
        opener.focus()
        page.keyboard.press("Enter")
        log = page.get_by_role("log", name="Разговор")
        expect(log.get_by_role("listitem")).to_have_count(1)
        expect(log).to_contain_text("Здравствуйте")
        page.keyboard.type("привязать счёт")
        page.keyboard.press("Enter")
        expect(log).to_contain_text("лицевого счёта")
        for said, told in ((demo.account.number, "код"), (demo.account.bill_code, "согласны"), ("да", "Лесная")):
            page.keyboard.type(said)
            page.keyboard.press("Enter")
            expect(log.get_by_role("listitem").last).to_contain_text(told)
        before = log.get_by_role("listitem").count()
        page.get_by_role("button", name="Говорить").click()
        page.wait_for_timeout(800)
        page.get_by_role("button", name="Готово").click()
        expect(log.get_by_role("listitem")).not_to_have_count(before)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(opener).to_be_focused()
        page.reload()
        opener.click()
        expect(log).to_contain_text("привязать счёт")
        assert faults == []
        browser.close()


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium on this machine")
def test_a_bill_is_paid_from_the_widget(home: str, site: tuple[Flask, str], demo: DemoSummary, engine: Engine) -> None:
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(site[1])
        page.get_by_role("button", name="Показания и счета").press("Enter")
        log, number, code = page.get_by_role("log"), demo.account.number, demo.account.bill_code
        expect(log.get_by_role("listitem")).to_have_count(1)
        for turn, said in enumerate(("привязать счёт", number, code, "да", "оплатить тысячу рублей", "да"), 1):
            page.get_by_role("textbox", name="Сообщение").fill(said)
            page.keyboard.press("Enter")
            expect(log.get_by_role("listitem")).to_have_count(1 + 2 * turn)
        with page.expect_popup() as opened:
            log.get_by_role("link", name="Открыть").press("Enter")
        bank = opened.value
        expect(bank.get_by_text("1 000 ₽")).to_be_visible()
        bank.get_by_role("button", name="Оплатить").click()
        bank.wait_for_url(f"{home}/bill/**")
        browser.close()
    with store.reading(engine) as db:
        paid = db.exec(select(Payment).where(Payment.provider == "sandbox")).one()
    assert (paid.status, paid.amount_kopecks) == ("DONE", 100_000)


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium on this machine")
def test_what_did_not_get_through_can_be_sent_again(home: str, site: tuple[Flask, str]) -> None:
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 360, "height": 640})
        page.goto(site[1])
        page.get_by_role("button", name="Показания и счета").click()
        expect(page.get_by_role("listitem")).to_have_count(1)
        page.context.set_offline(True)
        line = page.get_by_role("textbox", name="Сообщение")
        line.fill("помощь")
        line.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Нет связи")
        expect(line).to_have_value("помощь")
        page.context.set_offline(False)
        line.press("Enter")
        expect(page.get_by_role("listitem").last).to_contain_text("счёт")
        expect(page.get_by_role("alert")).to_be_hidden()
        browser.close()


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium on this machine")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_narrow_telephone_everything_can_be_read_and_typed(
    home: str, site: tuple[Flask, str], scheme: Literal["light", "dark"]
) -> None:
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 360, "height": 640}, color_scheme=scheme)
        page.goto(site[1])
        page.get_by_role("button", name="Показания и счета").click()
        line = page.get_by_role("textbox", name="Сообщение")
        for said in ("помощь", "какие тарифы", "помощь"):
            line.fill(said)
            line.press("Enter")
            expect(page.get_by_role("listitem").last).not_to_have_text(said)
        talk, last = page.get_by_role("log").bounding_box(), page.get_by_role("listitem").last.bounding_box()
        assert talk
        assert last
        assert last["y"] + last["height"] <= talk["y"] + talk["height"] + 1
        assert (line.bounding_box() or {"width": 0})["width"] > 250
        assert min(page.evaluate(CONTRASTS)) >= 4.5
        browser.close()
