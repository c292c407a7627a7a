"""Column types that encrypt. A value is bound to its column and row: moved elsewhere, it cannot be decrypted.

Writing needs the row's key, which SQLAlchemy does not give to a type. So the mapper binds the values of an object to
its row before they are stored, and statements of the core bind theirs with `bound`. A value that nobody has bound is
refused. Reading selects the row's key together with the value.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.fernet import InvalidToken
from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    FromClause,
    String,
    Table,
    Text,
    TypeDecorator,
    cast,
    event,
    literal_column,
    type_coerce,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapper
from sqlalchemy.types import JSON, TypeEngine, UserDefinedType

from app.encryption.keys import current_ring, decrypt, encrypt
from app.encryption.ring import PREFIX


class _BoundText(str):
    """A text that belongs to one column and row."""

    __slots__ = ("place",)
    place: str

    def __new__(cls, text: str, place: str = "") -> "_BoundText":
        made = super().__new__(cls, text)
        made.place = place
        return made


class _BoundObject(dict[str, Any]):
    """A JSON object that belongs to one column and row."""

    place: str = ""


class _BoundList(list[Any]):
    """A JSON array that belongs to one column and row."""

    place: str = ""


class UnreadableSecret(str):
    """Stands for a secret of before the ring that another signing key encrypted: its owner enters it again."""

    __slots__ = ()


class _TextOfJson(UserDefinedType[str]):
    """Text in a column of SQLite that was made for JSON."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"


class Encrypted(TypeDecorator[Any]):
    """What the encrypting types share. `place` names the column in what is authenticated; it must never change.

    An empty value is stored as it is: there is nothing to hide in it.
    """

    impl = Text
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """The value behind the key of its row, for `process_result_value`."""
        source = getattr(column, "table", None)
        keys = list(source.primary_key) if isinstance(source, FromClause) else []
        if len(keys) != 1:
            raise TypeError(f"{self.place} is encrypted: select the column itself, beside the key of its row")
        return type_coerce(cast(keys[0], Text) + literal_column("'|'") + type_coerce(column, Text), self)

    def process_bind_param(self, value: Any, _: Dialect) -> str | None:
        if value is None:
            return None
        plain = self.to_text(value)
        if plain == self.empty(value):
            return plain
        place = getattr(value, "place", "")
        if place.partition("|")[0] != self.place:
            raise TypeError(f"{self.place} is encrypted: a value is bound to its row, and cannot be compared")
        return encrypt(plain.encode(), bound_to=place)

    def process_result_value(self, value: Any, _: Dialect) -> Any:
        if value is None:
            return None
        row, _, stored = value.partition("|")
        if not stored.startswith(PREFIX):
            return self.from_unencrypted(stored)
        plain = decrypt(stored, bound_to=_place(self.place, row))
        assert plain is not None
        return self.from_text(plain.decode())

    def bind(self, value: Any, row: str) -> Any:
        """The value, bound to a row."""
        return _BoundText(value, _place(self.place, row))

    def to_text(self, value: Any) -> str:
        return str(value)

    def from_text(self, text: str) -> Any:
        return text

    def from_unencrypted(self, text: str) -> Any:
        """The value of a store that `sanku init` has not brought up to date yet."""
        return self.from_text(text)

    def empty(self, _: Any) -> str:
        return ""


class EncryptedText(Encrypted):
    """A text of any length. `sqlite_length` is that of the column on SQLite, which was made before it was encrypted."""

    cache_ok = True

    def __init__(self, place: str, sqlite_length: int | None = None) -> None:
        super().__init__(place)
        self.sqlite_length = sqlite_length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        is_short = dialect.name == "sqlite" and self.sqlite_length is not None
        return String(self.sqlite_length) if is_short else Text()


class EncryptedSecret(EncryptedText):
    """A secret, which releases before the ring encrypted with a key of the signing key's."""

    cache_ok = True

    def from_unencrypted(self, text: str) -> Any:
        if not text:
            return text
        legacy = current_ring().legacy
        try:
            return UnreadableSecret() if legacy is None else legacy.decrypt(text.encode()).decode()
        except (InvalidToken, UnicodeEncodeError):
            return UnreadableSecret()


class EncryptedJson(Encrypted):
    """A JSON object or array, whole; SQL cannot look into it."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _TextOfJson() if dialect.name == "sqlite" else Text()

    def bind(self, value: Any, row: str) -> Any:
        made = _BoundList(value) if isinstance(value, list) else _BoundObject(value)
        made.place = _place(self.place, row)
        return made

    def to_text(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    def from_text(self, text: str) -> Any:
        return json.loads(text)

    def empty(self, value: Any) -> str:
        return "[]" if isinstance(value, list) else "{}"


class JsonWithSecrets(TypeDecorator[Any]):
    """A JSON object in which the texts of some names are encrypted, and all others can be queried.

    They are bound to the object's own `id` and `version`: a text that was moved into another object cannot be read.
    """

    impl = JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    cache_ok = True

    def __init__(self, place: str, *names: str) -> None:
        super().__init__()
        self.place = place
        self.names = names

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        return self.impl_instance.coerce_compared_value(op, value)

    def process_bind_param(self, value: Any, _: Dialect) -> Any:
        if not isinstance(value, Mapping):
            return value
        hidden = {
            name: encrypt(text.encode(), bound_to=self.place_in(value, name))
            for name in self.names
            if (text := value.get(name))
        }
        return {**value, **hidden}

    def process_result_value(self, value: Any, _: Dialect) -> Any:
        if not isinstance(value, dict):
            return value
        for name in self.names:
            stored = value.get(name)
            if stored and (plain := decrypt(stored, bound_to=self.place_in(value, name))) is not None:
                value[name] = plain.decode()
        return value

    def place_in(self, document: Mapping[str, Any], name: str) -> str:
        """What the text of this name is bound to."""
        return f"{self.place}.{name}|{document.get('id')}|{document.get('version')}"


@cache
def encrypted_columns(table: Table) -> tuple[Column[Any], ...]:
    """The columns of a table whose values are bound to their row."""
    return tuple(column for column in table.columns if isinstance(column.type, Encrypted))


def bound(table: Table, row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one row, its encrypted ones bound to it. `row` is the row's primary key."""
    made = dict(values)
    for column in encrypted_columns(table):
        if (value := made.get(column.name)) is not None:
            assert isinstance(column.type, Encrypted)
            made[column.name] = column.type.bind(value, _row(row))
    return made


@cache
def _encrypted_attributes(mapper: Mapper[Any]) -> tuple[tuple[str, Encrypted], ...]:
    found = []
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        if isinstance(column.type, Encrypted):
            found.append((attribute.key, column.type))
    return tuple(found)


def _bind_to_row(mapper: Mapper[Any], _: Any, instance: Any) -> None:
    attributes = _encrypted_attributes(mapper)
    if not attributes:
        return
    key = mapper.get_property_by_column(mapper.primary_key[0]).key
    row = getattr(instance, key)
    if row is None:
        default = mapper.primary_key[0].default
        assert default is not None
        assert default.is_callable
        row = default.arg(None)
        setattr(instance, key, row)
    # Not through the attribute: the value is the same, so nothing has changed.
    values = instance.__dict__
    for name, type_ in attributes:
        if (value := values.get(name)) is not None:
            values[name] = type_.bind(value, _row(row))


event.listen(Mapper, "before_insert", _bind_to_row)
event.listen(Mapper, "before_update", _bind_to_row)


def _row(key: Any) -> str:
    return key.hex if isinstance(key, UUID) else str(key)


def _place(column: str, row: str) -> str:
    """PostgreSQL writes ids with dashes, SQLite without."""
    return f"{column}|{row.replace('-', '')}"
