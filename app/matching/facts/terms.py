"""The columns of a record that filters and features need, read without its texts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast

from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import PublishMode, RecordState
from app.matching.facts.models import AchievementFacts, DemandFacts


def terms_columns(model: type[Achievement] | type[Demand]) -> tuple[ColumnElement[Any], ...]:
    """The columns that filters and features need, without long texts; read by `terms_of_row`.

    Columns rather than the class: hundreds of rows are read without creating ORM objects. Lists and ids come as text,
    because parsing of repeated values is cached.
    """
    c = model.__table__.c
    names = _ACHIEVEMENT_TERMS if model is Achievement else _DEMAND_TERMS
    as_text = (*(c[name] for name in (*_COMMON_LISTS, *names.lists)), c.owner_org_id)
    plain = (c.state, c.publish_mode, c.region, c.language, *(c[name] for name in names.plain))
    return (*(cast(column, Text) for column in as_text), *plain)


def terms_of_row(
    model: type[Achievement] | type[Demand], record_id: UUID, row: Sequence[Any]
) -> tuple[AchievementFacts | DemandFacts, bool] | None:
    """Facts of a row of `terms_columns`, and whether the record is confidential; None if it is not published.

    The state is checked here rather than in SQL, where SQLite would use the state's index instead of the ids. A
    demand's `excluded_orgs` are credit codes here.
    """
    fields, industries, keywords, modes, others, owner, state, publish_mode, region, language, *plain = row
    if state != RecordState.PUBLISHED:
        return None
    owner = _id_of(owner)
    is_confidential = publish_mode == PublishMode.CONFIDENTIAL
    common: dict[str, Any] = {
        "id": str(record_id),
        "fields": _texts_of(fields),
        "industries": _texts_of(industries),
        "keywords": _texts_of(keywords),
        "region": region,
        "language": language,
        "owner_org": owner,
        "owner_hidden": is_confidential,
    }
    terms = _achievement_terms if model is Achievement else _demand_terms
    return terms(common, owner, _texts_of(modes), _texts_of(others), plain), is_confidential


def _achievement_terms(
    common: Mapping[str, Any],
    owner: str,
    modes: tuple[str, ...],
    co_owners: tuple[str, ...],
    plain: Sequence[Any],
) -> AchievementFacts:
    trl, low, high, published_at = plain
    return AchievementFacts(
        **common,
        trl=trl,
        transfer_modes=modes,
        price_min_wan=low,
        price_max_wan=high,
        party_orgs=(owner, *co_owners),
        published_at=published_at,
    )


def _demand_terms(
    common: Mapping[str, Any],
    owner: str,
    modes: tuple[str, ...],
    excluded: tuple[str, ...],
    plain: Sequence[Any],
) -> DemandFacts:
    min_trl, low, high, deadline = plain
    return DemandFacts(
        **common,
        min_trl=min_trl,
        cooperation_modes=modes,
        budget_min_wan=low,
        budget_max_wan=high,
        deadline=deadline,
        party_orgs=(owner,),
        excluded_orgs=excluded,
    )


@dataclass(frozen=True, slots=True)
class _Terms:
    lists: tuple[str, ...]
    plain: tuple[str, ...]


_COMMON_LISTS = ("fields", "industries", "keywords")
_ACHIEVEMENT_TERMS = _Terms(
    ("transfer_modes", "co_org_ids"), ("trl", "price_min_wan", "price_max_wan", "published_at")
)
_DEMAND_TERMS = _Terms(
    ("cooperation_modes", "excluded_orgs"), ("min_trl", "budget_min_wan", "budget_max_wan", "deadline")
)


@lru_cache(maxsize=10_000)
def _texts_of(stored: str | None) -> tuple[str, ...]:
    """Parse a stored list of texts."""
    return tuple(json.loads(stored) or ()) if stored else ()


@lru_cache(maxsize=10_000)
def _id_of(stored: str) -> str:
    """The id in canonical form; SQLite stores it without hyphens."""
    return str(UUID(stored))
