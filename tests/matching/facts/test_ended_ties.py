"""Ties that ended: they remain conflicts of interest for the time of grace, with their dates."""

from datetime import date, timedelta

import pytest

from app.bootstrap.services import WorkerDatabase, build_services, close
from app.database import Database, new_id
from app.libraries.managers.models import Affiliation, Manager
from app.matching.embedding.embedder import Embedder
from app.matching.facts.conflicts_of_interest import find_conflict_of_interest
from app.matching.facts.from_managers import manager_facts
from app.matching.facts.hidden_owners import noticeable_conflict
from app.matching.facts.loader import load_manager_facts
from app.matching.facts.models import AchievementFacts, DemandFacts
from app.settings import Settings

TODAY = date(2026, 11, 29)
EMPLOYER, FORMER, SUBSIDIARY, OTHER = (new_id() for _ in range(4))


def manager(*, post: date | None = None, declared: date | None = None) -> Manager:
    record = Manager(id=new_id(), title="林若溪", owner_org_id=EMPLOYER)
    if post is not None:
        record.affiliations = [Affiliation(organisation_id=FORMER, end=post)]
    if declared is not None:
        record.declared_conflicts = [{"organisation_id": str(FORMER), "end": declared.isoformat()}]
    return record


def demand(owner: object, *, owner_hidden: bool = False) -> DemandFacts:
    return DemandFacts(id="d", owner_org=str(owner), party_orgs=(str(owner),), owner_hidden=owner_hidden)


ACHIEVEMENT = AchievementFacts(id="a", owner_org=str(OTHER), party_orgs=(str(OTHER),))


@pytest.mark.parametrize("tie", ["post", "declared"])
@pytest.mark.parametrize(
    ("ended", "months", "holds"),
    [
        (TODAY, 12, True),
        (TODAY - timedelta(days=1), 12, True),
        (TODAY - timedelta(days=1), 0, False),
        (date(2025, 11, 29), 12, True),
        (date(2025, 11, 28), 12, False),
        (date(2025, 11, 28), 13, True),
    ],
)
def test_a_tie_holds_until_its_last_day_of_grace(tie: str, ended: date, months: int, holds: bool) -> None:
    facts = manager_facts(manager(**{tie: ended}), today=TODAY, grace_months=months)
    found = find_conflict_of_interest(facts, demand(FORMER), ACHIEVEMENT)
    assert (found is not None) is holds
    assert find_conflict_of_interest(facts, demand(new_id()), ACHIEVEMENT) is None


def test_the_reason_says_when_it_ended_and_how_long_it_holds() -> None:
    facts = manager_facts(manager(post=date(2026, 11, 28)), today=TODAY)
    found = find_conflict_of_interest(facts, demand(FORMER), ACHIEVEMENT)
    assert found is not None
    assert found.kind == "former"
    assert "2026-11-28" in found.zh and "2027-11-28" in found.zh
    assert "2026-11-28" in found.en and "2027-11-28" in found.en


def test_it_extends_to_the_group_of_the_former_employer() -> None:
    facts = manager_facts(manager(post=date(2026, 11, 28)), today=TODAY)
    family = {str(SUBSIDIARY): str(FORMER)}
    assert find_conflict_of_interest(facts, demand(SUBSIDIARY), ACHIEVEMENT, family) is not None


def test_against_a_hidden_owner_nobody_notices_it() -> None:
    """Otherwise a manager could enter former posts, one after another, to find the owner."""
    facts = manager_facts(manager(post=date(2026, 11, 28)), today=TODAY)
    hidden = demand(FORMER, owner_hidden=True)
    assert noticeable_conflict(facts, hidden, ACHIEVEMENT, {}) is None
    assert noticeable_conflict(facts, demand(FORMER), ACHIEVEMENT, {}) is not None


@pytest.mark.parametrize("side", ["demand", "achievement"])
def test_a_declared_interest_in_a_record_holds_after_its_end_too(side: str) -> None:
    record = manager()
    ids = {"demand": new_id(), "achievement": new_id()}
    record.declared_conflicts = [{"record_id": str(ids[side]), "end": "2026-11-28"}]
    facts = manager_facts(record, today=TODAY)
    pair = DemandFacts(id=str(ids["demand"])), AchievementFacts(id=str(ids["achievement"]))
    found = find_conflict_of_interest(facts, *pair)
    assert found is not None and found.kind == "former"
    assert find_conflict_of_interest(facts, demand(OTHER), ACHIEVEMENT) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("opened", [Database, WorkerDatabase])
@pytest.mark.parametrize(("months", "holds"), [(0, False), (12, True)])
def test_the_setting_holds_for_requests_and_for_the_worker(
    settings: Settings, embedder: Embedder, opened: type[Database], months: int, holds: bool
) -> None:
    services = build_services(
        settings.model_copy(update={"conflict_grace_months": months}), embedder=embedder
    )
    record = manager(post=TODAY - timedelta(days=1))
    for open_session in (services[opened].reading, services[opened].unit_of_work):
        with open_session() as session:
            facts = load_manager_facts(session, [record], today=TODAY)[record.id]
        assert bool(facts.ended_ties) is holds
    close(services)
