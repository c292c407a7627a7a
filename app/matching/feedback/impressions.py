"""Lists that the API shows, kept for learning: after the answer has gone, so that nobody waits for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import BackgroundTasks, Depends, Request
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.access.principal import Principal
from app.database import Database, now
from app.matching.feedback.judgements import ShownPair, is_recorded, record_impression, viewer_of

log = structlog.get_logger(__name__)


class ImpressionLog:
    """Takes down which list a reader was shown."""

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
        """Once the answer is sent; a list of the bureau's is not kept, nor an empty one."""
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
    """A list that could not be kept is one that nobody learns from; the reader has had his answer."""
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


def _shown_lists(request: Request, background: BackgroundTasks) -> ImpressionLog:
    state = request.app.state
    return ImpressionLog(state.database, background, enabled=state.settings.keep_exposures)


Shown = Annotated[ImpressionLog, Depends(_shown_lists)]
