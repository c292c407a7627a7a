"""The impression log: lists that the API shows, stored for learning after the response has been sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import BackgroundTasks, Depends
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.access.principal import Principal
from app.database import AppDatabase, Database, now
from app.matching.feedback.judgements import ShownPair, is_recorded, record_impression, viewer_of
from app.services import AppSettings

log = structlog.get_logger(__name__)


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
