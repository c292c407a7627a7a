"""Content of owner digests: the number of good matches of each published record, and the best of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import ANONYMOUS
from app.engagements.lifecycle.deals import is_known_to_owners
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import PublishMode, RecordKind, RecordState
from app.libraries.record.models import Record
from app.libraries.visibility.fields import present
from app.matching.lists.bands import written_score
from app.matching.lists.presenter import owners_of, score_for
from app.matching.models import Pair
from app.matching.near_copies import copies_of_pairs
from app.notifications.content.audience import Audience
from app.pushes.digests.models import OwnerDigest

BEST_SHOWN = 5
"""Matches of one record that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class OwnerMatches:
    """One record with `count` good matches; `matches` are the best of them, as the audience may see them. Behind each
    are the achievements that say the same (`similar`)."""

    kind: RecordKind
    record: Mapping[str, Any]
    count: int
    matches: Sequence[Mapping[str, Any]]

    @property
    def similar(self) -> int:
        """Achievements behind the named ones."""
        return len({id_ for match in self.matches for id_ in match["similar"]})

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "record": dict(self.record),
            "count": self.count,
            "matches": [dict(match) for match in self.matches],
        }


def read(
    session: Session, ids: Mapping[str, Any], *, organisation_id: UUID, audience: Audience, threshold: float
) -> list[OwnerMatches]:
    """The organisation's own published records among `demand_ids` and `achievement_ids` of `ids` with a good match.

    `threshold` is the score, 0–1, from which a match is good. Of a stored digest only its new matches are shown,
    without those that are no longer good.
    """
    groups = []
    notified = _listed_matches(session, ids)
    for model, others, name in (
        (Demand, Achievement, "demand_ids"),
        (Achievement, Demand, "achievement_ids"),
    ):
        own: Sequence[Any] = session.scalars(
            select(model)
            .where(
                model.id.in_([UUID(id_) for id_ in ids.get(name, ())]),
                model.owner_org_id == organisation_id,
                model.state == RecordState.PUBLISHED,
            )
            .order_by(model.id)
        ).all()
        groups += [
            _of(
                session,
                record,
                others,
                audience,
                threshold,
                None if notified is None else notified.get(record.id),
            )
            for record in own
            if notified is None or record.id in notified
        ]
    return [group for group in groups if group.count]


@dataclass(frozen=True, slots=True)
class _ListedMatches:
    """The matches of one record in a stored digest: how many, and the ids of the best."""

    count: int
    named: frozenset[UUID]


def _listed_matches(session: Session, ids: Mapping[str, Any]) -> dict[UUID, _ListedMatches] | None:
    digest = session.get(OwnerDigest, UUID(ids["owner_digest_id"])) if "owner_digest_id" in ids else None
    if digest is None:
        return None
    return {
        UUID(item["record_id"]): _ListedMatches(item["count"], frozenset(map(UUID, item["others"])))
        for item in digest.items
    }


def _of(
    session: Session,
    record: Record,
    others: Any,
    audience: Audience,
    threshold: float,
    notified: _ListedMatches | None,
) -> OwnerMatches:
    own_id, other_id = (
        (Pair.demand_id, Pair.achievement_id)
        if record.kind is RecordKind.DEMAND
        else (Pair.achievement_id, Pair.demand_id)
    )
    good = (
        select(others, Pair.score)
        .join(Pair, other_id == others.id)
        .where(
            own_id == record.id,
            Pair.score >= threshold,
            others.state == RecordState.PUBLISHED,
            ~is_known_to_owners(Pair.demand_id, Pair.achievement_id),
        )
    )
    if notified is not None:
        good = good.where(other_id.in_(notified.named))
    count = session.scalar(select(func.count()).select_from(good.subquery())) or 0
    if notified is not None and count:
        count += notified.count - len(notified.named)
    best = session.execute(good.order_by(Pair.score.desc(), others.id).limit(BEST_SHOWN)).all()
    return OwnerMatches(
        kind=record.kind,
        record={"id": str(record.id), "number": record.number, "title": record.title},
        count=count,
        matches=_describe(session, best, audience, threshold, _copies(session, record, best, threshold)),
    )


def _copies(
    session: Session, record: Record, best: Sequence[Any], threshold: float
) -> Mapping[UUID, list[UUID]]:
    """Of each of a demand's best matches the good ones that say the same and are not named themselves. Demands of
    several firms are never one another's copies."""
    if record.kind is not RecordKind.DEMAND:
        return {}
    named = [achievement.id for achievement, _ in best]
    found = copies_of_pairs(session, {(record.id, id_) for id_ in named}, least=threshold)
    return {id_: [copy for copy in found[record.id, id_] if copy not in named] for id_ in named}


def _describe(
    session: Session,
    best: Sequence[Any],
    audience: Audience,
    threshold: float,
    copies: Mapping[UUID, Sequence[UUID]],
) -> list[dict[str, Any]]:
    organisations = owners_of(session, [record for record, _ in best])
    matches = []
    for record, score in best:
        reduced = audience.is_group or record.publish_mode == PublishMode.CONFIDENTIAL
        view = present(record, ANONYMOUS if reduced else audience.principal, organisations=organisations)
        shown = score_for(score, threshold, view)
        matches.append(
            {
                "id": view["id"],
                "number": view["number"],
                "title": view["title"],
                "owner": view.get("owner_name") or view.get("public_alias"),
                "score": round(shown, 4),
                "exact": shown == score,
                "similar": [str(copy) for copy in copies.get(record.id, ())],
            }
        )
    return matches


_DIGITS = "零一二三四五六七八九十"


def headline(group: OwnerMatches) -> str:
    """三项成果与您的需求匹配；您的成果匹配两项需求."""
    count = f"{_chinese(group.count)}项"
    return f"{count}成果与您的需求匹配" if group.kind.value == "demand" else f"您的成果匹配{count}需求"


def in_words(group: OwnerMatches) -> dict[str, Any]:
    """The group as templates show it."""
    return {
        "line": headline(group),
        "english": f"New matches of your {group.kind.value} {group.record['number']}: {group.count}",
        "record": group.record,
        "similar": and_similar(group.similar),
        "matches": [
            {
                **match,
                # A step of `bands.shown_score`: the pages may show a higher one.
                "score": written_score(match["score"]) + ("" if match["exact"] else " 以上"),
                "similar": and_similar(len(match["similar"])),
            }
            for match in group.matches
        ],
    }


def and_similar(count: int) -> str | None:
    """How many achievements say the same as the named one; None for none."""
    return f"另有 {count} 项相近成果" if count else None


def subject(groups: Sequence[OwnerMatches]) -> str:
    """The headline of each kind; of several records their number and that of all their matches, for example
    您的两项需求共有四项匹配的成果."""
    parts = []
    for kind, own, other in ((RecordKind.DEMAND, "需求", "成果"), (RecordKind.ACHIEVEMENT, "成果", "需求")):
        of_kind = [group for group in groups if group.kind is kind]
        if len(of_kind) == 1:
            parts.append(headline(of_kind[0]))
        elif of_kind:
            matches = _chinese(sum(group.count for group in of_kind))
            parts.append(f"您的{_chinese(len(of_kind))}项{own}共有{matches}项匹配的{other}")
    return "；".join(parts)


def _chinese(count: int) -> str:
    """A number in Chinese: numbers up to ten in characters, with 两 for two, as before a measure word."""
    if count == 2:
        return "两"
    return _DIGITS[count] if count <= 10 else str(count)
