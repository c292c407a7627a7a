"""What a manager says of themselves counts little and is marked, through HTTP; what the bureau verified counts."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.clock import today
from app.database import Database
from app.libraries.managers.models import Manager
from app.talent.certificates.models import CertificateState, TrainingCertificate
from tests.matching.managers.test_recommendation import Town
from tests.support.callers import LogIn

BOASTS: dict[str, Any] = {
    "years": 30,
    "certificates": [
        {"level": "advanced", "number": "G-1", "issued_by": "某基地", "issued_on": "2024-01-01"}
    ],
}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def town(app: Any, log_in: LogIn) -> Town:
    town = Town(app, log_in)
    town.pair()
    return town


def _items(town: Town) -> dict[str, dict[str, Any]]:
    return {item["manager"]["id"]: item for item in town.recommended()}


def test_claims_are_marked_and_count_a_quarter(town: Town) -> None:
    plain, boasting = town.manager(), town.manager(**BOASTS)
    found = _items(town)
    reasons = found[boasting["id"]]["reasons"]
    assert "高级证书（自述）" in reasons["zh"] and "从业 30 年（自述）" in reasons["zh"]
    assert "advanced certificate (self-declared)" in reasons["en"]
    assert reasons["verified"] == {"certificate": None, "track_record": None, "years": None}
    claimed = reasons["contributions"]["certificate"] + reasons["contributions"]["experience"]
    with town.app.state.services[Database].unit_of_work() as session:
        session.add(
            TrainingCertificate(
                manager_id=UUID(boasting["id"]),
                level="advanced",
                number="G-1",
                issued_by="某基地",
                issued_on=date(2024, 1, 1),
                evidence="档案 1",
                state=CertificateState.VERIFIED,
            )
        )
    verified = _items(town)[boasting["id"]]["reasons"]
    assert "高级证书（已核验）" in verified["zh"] and "高级证书（自述）" not in verified["zh"]
    assert verified["verified"]["certificate"] == "bureau"
    assert verified["contributions"]["certificate"] == pytest.approx(
        4 * reasons["contributions"]["certificate"], abs=1e-3
    )
    assert 0 < claimed < verified["contributions"]["certificate"]
    assert found[plain["id"]]["score"] < found[boasting["id"]]["score"]


def test_works_that_are_typed_in_weigh_a_quarter_of_one_however_many_they_are(town: Town) -> None:
    work = {"title": town.demand["title"], "contract_type": "development", "year": today().year}
    honest, one, many = (town.manager(track_record=[work] * count) for count in (0, 1, 9))
    found = _items(town)

    def words(manager: dict[str, Any]) -> float:
        contributions: dict[str, float] = found[manager["id"]]["reasons"]["contributions"]
        return contributions["work_words"]

    assert words(honest) < words(one) == words(many)
    assert words(many) - words(honest) < 0.4  # of 1.5 that a pair can get from words
    assert any("（自述）" in line for line in found[many["id"]]["reasons"]["zh"])


def test_who_is_suspended_is_not_recommended(town: Town) -> None:
    suspended = town.manager()
    assert _items(town)[suspended["id"]]["recommended"]
    with town.app.state.services[Database].unit_of_work() as session:
        session.get_one(Manager, UUID(suspended["id"])).filing_state = "suspended"
    item = _items(town)[suspended["id"]]
    assert not item["recommended"]
    assert "备案已暂停或注销" in item["reasons"]["zh"]


def test_who_is_on_leave_is_listed_with_their_last_day_and_not_recommended(town: Town) -> None:
    day = today()
    leave = [
        {"start": day.isoformat(), "end": (day + timedelta(days=3)).isoformat()},
        {"start": (day + timedelta(days=4)).isoformat(), "end": (day + timedelta(days=9)).isoformat()},
        {"start": (day + timedelta(days=30)).isoformat(), "end": (day + timedelta(days=40)).isoformat()},
    ]
    away, later = town.manager(leave=leave), town.manager(leave=leave[2:])
    found = _items(town)
    assert not found[away["id"]]["recommended"]
    last = (day + timedelta(days=9)).isoformat()
    assert f"休假至 {last}，期间不推送" in found[away["id"]]["reasons"]["zh"]
    assert f"on leave until {last}" in found[away["id"]]["reasons"]["en"]
    assert found[later["id"]]["recommended"]
    assert all("休假" not in line for line in found[later["id"]]["reasons"]["zh"])


def test_nobody_is_recommended_below_the_floor(town: Town) -> None:
    """A list ends with managers whom nothing speaks for; it says so."""
    town.manager(fields=["201"], regions=["650100"], expertise="餐饮连锁加盟与门店选址。", languages=["en"])
    for item in town.recommended():
        assert item["recommended"] is (item["score"] >= 0.1)
        if not item["recommended"]:
            assert "与该供需对契合度过低" in item["reasons"]["zh"]
