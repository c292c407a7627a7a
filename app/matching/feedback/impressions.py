"""The impression log: lists that the API shows, stored for learning after the response has been sent."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import BackgroundTasks, Depends
from sqlalchemy import CursorResult, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.clock import JINAN_TIME
from app.database import AppDatabase, Database, insert_into, new_id, now
from app.matching.feedback.models import Impression
from app.matching.ranking.features.catalogue import FEATURES
from app.matching.results import MatchAnswer
from app.services import AppSettings

log = structlog.get_logger(__name__)

MOST_ITEMS = 50
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class ShownPair:
    """One pair of a list: its position from 1, its score (0–1) and the features that were scored, by name."""

    position: int
    demand_id: UUID
    achievement_id: UUID
    score: float
    features: Mapping[str, float]


def viewer_of(principal: Principal) -> UUID | None:
    """The id under which impressions and answers of a principal are stored: the manager's record or the organisation.

    None for operators, who view lists to supervise, and for anonymous readers. The user's own id is never stored.
    """
    if principal.sees_everything or principal.is_anonymous:
        return None
    return principal.manager_id or principal.organisation_id


def shown_pairs(answer: MatchAnswer, ranks: Mapping[UUID, int]) -> list[ShownPair]:
    """The shown list of a record's matches. `ranks` are the places, from 1, of the other sides that the reader sees."""
    return [
        ShownPair(ranks[other], item.demand_id, item.achievement_id, item.score, item.features)
        for item in answer.items
        if item.demand_id is not None and item.achievement_id is not None
        for other in (item.demand_id, item.achievement_id)
        if other in ranks
    ]


class ImpressionLog:
    """Records which list a reader was shown."""

    def __init__(self, database: Database, background: BackgroundTasks, *, enabled: bool) -> None:
        self._database = database
        self._background = background
        self._enabled = enabled

    def keep(
        self,
        principal: Principal,
        *,
        surface: str,
        subject_id: UUID,
        pairs: Sequence[ShownPair],
        model_version: str,
    ) -> None:
        """Record a list after the response is sent. Lists of operators and empty lists are not recorded."""
        viewer = viewer_of(principal)
        if self._enabled and viewer is not None and pairs:
            self._background.add_task(
                _write, self._database, surface, viewer, subject_id, pairs, model_version, now()
            )


def _write(
    database: Database,
    surface: str,
    viewer_id: UUID,
    subject_id: UUID,
    pairs: Sequence[ShownPair],
    model_version: str,
    at: datetime,
) -> None:
    """Store the list. A failure is logged only: the reader already has the response."""
    try:
        with database.reading() as session:
            if is_recorded(session, viewer_id=viewer_id, subject_id=subject_id, pairs=pairs, at=at):
                return
        with database.unit_of_work() as session:
            record_impression(
                session,
                surface=surface,
                viewer_id=viewer_id,
                subject_id=subject_id,
                pairs=pairs,
                model_version=model_version,
                at=at,
            )
    except SQLAlchemyError as error:
        log.warning("exposure_not_kept", surface=surface, error=str(error))


def _impressions(database: AppDatabase, settings: AppSettings, background: BackgroundTasks) -> ImpressionLog:
    return ImpressionLog(database, background, enabled=settings.keep_exposures)


Shown = Annotated[ImpressionLog, Depends(_impressions)]


def record_impression(
    session: Session,
    *,
    surface: str,
    viewer_id: UUID,
    subject_id: UUID,
    pairs: Sequence[ShownPair],
    model_version: str,
    at: datetime | None = None,
) -> bool:
    """Record an impression; the same list, viewer and day are recorded once.

    Returns whether it was new.
    """
    if not pairs:
        return False
    moment = at or now()
    names = [feature.name for feature in FEATURES]
    values = {
        "id": new_id(),
        "surface": surface,
        "viewer_id": viewer_id,
        "subject_id": subject_id,
        "day": moment.astimezone(JINAN_TIME).date(),
        "list_hash": _list_hash(pairs),
        "shown_at": moment,
        "model_version": model_version,
        "features": names,
        "items": [_item(pair, names) for pair in pairs[:MOST_ITEMS]],
    }
    insert = insert_into(session, Impression).values(**values)
    written = session.scalar(insert.on_conflict_do_nothing().returning(Impression.id))
    return written is not None


def is_recorded(
    session: Session, *, viewer_id: UUID, subject_id: UUID, pairs: Sequence[ShownPair], at: datetime
) -> bool:
    """Whether this list is already recorded for this day, so that reloading a page needs no write."""
    query = select(Impression.id).where(
        Impression.viewer_id == viewer_id,
        Impression.subject_id == subject_id,
        Impression.day == at.astimezone(JINAN_TIME).date(),
        Impression.list_hash == _list_hash(pairs),
    )
    return session.scalar(query) is not None


def delete_old_impressions(session: Session, *, older_than: timedelta, at: datetime | None = None) -> int:
    """Delete older impressions; judgements keep their features. Returns the number deleted."""
    result = session.execute(delete(Impression).where(Impression.shown_at < (at or now()) - older_than))
    assert isinstance(result, CursorResult)
    return result.rowcount


def _item(shown: ShownPair, names: Sequence[str]) -> list[Any]:
    return [
        shown.position,
        str(shown.demand_id),
        str(shown.achievement_id),
        round(shown.score, _DIGITS),
        *(round(shown.features[name], _DIGITS) if name in shown.features else None for name in names),
    ]


def _list_hash(pairs: Sequence[ShownPair]) -> str:
    """Digest of the pairs and positions only: scores and features of the same list may vary slightly within a day."""
    text = " ".join(f"{pair.position}:{pair.demand_id}:{pair.achievement_id}" for pair in pairs)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
