"""Values of 20,000 equal characters: every reader ends, whatever the character. Superlinear ones would take minutes."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from app.exchange.headers.dictionary import Kind
from app.exchange.suggestions import phrases
from app.exchange.values.amounts import read_amount
from app.exchange.values.choices import chosen
from app.exchange.values.contacts import read_contact, without_identity_numbers
from app.exchange.values.dates import read_day, read_span
from app.exchange.values.organisations import organisation_in_title, read_organisations, read_uscc
from app.exchange.values.people import read_people
from app.exchange.values.readings import parts_of
from app.exchange.values.rights import read_rights
from app.exchange.values.wordings import read_code, read_fields, read_modes, read_region, read_stage
from app.libraries.validation.indicators.parser import parse_indicators
from app.text.state_secrets import find_markings

LENGTH = 20_000
REPEATED = ("1", "a", " ", ",", ".", "(", "[", "-", "*", "一", "万", "约", "1,")
READERS: dict[str, Callable[[str], Any]] = {
    "money": lambda text: list(phrases.money_of(text, "budget")),
    "deadline": lambda text: list(phrases.deadline_of(text, date(2026, 1, 1))),
    "title": lambda text: list(phrases.title_of(text, Kind.DEMAND)),
    "indicators": parse_indicators,
    "markings": find_markings,
    "amount": lambda text: read_amount(text, None),
    "span": lambda text: read_span(text, text),
    "day": lambda text: read_day(text, text, end=True),
    "options": chosen,
    "contact": read_contact,
    "identity numbers": without_identity_numbers,
    "organisations": read_organisations,
    "organisation in a title": organisation_in_title,
    "credit code": read_uscc,
    "people": read_people,
    "list": parts_of,
    "rights": read_rights,
    "fields": read_fields,
    "modes": read_modes,
    "stage": read_stage,
    "region": read_region,
    "code": lambda text: read_code("activity_types", text, "类型", "type"),
}


@pytest.mark.parametrize("reader", READERS)
def test_a_value_of_equal_characters_is_read_to_its_end(reader: str) -> None:
    for repeated in REPEATED:
        text = repeated * (LENGTH // len(repeated))
        for whole in (text, f"预算{text}b"):
            READERS[reader](whole)


def test_a_number_of_many_digits_is_no_amount() -> None:
    for text in ("1" * 20, "9" * 40 + "万元", "1" * 20 + "-" + "2" * 20):
        reading = read_amount(text, None)
        assert (reading.value.low, reading.value.high) == (None, None)
        assert [one.code for one in reading.warnings] == ["amount_unreadable"]
    assert str(read_amount("1,234,500元", None).value.low) == "123.45"
