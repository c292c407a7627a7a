"""Names in the answer of an assignment: titles of records and names of managers, and what would help as sentences.

They are looked up when an answer is read. A stored answer holds ids alone, so it keeps no name that somebody has
changed or has had erased.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.pushes.schemas import LowLoadRead, NamedPair, NamedPush, ReliefRead, ShortPair

MANY = 5
"""Names in one sentence; the others are counted."""


class _Answer(Protocol):
    short: list[ShortPair]
    relief: ReliefRead | None
    relief_zh: list[str]
    relief_en: list[str]
    below_least: list[LowLoadRead]


@dataclass(frozen=True, slots=True)
class _Names:
    """Titles and reference numbers by id."""

    titles: dict[UUID, str]
    numbers: dict[UUID, str]


def name_answer(session: Session, pushes: Sequence[NamedPush], answer: _Answer) -> None:
    """Fill in titles and names in `pushes` and in the shortages of `answer`, and write the relief out in sentences."""
    relief = answer.relief
    pairs: list[NamedPair] = [*pushes, *answer.short]
    keys = [(pair.demand_id, pair.achievement_id) for pair in pairs]
    if relief is not None:
        keys += [(wanted.demand_id, wanted.achievement_id) for wanted in relief.candidates]
    demands = _titles(session, Demand, (demand for demand, _ in keys))
    achievements = _titles(session, Achievement, (achievement for _, achievement in keys))
    managers = _titles(session, Manager, _managers_in(pushes, answer))
    for pair in pairs:
        pair.demand_title = _named(demands, pair.demand_id)
        pair.achievement_title = _named(achievements, pair.achievement_id)
        pair.demand_number = demands.numbers.get(pair.demand_id, "")
        pair.achievement_number = achievements.numbers.get(pair.achievement_id, "")
    for push in pushes:
        push.manager_name = _named(managers, push.manager_id)
    for low in answer.below_least:
        low.manager_name = _named(managers, low.manager_id)
    for short in answer.short:
        short.zh = f"「{short.demand_title}」与「{short.achievement_title}」：{short.zh}"
        short.en = f"“{short.demand_title}” and “{short.achievement_title}”: {short.en}"
    if relief is not None:
        lines = [
            *_places(relief, managers),
            *_candidates(relief, demands, achievements),
            *_bottlenecks(relief, managers),
        ]
        answer.relief_zh, answer.relief_en = [zh for zh, _ in lines], [en for _, en in lines]


def _managers_in(pushes: Sequence[NamedPush], answer: _Answer) -> Iterable[UUID]:
    yield from (push.manager_id for push in pushes)
    yield from (low.manager_id for low in answer.below_least)
    if answer.relief is not None:
        yield from (place.manager_id for place in answer.relief.places)
        for bottleneck in answer.relief.bottlenecks:
            yield from bottleneck.manager_ids


def _titles(
    session: Session, model: type[Demand] | type[Achievement] | type[Manager], ids: Iterable[UUID]
) -> _Names:
    wanted = sorted(set(ids))
    found = _Names({}, {})
    for start in range(0, len(wanted), 1000):
        query = select(model.id, model.title, model.number).where(model.id.in_(wanted[start : start + 1000]))
        for id_, title, number in session.execute(query):
            found.titles[id_], found.numbers[id_] = title, number
    return found


def _named(names: _Names, id_: UUID) -> str:
    """A record that is gone keeps its id, so that it can be asked for."""
    return names.titles.get(id_) or str(id_)


Line = tuple[str, str]
"""Chinese, English."""


def _places(relief: ReliefRead, managers: _Names) -> Iterable[Line]:
    for place in relief.places:
        name = _named(managers, place.manager_id)
        yield (
            f"将{name}的在办上限提高到 {place.capacity}（增加 {place.more} 个名额）",
            f"raise the capacity of {name} to {place.capacity} (by {place.more})",
        )


def _candidates(relief: ReliefRead, demands: _Names, achievements: _Names) -> Iterable[Line]:
    for wanted in relief.candidates:
        demand, achievement = _named(demands, wanted.demand_id), _named(achievements, wanted.achievement_id)
        yield (
            f"为「{demand}」与「{achievement}」补充 {wanted.more} 名候选技术经理人"
            f"（现有 {wanted.in_conflict} 名存在利益冲突）",
            f"find {wanted.more} more candidates for “{demand}” and “{achievement}”"
            f" ({wanted.in_conflict} are in a conflict of interest)",
        )


def _bottlenecks(relief: ReliefRead, managers: _Names) -> Iterable[Line]:
    for bottleneck in relief.bottlenecks:
        zh, en = _listed([_named(managers, id_) for id_ in bottleneck.manager_ids])
        yield (
            f"{bottleneck.pairs} 个供需对争用{zh}的 {bottleneck.places} 个名额，缺 {bottleneck.missing} 个",
            f"{bottleneck.pairs} pairs compete for the {bottleneck.places} slots of {en}:"
            f" {bottleneck.missing} are missing",
        )


def _listed(names: Collection[str]) -> Line:
    first = list(names)[:MANY]
    more = len(names) - len(first)
    zh, en = "、".join(first), ", ".join(first)
    return (f"{zh}等 {len(names)} 人", f"{en} and {more} more") if more else (zh, en)
