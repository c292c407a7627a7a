"""Ties for which a consent waits for the bureau, because nobody else may notice them.

They tie one of an engagement's managers to a hidden side or to an organisation that the demand excludes, or both sides
to one another; and an invited manager or investor to an organisation that the demand excludes. What a demand excludes
is shown to nobody: to those who invite them, they are somebody who has not answered.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation, User
from app.accounts.organisations.groups import Families, family_of
from app.database import by_id
from app.engagements.models import Engagement, Participant, ParticipantRole, ParticipantState
from app.engagements.reviews.models import ReviewPart
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.matching.facts.conflicts_of_interest import POSSIBLE, find_conflict_of_interest, like_pairs
from app.matching.facts.constraints import excluded_like_pairs, party_violations
from app.matching.facts.hidden_owners import as_registered, exclusions_of, without_owner
from app.matching.facts.loader import RuleFacts, load_rule_facts, organisations_in
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts

PRESENT = (ParticipantState.INVITED, ParticipantState.CONSENTED)
_IS = " = "
_NOTHING = AchievementFacts(id="")
SIDES = frozenset({ReviewPart.DEMAND, ReviewPart.ACHIEVEMENT})
_POSSIBLE = frozenset({POSSIBLE, "possibly_excluded"})
_OF_OWNERS = frozenset({"excluded", "excluded_org", "same_owner", "same_family"})


@dataclass(frozen=True, slots=True)
class Tie:
    """A reason why somebody's consent waits.

    Attributes:
        key: tells it from others, and stays the same.
        code: the kind of a conflict of interest, or the code of a rule about both sides.
        pair: two organisations, or names of ones, that are perhaps one; None for what is certain.
    """

    key: str
    code: str
    zh: str = field(compare=False)
    en: str = field(compare=False)
    manager_id: UUID | None = None
    pair: tuple[str, str] | None = None

    @property
    def is_possible(self) -> bool:
        """Whether the bureau has to find out if there is a tie at all."""
        return self.pair is not None

    @property
    def is_removable(self) -> bool:
        """Whether the bureau may clear it: the owners alone decide whom they exclude and which group they are of."""
        return self.is_possible or self.code not in _OF_OWNERS


@dataclass(frozen=True, slots=True)
class HeldPart:
    """Whose consent waits, and why; `subject_id` as in `EngagementReview`."""

    part: ReviewPart
    subject_id: UUID
    ties: tuple[Tie, ...]


def held_parts(session: Session, engagements: Sequence[Engagement]) -> dict[UUID, list[HeldPart]]:
    """Engagement → its parts whose consent would wait. The number of queries does not grow with their number.

    Each side is judged by its own ties alone, and by those that the other side has entered against it. Nothing waits of
    a side whose people have all declined or left.
    """
    people = _people(session, engagements)
    sides = _sides(session, engagements)
    demands = by_id(session, Demand, [one.demand_id for one in engagements])
    achievements = by_id(session, Achievement, [one.achievement_id for one in engagements])
    present = [one for rows in people.values() for one in rows]
    managers = by_id(session, Manager, [one.manager_id for one in present if one.manager_id is not None])
    facts = load_rule_facts(
        session,
        demands=list(demands.values()),
        achievements=list(achievements.values()),
        managers=[managers[id_] for id_ in sorted(managers)],
    )
    investors = _Investors.of(session, present, facts)
    return {
        one.id: [
            HeldPart(part, subject_id, ties)
            for part, subject_id, ties in _parts(one, people[one.id], facts, investors)
            if ties and (part not in SIDES or (one.id, part.value) in sides)
        ]
        for one in engagements
    }


def _people(session: Session, engagements: Sequence[Engagement]) -> Mapping[UUID, list[Participant]]:
    """Engagement → its managers and investors."""
    found: dict[UUID, list[Participant]] = defaultdict(list)
    query = select(Participant).where(
        Participant.engagement_id.in_([one.id for one in engagements]),
        Participant.side.is_(None),
        Participant.state.in_(PRESENT),
    )
    for row in session.scalars(query.order_by(Participant.id)):
        found[row.engagement_id].append(row)
    return found


def _sides(session: Session, engagements: Sequence[Engagement]) -> frozenset[tuple[UUID, str]]:
    """Engagement and side, of the sides that are invited or take part."""
    query = select(Participant.engagement_id, Participant.side).where(
        Participant.engagement_id.in_([one.id for one in engagements]),
        Participant.side.is_not(None),
        Participant.state.in_(PRESENT),
    )
    return frozenset((engagement_id, side) for engagement_id, side in session.execute(query) if side)


def _parts(
    engagement: Engagement, people: Iterable[Participant], facts: RuleFacts, investors: "_Investors"
) -> Iterable[tuple[ReviewPart, UUID, tuple[Tie, ...]]]:
    demand, achievement = facts.demands[engagement.demand_id], facts.achievements[engagement.achievement_id]
    managers = [facts.managers[one.manager_id] for one in people if one.manager_id is not None]
    families = facts.org_family
    yield (
        ReviewPart.DEMAND,
        engagement.demand_id,
        _distinct(_of_demand(demand, achievement, managers, families)),
    )
    yield (
        ReviewPart.ACHIEVEMENT,
        engagement.achievement_id,
        _distinct(_of_achievement(demand, achievement, managers, families)),
    )
    for one in people:
        if one.manager_id is not None:
            registered = as_registered(facts.managers[one.manager_id])
            yield (
                ReviewPart.MANAGER,
                one.id,
                tuple(_conflict(registered, exclusions_of(demand), _NOTHING, families)),
            )
        elif one.role == ParticipantRole.INVESTOR:
            yield ReviewPart.INVESTOR, one.id, tuple(investors.ties(one, demand))


def _of_demand(
    demand: DemandFacts, achievement: AchievementFacts, managers: Sequence[ManagerFacts], families: Families
) -> Iterable[Tie]:
    for one in managers:
        yield from _conflict(one, exclusions_of(demand), _NOTHING, families)
    if not achievement.owner_hidden:
        # An organisation that the owner excluded since, or that belongs to an excluded group since.
        yield from _violations(exclusions_of(demand), achievement, families)
    if demand.owner_hidden:
        for one in managers:
            yield from _conflict(one, demand, without_owner(achievement), families)
        yield from _violations(*_towards(demand, achievement, families))


def _of_achievement(
    demand: DemandFacts, achievement: AchievementFacts, managers: Sequence[ManagerFacts], families: Families
) -> Iterable[Tie]:
    if not achievement.owner_hidden:
        return
    for one in managers:
        yield from _conflict(one, without_owner(demand), achievement, families)
    yield from _violations(
        demand if not demand.owner_hidden else exclusions_of(demand), achievement, families
    )
    if demand.owner_hidden:
        # Its owner would learn from its own names and co-owners who a hidden owner is.
        own = (achievement.owner_org,) if achievement.owner_org else ()
        shown = replace(achievement, party_orgs=own)
        yield from _violations(replace(demand, excluded_orgs=()), shown, _named_by(demand, families))


def _towards(
    demand: DemandFacts, achievement: AchievementFacts, families: Families
) -> tuple[DemandFacts, AchievementFacts, Families]:
    """What may hold the consent of the demand's owner: they would learn from their own exclusions, and from names that
    they enter for their organisation, who a hidden owner is."""
    if not achievement.owner_hidden:
        return demand, achievement, families
    return replace(demand, excluded_orgs=()), achievement, _named_by(achievement, families)


def _named_by(side: DemandFacts | AchievementFacts, families: Families) -> Families:
    """The families by what the bureau knows, and by the names that the side's owner has entered themselves."""
    return families.towards([side.owner_org])


def _conflict(
    manager: ManagerFacts, demand: DemandFacts, achievement: AchievementFacts, families: Families
) -> Iterable[Tie]:
    found = find_conflict_of_interest(manager, demand, achievement, families)
    if found is None:
        return
    if found.kind == POSSIBLE:
        for pair in like_pairs(manager, demand, achievement, families):
            yield Tie(pair_key(pair), found.kind, found.zh, found.en, UUID(manager.id), pair)
    else:
        key = f"{found.kind} {manager.id} {found.org or ''}".rstrip()
        yield Tie(key, found.kind, found.zh, found.en, UUID(manager.id))


def _violations(demand: DemandFacts, achievement: AchievementFacts, families: Families) -> Iterable[Tie]:
    for broken in party_violations(demand, achievement, families):
        if broken.code in _POSSIBLE:
            for pair in excluded_like_pairs(demand, achievement, families):
                yield Tie(pair_key(pair), broken.code, broken.zh, broken.en, pair=pair)
        else:
            yield Tie(broken.code, broken.code, broken.zh, broken.en)


def _distinct(ties: Iterable[Tie]) -> tuple[Tie, ...]:
    """One tie may be found in two ways."""
    return tuple({one.key: one for one in ties}.values())


def pair_key(pair: Collection[str]) -> str:
    """The key of a tie that two organisations of like names may be."""
    return _IS.join(sorted(pair))


def pair_of_key(key: str) -> frozenset[UUID] | None:
    """The two organisations of such a key; None for other keys, and where one of them is not registered."""
    ids = [_id(one) for one in key.split(_IS)]
    found = frozenset(one for one in ids if one is not None)
    return found if len(ids) == 2 == len(found) else None


def ids_of_key(key: str) -> frozenset[UUID]:
    """The ids that a key names: of organisations, and of the manager."""
    return frozenset(found for part in key.split(" ") if (found := _id(part)) is not None)


def key_with(key: str, ids: Mapping[UUID, UUID]) -> str:
    """The key with some ids in place of others."""
    parts = [str(ids.get(found, found)) if (found := _id(part)) else part for part in key.split(" ")]
    made = " ".join(parts)
    return pair_key(made.split(_IS)) if _IS in made else made


@dataclass(frozen=True, slots=True)
class _Investors:
    """The organisations of investors who take part, with the families that tell whether a demand excludes them."""

    organisations: Mapping[UUID, str]
    families: Families

    @classmethod
    def of(cls, session: Session, people: Iterable[Participant], facts: RuleFacts) -> "_Investors":
        investors = [one for one in people if one.role == ParticipantRole.INVESTOR]
        users = by_id(session, User, [one.user_id for one in investors if one.user_id is not None])
        found = {
            one.id: users[one.user_id].organisation_id if one.user_id is not None else one.organisation_id
            for one in investors
        }
        organisations = {
            id_: str(organisation) for id_, organisation in found.items() if organisation is not None
        }
        if not organisations:
            return cls({}, facts.org_family)
        others = organisations_in([exclusions_of(one) for one in facts.demands.values()], [], [])
        return cls(organisations, family_of(session, {*others, *organisations.values()}))

    def ties(self, participant: Participant, demand: DemandFacts) -> Iterable[Tie]:
        """Like an achievement's party: excluded, of an excluded group, or perhaps one of these."""
        organisation = self.organisations.get(participant.id)
        if organisation is not None:
            investor = AchievementFacts(id="", owner_org=organisation)
            yield from _violations(exclusions_of(demand), investor, self.families)


def names_of(session: Session, ties: Iterable[Tie]) -> dict[str, str]:
    """Each organisation of a pair → its name; what is no id is a name already."""
    texts = {text for tie in ties for text in tie.pair or ()}
    ids = {text: id_ for text in texts if (id_ := _id(text)) is not None}
    rows = by_id(session, Organisation, ids.values())
    return {text: rows[ids[text]].name if ids.get(text) in rows else text for text in texts}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
