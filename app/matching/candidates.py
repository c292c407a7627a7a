"""Candidates with what ranking needs of them, kept in memory while their rows do not change; and the hard rules."""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.groups import whole_families
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.demands.service import organisations_of_codes
from app.libraries.kinds import PublishMode, RecordKind
from app.matching.constraints import hard_rules
from app.matching.facts import AchievementFacts, DemandFacts
from app.matching.index import VectorIndex
from app.matching.records import achievement_facts, demand_facts, terms_of_achievements, terms_of_demands
from app.matching.sides import numbered_texts
from app.matching.signals import TextSide

# About 15 kB a record: 150 MB when full.
CACHED_RECORDS = 10_000

PairFacts = tuple[DemandFacts, AchievementFacts]

OwnerRecords = Callable[[Session, Collection[UUID]], Mapping[UUID, float]]
"""Organisation → how often what it began came off, 0–1; who has no history is not in the answer."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A published record: its facts without texts, and its text as the signals see it."""

    facts: DemandFacts | AchievementFacts
    text: TextSide
    confidential: bool = False


class CandidateCache:
    """Published records by id. A row of the index carries a number that grows with its every change, and every
    change of a published record changes its row: what was read under the present number is still right."""

    def __init__(self, index: VectorIndex, size: int = CACHED_RECORDS) -> None:
        self._index = index
        self._size = size
        self._known: OrderedDict[UUID, tuple[int, Candidate]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, session: Session, kind: RecordKind, ids: Sequence[UUID]) -> dict[UUID, Candidate]:
        """In the order of `ids`; those that are not published (any more) are left out."""
        present = self._index.numbers(session, ids)
        found = self._remembered(present)
        missing = [id_ for id_ in present if id_ not in found]
        if missing:
            read = self._read(session, kind, missing)
            self._remember(read)
            found.update((id_, candidate) for id_, (_, candidate) in read.items())
        return {id_: found[id_] for id_ in ids if id_ in found}

    def _remembered(self, present: Mapping[UUID, int]) -> dict[UUID, Candidate]:
        found = {}
        with self._lock:
            for id_, seq in present.items():
                known = self._known.get(id_)
                if known is not None and known[0] == seq:
                    self._known.move_to_end(id_)
                    found[id_] = known[1]
        return found

    def _remember(self, read: Mapping[UUID, tuple[int, Candidate]]) -> None:
        with self._lock:
            for id_, numbered in read.items():
                self._known[id_] = numbered
                self._known.move_to_end(id_)
            while len(self._known) > self._size:
                self._known.popitem(last=False)

    def _read(
        self, session: Session, kind: RecordKind, ids: Sequence[UUID]
    ) -> dict[UUID, tuple[int, Candidate]]:
        """With the number of the row that was read: the session may see more, or less, than the index by now."""
        terms_of = terms_of_demands if kind is RecordKind.DEMAND else terms_of_achievements
        terms: Mapping[UUID, tuple[DemandFacts | AchievementFacts, bool]] = terms_of(session, ids)
        texts = numbered_texts(session, self._index.model_id, ids)
        return {
            id_: (texts[id_][0], Candidate(terms[id_][0], texts[id_][1], terms[id_][1]))
            for id_ in ids
            if id_ in terms and id_ in texts
        }


def allowed_pairs(
    session: Session, record: Demand | Achievement, candidates: Mapping[UUID, Candidate], day: date
) -> tuple[dict[UUID, PairFacts], dict[str, int]]:
    """The record's pairs with these candidates that no hard rule forbids, by the candidate's id; and how many each
    rule left out.

    Of a confidential record the rules see no owner here: whoever writes co-owners or excluded organisations into a
    record of his own could otherwise ask, one organisation at a time, whose it is, by what is left out. Pushing
    holds every pair against the rules once more, with all owners.
    """
    pairs = _pairs(session, record, candidates)
    family = _own_families(session, record, pairs)
    kept: dict[UUID, PairFacts] = {}
    left_out: Counter[str] = Counter()
    for id_, pair in pairs.items():
        broken = hard_rules(
            *_as_told(record, pair, confidential=candidates[id_].confidential), today=day, org_family=family
        )
        if broken:
            left_out[broken[0].code] += 1
        else:
            kept[id_] = pair
    return kept, dict(left_out)


def with_owner_records(
    session: Session,
    record: Demand | Achievement,
    pairs: dict[UUID, PairFacts],
    candidates: Mapping[UUID, Candidate],
    owner_records: OwnerRecords,
) -> dict[UUID, PairFacts]:
    """The pairs with what is known of each achievement's owner, read anew at each request: it changes with every
    engagement, which no row of the index tells. A confidential one has none, which would tell whose it is."""
    own_hidden = isinstance(record, Achievement) and record.publish_mode == PublishMode.CONFIDENTIAL
    owners = {
        id_: UUID(achievement.owner_org)
        for id_, (_, achievement) in pairs.items()
        if achievement.owner_org is not None
        and not (candidates[id_].confidential if isinstance(record, Demand) else own_hidden)
    }
    known = owner_records(session, set(owners.values()))
    if not known:
        return pairs
    return {
        id_: (
            demand,
            replace(achievement, owner_record=known.get(owners[id_])) if id_ in owners else achievement,
        )
        for id_, (demand, achievement) in pairs.items()
    }


def _own_families(
    session: Session, record: Demand | Achievement, pairs: Mapping[UUID, PairFacts]
) -> dict[str, str]:
    """Organisation → topmost, for all groups that the record's own parties or excluded organisations belong to.

    A rule holds a candidate's organisations against these alone.
    """
    if not pairs:
        return {}
    demand, achievement = next(iter(pairs.values()))
    own = (
        (*demand.party_orgs, *demand.excluded_orgs) if isinstance(record, Demand) else achievement.party_orgs
    )
    found = whole_families(session, [UUID(org) for org in own])
    return {str(org): str(head) for org, head in found.items()}


def _pairs(
    session: Session, record: Demand | Achievement, candidates: Mapping[UUID, Candidate]
) -> dict[UUID, PairFacts]:
    """Credit codes of excluded organisations become ids here, at each request: a code may get its organisation
    after the demand was read."""
    if isinstance(record, Demand):
        codes = organisations_of_codes(session, record.excluded_orgs or ())
        demand = demand_facts(record, known_codes=codes)
        return {
            id_: (demand, one.facts)
            for id_, one in candidates.items()
            if isinstance(one.facts, AchievementFacts)
        }
    achievement = achievement_facts(record)
    demands = {id_: one.facts for id_, one in candidates.items() if isinstance(one.facts, DemandFacts)}
    codes = organisations_of_codes(session, {code for one in demands.values() for code in one.excluded_orgs})
    return {id_: (_with_ids(one, codes), achievement) for id_, one in demands.items()}


def _as_told(record: Demand | Achievement, pair: PairFacts, *, confidential: bool) -> PairFacts:
    """The pair without the owners that are not told; `confidential` is the candidate's."""
    demand, achievement = pair
    own = record.publish_mode == PublishMode.CONFIDENTIAL
    hidden_demand, hidden_achievement = (
        (own, confidential) if isinstance(record, Demand) else (confidential, own)
    )
    if hidden_demand:
        demand = replace(demand, owner_org=None, party_orgs=())
        # Whom it excludes is not told either, but to the one excluded; others are named as co-owners by anybody.
        achievement = replace(
            achievement, party_orgs=(achievement.owner_org,) if achievement.owner_org else ()
        )
    if hidden_achievement:
        achievement = replace(achievement, owner_org=None, party_orgs=())
    return demand, achievement


def _with_ids(demand: DemandFacts, codes: Mapping[str, UUID]) -> DemandFacts:
    if not demand.excluded_orgs:
        return demand
    return replace(
        demand, excluded_orgs=tuple(str(codes[code]) for code in demand.excluded_orgs if code in codes)
    )
