"""Learning as its users meet it: lists are kept, answers become judgements, the bureau switches models and back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.bootstrap.services import close
from app.database import Database, now
from app.events.catalogue import (
    ContractCancelled,
    ContractSigned,
    EngagementOpened,
    MatchReported,
    OwnerAnswered,
)
from app.events.domain_event import DomainEvent
from app.events.outbox import Event, emit
from app.libraries.demands.models import Demand
from app.main import create_app
from app.matching.feedback.models import Impression, Judgement
from app.matching.matcher import Matcher
from app.matching.models import Pair
from app.matching.ranking import registry
from app.matching.ranking.features.catalogue import FEATURES
from app.matching.ranking.ranker import load_ranker
from app.settings import Settings
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.callers import Caller
from tests.support.http import created

NAMES = {feature.name for feature in FEATURES}
KEEN = replace(load_ranker(), version="keen", base=load_ranker().base + 1.0)


def owner_answered(pair: tuple[UUID, UUID], *, interested: bool, reason: str | None = None) -> OwnerAnswered:
    return OwnerAnswered(
        subject_id=pair[0],
        demand_id=pair[0],
        achievement_id=pair[1],
        side="demand",
        interested=interested,
        reason=reason,
    )


def engagement_opened(pair: tuple[UUID, UUID], manager: UUID) -> EngagementOpened:
    id_ = uuid4()
    return EngagementOpened(
        subject_id=id_,
        engagement_id=id_,
        number="T-E-1",
        demand_id=pair[0],
        achievement_id=pair[1],
        manager_id=manager,
        stage="matching",
    )


def contract(pair: tuple[UUID, UUID], manager: UUID) -> dict[str, Any]:
    """The fields of any event of a contract."""
    id_ = uuid4()
    return {
        "subject_id": id_,
        "contract_id": id_,
        "number": "T-C-1",
        "demand_id": pair[0],
        "achievement_id": pair[1],
        "buyer_org_id": uuid4(),
        "seller_org_id": uuid4(),
        "manager_ids": [manager],
        "state": "signed",
        "version": 1,
    }


@pytest.fixture
def database(app: Any) -> Database:
    found: Database = app.state.services[Database]
    return found


@pytest.fixture
def broker(log_in: Callable[..., Caller]) -> Caller:
    return log_in(Role.MANAGER)


@pytest.fixture
def pair(
    as_institution: Caller, as_enterprise: Caller, broker: Caller, drain: Callable[[], int]
) -> tuple[UUID, UUID]:
    """A demand and an achievement that meet, pushed to the broker."""
    achievement = created(as_institution.post("/v1/achievements", json=achievement_payload()))
    created(broker.post("/v1/managers", json=manager_payload(expertise="水性防腐涂料技术转移")))
    demand = created(as_enterprise.post("/v1/demands", json=demand_payload()))
    drain()
    return UUID(demand["id"]), UUID(achievement["id"])


def exposures(database: Database, surface: str) -> list[Impression]:
    with database.reading() as session:
        found = list(session.scalars(select(Impression).where(Impression.surface == surface)))
        session.expunge_all()
        return found


def judgements(database: Database) -> list[Judgement]:
    with database.reading() as session:
        found = list(session.scalars(select(Judgement).order_by(Judgement.judged_at)))
        session.expunge_all()
        return found


def test_lists_are_kept_by_organisation_and_once(
    database: Database, pair: tuple[UUID, UUID], as_enterprise: Caller, as_operator: Caller
) -> None:
    for reader in (as_enterprise, as_enterprise, as_operator):
        shown = reader.get(f"/v1/demands/{pair[0]}/matches").json()
    (kept,) = exposures(database, "demand_matches")  # the bureau looks on, and a second look is the same list
    assert (kept.viewer_id, kept.subject_id) == (as_enterprise.organisation_id, pair[0])
    assert kept.model_version == shown["model_version"]
    assert set(kept.features) == NAMES
    position, demand, achievement, score, *values = kept.items[0]
    assert (position, UUID(demand), UUID(achievement)) == (1, *pair)
    assert score == pytest.approx(shown["items"][0]["score"], abs=1e-3)
    assert len(values) == len(NAMES)


def test_an_answer_to_a_push_becomes_a_judgement_with_what_was_shown(
    database: Database, pair: tuple[UUID, UUID], broker: Caller, drain: Callable[[], int]
) -> None:
    (push,) = broker.get("/v1/inbox").json()["items"]
    (inbox,) = exposures(database, "inbox")
    assert inbox.viewer_id == UUID(push["manager"]["id"])  # the manager's record, not the user
    answer = {"reason": "price"}
    assert broker.post(f"/v1/pushes/{push['id']}/decline", json=answer).status_code == 200
    drain()
    (judgement,) = judgements(database)
    assert (judgement.demand_id, judgement.achievement_id) == pair
    assert (judgement.signal, judgement.reason, judgement.position) == ("declined", "price", 1)
    assert set(judgement.features) == NAMES
    assert judgement.actor_id == inbox.viewer_id


def test_taking_a_push_up_counts_and_the_owners_word_too(
    database: Database,
    pair: tuple[UUID, UUID],
    broker: Caller,
    as_enterprise: Caller,
    drain: Callable[[], int],
) -> None:
    """The events of owners, engagements and contracts name the pair in their payloads."""
    (push,) = broker.get("/v1/inbox").json()["items"]
    assert broker.post(f"/v1/pushes/{push['id']}/accept").status_code == 200
    manager = UUID(push["manager"]["id"])
    actual: list[DomainEvent] = [
        owner_answered(pair, interested=False, reason="price"),
        owner_answered(pair, interested=True),
        MatchReported(subject_id=uuid4(), demand_id=pair[0], achievement_id=pair[1], category="wrong_topic"),
        engagement_opened(pair, manager),
        ContractSigned(**contract(pair, manager)),
        ContractSigned(**contract(pair, manager) | {"demand_id": None}),
    ]
    for event in actual:
        with database.unit_of_work() as session:
            emit(session, event)
    drain()
    counting = {one.signal: one for one in judgements(database) if one.taken_back_at is None}
    assert set(counting) == {
        "accepted",
        "owner_interested",
        "reported",
        "engagement_opened",
        "contract_signed",
    }
    assert counting["owner_interested"].actor_id == as_enterprise.organisation_id
    assert counting["contract_signed"].actor_id == manager
    assert all(set(one.features) == NAMES for one in counting.values())


def test_of_an_undone_acceptance_only_the_next_word_is_left(
    database: Database, pair: tuple[UUID, UUID], broker: Caller, drain: Callable[[], int]
) -> None:
    (push,) = broker.get("/v1/inbox").json()["items"]
    path = f"/v1/pushes/{push['id']}"
    for verb, body in (("accept", None), ("undo", None), ("decline", {"reason": "outside_need"})):
        answer = broker.post(f"{path}/{verb}", json=body)
        assert answer.status_code == 200, answer.text
        drain()
    counting = [one.signal for one in judgements(database) if one.taken_back_at is None]
    assert counting == ["declined"]


def test_an_opening_that_is_settled_after_its_undoing_counts_nothing(
    database: Database, pair: tuple[UUID, UUID], broker: Caller, drain: Callable[[], int]
) -> None:
    """An event that failed comes again after a pause, and others overtake it."""
    (push,) = broker.get("/v1/inbox").json()["items"]
    path = f"/v1/pushes/{push['id']}"
    for verb in ("accept", "undo"):
        assert broker.post(f"{path}/{verb}").status_code == 200

    def put_off(by: timedelta) -> None:
        with database.unit_of_work() as session:
            (opened,) = session.scalars(select(Event).where(Event.name == "engagement.opened"))
            opened.available_at = now() + by

    put_off(timedelta(hours=1))
    drain()
    put_off(timedelta())
    drain()
    assert [one.signal for one in judgements(database) if one.taken_back_at is None] == []
    assert broker.post(f"{path}/accept").status_code == 200
    drain()
    counting = {one.signal for one in judgements(database) if one.taken_back_at is None}
    assert counting == {"accepted", "engagement_opened"}


def test_an_owners_word_that_is_settled_late_does_not_replace_the_later_one(
    database: Database, pair: tuple[UUID, UUID], drain: Callable[[], int]
) -> None:
    with database.unit_of_work() as session:
        no = emit(session, owner_answered(pair, interested=False, reason="price"))
        no.available_at = now() + timedelta(hours=1)
    with database.unit_of_work() as session:
        emit(session, owner_answered(pair, interested=True))
    drain()
    with database.unit_of_work() as session:
        session.get_one(Event, no.id).available_at = now()
    drain()
    assert [one.signal for one in judgements(database) if one.taken_back_at is None] == ["owner_interested"]


def test_a_signing_that_is_settled_after_its_cancelling_counts_nothing(
    database: Database, pair: tuple[UUID, UUID], broker: Caller, drain: Callable[[], int]
) -> None:
    manager = UUID(broker.get("/v1/inbox").json()["items"][0]["manager"]["id"])
    payload = contract(pair, manager)
    with database.unit_of_work() as session:
        signed = emit(session, ContractSigned(**payload))
        signed.available_at = now() + timedelta(hours=1)
    with database.unit_of_work() as session:
        emit(session, ContractCancelled(**payload, from_state="signed", reason=""))
    drain()
    with database.unit_of_work() as session:
        session.get_one(Event, signed.id).available_at = now()
    drain()
    assert "contract_signed" not in {one.signal for one in judgements(database) if one.taken_back_at is None}


def test_a_switch_holds_everywhere_and_back_to_the_last_byte(
    app: Any,
    settings: Any,
    embedder: Any,
    database: Database,
    pair: tuple[UUID, UUID],
    as_enterprise: Caller,
    as_operator: Caller,
    drain: Callable[[], int],
) -> None:
    def scores() -> list[float]:
        answer = as_enterprise.get(f"/v1/demands/{pair[0]}/matches").json()
        return [item["score"] for item in answer["items"]]

    def stored() -> tuple[str, float]:
        with database.reading() as session:
            version, score = session.execute(select(Pair.model_version, Pair.score)).one()
            return version, score

    before, stored_before = scores(), stored()
    with database.unit_of_work() as session:
        registry.register(session, KEEN, state=registry.TRAINED)
    other = create_app(settings, embedder=embedder)  # another process's service, started before the switch
    switched = as_operator.post("/v1/models/keen/use").json()
    assert (switched["version"], switched["active"]) == ("keen", True)
    assert scores() > before
    with database.reading() as session:
        demand = session.get_one(Demand, pair[0])
        elsewhere = other.state.services[Matcher].for_demand(session, demand)
    close(other.state.services)
    assert elsewhere.model_version == "keen"
    drain()
    assert stored()[0] == "keen"

    assert as_operator.post("/v1/models/rollback").json()["version"] == stored_before[0]
    assert scores() == before
    drain()
    assert stored() == stored_before
    listed = as_operator.get("/v1/models").json()["items"]
    assert {row["version"]: row["active"] for row in listed} == {"keen": False, stored_before[0]: True}


def test_a_lower_threshold_is_pushed_by_at_once(
    database: Database,
    as_institution: Caller,
    as_enterprise: Caller,
    as_operator: Caller,
    broker: Caller,
    drain: Callable[[], int],
) -> None:
    """The worker's policy was made at its start; the threshold is that of the ranker that answers now."""
    strict = replace(load_ranker(), version="strict", threshold=0.999)
    with database.unit_of_work() as session:
        registry.register(session, strict, state=registry.TRAINED)
    assert as_operator.post("/v1/models/strict/use").status_code == 200
    created(broker.post("/v1/managers", json=manager_payload(expertise="水性防腐涂料技术转移")))
    created(as_institution.post("/v1/achievements", json=achievement_payload()))
    created(as_enterprise.post("/v1/demands", json=demand_payload()))
    drain()
    assert broker.get("/v1/inbox").json()["items"] == []
    assert as_operator.post("/v1/models/rollback").status_code == 200
    drain()
    assert len(broker.get("/v1/inbox").json()["items"]) == 1


@pytest.mark.parametrize("role", [Role.ENTERPRISE, Role.INSTITUTION, Role.MANAGER, Role.INVESTOR])
def test_models_are_the_bureaus(log_in: Callable[..., Caller], role: Role) -> None:
    somebody = log_in(role)
    for method, path in (
        ("GET", "/v1/models"),
        ("GET", "/v1/training-runs"),
        ("POST", "/v1/models/rollback"),
        ("POST", "/v1/models/keen/use"),
    ):
        assert somebody.request(method, path).status_code == 403


def test_a_missing_resource_is_reported(as_operator: Caller) -> None:
    assert as_operator.post("/v1/models/nobody/use").status_code == 404
    nothing = as_operator.post("/v1/models/rollback")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "no_model_before")
    assert as_operator.get("/v1/training-runs").json()["items"] == []


def test_what_is_shown_need_not_be_kept(
    app: Any, database: Database, pair: tuple[UUID, UUID], as_enterprise: Caller
) -> None:
    app.state.services[Settings] = app.state.services[Settings].model_copy(update={"keep_exposures": False})
    assert as_enterprise.get(f"/v1/demands/{pair[0]}/matches").status_code == 200
    assert exposures(database, "demand_matches") == []
