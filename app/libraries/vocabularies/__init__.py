"""Controlled vocabularies: fields, industries, regions, TRL, transfer modes and shorter code lists."""

from app.libraries.vocabularies.catalogue import (
    UnknownVocabularyError,
    vocabulary,
    vocabulary_names,
)
from app.libraries.vocabularies.distances import (
    field_distance,
    region_above,
    region_covers,
    region_distance,
)
from app.libraries.vocabularies.vocabulary import Vocabulary, VocabularyTerm

__all__ = [
    "UnknownVocabularyError",
    "Vocabulary",
    "VocabularyTerm",
    "field_distance",
    "region_above",
    "region_covers",
    "region_distance",
    "vocabulary",
    "vocabulary_names",
]
