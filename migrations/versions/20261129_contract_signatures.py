"""Contracts: signatures of both parties, amendments, documents, and who wrote each version."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "4b7d20c9e6a1"
down_revision = "7c2f9d41e6a8"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_PERCENT = sa.Numeric(5, 2).with_variant(sa.BigInteger(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("contracts", sa.Column("terms_version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("contracts", sa.Column("agreed_at", _MOMENT, nullable=True))
    op.add_column(
        "contract_versions", sa.Column("author_role", sa.String(12), server_default="", nullable=False)
    )
    op.add_column("contract_versions", sa.Column("author_id", sa.Uuid(), nullable=True))
    # The bureau registered these on the paper that both parties had signed. Those not yet registered are to be signed.
    op.execute("UPDATE contracts SET agreed_at = updated_at WHERE state = 'registered'")
    op.execute("UPDATE contracts SET terms_version = version")
    _files()
    _amendments()
    _signatures()


def downgrade() -> None:
    for table in ("contract_signatures", "contract_amended_shares", "contract_amendments", "contract_files"):
        op.drop_table(table)
    for table, column in (
        ("contract_versions", "author_id"),
        ("contract_versions", "author_role"),
        ("contracts", "agreed_at"),
        ("contracts", "terms_version"),
    ):
        op.drop_column(table, column)


def _files() -> None:
    op.create_table(
        "contract_files",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("storage_key", sa.String(100), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.Column("uploaded_at", _MOMENT, nullable=False),
        sa.Column("removed_by", sa.Uuid(), nullable=True),
        sa.Column("removed_at", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_contract_files_contract_id_contracts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_files")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_contract_files_storage_key")),
    )
    op.create_index(op.f("ix_contract_files_contract_id"), "contract_files", ["contract_id"])


def _amendments() -> None:
    op.create_table(
        "contract_amendments",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("patch", _JSON, nullable=False),
        sa.Column("changed", _JSON, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_as", sa.String(12), nullable=False),
        sa.Column("proposed_at", _MOMENT, nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("closed_reason", sa.String(500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('change', 'cancel')", name=op.f("ck_contract_amendments_kind")),
        sa.CheckConstraint(
            "state IN ('pending', 'agreed', 'declined', 'replaced')",
            name=op.f("ck_contract_amendments_state"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_contract_amendments_contract_id_contracts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_amendments")),
    )
    op.create_index("ix_contract_amendments_contract", "contract_amendments", ["contract_id", "state"])
    op.create_table(
        "contract_amended_shares",
        sa.Column("amendment_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("before", _PERCENT, nullable=False),
        sa.Column("after", _PERCENT, nullable=False),
        sa.Column("consented_by", sa.Uuid(), nullable=True),
        sa.Column("consented_at", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["amendment_id"],
            ["contract_amendments.id"],
            name=op.f("fk_contract_amended_shares_amendment_id_contract_amendments"),
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["managers.id"], name=op.f("fk_contract_amended_shares_manager_id_managers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_amended_shares")),
        sa.UniqueConstraint(
            "amendment_id", "manager_id", name=op.f("uq_contract_amended_shares_amendment_id_manager_id")
        ),
    )
    op.create_index(op.f("ix_contract_amended_shares_manager_id"), "contract_amended_shares", ["manager_id"])


def _signatures() -> None:
    op.create_table(
        "contract_signatures",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("amendment_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(12), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("by_bureau", sa.Boolean(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("signed_by", sa.Uuid(), nullable=True),
        sa.Column("signed_at", _MOMENT, nullable=False),
        sa.Column("void_at", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side IN ('buyer', 'seller')", name=op.f("ck_contract_signatures_side")),
        sa.CheckConstraint("NOT by_bureau OR file_id IS NOT NULL", name=op.f("ck_contract_signatures_scan")),
        sa.ForeignKeyConstraint(
            ["amendment_id"],
            ["contract_amendments.id"],
            name=op.f("fk_contract_signatures_amendment_id_contract_amendments"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_contract_signatures_contract_id_contracts")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["contract_files.id"], name=op.f("fk_contract_signatures_file_id_contract_files")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_contract_signatures_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_signatures")),
    )
    op.create_index(op.f("ix_contract_signatures_amendment_id"), "contract_signatures", ["amendment_id"])
    op.create_index(op.f("ix_contract_signatures_contract_id"), "contract_signatures", ["contract_id"])
