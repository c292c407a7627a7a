"""Is a round what it says? From the frozen inputs once more, and against what the tables hold by now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.talent.recognition_facts import digest, pack, unpack
from app.talent.rounds.models import RecognitionEntry, RecognitionRound
from app.talent.rounds.service import round_digest
from app.talent.tiers.engine import evaluate
from app.talent.tiers.loader import cases
from app.talent.tiers.rules import Configuration, RuleSet
from app.talent.tiers.service import summary


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is another one than expected. `subject` says of what: the entry, a contract, a certificate."""

    manager_id: UUID
    subject: str
    subject_id: UUID | None
    number: str | None
    field: str
    frozen: Any
    found: Any


@dataclass(frozen=True, slots=True)
class Recomputation:
    """`differences` break the round's word: what is stored does not follow from what was frozen. `drift` is what
    changed in the tables since, which a round is frozen against; `tiers_today` are those that would be another."""

    digest: str
    differences: tuple[Difference, ...]
    drift: tuple[Difference, ...]
    tiers_today: Mapping[UUID, str | None]


def recompute(session: Session, round_: RecognitionRound) -> Recomputation:
    """The round must be frozen."""
    assert round_.as_of is not None
    rules = RuleSet.model_validate(round_.rules)
    configuration = Configuration.model_validate(round_.configuration)
    entries = session.scalars(
        select(RecognitionEntry)
        .where(RecognitionEntry.round_id == round_.id)
        .order_by(RecognitionEntry.manager_number, RecognitionEntry.id)
    ).all()
    found = round_digest(round_.rules, round_.configuration, entries)
    differences = [one for entry in entries for one in _of_entry(entry, rules, configuration)]
    present = cases(session, [entry.manager_id for entry in entries], year=round_.year, day=round_.as_of)
    drift = []
    tiers_today: dict[UUID, str | None] = {}
    for entry in entries:
        changes = list(_drift(entry, pack(present[entry.manager_id])))
        drift += changes
        if changes:
            tier = evaluate(rules, configuration, present[entry.manager_id]).tier
            if (tier.value if tier else None) != entry.computed_tier:
                tiers_today[entry.manager_id] = tier.value if tier else None
    return Recomputation(found, tuple(differences), tuple(drift), tiers_today)


def _of_entry(entry: RecognitionEntry, rules: RuleSet, configuration: Configuration) -> Iterator[Difference]:
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


def _drift(entry: RecognitionEntry, present: Mapping[str, Any]) -> Iterator[Difference]:
    for subject, name in (("contract", "contracts"), ("certificate", "certificates")):
        yield from _rows(entry, subject, entry.inputs[name], present[name])
    if entry.inputs["filed"] != present["filed"]:
        yield Difference(
            entry.manager_id, "filing", None, None, "filed", entry.inputs["filed"], present["filed"]
        )


def _rows(
    entry: RecognitionEntry,
    subject: str,
    frozen: Sequence[Mapping[str, Any]],
    present: Sequence[Mapping[str, Any]],
) -> Iterator[Difference]:
    before = {row["id"]: row for row in frozen}
    after = {row["id"]: row for row in present}
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
