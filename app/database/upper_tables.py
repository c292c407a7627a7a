"""Tables of upper layers that lower ones read: by name, as a layer imports only what is below it. Here alone."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import TableClause, column, table

from app.database.tables import Base

UPPER_TABLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "achievements": frozenset({"id", "owner_org_id", "co_org_ids"}),
        "affiliations": frozenset({"manager_id", "organisation_id", "end"}),
        "certificates": frozenset({"id", "number"}),
        "contest_registrations": frozenset({"contest_id", "manager_id", "state"}),
        "contracts": frozenset({"number", "state", "buyer_org_id", "seller_org_id"}),
        "demands": frozenset({"id", "owner_org_id"}),
        "engagements": frozenset({"number", "stage", "demand_id", "achievement_id"}),
        "filings": frozenset({"id", "filing_number"}),
        "managers": frozenset({"id", "number", "title", "owner_org_id", "user_id", "declared_conflicts"}),
        "recognition_entries": frozenset({"id", "doubt"}),
        "recognition_objections": frozenset({"id", "state"}),
        "recognition_rounds": frozenset({"id", "state", "year"}),
        "training_bases": frozenset({"id", "name"}),
        "trainings": frozenset({"id", "course", "base_id"}),
    }
)
"""Table → the columns that lower layers read. Who renames or drops one of these sees here that others go by it."""


def upper_table(name: str) -> TableClause:
    """The table with the columns that are declared above.

    Raises:
        KeyError: it, or one of the columns, is not there.
    """
    found = Base.metadata.tables[name]
    return table(name, *(column(each, found.c[each].type) for each in sorted(UPPER_TABLES[name])))
