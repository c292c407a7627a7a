"""Pairs that a tie between organisations takes away and brings back, without a change of any record."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from app.accounts.models import Organisation
from app.database import Database
from app.events.catalogue import OrganisationChanged
from app.events.handler import by_name
from app.events.outbox import emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.matching import stored_rankings
from app.matching.matcher import Matcher
from app.matching.models import Pair
from app.workers.worker import Worker
from tests.matching.small_store import fill, matcher_on
from tests.support.events import handlers_of
from tests.support.services import demo_settings, make_services


@pytest.mark.parametrize("batch", [1, 20])
def test_a_pair_that_a_takeover_forbade_is_ranked_again_when_it_ends(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
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
        before, forbidden = pairs(), (demands[0], achievements[0])
        assert forbidden in before
        belongs_to(owner)
        assert pairs() == before - {forbidden}
        belongs_to(None)
        assert pairs() == before
