"""Compares labelled pairs of records with what the import says of them.

    python scripts/duplicate_pairs.py dedup_pairs.jsonl            # --words: without vectors

Vectors are those of the installed model, of the name and what else the pair says, as an index would have them. A line
has `id`, `kind`, `label` (same, related, different), and the records `a` and `b`. Exits with status 1 if a pair that is
not the same would be joined by machine.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from app.encryption.keys import use_keys
from app.encryption.ring import new_entry
from app.exchange.headers.dictionary import Kind
from app.exchange.sameness.keys import traits_of
from app.exchange.sameness.verdicts import SameTraits, SameVerdict, judge
from app.exchange.values.contacts import read_contact
from app.exchange.values.people import read_person
from app.matching.embedding.remote.opening import open_embedder
from app.settings import Settings


def traits(kind: Kind, record: dict[str, Any]) -> SameTraits:
    """The traits of a record of a pair."""
    contact = read_contact(record.get("phone", ""))
    fields = {
        "title": read_person(record["name"]).value if "name" in record else record["title"],
        "owner_org": record.get("owner") or record.get("org"),
        "ip_list": record.get("ip"),
        "registration_number": record.get("registration"),
        "certificates": [{"number": record["cert"]}] if record.get("cert") else [],
        "completed_by": [record["person"]] if record.get("person") else [],
        "contact_phone": contact.value.phone,
        "summary": record.get("figures"),
        "publish_mode": "confidential" if record.get("alias") else None,
    }
    return traits_of(kind, fields)


Nearness = Callable[[Kind, SameTraits, SameTraits], float | None]


def by_vectors() -> Nearness:
    """The cosine of two records of an index, by the model of the settings."""
    embedder = open_embedder(Settings())

    def nearness(kind: Kind, *pair: SameTraits) -> float | None:
        if kind is Kind.MANAGER:
            return None
        embed = embedder.embed_queries if kind is Kind.DEMAND else embedder.embed_passages
        first, second = embed([f"{one.name}\n{one.text}".strip() for one in pair])
        return float(first @ second)

    return nearness


def main(path: str, *options: str) -> int:
    """Print the table; returns the exit status."""
    # Keys of persons are digests; none of them leaves this process.
    use_keys(Settings(encryption_keys=SecretStr(new_entry("pairs"))))
    nearness: Nearness = (lambda *_: None) if "--words" in options else by_vectors()
    found = wanted = wrong = asked = 0
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        kind = Kind(pair["kind"])
        sides = traits(kind, pair["a"]), traits(kind, pair["b"])
        near = nearness(kind, *sides)
        judgement = judge(*sides, nearness=near)
        evidence = "；".join(one.zh for one in judgement.evidence)
        cosine = "  –  " if near is None else f"{near:5.2f}"
        print(f"{pair['id']:6} {pair['label']:10} {judgement.verdict.value:10} {cosine} {evidence}")  # noqa: T201
        is_same = pair["label"] == "same"
        wanted += is_same
        found += is_same and judgement.verdict is not SameVerdict.DIFFERENT
        wrong += not is_same and judgement.verdict is SameVerdict.SAME
        asked += pair["label"] == "different" and judgement.verdict is SameVerdict.ASK
    line = f"same found: {found}/{wanted}; joined and wrong: {wrong}; different ones asked about: {asked}"
    print(line)  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
