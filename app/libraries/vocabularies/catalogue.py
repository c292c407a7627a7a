"""Loads vocabularies from the package's data files, each once and only when first asked for."""

import json
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from app.libraries.vocabularies.vocabulary import Vocabulary, VocabularyTerm


class UnknownVocabularyError(KeyError):
    """There is no data file for a vocabulary of that name: a mistake in the program, not in a request."""


@cache
def vocabulary(name: str) -> Vocabulary:
    """The vocabulary `data/<name>.json`; raises UnknownVocabularyError for a name without a file."""
    if name not in vocabulary_names():
        raise UnknownVocabularyError(name)
    raw = (files(__package__) / "data" / f"{name}.json").read_text(encoding="utf-8")
    return _build(json.loads(raw))


@cache
def vocabulary_names() -> tuple[str, ...]:
    """Names of all vocabularies, sorted."""
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
    return Vocabulary(
        name=data["name"],
        zh=data["zh"],
        en=data["en"],
        terms=terms,
        source=data.get("source", ""),
        retired=MappingProxyType(retired),
    )


def hightech_fields() -> Vocabulary:
    """Eight fields (first level, two digits) with 52 second-level fields (three digits)."""
    return vocabulary("hightech_fields")


def industries() -> Vocabulary:
    """GB/T 4754-2017 sections (`C`) and divisions (`C34`; `34` resolves to it)."""
    return vocabulary("industries")


def regions() -> Vocabulary:
    """GB/T 2260 codes with province → city → district; `000000` is overseas."""
    return vocabulary("regions")


def transfer_modes() -> Vocabulary:
    """Attribute `contract_type`: the technology contract that a mode leads to, where there is one."""
    return vocabulary("transfer_modes")


def trl_levels() -> Vocabulary:
    """Codes `1`–`9`; attributes `stage`, `stage_zh`, `evidence_zh`."""
    return vocabulary("trl")
