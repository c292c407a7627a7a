"""Ways out of the house: addresses, messages, deliveries with their tries, and the log that a stream continues from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "eeb10d9b17c3"
down_revision = "5c1f0a7d2e94"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dispatches",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("recipient_kind", sa.String(length=20), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatches")),
    )
    op.create_table(
        "deliveries",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'due', 'delivered', 'dead', 'dropped')", name=op.f("ck_deliveries_state")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["dispatches.id"],
            name=op.f("fk_deliveries_message_id_dispatches"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("message_id", "address_id", name=op.f("uq_deliveries_message_id_address_id")),
    )
    op.create_index("ix_deliveries_address", "deliveries", ["address_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_deliveries_lane",
        "deliveries",
        ["recipient_id", "address_id", "message_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'due')"),
        sqlite_where=sa.text("state IN ('waiting', 'due')"),
    )
    op.create_index("ix_deliveries_state", "deliveries", ["state", "created_at", "id"], unique=False)
    op.create_table(
        "webhook_endpoints",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("sealed_url", sa.Text(), nullable=False),
        sa.Column("types", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("sealed_previous", sa.Text(), nullable=True),
        sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_reason", sa.String(length=30), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_webhook_endpoints_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoints")),
    )
    op.create_index(
        op.f("ix_webhook_endpoints_organisation_id"), "webhook_endpoints", ["organisation_id"], unique=False
    )
    op.create_table(
        "channel_addresses",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_mark", sa.String(length=16), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('mail', 'wecom', 'dingtalk', 'feishu')", name=op.f("ck_channel_addresses_kind")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_channel_addresses_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_addresses")),
    )
    op.create_index(
        "ix_channel_addresses_one_mailbox",
        "channel_addresses",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'mail' AND removed_at IS NULL"),
        sqlite_where=sa.text("kind = 'mail' AND removed_at IS NULL"),
    )
    op.create_index(op.f("ix_channel_addresses_user_id"), "channel_addresses", ["user_id"], unique=False)
    op.create_table(
        "delivery_attempts",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.Column("excerpt", sa.String(length=1000), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_delivery_attempts_delivery_id_deliveries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempts")),
    )
    op.create_index("ix_delivery_attempts_delivery", "delivery_attempts", ["delivery_id", "id"], unique=False)
    op.create_table(
        "inbox_positions",
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manager_id"],
            ["managers.id"],
            name=op.f("fk_inbox_positions_manager_id_managers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("manager_id", name=op.f("pk_inbox_positions")),
    )
    op.create_table(
        "inbox_changes",
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("push_id", sa.Uuid(), nullable=False),
        sa.Column("change", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["manager_id"],
            ["managers.id"],
            name=op.f("fk_inbox_changes_manager_id_managers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["push_id"], ["pushes.id"], name=op.f("fk_inbox_changes_push_id_pushes"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("manager_id", "seq", name=op.f("pk_inbox_changes")),
    )
    op.create_index(op.f("ix_inbox_changes_at"), "inbox_changes", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_inbox_changes_at"), table_name="inbox_changes")
    op.drop_table("inbox_changes")
    op.drop_table("inbox_positions")
    op.drop_index("ix_delivery_attempts_delivery", table_name="delivery_attempts")
    op.drop_table("delivery_attempts")
    op.drop_index(op.f("ix_channel_addresses_user_id"), table_name="channel_addresses")
    op.drop_index(
        "ix_channel_addresses_one_mailbox",
        table_name="channel_addresses",
        postgresql_where=sa.text("kind = 'mail' AND removed_at IS NULL"),
        sqlite_where=sa.text("kind = 'mail' AND removed_at IS NULL"),
    )
    op.drop_table("channel_addresses")
    op.drop_index(op.f("ix_webhook_endpoints_organisation_id"), table_name="webhook_endpoints")
    op.drop_table("webhook_endpoints")
    op.drop_index("ix_deliveries_state", table_name="deliveries")
    op.drop_index(
        "ix_deliveries_lane",
        table_name="deliveries",
        postgresql_where=sa.text("state IN ('waiting', 'due')"),
        sqlite_where=sa.text("state IN ('waiting', 'due')"),
    )
    op.drop_index("ix_deliveries_address", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_table("dispatches")
