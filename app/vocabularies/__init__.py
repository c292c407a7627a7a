"""Controlled vocabularies: fields, industries, regions, TRL, transfer modes and shorter code lists."""

from app.vocabularies.catalogue import (
    UnknownVocabularyError,
    vocabulary,
    vocabulary_names,
)
from app.vocabularies.distances import (
    field_distance,
    region_above,
    region_covers,
    region_distance,
)
from app.vocabularies.resolution import ReadCodes, resolve
from app.vocabularies.vocabulary import Vocabulary, VocabularyTerm

__all__ = [
    "ReadCodes",
    "UnknownVocabularyError",
    "Vocabulary",
    "VocabularyTerm",
    "field_distance",
    "region_above",
    "region_covers",
    "region_distance",
    "resolve",
    "vocabulary",
    "vocabulary_names",
]
