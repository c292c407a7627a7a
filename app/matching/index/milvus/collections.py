"""Collections of Milvus: their columns, and the one that says how far each has followed."""

from typing import TYPE_CHECKING, Any

from app.matching.index.milvus.engine import Engine

if TYPE_CHECKING:
    from pymilvus import MilvusClient


STATES = "sanku_positions"
"""One row for each followed collection: how far it has come. It lies in Milvus, so that it is lost, restored and moved
together with what it describes."""

STRONG = "Strong"
"""A search sees what was written before it, by whichever process."""


def forget_positions(engine: Engine) -> None:
    """Let every collection be filled again: its follower no longer knows how far it has come."""

    def drop(client: "MilvusClient") -> None:
        if client.has_collection(STATES):
            client.drop_collection(STATES)

    engine.call(drop)


def add_filter_columns(schema: Any) -> None:
    """The columns of `expressions.described`, and the record."""
    from pymilvus import DataType

    for name, length in (
        ("record", 32),
        ("kind", 12),
        ("owner", 32),
        ("fields", 8192),
        ("region", 6),
        ("language", 8),
    ):
        if not any(field.name == name for field in schema.fields):
            schema.add_field(name, DataType.VARCHAR, max_length=length)
    for name in ("trl", "until", "mark"):
        schema.add_field(name, DataType.INT64)


def create_states(client: "MilvusClient") -> None:
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("name", DataType.VARCHAR, is_primary=True, max_length=200)
    schema.add_field("reached", DataType.VARCHAR, max_length=8192)
    # Each collection must have a vector.
    schema.add_field("unused", DataType.FLOAT_VECTOR, dim=2)
    indexes = client.prepare_index_params()
    indexes.add_index("unused", index_type="FLAT", metric_type="IP")
    client.create_collection(STATES, schema=schema, index_params=indexes, consistency_level=STRONG)
