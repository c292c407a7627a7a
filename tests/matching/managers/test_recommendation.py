"""Managers for a pair through HTTP: conflicts of each kind, languages, what earlier pushes say, newcomers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from app.accounts.models import Organisation, Role
from app.database import Database, now
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.matching.managers.track_records import NEWCOMER_PUSHES
from app.matching.matcher import Matcher
from app.pushes.models import Push, PushState
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.callers import LogIn
from tests.support.http import create, ok

_numbers = count(1)


class Town:
    """A buyer with a demand, a seller with an achievement, and the bureau that looks at the pair."""

    def __init__(self, app: Any, log_in: LogIn) -> None:
        self.app, self.log_in = app, log_in
        self.buyer, self.seller = log_in(Role.ENTERPRISE), log_in(Role.INSTITUTION)
        self.bureau = log_in(Role.OPERATOR)

    def pair(
        self, *, demand: dict[str, Any] | None = None, achievement: dict[str, Any] | None = None
    ) -> None:
        self.demand = create(self.buyer, "demands", demand_payload(**(demand or {})))
        self.achievement = create(self.seller, "achievements", achievement_payload(**(achievement or {})))

    def manager(self, organisation_id: UUID | None = None, **changes: Any) -> dict[str, Any]:
        person = self.log_in(Role.MANAGER, organisation_id=organisation_id)
        return create(person, "managers", manager_payload(**changes))

    def organisation(self, *, parent: UUID | None = None) -> UUID:
        with self.app.state.services[Database].unit_of_work() as session:
            row = Organisation(
                name=f"第 {next(_numbers)} 个单位",
                kind="institution",
                region="370100",
                parent_id=parent,
                verified_at=now(),
            )
            session.add(row)
            session.flush()
            return row.id

    def adopt(self, child: UUID, parent: UUID) -> None:
        with self.app.state.services[Database].unit_of_work() as session:
            session.get_one(Organisation, child).parent_id = parent

    def manager_who_wants(self, fields: list[str]) -> dict[str, Any]:
        person = self.log_in(Role.MANAGER)
        record = create(person, "managers", manager_payload())
        etag = person.get("/v1/managers/me/preferences").headers["ETag"]
        ok(person.put("/v1/managers/me/preferences", json={"fields": fields}, headers={"If-Match": etag}))
        return record

    def recommended(self, reader: Any = None) -> list[dict[str, Any]]:
        params = {"demand_id": self.demand["id"], "achievement_id": self.achievement["id"]}
        found = ok((reader or self.bureau).get("/v1/recommendations", params=params))
        items: list[dict[str, Any]] = found["items"]
        return items

    def reserve(self, share: float) -> None:
        """Another share of places for newcomers than the setting's, for routes and worker alike."""
        matcher: Matcher = self.app.state.services[Matcher]
        matcher.lookups = replace(matcher.lookups, newcomer_share=share)

    def answered(self, manager_id: str, state: PushState, count: int, *, reason: str | None = None) -> None:
        """Earlier pushes of other pairs, answered a day ago."""
        with self.app.state.services[Database].unit_of_work() as session:
            for _ in range(count):
                self._earlier(session, UUID(manager_id), state, reason)

    def _earlier(self, session: Any, manager_id: UUID, state: PushState, reason: str | None) -> None:
        demand = session.get_one(Demand, UUID(self.demand["id"]))
        other = Demand(
            number=f"T-D-{next(_numbers)}",
            title="过去的需求",
            main_problem="过去的问题",
            region="370100",
            owner_org_id=demand.owner_org_id,
            state="closed",
        )
        session.add(other)
        session.flush()
        session.add(
            Push(
                manager_id=manager_id,
                demand_id=other.id,
                achievement_id=UUID(self.achievement["id"]),
                pair_score=0.8,
                manager_score=0.8,
                rank_score=0.64,
                rank_key=0.0,
                model_version="earlier",
                demand_version=1,
                achievement_version=1,
                state=state,
                decline_reason=reason,
                expires_at=now() + timedelta(days=9),
                answered_at=now() - timedelta(days=1) if state is not PushState.EXPIRED else None,
                ended_at=now() - timedelta(days=1) if state is PushState.EXPIRED else None,
            )
        )


@pytest.fixture
def town(app: Any, log_in: LogIn) -> Town:
    return Town(app, log_in)


def conflict_of(town: Town, manager: dict[str, Any]) -> str | None:
    [item] = [one for one in town.recommended() if one["manager"]["id"] == manager["id"]]
    assert item["recommended"] == (item["conflict"] is None)
    if item["conflict"] is None:
        return None
    assert item["conflict"]["zh"] in item["reasons"]["zh"]
    kind: str = item["conflict"]["kind"]
    return kind


def test_each_kind_of_conflict_is_found_and_reported(town: Town) -> None:
    group, co_owner, co_group = town.organisation(), town.organisation(), town.organisation()
    sister, co_sister, apart = (
        town.organisation(parent=group),
        town.organisation(parent=co_group),
        town.organisation(),
    )
    town.adopt(town.buyer.organisation_id, group)
    town.adopt(co_owner, co_group)
    town.pair(achievement={"co_org_ids": [str(co_owner)]})
    declared = {"organisation_id": str(town.seller.organisation_id), "kind": "family"}
    of_record = {"record_id": town.demand["id"], "kind": "family"}
    expected = [
        (town.manager(town.buyer.organisation_id), "affiliation"),
        (town.manager(town.seller.organisation_id), "affiliation"),
        (town.manager(co_owner), "co_ownership"),
        (town.manager(sister), "family"),
        (town.manager(co_sister), "family"),
        (town.manager(declared_conflicts=[declared]), "declared"),
        (town.manager(declared_conflicts=[of_record]), "declared"),
        (town.manager(apart), None),
    ]
    assert [conflict_of(town, manager) for manager, _ in expected] == [kind for _, kind in expected]
    assert [one["manager"]["id"] for one in town.recommended() if one["recommended"]] == [
        expected[-1][0]["id"]
    ]


def test_who_speaks_both_languages_leads_for_a_pair_across_the_border(town: Town) -> None:
    town.pair(achievement={"language": "en", "region": "000000"})
    silent = town.manager(languages=["zh"], years=30)
    speaks = town.manager(languages=["zh", "en"], regions=["370100", "000000"])
    first, second = town.recommended()
    assert (first["manager"]["id"], second["manager"]["id"]) == (speaks["id"], silent["id"])
    assert "掌握跨境对接所需语言（英语、中文）" in first["reasons"]["zh"]
    assert "服务境外对接" in first["reasons"]["zh"]
    assert "缺少跨境对接所需语言" in second["reasons"]["zh"]


def test_answers_to_earlier_pushes_count_and_their_figures_are_the_bureaus(town: Town) -> None:
    town.pair()
    keen, fair, slack = (town.manager() for _ in range(3))
    town.answered(keen["id"], PushState.ACCEPTED, 6)
    town.answered(slack["id"], PushState.EXPIRED, 4)
    town.answered(slack["id"], PushState.DECLINED, 2, reason="no_benefit")
    town.answered(fair["id"], PushState.DECLINED, 6, reason="price")  # says nothing about the manager
    found = town.recommended()
    assert [one["manager"]["id"] for one in found] == [keen["id"], fair["id"], slack["id"]]
    acceptance = [one["reasons"]["contributions"]["acceptance"] for one in found]
    assert acceptance[0] > 0 == acceptance[1] > acceptance[2]
    assert "接收推送的比例高于平均" in found[0]["reasons"]["zh"]
    seen = town.recommended(town.buyer)
    assert [one["manager"]["id"] for one in seen] == [one["manager"]["id"] for one in found]
    assert all("acceptance" not in one["reasons"]["contributions"] for one in seen)


def test_old_answers_fade(town: Town) -> None:
    town.pair()
    manager = town.manager()
    town.manager()
    town.answered(manager["id"], PushState.ACCEPTED, 4)

    def acceptance() -> float:
        [item] = [one for one in town.recommended() if one["manager"]["id"] == manager["id"]]
        value: float = item["reasons"]["contributions"]["acceptance"]
        return value

    recent = acceptance()
    with town.app.state.services[Database].unit_of_work() as session:
        session.execute(update(Push).values(answered_at=now() - timedelta(days=200)))
    older = acceptance()
    with town.app.state.services[Database].unit_of_work() as session:
        session.execute(update(Push).values(answered_at=now() - timedelta(days=2000)))
    assert recent > older > acceptance() == 0.0


def test_a_newcomer_gets_the_reserved_place_of_the_list_and_of_the_push(
    town: Town, drain: Callable[[], int]
) -> None:
    """With every slot reserved, a manager who has had pushes comes after newcomers, even if they fit better."""
    town.reserve(1.0)
    town.pair()
    old_hand = town.manager(years=20)
    newcomer = town.manager(years=1)
    assert [one["manager"]["id"] for one in town.recommended()] == [old_hand["id"], newcomer["id"]]
    town.answered(old_hand["id"], PushState.CANCELLED, NEWCOMER_PUSHES)
    first, second = town.recommended()
    assert (first["manager"]["id"], second["manager"]["id"]) == (newcomer["id"], old_hand["id"])
    assert first["score"] < second["score"]
    assert (first["reasons"]["put_forward"], second["reasons"]["put_forward"]) == (True, False)
    assert first["reasons"]["zh"][0] == "新入库技术经理人优先展示"
    drain()
    pushed = ok(town.bureau.get("/v1/pushes", params={"manager_id": newcomer["id"]}))["items"]
    assert len(pushed) == 1
    assert pushed[0]["reasons"]["manager"]["put_forward"]


def test_a_full_inbox_is_shown_and_not_recommended(town: Town) -> None:
    """As in pushing: four pushes without an answer for each free slot."""
    town.pair()
    busy, free = town.manager(capacity=1), town.manager(capacity=1)
    town.answered(busy["id"], PushState.NEW, 4)
    first, second = town.recommended()
    assert (first["manager"]["id"], first["recommended"], first["full"]) == (free["id"], True, False)
    assert (second["manager"]["id"], second["recommended"], second["full"]) == (busy["id"], False, True)
    assert "待答复的推送已达上限 4 条" in second["reasons"]["zh"]


def test_a_manager_who_does_not_want_such_pairs_is_not_recommended(town: Town) -> None:
    """They would not get the push."""
    town.pair()
    wants, other = town.manager_who_wants(town.demand["fields"]), town.manager_who_wants(["80"])
    found = {one["manager"]["id"]: one for one in town.recommended()}
    assert [found[one["id"]]["recommended"] for one in (wants, other)] == [True, False]
    assert found[other["id"]]["reasons"]["zh"][0] == "暂不接收此类供需对的推送"
    assert [one["manager"]["id"] for one in town.recommended()] == [wants["id"], other["id"]]


def test_pairs_asked_about_together_have_the_managers_of_each_alone(town: Town) -> None:
    """What they have in common is read once; a conflict with one pair's owner is none with the other's."""
    town.pair(demand={"title": "储罐防腐", "main_problem": "储罐外壁涂层两年就脱落，返修费用高"})
    first = (UUID(town.demand["id"]), UUID(town.achievement["id"]))
    town.manager(UUID(str(town.buyer.organisation_id)), expertise="防腐涂层，储罐检修与评估")
    town.buyer, town.seller = town.log_in(Role.ENTERPRISE), town.log_in(Role.INSTITUTION)
    town.pair(demand={"title": "轴承诊断", "main_problem": "轴承振动大，难以预知故障，停机损失大"})
    second = (UUID(town.demand["id"]), UUID(town.achievement["id"]))
    for expertise in (
        "防腐涂层，储罐检修与评估",
        "轴承故障诊断，振动分析与预测",
        "专利运营，技术合同登记与评估",
    ):
        town.manager(expertise=expertise)
    matcher: Matcher = town.app.state.services[Matcher]
    with town.app.state.services[Database].reading() as session:
        pairs = [
            (session.get_one(Demand, demand_id), session.get_one(Achievement, achievement_id))
            for demand_id, achievement_id in (first, second)
        ]
        together = matcher.managers_for_pairs(session, pairs)
        alone = [matcher.managers_for(session, *pair) for pair in pairs]
    assert together == alone
    assert [len(found) for found in together] == [4, 4]
    assert [sum(one.conflict is not None for one in found) for found in together] == [1, 0]
