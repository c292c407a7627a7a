"""The properties of a list: what is new goes first, the best of each kind first, and nobody fills it."""

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.pushes.digests.composition import DigestCandidate, VarietyLimits, compose

ids = st.integers(1, 4).map(lambda n: UUID(int=n))


@st.composite
def entries(draw: st.DrawFn) -> list[DigestCandidate]:
    count = draw(st.integers(0, 25))
    return [
        DigestCandidate(
            id=UUID(int=1000 + n),
            demand_id=draw(ids),
            achievement_id=draw(ids),
            owners=frozenset(draw(st.lists(ids, min_size=1, max_size=2))),
            rank_key=draw(st.floats(-20, 20)),
            new=draw(st.booleans()),
        )
        for n in range(count)
    ]


varieties = st.builds(VarietyLimits, st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
sizes = st.integers(1, 12)


def breaks(chosen: list[DigestCandidate], entry: DigestCandidate, variety: VarietyLimits) -> bool:
    """The rule stated plainly: would the list, with this one more, hold too many of one kind?"""
    together = [*chosen, entry]
    demands = Counter(one.demand_id for one in together)
    achievements = Counter(one.achievement_id for one in together)
    owners = Counter(owner for one in together for owner in one.owners)
    return (
        demands[entry.demand_id] > variety.per_demand
        or achievements[entry.achievement_id] > variety.per_achievement
        or any(owners[owner] > variety.per_owner for owner in entry.owners)
    )


@given(given_=entries(), size=sizes, variety=varieties)
def test_no_demand_achievement_or_owner_fills_a_list(
    given_: list[DigestCandidate], size: int, variety: VarietyLimits
) -> None:
    found = list(compose(given_, size=size, variety=variety).entries)
    assert len(found) <= size
    for place, entry in enumerate(found):
        assert not breaks(found[:place], entry, variety)


@given(given_=entries(), size=sizes, variety=varieties)
def test_the_order_is_new_first_then_best_first(
    given_: list[DigestCandidate], size: int, variety: VarietyLimits
) -> None:
    found = compose(given_, size=size, variety=variety).entries
    keys = [(not entry.new, -entry.rank_key) for entry in found]
    assert keys == sorted(keys)


@given(given_=entries(), size=sizes, variety=varieties)
def test_nothing_is_left_out_without_its_reason(
    given_: list[DigestCandidate], size: int, variety: VarietyLimits
) -> None:
    """Whatever is missing would have broken the variety of what stands before it, or found the list full."""
    composed = compose(given_, size=size, variety=variety)
    found = list(composed.entries)
    assert {entry.id for entry in found} | set(composed.left_out) == {entry.id for entry in given_}
    for entry in given_:
        reason = composed.left_out.get(entry.id)
        before = [
            one
            for one in found
            if (not one.new, -one.rank_key, one.id) < (not entry.new, -entry.rank_key, entry.id)
        ]
        if reason == "list_full":
            assert len(before) == size
        elif reason is not None:
            assert breaks(before, entry, variety)


def test_five_pushes_of_one_demand_leave_room_for_others() -> None:
    def entry(n: int, demand: int, owner: int) -> DigestCandidate:
        return DigestCandidate(
            UUID(int=n), UUID(int=demand), UUID(int=100 + n), frozenset({UUID(int=owner)}), rank_key=-n
        )

    loud = [entry(n, demand=1, owner=1) for n in range(5)]
    other_demands_of_the_same_owner = [entry(n, demand=n, owner=1) for n in range(5, 8)]
    quiet = [entry(9, demand=9, owner=9)]
    composed = compose([*loud, *other_demands_of_the_same_owner, *quiet], size=10)
    assert [one.id.int for one in composed.entries] == [0, 1, 5, 9]
    assert Counter(composed.left_out.values()) == {"variety_demand": 3, "variety_owner": 2}
