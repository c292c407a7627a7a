"""What people write for a code: understood alike on every route, and refused where it may mean several things."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vocabularies import ReadCodes, resolve, vocabulary, vocabulary_names
from app.vocabularies.names import find_name, nearest_names

WORDINGS = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "wordings.tsv").read_text(encoding="utf-8").splitlines()
]
REGIONS = vocabulary("regions")
DISTRICTS = st.sampled_from([REGIONS.term(code) for code in REGIONS.children("370100")])


@pytest.mark.parametrize(("name", "text", "codes"), WORDINGS)
def test_what_people_write(name: str, text: str, codes: str) -> None:
    assert " ".join(resolve(name, text).codes) == codes


@given(
    DISTRICTS,
    st.sampled_from(["", "中国"]),
    st.sampled_from(["", "山东省", "山东"]),
    st.sampled_from(["", "济南市", "济南"]),
    st.booleans(),
    st.sampled_from(["", " ", "·", "-"]),
)
def test_a_district_is_found_under_any_of_its_parents(
    district: Any, country: str, province: str, city: str, full: bool, between: str
) -> None:
    if city == "济南" and district.zh == "市中区":
        return  # 济南市中 is a district and a city with the word 中
    name = district.zh if full else district.zh[:-1]
    text = between.join(part for part in (country, province, city, name) if part)
    assert resolve("regions", text).codes == (district.code,)


@pytest.mark.parametrize("name", vocabulary_names())
def test_labels_and_aliases_mean_what_they_always_meant(name: str) -> None:
    terms = vocabulary(name)
    for label in (text for term in terms for text in (term.code, term.zh, term.en, *term.aliases)):
        assert resolve(name, label).codes == (terms.resolve(label),), label


@given(st.sampled_from(vocabulary_names()), st.text(max_size=80))
def test_any_text_gives_valid_codes_or_none(name: str, text: str) -> None:
    found = resolve(name, text)
    known = vocabulary(name)
    assert all(code in known or (name == "regions" and code == text.strip()) for code in found.codes)
    assert all(code in known for code in found.candidates)


@pytest.mark.parametrize("name", vocabulary_names())
def test_names_are_guessable(name: str) -> None:
    singular = name.removesuffix("s")
    for text in (name, name.replace("_", "-"), name.upper(), name.replace("_", ""), vocabulary(name).zh):
        assert find_name(text) == name
    assert find_name(singular) == name or name.endswith(("ies", "ses"))


def test_names_in_other_words_and_the_nearest() -> None:
    others = {
        "fields": "hightech_fields",
        "modes": "transfer_modes",
        "industry": "industries",
        "地区": "regions",
    }
    assert {text: find_name(text) for text in others} == others
    assert find_name("hightec_fields") is None
    assert nearest_names("hightec_fields")[0] == "hightech_fields"


def test_a_page_is_no_value() -> None:
    assert resolve("hightech_fields", " " * 500 + "新材料" + " " * 500).codes
    assert resolve("hightech_fields", "新材料" * 100) == ReadCodes()
