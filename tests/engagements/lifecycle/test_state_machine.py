"""Accept, consent, leave, move, sign, cancel, land, withdraw and end in any order: what never may happen."""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Role
from app.clock import local_now
from app.database import new_id
from app.engagements import contact_visibility
from app.engagements.contract_models import Contract
from app.engagements.contracts import registration
from app.engagements.contracts.amendments import proposals
from app.engagements.contracts.draft import draft
from app.engagements.contracts.signatures import service as signatures
from app.engagements.lifecycle import stage_changes
from app.engagements.lifecycle.workload import open_engagement_counts
from app.engagements.models import Engagement, Participant, ParticipantRole, Reveal, Stage, StageMove
from app.engagements.people import invitations, participants
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.pushes.inbox import service as inbox
from app.pushes.models import Push
from tests.support.builders.pushes import make_push
from tests.support.scenario import Scenario
from tests.support.state_machines import DatabaseMachine, run_machine

pytestmark = pytest.mark.slow

# The permitted transitions, stated without the table of the code.
ALONG = ["proposed", "contacted", "meeting", "negotiating", "signed", "landed"]
MOVES = {
    *pairwise(ALONG),
    *((stage, "ended") for stage in ALONG[:-1]),
    ("signed", "negotiating"),
    ("landed", "negotiating"),
    ("landed", "signed"),
}
OVER = {"landed", "ended"}
BOTH = {"demand", "achievement"}
REFUSED = (Conflict, Forbidden, Invalid, NotFound)
index = st.integers(0, 2)
nth = st.integers(0, 20)


class EngagementMachine(DatabaseMachine):
    """Three pairs of one enterprise and one institute, two managers; every command is the service's own."""

    def __init__(self) -> None:
        super().__init__()
        self.scenario = Scenario(self.database)
        self.most = [0, 0]
        self.engagements: list[UUID] = []
        self.contracts: list[UUID] = []

    @initialize(capacity=st.integers(1, 2), along=st.tuples(st.integers(-1, 5), st.integers(-1, 5)))
    def build(self, capacity: int, along: tuple[int, int]) -> None:
        """Each manager has an engagement: not agreed (-1), or that many stages along."""
        scenario = self.scenario
        self.owners = [scenario.organisation(), scenario.organisation()]
        hidden = {"publish_mode": "confidential"}
        self.demands = [scenario.demand(owner=self.owners[0], **hidden) for _ in range(3)]
        self.achievements = [scenario.achievement(owner=self.owners[1], **hidden) for _ in range(3)]
        self.managers = [scenario.manager(capacity=capacity) for _ in range(2)]
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
        for manager, steps in enumerate(along):
            self.take_up(manager, manager, agreed=steps >= 0)
            self.go(manager, steps)

    @rule(pair=index, manager=st.integers(0, 1), agreed=st.booleans())
    def accept(self, pair: int, manager: int, agreed: bool) -> None:
        self.take_up(pair, manager, agreed=agreed)

    def take_up(self, pair: int, manager: int, *, agreed: bool) -> None:
        key = (self.managers[manager], self.demands[pair], self.achievements[pair])
        with self.scenario.database.unit_of_work() as session:
            if session.scalar(select(Push).filter_by(manager_id=key[0], demand_id=key[1])):
                return
            push = make_push(session, manager_id=key[0], demand_id=key[1], achievement_id=key[2])
            push_id = push.id
        me = self.actors[2 + manager]
        if self.command(lambda session: inbox.accept(session, push_id, principal=me)) is None:
            return
        with self.scenario.database.reading() as session:
            self.engagements += session.scalars(select(Engagement.id).filter_by(push_id=push_id))
        if agreed:
            for actor in (0, 1):
                self.reply(len(self.engagements) - 1, actor, "consent")

    @rule(manager=st.integers(0, 1), capacity=st.integers(0, 3))
    def change_capacity(self, manager: int, capacity: int) -> None:
        """Fewer places end nothing that is open; there are just no new ones."""
        with self.scenario.database.unit_of_work() as session:
            session.get_one(Manager, self.managers[manager]).capacity = capacity
        self.most[manager] = max(self.most[manager], capacity)

    @rule(
        model=st.sampled_from([Demand, Achievement]),
        n=index,
        state=st.sampled_from(["published", "withdrawn"]),
    )
    def set_state(self, model: Any, n: int, state: str) -> None:
        ids = self.demands if model is Demand else self.achievements
        self.scenario.set_state(model, ids[n], state)

    @precondition(lambda self: self.engagements)
    @rule(n=nth, actor=st.integers(0, 3), verb=st.sampled_from(["consent", "decline", "leave"]))
    def answer(self, n: int, actor: int, verb: str) -> None:
        self.reply(n, actor, verb)

    def reply(self, n: int, actor: int, verb: str) -> None:
        """To all that is the actor's to answer; others' invitations are tried as well, and refused."""
        engagement, me = self.pick(n), self.actors[actor]
        with self.scenario.database.reading() as session:
            rows = session.scalars(select(Participant.id).filter_by(engagement_id=engagement)).all()
        for row in rows:
            self.command(
                lambda session, row=row: getattr(participants, verb)(session, engagement, row, principal=me)
            )

    @precondition(lambda self: self.engagements)
    @rule(
        n=nth, actor=st.integers(0, 4), role=st.sampled_from(list(ParticipantRole)), manager=st.integers(0, 1)
    )
    def invite(self, n: int, actor: int, role: ParticipantRole, manager: int) -> None:
        whom: dict[str, Any] = {}
        if role is ParticipantRole.MANAGER:
            whom = {"manager_id": self.managers[manager]}
        elif role is ParticipantRole.INVESTOR:
            whom = {"organisation_id": self.owners[0]}
        invitation = invitations.Invitation(role=role, **whom)
        engagement = self.pick(n)
        self.command(
            lambda session: invitations.invite(
                session, engagement, invitation=invitation, principal=self.actors[actor]
            )
        )

    @precondition(lambda self: self.engagements)
    @rule(n=nth, actor=st.integers(0, 4), to=st.sampled_from(list(Stage)))
    def move(self, n: int, actor: int, to: Stage) -> None:
        engagement = self.pick(n)
        reason = "other" if to is Stage.ENDED else None
        self.command(
            lambda session: stage_changes.change_stage(
                session, engagement, target=to, note="n", reason=reason, principal=self.actors[actor]
            )
        )

    @precondition(lambda self: self.engagements)
    @rule(n=nth, steps=st.integers(1, 5))
    def go_along(self, n: int, steps: int) -> None:
        self.go(n, steps)

    def go(self, n: int, steps: int) -> None:
        """The lead does what comes next, so that the far stages are reached often enough."""
        engagement = self.pick(n)
        for _ in range(steps):
            with self.scenario.database.reading() as session:
                row = session.get_one(Engagement, engagement)
                stage, lead = row.stage, 2 + self.managers.index(row.manager_id)
            if stage in OVER:
                return
            if stage == "negotiating":
                self.contract(n, lead)
            if stage == "signed" and self.contracts:
                self.land(self.contracts[-1])
            target = Stage.of(ALONG[ALONG.index(stage) + 1])
            me = self.actors[lead]
            self.command(
                lambda session, target=target, me=me: stage_changes.change_stage(
                    session, engagement, target=target, note="n", principal=me
                )
            )

    @precondition(lambda self: self.engagements)
    @rule(n=nth, actor=st.integers(0, 4))
    def draft_and_sign(self, n: int, actor: int) -> None:
        self.contract(n, actor)

    def contract(self, n: int, actor: int) -> None:
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
        made = self.command(lambda session: draft(session, values=values, principal=self.actors[actor]))
        if made is not None:
            self.contracts.append(made.id)
            for party in (0, 1):
                self.command(
                    lambda session, party=party: signatures.sign(
                        session, made.id, signed_on=today, principal=self.actors[party], if_match="*"
                    )
                )

    @precondition(lambda self: self.contracts)
    @rule(n=nth, actor=st.integers(0, 4), cancels=st.booleans())
    def cancel_or_land(self, n: int, actor: int, cancels: bool) -> None:
        id_, me = self.contracts[n % len(self.contracts)], self.actors[actor]
        if cancels:
            self.command(lambda session: proposals.cancel(session, id_, reason="r", principal=me))
        elif me.role is Role.OPERATOR:
            self.land(id_)

    def land(self, contract: UUID) -> None:
        today, bureau = local_now().date(), self.actors[4]
        self.command(
            lambda session: registration.land(
                session, contract, landed_on=today, in_jinan=True, principal=bureau
            )
        )

    @precondition(lambda self: self.engagements)
    @rule(n=nth, actor=st.integers(0, 3))
    def look_up_contacts(self, n: int, actor: int) -> None:
        engagement = self.pick(n)
        before = self.both_consent(engagement)
        shown = self.command(
            lambda session: contact_visibility.reveal_contacts(
                session, engagement, principal=self.actors[actor]
            )
        )
        if shown is not None:
            assert before
            with self.scenario.database.reading() as session:
                assert session.scalar(select(Reveal).filter_by(engagement_id=engagement)) is not None

    @invariant()
    def nothing_is_broken(self) -> None:
        if not self.engagements:
            return
        with self.scenario.database.reading() as session:
            here = Rows(session)
            for row in here.engagements:
                here.check_way(row)
                here.check_contracts(row)
                assert (row.agreed_at is not None) == (here.sides(row) == BOTH)
            load = open_engagement_counts(session, self.managers)
            for manager, most in zip(self.managers, self.most, strict=True):
                taken = here.taken(manager)
                assert load.get(manager, 0) <= taken <= most
            for n, actor in enumerate(self.actors):
                manager_id = self.managers[n - 2] if n in (2, 3) else None
                side = {0: "demand", 1: "achievement"}.get(n)
                opened = contact_visibility.opened_records(session, actor)
                assert opened.approved == here.opened(manager_id, side)

    def both_consent(self, engagement: UUID) -> bool:
        with self.scenario.database.reading() as session:
            return Rows(session).sides(session.get_one(Engagement, engagement)) == BOTH

    def pick(self, n: int) -> UUID:
        return self.engagements[n % len(self.engagements)]

    def command(self, run: Any) -> Any:
        """In a transaction of its own; None where it was refused."""
        try:
            with self.scenario.database.unit_of_work() as session:
                return run(session)
        except REFUSED:
            return None


class Rows:
    """All rows as they are, and what must hold of them, stated plainly."""

    def __init__(self, session: Session) -> None:
        self.engagements = session.scalars(select(Engagement)).all()
        self.participants = session.scalars(select(Participant).filter_by(state="consented")).all()
        self.moves = session.scalars(select(StageMove).order_by(StageMove.id)).all()
        self.contracts = session.scalars(select(Contract)).all()

    def sides(self, row: Engagement) -> set[str]:
        here = [one for one in self.participants if one.engagement_id == row.id]
        return {one.side for one in here if one.side}

    def check_way(self, row: Engagement) -> None:
        moves = [move for move in self.moves if move.engagement_id == row.id]
        steps = [(move.from_stage, move.to_stage) for move in moves]
        assert steps[0] == (None, "proposed")
        assert all(step in MOVES for step in steps[1:])
        assert all(later[0] == earlier[1] for earlier, later in pairwise(steps))
        assert row.stage == steps[-1][1]
        assert all(move.note and move.moved_as and move.moved_at for move in moves)
        assert (row.stage == "ended") == (row.ended_reason is not None)

    def check_contracts(self, row: Engagement) -> None:
        kept = [one for one in self.contracts if one.engagement_id == row.id]
        in_force = [one for one in kept if one.state in ("signed", "registered")]
        assert row.stage != "signed" or in_force
        assert row.stage != "landed" or any(one.landed_on for one in in_force)
        assert all(sum(share.percent for share in one.shares) == 100 for one in in_force)

    def taken(self, manager: UUID) -> int:
        over = {row.id for row in self.engagements if row.stage in OVER}
        mine = [one for one in self.participants if one.manager_id == manager]
        return sum(one.engagement_id not in over for one in mine)

    def opened(self, manager: UUID | None, side: str | None) -> frozenset[UUID]:
        """The records that consents open to a manager, or to the owner of a side; engagement by engagement."""
        found: set[UUID] = set()
        for row in self.engagements:
            if row.stage == "ended":
                continue
            records = {"demand": row.demand_id, "achievement": row.achievement_id}
            consenting = self.sides(row)
            managers = {one.manager_id for one in self.participants if one.engagement_id == row.id}
            if manager is not None and manager in managers:
                found |= {records[one] for one in consenting}
            elif side is not None and consenting == BOTH:
                found |= {id_ for name, id_ in records.items() if name != side}
        return frozenset(found)


def test_no_order_of_commands_breaks_an_engagement(sqlite_template: Path) -> None:
    run_machine(EngagementMachine, sqlite_template, runs=12, steps=30)
