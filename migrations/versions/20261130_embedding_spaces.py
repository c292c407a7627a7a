"""Vectors of two models stand side by side.

On PostgreSQL the key is built anew within the transaction, from two small columns. SQLite cannot change a key, so it
copies the table, at the speed of the disk.
"""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import VECTOR

revision = "a64e0d7c19f3"
down_revision = "2b9d4f61c8a7"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
COPY = """
INSERT INTO record_vectors_copy (
    record_id, seq, kind, active, model_id, text_hash, owner_org_id, field_codes, region, trl, language, valid_until,
    vector, sentences, sentence_vectors, traits
)
SELECT
    record_id, seq, kind, active, model_id, text_hash, owner_org_id, field_codes, region, trl, language, valid_until,
    vector, sentences, sentence_vectors, traits
FROM record_vectors ORDER BY rowid
"""


def upgrade() -> None:
    op.create_table(
        "embedding_spaces",
        sa.Column("model_id", sa.String(length=200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("embed_url", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_embedding_spaces")),
    )
    serving = sa.text("state = 'serving'")
    op.create_index(
        "uq_embedding_spaces_serving",
        "embedding_spaces",
        ["state"],
        unique=True,
        postgresql_where=serving,
        sqlite_where=serving,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("record_vectors", sa.Column("of_change", sa.BigInteger(), nullable=True))
        _key_on_postgresql("record_id, model_id")
    else:
        _copy_on_sqlite(sa.Column("of_change", sa.BigInteger(), nullable=True), key=("record_id", "model_id"))


def downgrade() -> None:
    """The rows of the model that serves stay."""
    op.execute(
        "DELETE FROM record_vectors WHERE EXISTS (SELECT 1 FROM embedding_spaces) "
        "AND model_id NOT IN (SELECT model_id FROM embedding_spaces WHERE state = 'serving')"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("record_vectors", "of_change")
        _key_on_postgresql("record_id")
    else:
        _copy_on_sqlite(key=("record_id",))
    op.drop_table("embedding_spaces")


def _key_on_postgresql(columns: str) -> None:
    op.execute(
        "ALTER TABLE record_vectors DROP CONSTRAINT pk_record_vectors, "
        f"ADD CONSTRAINT pk_record_vectors PRIMARY KEY ({columns})"
    )


def _copy_on_sqlite(*added: sa.Column[int], key: tuple[str, ...]) -> None:
    op.create_table(
        "record_vectors_copy",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("model_id", sa.String(length=200), nullable=False),
        *added,
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("owner_org_id", sa.Uuid(), nullable=True),
        sa.Column("field_codes", sa.Text(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("trl", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("vector", VECTOR().with_variant(sa.LargeBinary(), "sqlite"), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("sentence_vectors", sa.LargeBinary(), nullable=False),
        sa.Column("traits", sa.JSON(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_record_vectors")),
        sa.UniqueConstraint("seq", name=op.f("uq_record_vectors_seq")),
    )
    op.execute(COPY)
    op.drop_table("record_vectors")
    op.rename_table("record_vectors_copy", "record_vectors")
    op.create_index("ix_record_vectors_kind", "record_vectors", ["kind", "active", "model_id", "language"])
