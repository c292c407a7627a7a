"""Hard keys: what identifies a record whatever it is called."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from app.encryption.keys import keyed_digest
from app.exchange.headers.dictionary import Kind
from app.exchange.sameness.verdicts import SameTraits

# Of the state's registration, or of a ledger; numbers that a list gives its own rows are many things' numbers.
_REGISTRATION = re.compile(r"^\d{3,7}Y\d{4,8}$|^\d{12,18}$")
_PATENT = re.compile(r"^(?:ZL|CN)?((?:19|20)\d{2}[12389]\d{7})")


def right_key(number: str) -> str:
    """Of a patent the twelve digits, without ZL, CN, check digit and blanks; of another right its number."""
    folded = re.sub(r"[\s.]", "", unicodedata.normalize("NFKC", number)).upper()
    match = _PATENT.match(folded)
    return f"patent:{match[1]}" if match else f"right:{folded}"


def traits_of(kind: Kind, fields: Mapping[str, Any]) -> SameTraits:
    """The traits of a record from the fields of an entry."""
    keys = {right_key(str(number)) for number in fields.get("ip_list") or ()}
    registration = fields.get("registration_number") or fields.get("registration_no")
    if registration and _REGISTRATION.match(_folded(registration)):
        keys.add(f"registration:{_folded(registration)}")
    keys |= {
        f"certificate:{_folded(one['number'])}"
        for one in fields.get("certificates") or ()
        if one.get("number")
    }
    if fields.get("uscc"):
        keys.add(f"uscc:{_folded(fields['uscc'])}")
    name = str(fields.get("title") or "")
    phone = re.sub(r"\D", "", str(fields.get("contact_phone") or ""))
    if kind is Kind.MANAGER and phone and name:
        # Keys are stored, so that of a person is a digest which nobody without the ring of keys can find by trying.
        keys.add(f"person:{keyed_digest('person', ''.join(name.split()) + ' ' + phone)}")
    texts = (
        fields.get(one)
        for one in ("summary", "main_problem", "key_technology", "expected_goal", "advantages")
    )
    return SameTraits(
        kind=kind,
        name=name,
        owner=str(fields.get("owner_org") or ""),
        keys=frozenset(keys),
        people=frozenset(_names(fields.get("completed_by") or ())),
        text="\n".join(str(text) for text in texts if text),
        anonymous=fields.get("publish_mode") == "confidential",
    )


def _folded(text: object) -> str:
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", str(text))).upper()


def _names(people: Iterable[Any]) -> Iterable[str]:
    for one in people:
        yield str(one.get("name")) if isinstance(one, Mapping) else str(one)
