"""Vocabularies: resolution of codes, suggestions and distances."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.libraries.record.enums import CertificateLevel, RecordKind
from app.vocabularies import (
    UnknownVocabularyError,
    field_distance,
    region_covers,
    region_distance,
    vocabulary,
    vocabulary_names,
)

ALL_CODES = [(name, code) for name in vocabulary_names() for code in vocabulary(name).codes]
FIELD = st.sampled_from(vocabulary("hightech_fields").codes)
REGION = st.sampled_from(vocabulary("regions").codes)


@pytest.mark.parametrize("name", vocabulary_names())
def test_every_term_has_both_labels_and_resolves_from_its_code(name: str) -> None:
    words = vocabulary(name)
    assert words.name == name
    assert len(words) > 0
    for term in words:
        assert term.zh.strip()
        assert term.en.strip()
        assert words.resolve(term.code) == term.code
        assert words.resolve(f" {term.code} ") == term.code


@pytest.mark.parametrize("name", vocabulary_names())
def test_labels_resolve_to_their_term_or_to_a_child_of_the_same_label(name: str) -> None:
    words = vocabulary(name)
    for term in words:
        for label in (term.zh, term.en):
            found = words.resolve(label)
            assert found is not None
            assert found == term.code or words.parent(found) == term.code or words.term(found).zh == term.zh


def test_the_official_sizes() -> None:
    fields = vocabulary("hightech_fields")
    assert len(fields.children()) == 8
    assert len(fields) == 60
    assert len(vocabulary("industries").children()) == 20
    assert len(vocabulary("industries")) == 117
    assert len(vocabulary("regions").children("370000")) == 16
    assert len(vocabulary("regions").children("370100")) == 12
    assert vocabulary("trl").codes == tuple("123456789")


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("hightech_fields", "新材料", "40"),
        ("hightech_fields", "金属材料", "401"),
        ("hightech_fields", "new materials", "40"),
        ("hightech_fields", "现代农业", "207"),
        ("industries", "34", "C34"),
        ("industries", "c34", "C34"),
        ("industries", "教育", "P83"),
        ("regions", "济南", "370100"),
        ("regions", "上海市", "310000"),
        ("regions", "海外", "000000"),
        ("transfer_modes", "技术入股", "equity"),
        ("transfer_modes", "Ｌｉｃｅｎｃｅ", "licence"),
        ("transfer_modes", "面议", "other"),
        ("trl", "TRL 7", "7"),
        ("certificate_levels", "高级技术经理人", "advanced"),
        ("contract_types", "技术许可合同", "licence"),
    ],
)
def test_resolve_takes_codes_labels_and_usual_names(name: str, text: str, code: str) -> None:
    assert vocabulary(name).resolve(text) == code


@pytest.mark.parametrize("text", ["", "   ", "不存在的领域", "999999", "新材料\u4e00"])
def test_resolve_never_guesses(text: str) -> None:
    assert vocabulary("hightech_fields").resolve(text) is None


def test_suggestions_are_near_and_valid() -> None:
    assert vocabulary("hightech_fields").suggest("金属新材")[0] in ("40", "401")
    assert "C34" in vocabulary("industries").suggest("通用设备制造")
    assert vocabulary("hightech_fields").suggest("") == ()


def test_a_retired_region_names_its_successors() -> None:
    assert vocabulary("regions").resolve("371200") is None
    assert vocabulary("regions").suggest("371200") == ("370116", "370117")


@given(st.text(max_size=30))
def test_resolve_and_suggest_take_any_text(text: str) -> None:
    for words in (vocabulary("hightech_fields"), vocabulary("regions")):
        found = words.resolve(text)
        assert found is None or found in words
        assert all(code in words for code in words.suggest(text))


def test_unknown_names_and_codes() -> None:
    with pytest.raises(UnknownVocabularyError):
        vocabulary("nothing")
    with pytest.raises(UnknownVocabularyError):
        vocabulary("../regions")
    assert vocabulary("regions").label("123456") == "123456"
    assert vocabulary("regions").label("370100", "en") == "Jinan"


def test_a_vocabulary_can_not_be_changed() -> None:
    with pytest.raises(AttributeError):
        vocabulary("regions").name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        vocabulary("transfer_modes").term("licence").attributes["contract_type"] = "x"  # type: ignore[index]


def test_enums_and_vocabularies_say_the_same() -> None:
    assert tuple(CertificateLevel) == vocabulary("certificate_levels").codes
    assert CertificateLevel.ADVANCED.rank > CertificateLevel.PRIMARY.rank
    assert RecordKind.DEMAND.label("en-GB") == "Demand"


def test_contract_types_of_transfer_modes_exist() -> None:
    contracts = vocabulary("contract_types")
    for term in vocabulary("transfer_modes"):
        assert term.attributes.get("contract_type", "service") in contracts


@given(FIELD, FIELD)
def test_field_distance_is_symmetric_and_zero_only_for_the_same(a: str, b: str) -> None:
    assert field_distance(a, b) == field_distance(b, a)
    assert (field_distance(a, b) == 0) == (a == b)


def test_field_distances() -> None:
    assert [field_distance("401", other) for other in ("401", "40", "402", "80", "804")] == [0, 1, 2, 3, 3]
    with pytest.raises(KeyError):
        field_distance("401", "999")


@pytest.mark.parametrize(
    ("region", "other", "covers"),
    [
        ("370100", "370112", True),
        ("370000", "370112", True),
        ("370112", "370100", False),
        ("370100", "370200", False),
        ("371000", "371002", True),
        ("371000", "370100", False),
        ("500000", "500101", True),
        ("000000", "370100", False),
        ("000000", "000000", True),
        ("370000", "000000", False),
    ],
)
def test_a_region_covers_what_lies_in_it(region: str, other: str, covers: bool) -> None:
    assert region_covers(region, other) is covers


@given(REGION, REGION, REGION)
def test_covering_is_an_order(a: str, b: str, c: str) -> None:
    assert region_covers(a, a)
    if region_covers(a, b) and region_covers(b, a):
        assert a == b
    if region_covers(a, b) and region_covers(b, c):
        assert region_covers(a, c)


@given(REGION)
def test_a_parent_region_covers_its_children(code: str) -> None:
    for child in vocabulary("regions").children(code):
        assert region_covers(code, child)
        assert region_distance(code, child) == 1


def test_region_distances() -> None:
    home = "370112"
    others = ("370112", "370102", "370100", "370000", "370200", "310000", "000000")
    assert [region_distance(home, other) for other in others] == [0, 1, 1, 1, 2, 3, 4]


@pytest.mark.parametrize(("name", "code"), ALL_CODES[:: max(len(ALL_CODES) // 40, 1)])
def test_roots_are_first_level(name: str, code: str) -> None:
    words = vocabulary(name)
    assert words.root(code) in words.children()
