"""Accept, consent, leave, move, sign, cancel, land, withdraw and end in any order: what never may happen."""

import shutil
import tempfile
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.principal import Principal
from app.db import Database, new_id, now
from app.engagements import disclosure, moving, participants
from app.engagements.contracts import registration, service, signing
from app.engagements.contracts.models import Contract
from app.engagements.load import open_load
from app.engagements.models import Engagement, Participant, ParticipantRole, Reveal, Stage, StageMove
from app.errors import Conflict, Invalid, NotFound
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.numbers import local_now
from app.pushes import inbox
from app.pushes.models import Push
from tests.pushes.world import World

# The moves that DESIGN's state machine allows, told without the table of the code.
ALONG = ["proposed", "contacted", "meeting", "negotiating", "signed", "landed"]
MOVES = {
    *pairwise(ALONG),
    *((stage, "ended") for stage in ALONG[:-1]),
    ("signed", "negotiating"),
}
OVER = {"landed", "ended"}
REFUSED = (Conflict, Invalid, NotFound)
index = st.integers(0, 2)
nth = st.integers(0, 20)


class Town(RuleBasedStateMachine):
    """Three pairs of one enterprise and one institute, two managers; every command is the service's own."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.mkdtemp()
        path = Path(self.directory) / "town.db"
        shutil.copyfile(self.template, path)
        database = Database(f"sqlite:///{path}")
        # Nothing is killed here, so nothing needs to reach the disk: more orders in the same time.
        event.listen(database.engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous=OFF"))
        self.world = World(database)
        self.most = [0, 0]

    def teardown(self) -> None:
        self.world.database.dispose()
        shutil.rmtree(self.directory)

    @initialize(capacity=st.integers(1, 2))
    def build(self, capacity: int) -> None:
        world = self.world
        self.owners = [world.organisation(), world.organisation()]
        hidden = {"publish_mode": "confidential"}
        self.demands = [world.demand(owner=self.owners[0], **hidden) for _ in range(3)]
        self.achievements = [world.achievement(owner=self.owners[1], **hidden) for _ in range(3)]
        self.managers = [world.manager(capacity=capacity) for _ in range(2)]
        self.actors = [
            Principal(user_id=new_id(), organisation_id=self.owners[0], role=Role.ENTERPRISE, verified=True),
            Principal(user_id=new_id(), organisation_id=self.owners[1], role=Role.INSTITUTION, verified=True),
            *(
                Principal(user_id=new_id(), role=Role.MANAGER, manager_id=id_, verified=True)
                for id_ in self.managers
            ),
            Principal(user_id=new_id(), role=Role.OPERATOR, verified=True),
        ]
        self.most = [capacity, capacity]

    @rule(pair=index, manager=st.integers(0, 1))
    def accept(self, pair: int, manager: int) -> None:
        key = (self.managers[manager], self.demands[pair], self.achievements[pair])
        with self.world.database.unit_of_work() as session:
            if session.scalar(select(Push).filter_by(manager_id=key[0], demand_id=key[1])):
                return
            push = Push(
                manager_id=key[0],
                demand_id=key[1],
                achievement_id=key[2],
                pair_score=0.8,
                manager_score=0.8,
                rank_score=0.6,
                rank_key=0.0,
                model_version="t",
                demand_version=1,
                achievement_version=1,
                expires_at=now() + timedelta(days=9),
            )
            session.add(push)
            session.flush()
            push_id = push.id
        self.command(lambda session: inbox.accept(session, push_id, principal=self.actors[2 + manager]))

    @rule(manager=st.integers(0, 1), capacity=st.integers(0, 3))
    def change_capacity(self, manager: int, capacity: int) -> None:
        """Fewer places end nothing that is open; there are just no new ones."""
        with self.world.database.unit_of_work() as session:
            session.get_one(Manager, self.managers[manager]).capacity = capacity
        self.most[manager] = max(self.most[manager], capacity)

    @rule(
        model=st.sampled_from([Demand, Achievement]),
        n=index,
        state=st.sampled_from(["published", "withdrawn"]),
    )
    def set_state(self, model: Any, n: int, state: str) -> None:
        ids = self.demands if model is Demand else self.achievements
        self.world.set_state(model, ids[n], state)

    @precondition(lambda self: self.engagements())
    @rule(n=nth, actor=st.integers(0, 4), verb=st.sampled_from(["consent", "consent", "decline", "leave"]))
    def answer(self, n: int, actor: int, verb: str) -> None:
        engagement = self.pick(n)
        with self.world.database.reading() as session:
            rows = session.scalars(select(Participant.id).filter_by(engagement_id=engagement)).all()
        for row in rows:
            self.command(
                lambda session, row=row: getattr(participants, verb)(  # type: ignore[misc]
                    session, engagement, row, principal=self.actors[actor]
                )
            )

    @precondition(lambda self: self.engagements())
    @rule(
        n=nth, actor=st.integers(0, 4), role=st.sampled_from(list(ParticipantRole)), manager=st.integers(0, 1)
    )
    def invite(self, n: int, actor: int, role: ParticipantRole, manager: int) -> None:
        whom: dict[str, Any] = {}
        if role is ParticipantRole.MANAGER:
            whom = {"manager_id": self.managers[manager]}
        elif role is ParticipantRole.INVESTOR:
            whom = {"organisation_id": self.owners[0]}
        invitation = participants.Invitation(role=role, **whom)
        engagement = self.pick(n)
        self.command(
            lambda session: participants.invite(
                session, engagement, invitation=invitation, principal=self.actors[actor]
            )
        )

    @precondition(lambda self: self.engagements())
    @rule(n=nth, actor=st.integers(0, 4), to=st.sampled_from(list(Stage)))
    def move(self, n: int, actor: int, to: Stage) -> None:
        engagement = self.pick(n)
        reason = "other" if to is Stage.ENDED else None
        self.command(
            lambda session: moving.move(
                session, engagement, target=to, note="n", reason=reason, principal=self.actors[actor]
            )
        )

    @precondition(lambda self: self.engagements())
    @rule(n=nth, actor=st.integers(0, 4))
    def move_on(self, n: int, actor: int) -> None:
        """The next stage, so that the far ones are reached often enough."""
        engagement = self.pick(n)
        with self.world.database.reading() as session:
            stage = session.get_one(Engagement, engagement).stage
        if stage in ALONG[:-1]:
            target = Stage.of(ALONG[ALONG.index(stage) + 1])
            self.command(
                lambda session: moving.move(
                    session, engagement, target=target, note="n", principal=self.actors[actor]
                )
            )

    @precondition(lambda self: self.engagements())
    @rule(n=nth, actor=st.integers(0, 4))
    def draft_and_sign(self, n: int, actor: int) -> None:
        today = local_now().date()
        values = {
            "engagement_id": self.pick(n),
            "kind": "service",
            "title": "合同",
            "deal_amount_wan": Decimal("10.00"),
            "technology_amount_wan": Decimal("10.00"),
            "starts_on": today,
            "ends_on": today,
        }
        made = self.command(
            lambda session: service.draft(session, values=values, principal=self.actors[actor])
        )
        if made is not None:
            self.command(
                lambda session: signing.sign(session, made.id, signed_on=today, principal=self.actors[actor])
            )

    @precondition(lambda self: self.contracts())
    @rule(n=nth, actor=st.integers(0, 4), cancels=st.booleans())
    def cancel_or_land(self, n: int, actor: int, cancels: bool) -> None:
        ids = self.contracts()
        id_, me = ids[n % len(ids)], self.actors[actor]
        if cancels:
            self.command(lambda session: service.cancel(session, id_, reason="r", principal=me))
        elif me.role is Role.OPERATOR:
            today = local_now().date()
            self.command(
                lambda session: registration.land(session, id_, landed_on=today, in_jinan=True, principal=me)
            )

    @precondition(lambda self: self.engagements())
    @rule(n=nth, actor=st.integers(0, 3))
    def look_up_contacts(self, n: int, actor: int) -> None:
        engagement = self.pick(n)
        before = self.both_consent(engagement)
        shown = self.command(
            lambda session: disclosure.reveal_contacts(session, engagement, principal=self.actors[actor])
        )
        if shown is not None:
            assert before
            with self.world.database.reading() as session:
                assert session.scalar(select(Reveal).filter_by(engagement_id=engagement)) is not None

    @invariant()
    def every_engagement_went_along_the_table(self) -> None:
        with self.world.database.reading() as session:
            for row in session.scalars(select(Engagement)):
                moves = session.scalars(
                    select(StageMove).filter_by(engagement_id=row.id).order_by(StageMove.id)
                ).all()
                steps = [(move.from_stage, move.to_stage) for move in moves]
                assert steps[0] == (None, "proposed")
                assert all(step in MOVES for step in steps[1:])
                assert all(later[0] == earlier[1] for earlier, later in pairwise(steps))
                assert row.stage == steps[-1][1]
                assert all(move.note and move.moved_as and move.moved_at for move in moves)
                assert (row.stage == "ended") == (row.ended_reason is not None)
                kept = session.scalars(select(Contract).filter_by(engagement_id=row.id)).all()
                in_force = [one for one in kept if one.state in ("signed", "registered")]
                if row.stage == "signed":
                    assert in_force
                for one in in_force:
                    assert sum(share.percent for share in one.shares) == 100

    @invariant()
    def agreement_is_both_sides_consent(self) -> None:
        for engagement in self.engagements():
            with self.world.database.reading() as session:
                agreed = session.get_one(Engagement, engagement).agreed_at is not None
            assert agreed == self.both_consent(engagement)

    @invariant()
    def no_manager_has_more_than_his_places(self) -> None:
        with self.world.database.reading() as session:
            load = open_load(session, getattr(self, "managers", ()))
            for n, manager in enumerate(getattr(self, "managers", ())):
                taken = self.taken(session, manager)
                assert taken <= self.most[n]
                assert load.get(manager, 0) <= taken

    @invariant()
    def records_are_open_to_whom_their_owners_let_in(self) -> None:
        for n, actor in enumerate(getattr(self, "actors", ())):
            with self.world.database.reading() as session:
                assert disclosure.approved_records(session, actor) == self.expected_open(session, n)

    def expected_open(self, session: Session, n: int) -> frozenset[UUID]:
        """Told engagement by engagement, without a query of the code."""
        found: set[UUID] = set()
        for row in session.scalars(select(Engagement)):
            if row.stage == "ended":
                continue
            here = session.scalars(
                select(Participant).filter_by(engagement_id=row.id, state="consented")
            ).all()
            sides = {one.side for one in here if one.side}
            records = {"demand": row.demand_id, "achievement": row.achievement_id}
            if n in (2, 3) and any(one.manager_id == self.managers[n - 2] for one in here):
                found |= {records[side] for side in sides}
            elif n in (0, 1) and sides == {"demand", "achievement"}:
                found.add(records["achievement" if n == 0 else "demand"])
        return frozenset(found)

    def taken(self, session: Session, manager: UUID) -> int:
        count = 0
        for one in session.scalars(select(Participant).filter_by(manager_id=manager, state="consented")):
            count += session.get_one(Engagement, one.engagement_id).stage not in OVER
        return count

    def both_consent(self, engagement: UUID) -> bool:
        with self.world.database.reading() as session:
            rows = session.scalars(
                select(Participant).filter_by(engagement_id=engagement, state="consented")
            ).all()
            return {row.side for row in rows if row.side} == {"demand", "achievement"}

    def engagements(self) -> list[UUID]:
        with self.world.database.reading() as session:
            return list(session.scalars(select(Engagement.id).order_by(Engagement.id)))

    def contracts(self) -> list[UUID]:
        with self.world.database.reading() as session:
            return list(session.scalars(select(Contract.id).order_by(Contract.id)))

    def pick(self, n: int) -> UUID:
        ids = self.engagements()
        return ids[n % len(ids)]

    def command(self, run: Any) -> Any:
        """In a transaction of its own; None where it was refused."""
        try:
            with self.world.database.unit_of_work() as session:
                return run(session)
        except REFUSED:
            return None


def test_no_order_of_commands_breaks_an_engagement(sqlite_template: Path) -> None:
    Town.template = sqlite_template
    run_state_machine_as_test(
        Town,
        settings=settings(
            max_examples=12, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
