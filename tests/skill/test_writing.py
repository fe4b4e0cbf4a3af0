"""One reply on every platform: its words, buttons and link, within every table of limits however long it is."""

from dataclasses import replace
from typing import Any

import pytest

from skill.channels.channel import Arrival, assistants, messengers
from skill.channels.limits import contracts
from skill.dialogue.turn import Card, Reply, Turn

LINK = "https://zhku.example/bill/abc?sum=100"
BILL = Card("Октябрь: 8 030 ₽", tuple((f"Услуга {number} " * 40, "1 889 ₽ 57 коп.") for number in range(30)))
REPLIES = {
    "short": Reply("Записать?", buttons=("Да", "Нет")),
    "end": Reply("До свидания!", end=True),
    "link": Reply("Вот ссылка на оплату 1 234 ₽.", buttons=("Помощь",), link=LINK),
    "long": Reply("Очень длинный ответ о начислениях за месяц. " * 400, buttons=("Да", "Нет")),
    "many buttons": Reply("Какой?", buttons=tuple(f"Счётчик номер {number}" for number in range(40))),
    "card": Reply("За октябрь 8 030 ₽. Назвать остальное?", buttons=("Да", "Нет"), card=BILL),
    "long buttons": Reply("Какой?", buttons=("Показания счётчика горячей воды в ванной комнате " * 8, "Да")),
}
BODIES: dict[str, list[dict[str, Any]]] = {
    "actions_builder": [{"session": {"id": "s"}, "scene": {"name": "x"}}, {"inputs": [], "conversation": {}}],
    "alexa": [{"request": {"type": "IntentRequest"}}],
    "dialogflow_es": [{"queryResult": {}}, {"result": {}}, {"originalDetectIntentRequest": {"source": "google"}}],
}
TO: dict[str, dict[str, Any]] = {
    "telegram": {"chat_id": 1},
    "max": {"user_id": "1"},
    "whatsapp": {"phone_number_id": "2", "to": "1"},
    "viber": {"receiver": "1"},
    "bot_framework": {
        "serviceUrl": "http://localhost",
        "conversation": {"id": "c"},
        "from": {"id": "u"},
        "recipient": {"id": "b"},
        "id": "a",
    },
}


def written(platform: str, reply: Reply) -> list[dict[str, Any]]:
    """Everything that goes out for a reply."""
    turn = Turn(platform, "u", "s")
    if platform in assistants():
        return [assistants()[platform].write(reply, turn, body) for body in BODIES.get(platform, [{}])]
    return messengers()[platform].write(reply, Arrival(turn, TO[platform]))


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
@pytest.mark.parametrize("platform", [*assistants(), *messengers()])
def test_any_reply_fits_the_platform(platform: str, reply: Reply) -> None:
    for answer in written(platform, reply):
        assert contracts()[platform].problems(answer) == []


@pytest.mark.parametrize(
    "platform", ["alice", "alexa", "actions_builder", "bot_framework", "dialogflow_cx", "dialogflow_es"]
)
def test_a_bill_is_a_table_where_the_platform_has_one(platform: str) -> None:
    small = Reply("За октябрь 2 127 ₽.", card=Card("Октябрь: 2 127 ₽", (("Горячая вода", "1 889 ₽ 57 коп."),)))
    shown = str(written(platform, small)[0])
    assert "Горячая вода" in shown
    assert "1 889 ₽ 57 коп." in shown


@pytest.mark.parametrize("platform", sorted({*assistants(), *messengers()} - {"alexa"}))
def test_a_link_can_be_opened(platform: str) -> None:
    assert LINK in str(written(platform, REPLIES["link"])[-1 if platform in messengers() else 0])


@pytest.mark.parametrize("platform", ["alice", "marusia", "salute", "alexa"])
def test_a_link_is_not_read_out(platform: str) -> None:
    answer = str(written(platform, replace(REPLIES["link"], buttons=())))
    assert "zhku.example" not in answer.replace(LINK, "")
    assert "одна тысяча двести тридцать четыре рубля" in answer


@pytest.mark.parametrize("platform", ["alice", "marusia"])
def test_without_a_screen_there_is_nothing_to_press(platform: str) -> None:
    answer = assistants()[platform].write(REPLIES["link"], Turn(platform, "u", "s", screen=False), {})
    assert "buttons" not in answer["response"]


@pytest.mark.parametrize("platform", sorted(messengers()))
def test_a_long_answer_is_not_shortened_in_a_messenger(platform: str) -> None:
    reply = Reply("Раз два три четыре пять. " * 500)
    shown = [m["text"]["body"] if isinstance(m["text"], dict) else m["text"] for m in written(platform, reply)]
    assert " ".join(shown).split() == reply.text.split()
