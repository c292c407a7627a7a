"""Responses about recognition rounds, for one reader."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import ColumnElement

from app.accounts.access.permissions import Action, allowed
from app.accounts.access.principal import Principal
from app.talent import transitions
from app.talent.rounds.models import (
    TRANSITIONS,
    Decision,
    Objection,
    RecognitionEntry,
    RecognitionRound,
    RoundState,
)
from app.talent.rounds.schemas import RoundRead

_STATES = {state.value: state for state in RoundState}


def read_round(session: Session, round_: RecognitionRound, principal: Principal) -> RoundRead:
    return read_rounds(session, [round_], principal)[0]


def read_rounds(
    session: Session, rounds: Sequence[RecognitionRound], principal: Principal
) -> list[RoundRead]:
    """Counts are only for operators; the number of queries does not grow with the rounds."""
    manages = allowed(principal, Action.ROUND_MANAGE, own=False)
    ids = [round_.id for round_ in rounds]
    waits = RecognitionEntry.decision == Decision.PENDING
    entries = _counts(session, RecognitionEntry.round_id, ids) if manages else {}
    pending = _counts(session, RecognitionEntry.round_id, ids, waits) if manages else {}
    objections = _counts(session, Objection.round_id, ids, Objection.state == "open") if manages else {}
    in_doubt = RecognitionEntry.doubt.is_not(None)
    doubted = _counts(session, RecognitionEntry.round_id, ids, in_doubt) if manages else {}
    return [
        RoundRead(
            id=round_.id,
            number=round_.number,
            year=round_.year,
            title=round_.title,
            state=_STATES[round_.state],
            state_zh=_STATES[round_.state].zh,
            allowed=transitions.allowed(TRANSITIONS, round_.state) if manages else [],
            rule_set_id=round_.rule_set_id,
            as_of=round_.as_of,
            digest=round_.digest,
            frozen_at=round_.frozen_at,
            published_at=round_.published_at,
            entries=entries.get(round_.id, 0) if manages else None,
            pending=pending.get(round_.id, 0) if manages else None,
            objections=objections.get(round_.id, 0) if manages else None,
            doubted=doubted.get(round_.id, 0) if manages else None,
            version=round_.version,
        )
        for round_ in rounds
    ]


def _counts(
    session: Session,
    of: InstrumentedAttribute[UUID],
    ids: Sequence[UUID],
    *conditions: ColumnElement[bool],
) -> dict[UUID, int]:
    rows = session.execute(select(of, func.count()).where(of.in_(ids), *conditions).group_by(of))
    return dict(rows.all())
