"""SQL functions of the figures that SQLite and PostgreSQL spell differently."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import FunctionElement

NONE = "none"
"""The key of rows without a field or region."""


class local_day(FunctionElement[str]):
    """The day of a time in Jinan time, as ``2026-11-26``."""

    type = String()
    inherit_cache = True


@compiles(local_day, "sqlite")
def _day_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    # Times are stored in UTC. China has had a single time zone without summer time since 1992.
    return f"date({compiler.process(element.clauses, **options)}, '+8 hours')"


@compiles(local_day, "postgresql")
def _day_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    inner = compiler.process(element.clauses, **options)
    return f"to_char(timezone('Asia/Shanghai', {inner}), 'YYYY-MM-DD')"


class seconds_between(FunctionElement[int]):
    """Whole seconds from the first time to the second."""

    type = BigInteger()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _seconds_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(ROUND((julianday({second}) - julianday({first})) * 86400) AS INTEGER)"


@compiles(seconds_between, "postgresql")
def _seconds_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(ROUND(EXTRACT(EPOCH FROM {second} - {first})) AS BIGINT)"


def main_field(fields: InstrumentedAttribute[list[str]]) -> ColumnElement[str]:
    """The first-level field (two digits) of the first code. Each record counts in one field, so parts add up."""
    return func.coalesce(func.nullif(func.substr(fields[0].as_string(), 1, 2), ""), NONE)
