"""The spaces of a store: a second one begins, becomes complete, serves, and goes again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.principal import SYSTEM, Principal
from app.database import now
from app.errors import Conflict, NotFound
from app.events.catalogue import PairsToRerank
from app.events.outbox import emit
from app.matching.models import EmbeddingSpace, SpaceState
from app.matching.spaces.due_rows import current_count, due_count, due_records


@dataclass(frozen=True, slots=True)
class ModelSource:
    """An embedding model and where processes find it: `source` as `SANKU_MODEL` takes it, and the embed server that
    has it, if one does."""

    model_id: str
    source: str
    embed_url: str | None = None


@dataclass(frozen=True, slots=True)
class SpaceProgress:
    """A space as an operator sees it. `done` of `records` are in it as they are now; `seconds_left` is an estimate,
    None where nothing is left or nothing was done yet."""

    model_id: str
    source: str
    state: SpaceState
    held: bool
    records: int
    done: int
    since: datetime
    seconds_left: int | None


def registered(session: Session) -> Sequence[EmbeddingSpace]:
    """All spaces; none where the store has one and never had another."""
    return session.scalars(select(EmbeddingSpace).order_by(EmbeddingSpace.model_id)).all()


def source_of(space: EmbeddingSpace) -> ModelSource:
    return ModelSource(space.model_id, space.source, space.embed_url)


def serving(session: Session) -> ModelSource | None:
    """The model that serves; None where the store has one space."""
    found = session.scalar(select(EmbeddingSpace).where(EmbeddingSpace.state == SpaceState.SERVING))
    return None if found is None else source_of(found)


def progress(session: Session) -> list[SpaceProgress]:
    """The spaces, the one that serves first."""
    found = []
    for space in registered(session):
        due = due_count(session, space.model_id)
        records = max(current_count(session, one.model_id) for one in registered(session))
        done = max(records - due, 0)
        found.append(
            SpaceProgress(
                model_id=space.model_id,
                source=space.source,
                state=SpaceState(space.state),
                held=space.held,
                records=records,
                done=done,
                since=space.changed_at,
                seconds_left=_seconds_left(space, done, due),
            )
        )
    return sorted(found, key=lambda one: (one.state is not SpaceState.SERVING, one.model_id))


def begin(
    session: Session, wanted: ModelSource, *, present: ModelSource, held: bool, principal: Principal = SYSTEM
) -> SpaceState:
    """Let the space of `wanted` become complete and then serve; `present` is the model of a store without spaces.

    With `held`, a complete space waits until this is called without. A space that is complete serves at once. Returns
    its state.

    Raises:
        Conflict: it serves already, a third space is in the way, or the present space is not complete.
    """
    spaces = {space.model_id: space for space in _locked(session)}
    serving = next((one for one in spaces.values() if one.state == SpaceState.SERVING), None)
    serves = present.model_id if serving is None else serving.model_id
    _refuse_in_the_way(spaces, serves, wanted)
    if serving is None:
        _require_complete(session, present)
        session.add(_space(present, SpaceState.SERVING))
    space = spaces.get(wanted.model_id)
    if space is None:
        space = _space(wanted, SpaceState.FILLING)
        session.add(space)
    elif space.state == SpaceState.KEPT:
        space.state, space.changed_at = SpaceState.FILLING, now()
        space.found = current_count(session, space.model_id)
    space.source, space.embed_url, space.held = wanted.source, wanted.embed_url, held
    session.flush()
    audit.record(session, principal, "embedding.switch", details=f"{serves} → {wanted.model_id}")
    serve_if_complete(session, wanted.model_id)
    return SpaceState(space.state)


def _refuse_in_the_way(spaces: Collection[str], serves: str, wanted: ModelSource) -> None:
    if wanted.model_id == serves:
        raise Conflict(
            f"The model {serves} serves already.", f"模型 {serves} 已在使用。", code="model_active"
        )
    others = [one for one in spaces if one not in (serves, wanted.model_id)]
    if others:
        raise Conflict(
            f"The space of {others[0]} is in the way: `sanku model cancel` or `sanku model drop` removes it.",
            f"已有模型 {others[0]} 的向量空间：请先运行 sanku model cancel 或 sanku model drop。",
            code="space_in_the_way",
        )


def _require_complete(session: Session, present: ModelSource) -> None:
    if current_count(session, present.model_id) == 0 or due_records(session, present.model_id, limit=1):
        raise Conflict(
            f"Records lack vectors of {present.model_id}: set SANKU_MODEL to the present model, and run "
            "`sanku reindex` first.",
            f"部分记录没有模型 {present.model_id} 的向量：请将 SANKU_MODEL 设为现用模型，并先运行 sanku reindex。",
            code="space_incomplete",
        )


def serve_if_complete(session: Session, model_id: str, *, since: int | None = None) -> bool:
    """Let this space serve, if it is complete and wanted; all demands are then ranked again.

    `since`: the number up to which it was complete when the caller looked, so that the lock is short.
    Records that are committed in the same moment come to it like all others, and each process fills what is missing
    before it follows.
    """
    spaces = {space.model_id: space for space in _locked(session)}
    space = spaces.get(model_id)
    if space is None or space.state != SpaceState.FILLING or space.held:
        return False
    if due_records(session, model_id, since=since, limit=1):
        return False
    moment = now()
    for other in spaces.values():
        if other.state == SpaceState.SERVING:
            other.state, other.changed_at = SpaceState.KEPT, moment
    session.flush()
    space.state, space.changed_at = SpaceState.SERVING, moment
    session.flush()
    audit.record(session, SYSTEM, "embedding.serve", details=model_id)
    emit(session, PairsToRerank(version="", model_id=model_id))
    return True


def remove(
    session: Session, model_id: str | None, state: SpaceState, *, principal: Principal = SYSTEM
) -> str:
    """Remove the space in this state, by default the only one. Its rows remain for `delete_rows`. Returns its model.

    Raises:
        NotFound: there is none.
    """
    for space in _locked(session):
        if space.state == state and model_id in (None, space.model_id):
            session.delete(space)
            audit.record(session, principal, "embedding.remove", details=space.model_id)
            return space.model_id
    raise NotFound(
        f"There is no space to remove that is {state.value}.",
        "没有可取消的向量空间。" if state is SpaceState.FILLING else "没有可删除的旧向量空间。",
        code="no_such_space",
    )


def _locked(session: Session) -> Sequence[EmbeddingSpace]:
    return session.scalars(select(EmbeddingSpace).order_by(EmbeddingSpace.model_id).with_for_update()).all()


def _space(model: ModelSource, state: SpaceState) -> EmbeddingSpace:
    return EmbeddingSpace(
        model_id=model.model_id, source=model.source, embed_url=model.embed_url, state=state.value
    )


def _seconds_left(space: EmbeddingSpace, done: int, due: int) -> int | None:
    passed = max(now() - space.changed_at, timedelta(seconds=1)).total_seconds()
    filled = done - space.found
    if space.state != SpaceState.FILLING or not due or filled <= 0:
        return None
    return round(due * passed / filled)
