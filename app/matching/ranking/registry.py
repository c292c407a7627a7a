"""The registry of rankers in the database, and how each process follows it.

The active ranker is that of the newest activation, or the shipped one if there is none. Before each answer, a process
reads the highest activation number (one row by primary key), so a switch takes effect everywhere at once, without a
restart.
"""

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.principal import Principal
from app.database import now
from app.errors import Conflict, NotFound
from app.events.catalogue import ModelPromoted
from app.events.outbox import emit
from app.matching.ranking.models import RankerActivation, RankerModel
from app.matching.ranking.ranker import Ranker

log = structlog.get_logger(__name__)

SHIPPED, TRAINED, REFUSED = "shipped", "trained", "refused"


class ActiveRanker:
    """The active ranker of this process; thread-safe."""

    def __init__(self, shipped: Ranker, *, follows: bool = True, of_one_model: bool = False) -> None:
        """
        Args:
            shipped: is used while the registry names none, and always if it is not followed.
            follows: use the ranker that the database's registry names.
            of_one_model: the store has or had spaces of several embedding models; only rankers that were fitted to the
                same model as `shipped` are used, of which the newest activation counts.
        """
        self.shipped = shipped
        self._follows = follows
        self._of_one_model = of_one_model
        self._lock = threading.Lock()
        self._held: tuple[int, Ranker] = (0, shipped)

    def current(self, session: Session) -> Ranker:
        """The active ranker, as this session sees it.

        A ranker that this release cannot read (made by a newer release, with unknown features) is logged and not used;
        the previous ranker stays in use.
        """
        if not self._follows:
            return self.shipped
        newest = session.execute(_newest()).first()
        seq, version = (0, self.shipped.version) if newest is None else (newest.seq, newest.version)
        held = self._held
        if seq == held[0]:
            return held[1]
        with self._lock:
            ranker = self.shipped if newest is None else self._read(session, version)
            if self._of_one_model and ranker is not None and not self._fits(ranker):
                ranker = self._newest_that_fits(session)
            if ranker is None:
                ranker = self._held[1]
            self._held = (seq, ranker)
            return ranker

    def _fits(self, ranker: Ranker) -> bool:
        return ranker.embedding_model == self.shipped.embedding_model

    def _newest_that_fits(self, session: Session) -> Ranker:
        versions = session.scalars(select(RankerActivation.version).order_by(RankerActivation.seq.desc()))
        found = (self._read(session, version) for version in dict.fromkeys(versions.all()))
        return next((one for one in found if one is not None and self._fits(one)), self.shipped)

    def _read(self, session: Session, version: str) -> Ranker | None:
        document = session.scalars(select(RankerModel.document).where(RankerModel.version == version)).one()
        try:
            return Ranker.from_dict(document)
        except (ValueError, KeyError) as error:
            log.error("ranker_not_readable", version=version, error=str(error))
            return None


def active_version(session: Session, shipped: Ranker) -> str:
    newest = session.execute(_newest()).first()
    return shipped.version if newest is None else newest.version


def models() -> Select[RankerModel]:
    """All rankers, newest first."""
    return select(RankerModel).order_by(RankerModel.created_at.desc(), RankerModel.id.desc())


def register(
    session: Session,
    ranker: Ranker,
    *,
    state: str,
    parent: str | None = None,
    trained: tuple[datetime | None, datetime | None] = (None, None),
    judgements: int = 0,
    metrics: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> RankerModel:
    """Add a ranker to the registry; a shipped ranker that is already registered stays as it is.

    Raises:
        Conflict: another ranker already has this version.
    """
    known = session.scalar(select(RankerModel).where(RankerModel.version == ranker.version))
    if known is not None:
        if known.document != ranker.to_dict():
            raise Conflict(
                f"A different ranker already has version {ranker.version}.",
                f"已有版本号为 {ranker.version} 的另一个排序模型。",
                code="version_taken",
            )
        return known
    model = RankerModel(
        version=ranker.version,
        document=ranker.to_dict(),
        parent=parent,
        state=state,
        trained_from=trained[0],
        trained_to=trained[1],
        judgements=judgements,
        metrics=dict(metrics or {}),
        created_at=at or now(),
    )
    session.add(model)
    session.flush()
    return model


def use(session: Session, version: str, *, shipped: Ranker, principal: Principal, why: str = "use") -> str:
    """Activate the ranker of this version with the end of this transaction; all pairs are then ranked again.

    Raises:
        NotFound: no ranker has this version.
        Conflict: it is already active, or this release cannot read it.
    """
    if version == shipped.version:
        register(session, shipped, state=SHIPPED)
    model = session.scalar(select(RankerModel).where(RankerModel.version == version))
    if model is None:
        raise NotFound(f"There is no ranker {version}.", f"没有版本为 {version} 的排序模型。")
    present = active_version(session, shipped)
    if version == present:
        raise Conflict(
            f"The ranker {version} is active already.", f"排序模型 {version} 已在使用。", code="model_active"
        )
    try:
        Ranker.from_dict(model.document)
    except (ValueError, KeyError) as error:
        raise Conflict(
            f"The ranker {version} cannot be used by this release: {error}.",
            f"当前版本的程序无法使用排序模型 {version}: {error}。",
            code="model_not_readable",
        ) from error
    if present == shipped.version:
        register(session, shipped, state=SHIPPED)
    newest = session.execute(_newest()).first()
    if newest is None:
        # The ranker before the first switch belongs to the history, so that a rollback can restore it.
        session.add(RankerActivation(seq=1, version=present, why="shipped"))
    session.add(RankerActivation(seq=(1 if newest is None else newest.seq) + 1, version=version, why=why))
    session.flush()
    audit.record(session, principal, f"model.{why}", details=f"{present} → {version}")
    emit(session, ModelPromoted(version=version, before=present))
    return version


def rollback(session: Session, *, shipped: Ranker, principal: Principal) -> str:
    """Restore the previous ranker; a second rollback goes back one step further.

    Returns its version.

    Raises:
        Conflict: there is no previous ranker.
    """
    before = _before_the_present(session)
    if before is None:
        raise Conflict(
            "There is no previous ranker to restore.",
            "没有可以恢复的上一个排序模型。",
            code="no_model_before",
        )
    return use(session, before, shipped=shipped, principal=principal, why="rollback")


def _before_the_present(session: Session) -> str | None:
    """The version before the newest activation that no rollback has undone yet."""
    stack: list[str] = []
    for row in session.execute(
        select(RankerActivation.version, RankerActivation.why).order_by(RankerActivation.seq)
    ):
        if row.why == "rollback":
            stack.pop()
        else:
            stack.append(row.version)
    return stack[-2] if len(stack) > 1 else None


def _newest() -> Select[int, str]:
    return (
        select(RankerActivation.seq, RankerActivation.version).order_by(RankerActivation.seq.desc()).limit(1)
    )
