"""Traits of a record: the figures that it states, and what its vector says of it."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.libraries.validation.indicators.model import Indicator, Op
from app.matching.facts.models import ManagerFacts, RecordFacts
from app.matching.space import VectorTraits
from app.matching.text import traits as text_traits
from app.matching.text.traits import NO_TRAITS, Traits, compared, indicator_fit
from tests.matching.ranking.pairs_of_facts import achievement, demand


def traits_of(facts: RecordFacts) -> Traits:
    """Of a record of whose vector nothing is known."""
    return text_traits.traits_of(facts, VectorTraits())


def test_a_required_figure_is_held_against_an_offered_one_across_languages_and_units() -> None:
    asks = traits_of(demand(title="涂层防腐", problem="风机塔筒涂层一年就起泡。", goal="盐雾≥1000 h"))
    offers = traits_of(
        achievement(
            title="Waterborne anticorrosion coating",
            summary="Salt spray 60 days, adhesion 12 MPa.",
            language="en",
        )
    )
    found = compared(asks, offers)
    assert [(one.required.name, one.verdict.value) for one in found] == [("盐雾", "holds")]
    assert indicator_fit(asks, offers) == 0.5
    weaker = traits_of(achievement(title="涂层", summary="盐雾 600 h。"))
    assert indicator_fit(asks, weaker) == -0.5


def test_figures_of_the_form_come_before_those_of_the_text() -> None:
    traits = traits_of(achievement(title="涂层", summary="盐雾 600 h。", indicators=("盐雾 ≥ 1200 h",)))
    assert str(traits.indicators[0]) == "盐雾 ≥ 1200 h"


def test_what_the_vector_says_is_kept_beside_the_figures() -> None:
    of_vector = VectorTraits(hubness=0.41, generality=0.22, solution=-1.5)
    for facts in (demand(problem="盐雾≥1000 h"), achievement(summary="盐雾 600 h。")):
        found = text_traits.traits_of(facts, of_vector)
        assert (found.hubness, found.generality, found.solution) == (0.41, 0.22, -1.5)
        assert len(found.indicators) == 1
    assert text_traits.traits_of(ManagerFacts(id="m", name="王某", capacity=3), of_vector) == NO_TRAITS


INDICATORS = st.builds(
    Indicator,
    name=st.sampled_from(["盐雾", "硬度", "合格率"]),
    op=st.sampled_from([Op.AT_LEAST, Op.AT_MOST, Op.EQUAL]),
    value=st.integers(1, 2000).map(Decimal),
    unit=st.sampled_from(["h", "HV", "%"]),
)
TRAITS = st.builds(
    Traits,
    indicators=st.lists(INDICATORS, max_size=4).map(tuple),
    hubness=st.sampled_from([NO_TRAITS.hubness, 0.0, 0.4127, 1.0]),
    generality=st.sampled_from([NO_TRAITS.generality, 0.0, 0.2503, 1.0]),
    solution=st.sampled_from([NO_TRAITS.solution, -3.4021, 2.5]),
)


@given(TRAITS)
def test_traits_survive_storage(traits: Traits) -> None:
    stored = json.loads(json.dumps(traits.to_dict()))
    assert Traits.from_dict(stored) == traits
    assert Traits.from_json(json.dumps(stored)) == traits
    assert (stored == {}) == (traits == NO_TRAITS)


@given(TRAITS, TRAITS)
def test_traits_stay_in_their_ranges(asks: Traits, offers: Traits) -> None:
    assert -1 <= indicator_fit(asks, offers) <= 1
    assert indicator_fit(NO_TRAITS, offers) == indicator_fit(asks, NO_TRAITS) == 0


PREFIXES = st.sampled_from(["杆面", "阀座", "单件"])


def _named(traits: Traits, prefix: str) -> Traits:
    renamed = [one.model_copy(update={"name": prefix + one.name}) for one in traits.indicators]
    return Traits(indicators=tuple(renamed))


@given(TRAITS, TRAITS, PREFIXES)
def test_a_figure_under_a_near_name_may_hold_and_never_fails(
    asks: Traits, offers: Traits, prefix: str
) -> None:
    for asked, offered in ((_named(asks, prefix), offers), (asks, _named(offers, prefix))):
        assert not any(one.same_name for one in compared(asked, offered))
        assert indicator_fit(asked, offered) >= max(0.0, indicator_fit(asks, offers))


@given(TRAITS, TRAITS, PREFIXES, PREFIXES)
def test_figures_of_two_things_are_not_compared(
    asks: Traits, offers: Traits, prefix: str, other: str
) -> None:
    if prefix != other:
        assert compared(_named(asks, prefix), _named(offers, other)) == []
