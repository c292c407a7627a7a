"""Tables of upper layers that lower ones read by name are there, with the columns that they read."""

from app.database.upper_tables import UPPER_TABLES
from app.database_schema import metadata


def test_every_declared_column_is_there() -> None:
    tables = metadata().tables
    missing = {
        f"{name}.{column}"
        for name, columns in UPPER_TABLES.items()
        for column in columns
        if column not in tables[name].c
    }
    assert not missing
