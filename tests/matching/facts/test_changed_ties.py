"""Pairs that a tie between organisations takes away and brings back, without a change of any record."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from app.accounts.models import Organisation
from app.database import Database
from app.events.catalogue import OrganisationChanged
from app.events.handler import by_name
from app.events.outbox import Event, emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.matching import stored_rankings
from app.matching.matcher import Matcher
from app.matching.models import Pair
from app.workers.worker import Worker
from tests.matching.small_store import fill, matcher_on
from tests.support.events import handlers_of
from tests.support.services import demo_settings, make_services


@pytest.mark.parametrize(("batch", "few", "shared"), [(1, 50, False), (20, 50, True), (20, 0, True)])
def test_a_pair_that_a_takeover_forbade_is_ranked_again_when_it_ends(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int, few: int, shared: bool
) -> None:
    """Also one of an achievement that the organisation shares with its owner."""
    monkeypatch.setattr("app.matching.changed_ties._NAMED_IN_SQL", few)
    demands, achievements = fill(database)
    monkeypatch.setattr("app.matching.changed_ties.RERANKED_AT_ONCE", batch)
    with matcher_on(database, tmp_path) as matcher:
        services = make_services(database, demo_settings(home=tmp_path))
        services[Matcher] = matcher
        table = handlers_of(["app.matching.changed_ties"], events="app.events.catalogue.matching")
        worker = Worker(services, by_name(table))

        def pairs() -> set[tuple[UUID, UUID]]:
            with database.reading() as session:
                return {(pair.demand_id, pair.achievement_id) for pair in session.scalars(select(Pair))}

        def belongs_to(parent: UUID | None) -> None:
            with database.unit_of_work() as session:
                session.get_one(Organisation, child).parent_id = parent
                emit(session, OrganisationChanged(subject_id=child, changed=["parent_id"]))
            worker.run_until_idle()

        with database.unit_of_work() as session:
            for id_ in demands:
                demand = session.get_one(Demand, id_)
                stored_rankings.store_ranked(session, id_, stored_rankings.ranked(session, matcher, demand))
            owner = session.get_one(Demand, demands[0]).owner_org_id
            child = session.get_one(Achievement, achievements[0]).owner_org_id
            if shared:
                session.get_one(Achievement, achievements[1]).co_org_ids = [str(child)]
        before = pairs()
        forbidden = {(demands[0], achievements[index]) for index in (0, 1)[: 2 if shared else 1]} & before
        assert forbidden
        belongs_to(owner)
        assert pairs() == before - forbidden
        belongs_to(None)
        let_time_pass(database)
        worker.run_until_idle()
        assert pairs() == before


def test_an_organisation_that_edits_its_names_without_end_is_ranked_once_an_hour(
    database: Database, tmp_path: Path
) -> None:
    """The first change at once, all others of the hour together at its end; what goes by the ties of then."""
    fill(database)
    with matcher_on(database, tmp_path) as matcher:
        services = make_services(database, demo_settings(home=tmp_path))
        services[Matcher] = matcher
        table = handlers_of(["app.matching.changed_ties"], events="app.events.catalogue.matching")
        worker = Worker(services, by_name(table))
        with database.reading() as session:
            organisation = session.scalars(select(Demand.owner_org_id).order_by(Demand.id).limit(1)).one()

        def rename(times: int) -> int:
            """The rankings that were started or wait, after so many changes."""
            for _ in range(times):
                with database.unit_of_work() as session:
                    emit(session, OrganisationChanged(subject_id=organisation, changed=["name"]))
                worker.run_until_idle()
            with database.reading() as session:
                started = session.execute(
                    select(Event.payload, Event.done_at).where(Event.name == "organisation.rerank")
                ).all()
            return sum(payload.get("after") is None for payload, _ in started)

        assert rename(1) == 1
        assert rename(5) == 2
        let_time_pass(database)
        worker.run_until_idle()
        assert rename(5) == 3


def let_time_pass(database: Database) -> None:
    """More than an hour."""
    with database.unit_of_work() as session:
        for one in session.scalars(select(Event).where(Event.name == "organisation.rerank")):
            one.available_at -= timedelta(minutes=61)
