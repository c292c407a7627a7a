"""Loader of the vocabularies: each data file is read once, on first use."""

import json
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from app.vocabularies.vocabulary import Vocabulary, VocabularyTerm, fold_label


class UnknownVocabularyError(KeyError):
    """No data file exists for this vocabulary name: a programming error, not a bad request."""


@cache
def vocabulary(name: str) -> Vocabulary:
    """The vocabulary stored in `data/<name>.json`.

    The larger ones are trees: `hightech_fields` (eight fields of the first level, two digits, and 52 of the second,
    three digits), `industries` of GB/T 4754-2017 (sections `C` and divisions `C34`; `34` resolves to it), and `regions`
    by GB/T 2260 code (province → city → district; `000000` is overseas). `transfer_modes` have the attribute
    `contract_type`, the technology contract that a mode leads to, if any; the levels 1–9 of `trl` have `stage`,
    `stage_zh` and `evidence_zh`.

    Raises:
        UnknownVocabularyError: there is no such file.
    """
    if name not in vocabulary_names():
        raise UnknownVocabularyError(name)
    raw = (files(__package__) / "data" / f"{name}.json").read_text(encoding="utf-8")
    return _build(json.loads(raw))


@cache
def vocabulary_names() -> tuple[str, ...]:
    """Sorted names of all vocabularies."""
    entries = (files(__package__) / "data").iterdir()
    return tuple(
        sorted(entry.name.removesuffix(".json") for entry in entries if entry.name.endswith(".json"))
    )


def _build(data: dict[str, Any]) -> Vocabulary:
    terms = tuple(
        VocabularyTerm(
            code=entry["code"],
            zh=entry["zh"],
            en=entry["en"],
            parent=entry.get("parent"),
            aliases=tuple(entry.get("aliases", ())),
            attributes=MappingProxyType(dict(entry.get("attributes", {}))),
        )
        for entry in data["terms"]
    )
    retired = {old: tuple(codes) for old, codes in data.get("retired", {}).items()}
    unclear, several = (
        {fold_label(text): tuple(codes) for text, codes in data.get(name, {}).items()}
        for name in ("unclear", "several")
    )
    return Vocabulary(
        name=data["name"],
        zh=data["zh"],
        en=data["en"],
        terms=terms,
        source=data.get("source", ""),
        retired=MappingProxyType(retired),
        unclear=MappingProxyType(unclear),
        several=MappingProxyType(several),
        prefixes=tuple(map(fold_label, data.get("prefixes", ()))),
        suffixes=tuple(map(fold_label, data.get("suffixes", ()))),
    )
