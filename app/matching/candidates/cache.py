"""The candidate cache: published records kept in memory while their rows do not change, and the hard filters."""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.organisations.groups import whole_families
from app.accounts.organisations.lookup import is_id
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.demands.service import organisations_of_codes
from app.libraries.record.enums import PublishMode, RecordKind
from app.matching.candidates.loader import (
    Candidate,
    newest_rows,
    read_candidates,
    read_newer_candidates,
)
from app.matching.facts.constraints import hard_constraints
from app.matching.facts.from_records import achievement_facts, excluded_parties
from app.matching.facts.hidden_owners import pair_as_listed
from app.matching.facts.loader import load_demand_facts
from app.matching.facts.models import AchievementFacts, DemandFacts
from app.matching.index import VectorIndex

PairFacts = tuple[DemandFacts, AchievementFacts]

OwnerRecords = Callable[[Session, Collection[UUID]], Mapping[UUID, float]]
"""Organisation → success rate of its engagements, 0–1; organisations without a history are left out."""


# Records per prefetch step: few enough that a stop need not wait.
_READ_AHEAD = 500


class CandidateCache:
    """Published records by the number of their index row.

    Every change of a published record gives its row a higher number, so an entry under the current number is current.
    """

    def __init__(self, index: VectorIndex, *, megabytes: int, wordless: Collection[RecordKind] = ()) -> None:
        """Keeps at most about `megabytes`; for `wordless` kinds, word counts are not loaded."""
        self._index = index
        self._most = megabytes * 1_000_000
        self._wordless = frozenset(wordless)
        self._known: OrderedDict[int, Candidate] = OrderedDict()
        self._used = 0
        self._lock = threading.Lock()

    def get(self, session: Session, kind: RecordKind, ids: Sequence[UUID]) -> list[Candidate]:
        """Candidates in the order of `ids`, without records that are not published."""
        present = self._index.numbers(session, ids, kind)
        found = self._remembered(present)
        missing = {id_: number for id_, number in present.items() if number not in found}
        if missing:
            model_id, with_words = self._index.model_id, kind not in self._wordless
            read = read_candidates(session, kind, model_id, missing, with_words=with_words)
            self._remember(read)
            found.update((one.number, one) for one in read)
            if len(read) < len(missing):
                # Not cached: an uncommitted change may be rolled back and its number reused.
                late = [id_ for id_, number in missing.items() if number not in found]
                newer = read_newer_candidates(session, kind, model_id, late, with_words=with_words)
                found.update((present[one.id], one) for one in newer)
        return [found[number] for number in present.values() if number in found]

    def read_ahead(self, session: Session, below: int | None) -> int | None:
        """Load some records with numbers below this one (None: the newest), newest first.

        Call again with the result until it is None, which means that the cache is full or everything is loaded.
        """
        model_id = self._index.model_id
        numbers, last = newest_rows(session, model_id, below, _READ_AHEAD)
        for kind, mine in numbers.items():
            read = read_candidates(session, kind, model_id, mine, with_words=kind not in self._wordless)
            if self._used + sum(one.bytes_used for one in read) > self._most:
                return None
            self._remember(read)
        return last

    def _remembered(self, present: Mapping[UUID, int]) -> dict[int, Candidate]:
        found = {}
        with self._lock:
            for id_, number in present.items():
                known = self._known.get(number)
                # A restored backup may give the same numbers to other records.
                if known is not None and known.id == id_:
                    self._known.move_to_end(number)
                    found[number] = known
        return found

    def _remember(self, read: Sequence[Candidate]) -> None:
        with self._lock:
            for one in read:
                gone = self._known.pop(one.number, None)
                self._known[one.number] = one
                self._used += one.bytes_used - (gone.bytes_used if gone else 0)
            while self._used > self._most:
                _, oldest = self._known.popitem(last=False)
                self._used -= oldest.bytes_used


def filter_allowed_pairs(
    session: Session, record: Demand | Achievement, candidates: Sequence[Candidate], day: date
) -> tuple[list[tuple[Candidate, PairFacts]], dict[str, int]]:
    """The candidates that pass the hard filters, each with its pair; and the number that each filter excluded.

    The owner of a confidential record is ignored here. Otherwise a user could enter organisations as co-owners or
    excluded organisations of their own record, one at a time, and learn the owner from what is left out. Pushing checks
    every pair again, with all owners.
    """
    pairs = _pairs(session, record, candidates)
    family = _own_families(session, record, pairs)
    kept: list[tuple[Candidate, PairFacts]] = []
    left_out: Counter[str] = Counter()
    for candidate, pair in zip(candidates, pairs, strict=True):
        broken = (
            hard_constraints(*pair_as_listed(*pair), today=day, org_family=family)
            if _may_break(record, pair, family, day)
            else ()
        )
        if broken:
            left_out[broken[0].code] += 1
        else:
            kept.append((candidate, pair))
    return kept, dict(left_out)


def _may_break(record: Demand | Achievement, pair: PairFacts, family: Mapping[str, str], day: date) -> bool:
    """Whether a hard filter could exclude the pair; most candidates are unrelated to the record's families."""
    demand, achievement = pair
    if demand.deadline is not None and demand.deadline < day:
        return True
    if isinstance(record, Demand):
        return not family.keys().isdisjoint((achievement.owner_org, *achievement.party_orgs))
    return not family.keys().isdisjoint((demand.owner_org, *demand.party_orgs, *demand.excluded_orgs))


def with_owner_records(
    session: Session,
    record: Demand | Achievement,
    pairs: Sequence[tuple[Candidate, PairFacts]],
    owner_records: OwnerRecords,
) -> list[tuple[Candidate, PairFacts]]:
    """The pairs with the track record of each achievement's owner.

    Read at each request, because it changes with every engagement, without a change of the index. Confidential records
    get none, because it would identify their owner.
    """
    own_hidden = isinstance(record, Achievement) and record.publish_mode == PublishMode.CONFIDENTIAL
    owners = [
        None
        if (candidate.confidential if isinstance(record, Demand) else own_hidden)
        else achievement.owner_org
        for candidate, (_, achievement) in pairs
    ]
    found = owner_records(session, [UUID(owner) for owner in set(owners) if owner is not None])
    known = {str(owner): rate for owner, rate in found.items()}
    return [
        (
            candidate,
            (demand, replace(achievement, owner_record=known[owner]))
            if owner in known
            else (demand, achievement),
        )
        for owner, (candidate, (demand, achievement)) in zip(owners, pairs, strict=True)
    ]


def _own_families(
    session: Session, record: Demand | Achievement, pairs: Sequence[PairFacts]
) -> dict[str, str]:
    """Organisation → topmost parent, for all families of the record's parties and excluded organisations.

    The filters compare a candidate's organisations with these only.
    """
    if not pairs:
        return {}
    demand, achievement = pairs[0]
    own = (
        (*demand.party_orgs, *demand.excluded_orgs) if isinstance(record, Demand) else achievement.party_orgs
    )
    found = whole_families(session, [UUID(org) for org in own if is_id(org)])
    return {str(org): str(head) for org, head in found.items()}


def _pairs(
    session: Session, record: Demand | Achievement, candidates: Sequence[Candidate]
) -> list[PairFacts]:
    """Resolve credit codes of excluded organisations at each request, because one may be registered after caching."""
    if isinstance(record, Demand):
        demand = load_demand_facts(session, [record])[record.id]
        offered = [
            candidate.facts for candidate in candidates if isinstance(candidate.facts, AchievementFacts)
        ]
        return [(demand, one) for one in offered]
    achievement = achievement_facts(record)
    asking = [candidate.facts for candidate in candidates if isinstance(candidate.facts, DemandFacts)]
    codes = organisations_of_codes(session, {code for one in asking for code in one.excluded_orgs})
    return [(_with_ids(one, codes), achievement) for one in asking]


def _with_ids(demand: DemandFacts, codes: Mapping[str, Sequence[UUID]]) -> DemandFacts:
    if not demand.excluded_orgs:
        return demand
    return replace(demand, excluded_orgs=excluded_parties(demand.excluded_orgs, codes))
