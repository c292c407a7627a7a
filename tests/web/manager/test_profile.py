"""A manager's own record as a page: card, limits, leave and ties, as others see it, and its publication."""

import re
from datetime import timedelta
from typing import Any

import pytest

from app.accounts.models import Role
from app.clock import today
from app.database import Database
from app.libraries.managers.models import Manager
from tests.web.html import faults_of, hidden_fields, text_of
from tests.web.manager.desk import ManagerDesk
from tests.web.readers import Reader, ReaderOf

HERE = "/me/profile"
CARD = {
    "title": "林若溪",
    "expertise": "十年新材料领域技术转移经历，擅长高校专利许可与作价入股谈判。",
    "fields": "40",
    "regions": "370100",
    "languages": "zh",
    "accepts_pushes": "1",
}


@pytest.fixture
def newcomer(reader: ReaderOf) -> Reader:
    """A manager without a record."""
    return reader(Role.MANAGER)


def sound(page: Any, status: int = 200) -> str:
    assert page.status_code == status, text_of(page.text)[:600]
    assert faults_of(page.text) == []
    return text_of(page.text)


def version(reader: Any) -> dict[str, str]:
    return {"_version": hidden_fields(reader.get(HERE).text)["_version"]}


def test_a_card_is_written_once_previewed_and_published(newcomer: Reader, database: Database) -> None:
    assert "三步开始" in sound(newcomer.get(HERE))
    assert newcomer.get(f"{HERE}/preview").status_code == 303
    form = CARD | {"contact_phone": "13800000000", "_key": "form-of-one-card"}
    for _ in range(2):
        assert newcomer.post(HERE, data=form).status_code == 303
    with database.reading() as session:
        assert session.query(Manager).count() == 1
    assert "草稿" in sound(newcomer.get(HERE))
    for address in (f"{HERE}/preview", f"{HERE}/preview?as=member"):
        preview = sound(newcomer.get(address))
        assert "名片尚未发布" in preview
        assert "13800000000" not in preview
    assert newcomer.post(f"{HERE}/submit", data={"_version": "99"}).status_code == 412
    published = newcomer.post(f"{HERE}/submit", data=version(newcomer))
    assert published.status_code == 303, text_of(published.text)
    again = newcomer.post(f"{HERE}/submit", data=version(newcomer))
    assert again.status_code in (303, 409)


def test_limits_leave_and_ties_are_kept(desk: ManagerDesk) -> None:
    away = {
        "leave.0.start": today().isoformat(),
        "leave.0.end": (today() + timedelta(days=7)).strftime("%Y年%m月%d日"),
        "declared_conflicts.0.organisation_name": "济南泉城阀门有限公司",
        "declared_conflicts.0.note": "曾任职",
        "track_record.0.title": "涂层转让",
        "track_record.0.year": "2025",
        "track_record.0.landed_in_jinan": "1",
        "capacity": "3",
        "years": "10",
    }
    saved = desk.reader.post(HERE, data=CARD | away | version(desk.reader))
    assert saved.status_code == 303, text_of(saved.text)
    with desk.scenario.database.reading() as session:
        manager = session.get_one(Manager, desk.manager_id)
        assert (manager.capacity, manager.years) == (3, 10)
        assert [one["end"] for one in manager.leave] == [(today() + timedelta(days=7)).isoformat()]
        assert manager.track_record[0]["landed_in_jinan"] is True
        assert manager.declared_conflicts[0]["note"] == "曾任职"
    page = desk.reader.get(HERE)
    sound(page)
    for value in ("济南泉城阀门有限公司", "曾任职", "涂层转让"):
        assert f'value="{value}"' in page.text
    for address in (f"{HERE}/preview", f"{HERE}/preview?as=member"):
        preview = sound(desk.reader.get(address))
        assert "济南泉城阀门" not in preview, "ties are not for others"
        assert (today() + timedelta(days=7)).isoformat() not in preview
    cleared = desk.reader.post(HERE, data=CARD | version(desk.reader))
    assert cleared.status_code == 303, text_of(cleared.text)
    with desk.scenario.database.reading() as session:
        manager = session.get_one(Manager, desk.manager_id)
        assert manager.leave == []
        assert manager.declared_conflicts == []
        assert manager.capacity == 5


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"leave.0.start": "下周", "leave.0.end": "2026-12-31"}, "休假"),
        ({"capacity": "很多"}, "同时承接上限"),
        ({"title": "林"}, "姓名"),
    ],
)
def test_what_is_wrong_is_shown_as_typed(desk: ManagerDesk, wrong: dict[str, str], said: str) -> None:
    answer = desk.reader.post(HERE, data=CARD | version(desk.reader) | wrong)
    assert said in sound(answer, 422)
    for value in wrong.values():
        assert f'value="{value}"' in answer.text


def test_two_who_write_at_once_see_each_other(desk: ManagerDesk, reader: ReaderOf) -> None:
    read = version(desk.reader)
    assert desk.reader.post(HERE, data=CARD | read | {"years": "7"}).status_code == 303
    stale = desk.reader.post(HERE, data=CARD | read | {"years": "9"})
    text = sound(stale, 412)
    assert "他人已保存" in text and re.search(r"从业年限\s+7\s+9", text), "side by side"
    again = {"_version": hidden_fields(stale.text)["_version"]}
    assert desk.reader.post(HERE, data=CARD | again | {"years": "9"}).status_code == 303
    assert reader(Role.ENTERPRISE).post(HERE, data=CARD).status_code == 403
    assert CARD["expertise"] in reader(None).post(HERE, data=CARD).text
