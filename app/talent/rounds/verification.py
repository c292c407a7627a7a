"""Verification of a round: recomputation from the frozen inputs, and comparison with the current data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.errors import Conflict
from app.talent.recognition_facts import digest, pack, unpack
from app.talent.rounds import export, service
from app.talent.rounds.models import RecognitionEntry, RecognitionRound
from app.talent.rounds.schemas import DifferenceRead, RecomputationRead, TierToday
from app.talent.rounds.service import round_digest
from app.talent.tiers.engine import evaluate
from app.talent.tiers.loader import cases
from app.talent.tiers.rules import Configuration, RuleSet
from app.talent.tiers.service import summary


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs. `subject` is entry, contract, certificate or filing."""

    manager_id: UUID
    subject: str
    subject_id: UUID | None
    number: str | None
    field: str
    frozen: Any
    found: Any


@dataclass(frozen=True, slots=True)
class Recomputation:
    """The result of a verification.

    `differences`: stored results that do not follow from the frozen inputs. `drift`: data that changed since the
    freeze, which does not affect the round. `tiers_today`: manager → tier by current data, where it differs.
    """

    digest: str
    differences: tuple[Difference, ...]
    drift: tuple[Difference, ...]
    tiers_today: Mapping[UUID, str | None]


def frozen_round(session: Session, round_id: UUID, principal: Principal) -> RecognitionRound:
    """
    Raises:
        NotFound: no such round.
        Conflict: it is not frozen.
    """
    round_ = service.find(session, round_id, principal=principal)
    if round_.digest is None:
        raise Conflict("The round has not been frozen yet.", "数据尚未冻结。", code="not_frozen")
    return round_


def verified_round(session: Session, round_id: UUID, *, principal: Principal) -> RecomputationRead:
    """The comparison of a frozen round with a fresh computation. Writes nothing.

    Raises:
        NotFound: no such round.
        Conflict: it is not frozen.
    """
    require(principal, Action.ROUND_MANAGE)
    round_ = frozen_round(session, round_id, principal)
    recomputation = recompute(session, round_)
    entries = {row.manager_id: row for row in export.entries_of(session, round_)}
    return RecomputationRead(
        equal=not recomputation.differences and recomputation.digest == round_.digest,
        stored_digest=str(round_.digest),
        recomputed_digest=recomputation.digest,
        entries=len(entries),
        differences=[DifferenceRead.model_validate(difference) for difference in recomputation.differences],
        drift=[DifferenceRead.model_validate(difference) for difference in recomputation.drift],
        tiers_today=[
            TierToday(manager_id=id_, frozen_tier=entries[id_].computed_tier, tier_today=tier)
            for id_, tier in recomputation.tiers_today.items()
        ],
    )


def recompute(session: Session, round_: RecognitionRound) -> Recomputation:
    """Verify a round, which must be frozen."""
    assert round_.as_of is not None
    rules = RuleSet.model_validate(round_.rules)
    configuration = Configuration.model_validate(round_.configuration)
    entries = session.scalars(
        select(RecognitionEntry)
        .where(RecognitionEntry.round_id == round_.id)
        .order_by(RecognitionEntry.manager_number, RecognitionEntry.id)
    ).all()
    digest_ = round_digest(round_.rules, round_.configuration, entries)
    differences = [
        difference for entry in entries for difference in _entry_differences(entry, rules, configuration)
    ]
    current = cases(session, [entry.manager_id for entry in entries], year=round_.year, day=round_.as_of)
    drift = []
    tiers_today: dict[UUID, str | None] = {}
    for entry in entries:
        changes = list(_drift(entry, pack(current[entry.manager_id])))
        drift += changes
        if changes:
            tier = evaluate(rules, configuration, current[entry.manager_id]).tier
            if (tier.value if tier else None) != entry.computed_tier:
                tiers_today[entry.manager_id] = tier.value if tier else None
    return Recomputation(digest_, tuple(differences), tuple(drift), tiers_today)


def _entry_differences(
    entry: RecognitionEntry, rules: RuleSet, configuration: Configuration
) -> Iterator[Difference]:
    evaluation = evaluate(rules, configuration, unpack(entry.inputs))
    computed = {
        "digest": digest(entry.inputs),
        "computed_tier": evaluation.tier.value if evaluation.tier else None,
        "rule_id": evaluation.rule.id if evaluation.rule else None,
        "figures": summary(evaluation),
    }
    for field, value in computed.items():
        stored = getattr(entry, field)
        if stored != value:
            yield Difference(entry.manager_id, "entry", entry.id, entry.manager_number, field, stored, value)


def _drift(entry: RecognitionEntry, current: Mapping[str, Any]) -> Iterator[Difference]:
    for subject, name in (("contract", "contracts"), ("certificate", "certificates")):
        yield from _row_differences(entry, subject, entry.inputs[name], current[name])
    if entry.inputs["filed"] != current["filed"]:
        yield Difference(
            entry.manager_id, "filing", None, None, "filed", entry.inputs["filed"], current["filed"]
        )


def _row_differences(
    entry: RecognitionEntry,
    subject: str,
    frozen: Sequence[Mapping[str, Any]],
    current: Sequence[Mapping[str, Any]],
) -> Iterator[Difference]:
    before = {row["id"]: row for row in frozen}
    after = {row["id"]: row for row in current}
    for id_ in sorted(before.keys() | after.keys()):
        old, new = before.get(id_), after.get(id_)
        number = str((old or new or {}).get("number"))
        if old is None or new is None:
            yield Difference(
                entry.manager_id, subject, UUID(id_), number, "present", old is not None, new is not None
            )
            continue
        for field in old:
            if old[field] != new.get(field):
                yield Difference(
                    entry.manager_id, subject, UUID(id_), number, field, old[field], new.get(field)
                )
