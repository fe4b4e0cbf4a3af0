"""An answer that takes longer than the platform waits comes with the next turn, whichever process takes that."""

from concurrent.futures import ThreadPoolExecutor

from flask.testing import FlaskClient
from sqlalchemy import Engine

from billing import store
from skill.app import Service, create_app
from skill.deadline import Deadline
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import Turn, spoken
from skill.settings import Settings
from tests.skill.assistants.asking import post, recorded
from tests.skill.talking import Clock


def test_a_late_answer_is_given_with_the_next_turn(settings: Settings, engine: Engine, clock: Clock) -> None:
    hurried = settings.model_copy(update={"answer_seconds": 0.3})
    client = create_app(hurried, engine=engine, clock=clock).test_client()
    body = recorded("alice/start")
    with store.transaction(engine) as db:
        db.connection()  # somebody else writes: the turn has to wait
        assert post(client, "alice", body)["response"]["text"] == phrase("channels.late", 0)
    body["session"] |= {"message_id": 1, "new": False}
    body["request"] |= {"command": "продолжи", "original_utterance": "продолжи"}
    assert "Здравствуйте" in post(client, "alice", body)["response"]["text"]


def test_a_failing_turn_is_an_apology(client: FlaskClient, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE dialogue_session")
    answer = post(client, "alice", recorded("alice/start"))
    assert answer["response"]["text"] == phrase("channels.trouble", 0)


def test_go_on_waits_for_the_turn_that_another_process_takes(settings: Settings, engine: Engine, clock: Clock) -> None:
    """Two applications on the same books stand for two processes."""
    hurried = settings.model_copy(update={"answer_seconds": 0.3})
    slow, other = (create_app(hurried, engine=engine, clock=clock).test_client() for _ in range(2))
    patient = create_app(settings, engine=engine, clock=clock).test_client()
    body = recorded("alice/start")
    post(other, "alice", body)
    body["session"] |= {"message_id": 1, "new": False}
    body["request"] |= {"command": "какой тариф на холодную воду", "original_utterance": "какой тариф на холодную воду"}
    going_on = recorded("alice/start")
    going_on["session"] |= {"message_id": 2, "new": False}
    going_on["request"] |= {"command": "продолжи", "original_utterance": "продолжи"}
    with ThreadPoolExecutor(1) as pool:
        with store.transaction(engine) as db:
            db.connection()  # somebody else writes: the turn has to wait
            assert post(slow, "alice", body)["response"]["text"] == phrase("channels.late", 0)
            answer = pool.submit(post, patient, "alice", going_on)
        assert "52 ₽" in answer.result()["response"]["text"].replace("\u00a0", " ")


def test_conversations_that_never_come_back_are_not_remembered(
    settings: Settings, engine: Engine, clock: Clock
) -> None:
    deadline = Deadline(Service(settings.model_copy(update={"answer_seconds": 0.3}), engine, clock))
    with store.transaction(engine) as db:
        db.connection()  # somebody else writes: the turn has to wait
        assert deadline.reply(Turn("alice", "me", "s", spoken("помощь")), 3).text == phrase("channels.late", 0)
    deadline._workers.shutdown()
    assert deadline._late == {}
