"""News of the house, one after the other."""

from datetime import timedelta

from sqlalchemy import Engine

from billing import store
from billing.tables import News
from tests.skill.talking import Resident


def test_the_next_piece_comes_on_a_yes_or_on_more(resident: Resident, engine: Engine) -> None:
    with store.transaction(engine) as db:
        for days, title in ((3, "Покраска подъезда"), (4, "Субботник")):
            at = resident.clock() - timedelta(days=days)
            db.add(News(organization_id=1, title=title, body="Скоро.", published_at=at))
    assert resident.says("какие новости").startswith("Поверка счётчиков воды.")
    assert "Покраска подъезда" in resident.says("ещё")
    assert "Субботник" in resident.says("да")
    assert "новостей нет" in resident.says("дальше")
