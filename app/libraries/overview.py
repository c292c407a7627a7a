"""An overview of the three libraries for everybody: how much is published, and what is newest."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import ANONYMOUS
from app.libraries.record.enums import RecordKind
from app.libraries.record.models import listed_at
from app.libraries.registry import LIBRARIES
from app.libraries.summaries import RecordSummary, summariser
from app.libraries.visibility.rows import visible

_NEWEST = 5


@dataclass(frozen=True, slots=True)
class LibraryOverview:
    """How many records of one library are published, and the newest ones as a stranger sees them."""

    total: int
    newest: tuple[RecordSummary, ...]


def library_overview(session: Session) -> Mapping[RecordKind, LibraryOverview]:
    """The overview of each library."""
    overview = {}
    for kind, library in LIBRARIES.items():
        model = library.model
        query = visible(select(model), model, ANONYMOUS)
        total = session.scalar(select(func.count()).select_from(query.with_only_columns(model.id).subquery()))
        newest = query.order_by(listed_at(model).desc(), model.id.desc()).limit(_NEWEST)
        rows = session.scalars(newest).all()
        summary = summariser(session, rows, principal=ANONYMOUS)
        overview[kind] = LibraryOverview(total or 0, tuple(summary(row) for row in rows))
    return overview
