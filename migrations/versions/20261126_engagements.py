"""Engagements and technology contracts."""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from uuid_utils.compat import uuid7

revision = "73f6f80a541f"
down_revision = "8964189ee46a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "engagements",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("push_id", sa.Uuid(), nullable=True),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("ended_reason", sa.String(length=30), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(stage = 'ended') = (ended_reason IS NOT NULL)", name=op.f("ck_engagements_ended_reason")
        ),
        sa.CheckConstraint(
            "stage IN ('proposed', 'contacted', 'meeting', 'negotiating', 'signed', 'landed', 'ended')",
            name=op.f("ck_engagements_stage"),
        ),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_engagements_achievement_id_achievements")
        ),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_engagements_demand_id_demands")),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["managers.id"], name=op.f("fk_engagements_manager_id_managers")
        ),
        sa.ForeignKeyConstraint(["push_id"], ["pushes.id"], name=op.f("fk_engagements_push_id_pushes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagements")),
        sa.UniqueConstraint("number", name=op.f("uq_engagements_number")),
        sa.UniqueConstraint("push_id", name=op.f("uq_engagements_push_id")),
    )
    op.create_index(op.f("ix_engagements_achievement_id"), "engagements", ["achievement_id"], unique=False)
    op.create_index(op.f("ix_engagements_demand_id"), "engagements", ["demand_id"], unique=False)
    op.create_index("ix_engagements_manager", "engagements", ["manager_id", "stage"], unique=False)
    op.create_index("ix_engagements_newest", "engagements", ["opened_at", "id"], unique=False)
    op.create_table(
        "contracts",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("buyer_org_id", sa.Uuid(), nullable=False),
        sa.Column("seller_org_id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=True),
        sa.Column("achievement_id", sa.Uuid(), nullable=True),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "deal_amount_wan", sa.Numeric(14, 2).with_variant(sa.BigInteger(), "sqlite"), nullable=False
        ),
        sa.Column(
            "technology_amount_wan", sa.Numeric(14, 2).with_variant(sa.BigInteger(), "sqlite"), nullable=False
        ),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("registration_no", sa.String(length=40), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("registered_by", sa.Uuid(), nullable=True),
        sa.Column("landed_in_jinan", sa.Boolean(), nullable=False),
        sa.Column("landed_on", sa.Date(), nullable=True),
        sa.Column("landed_by", sa.Uuid(), nullable=True),
        sa.Column("conflict_disclosure", sa.String(length=1000), nullable=True),
        sa.Column("cancelled_reason", sa.String(length=500), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state <> 'registered' OR registration_no IS NOT NULL", name=op.f("ck_contracts_registered")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'signed', 'registered', 'cancelled')", name=op.f("ck_contracts_state")
        ),
        sa.CheckConstraint("buyer_org_id <> seller_org_id", name=op.f("ck_contracts_parties")),
        sa.CheckConstraint("technology_amount_wan <= deal_amount_wan", name=op.f("ck_contracts_amounts")),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_contracts_achievement_id_achievements")
        ),
        sa.ForeignKeyConstraint(
            ["buyer_org_id"], ["organisations.id"], name=op.f("fk_contracts_buyer_org_id_organisations")
        ),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_contracts_demand_id_demands")),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_contracts_engagement_id_engagements")
        ),
        sa.ForeignKeyConstraint(
            ["seller_org_id"], ["organisations.id"], name=op.f("fk_contracts_seller_org_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("number", name=op.f("uq_contracts_number")),
        sa.UniqueConstraint("registration_no", name=op.f("uq_contracts_registration_no")),
    )
    op.create_index(op.f("ix_contracts_achievement_id"), "contracts", ["achievement_id"], unique=False)
    op.create_index(op.f("ix_contracts_buyer_org_id"), "contracts", ["buyer_org_id"], unique=False)
    op.create_index(op.f("ix_contracts_demand_id"), "contracts", ["demand_id"], unique=False)
    op.create_index(op.f("ix_contracts_engagement_id"), "contracts", ["engagement_id"], unique=False)
    op.create_index("ix_contracts_newest", "contracts", ["created_at", "id"], unique=False)
    op.create_index("ix_contracts_registered_on", "contracts", ["registered_on"], unique=False)
    op.create_index(op.f("ix_contracts_seller_org_id"), "contracts", ["seller_org_id"], unique=False)
    op.create_index("ix_contracts_signed_on", "contracts", ["signed_on"], unique=False)
    op.create_table(
        "engagement_entries",
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_role", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("fk_engagement_entries_engagement_id_engagements"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement_entries")),
    )
    op.create_index(
        "ix_engagement_entries_order", "engagement_entries", ["engagement_id", "at", "id"], unique=False
    )
    op.create_table(
        "engagement_files",
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=100), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.Uuid(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_engagement_files_engagement_id_engagements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement_files")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_engagement_files_storage_key")),
    )
    op.create_index(
        op.f("ix_engagement_files_engagement_id"), "engagement_files", ["engagement_id"], unique=False
    )
    op.create_table(
        "engagement_moves",
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("from_stage", sa.String(length=12), nullable=True),
        sa.Column("to_stage", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("moved_by", sa.Uuid(), nullable=True),
        sa.Column("moved_as", sa.String(length=12), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_engagement_moves_engagement_id_engagements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement_moves")),
    )
    op.create_index(
        "ix_engagement_moves_order", "engagement_moves", ["engagement_id", "moved_at"], unique=False
    )
    op.create_table(
        "engagement_participants",
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "role IN ('scientist', 'entrepreneur', 'manager', 'investor')",
            name=op.f("ck_engagement_participants_role"),
        ),
        sa.CheckConstraint(
            "state IN ('invited', 'consented', 'declined', 'left')",
            name=op.f("ck_engagement_participants_state"),
        ),
        sa.CheckConstraint(
            "user_id IS NOT NULL OR organisation_id IS NOT NULL OR manager_id IS NOT NULL",
            name=op.f("ck_engagement_participants_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("fk_engagement_participants_engagement_id_engagements"),
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["managers.id"], name=op.f("fk_engagement_participants_manager_id_managers")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_engagement_participants_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_engagement_participants_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement_participants")),
        sa.UniqueConstraint(
            "engagement_id", "manager_id", name=op.f("uq_engagement_participants_engagement_id_manager_id")
        ),
        sa.UniqueConstraint(
            "engagement_id", "user_id", name=op.f("uq_engagement_participants_engagement_id_user_id")
        ),
    )
    op.create_index(
        op.f("ix_engagement_participants_engagement_id"),
        "engagement_participants",
        ["engagement_id"],
        unique=False,
    )
    op.create_index(
        "ix_engagement_participants_manager", "engagement_participants", ["manager_id", "state"], unique=False
    )
    op.create_index(
        op.f("ix_engagement_participants_organisation_id"),
        "engagement_participants",
        ["organisation_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_engagement_participants_user_id"), "engagement_participants", ["user_id"], unique=False
    )
    op.create_table(
        "engagement_reveals",
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("api_key_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("fk_engagement_reveals_engagement_id_engagements"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement_reveals")),
    )
    op.create_index(
        op.f("ix_engagement_reveals_engagement_id"), "engagement_reveals", ["engagement_id"], unique=False
    )
    op.create_index(
        op.f("ix_engagement_reveals_record_id"), "engagement_reveals", ["record_id"], unique=False
    )
    op.create_table(
        "manager_shares",
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("percent", sa.Numeric(5, 2).with_variant(sa.BigInteger(), "sqlite"), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_manager_shares_engagement_id_engagements")
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["managers.id"], name=op.f("fk_manager_shares_manager_id_managers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manager_shares")),
        sa.UniqueConstraint(
            "engagement_id", "manager_id", name=op.f("uq_manager_shares_engagement_id_manager_id")
        ),
    )
    op.create_index(op.f("ix_manager_shares_manager_id"), "manager_shares", ["manager_id"], unique=False)
    op.create_table(
        "contract_payments",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("amount_wan", sa.Numeric(14, 2).with_variant(sa.BigInteger(), "sqlite"), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_contract_payments_contract_id_contracts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_payments")),
        sa.UniqueConstraint(
            "contract_id", "position", name=op.f("uq_contract_payments_contract_id_position")
        ),
    )
    op.create_table(
        "contract_shares",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("percent", sa.Numeric(5, 2).with_variant(sa.BigInteger(), "sqlite"), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_contract_shares_contract_id_contracts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["managers.id"], name=op.f("fk_contract_shares_manager_id_managers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_shares")),
        sa.UniqueConstraint(
            "contract_id", "manager_id", name=op.f("uq_contract_shares_contract_id_manager_id")
        ),
    )
    op.create_index(op.f("ix_contract_shares_manager_id"), "contract_shares", ["manager_id"], unique=False)
    op.create_table(
        "contract_versions",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_contract_versions_contract_id_contracts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_versions")),
        sa.UniqueConstraint("contract_id", "version", name=op.f("uq_contract_versions_contract_id_version")),
    )
    op.create_table(
        "engagement_tasks",
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done', 'dropped')", name=op.f("ck_engagement_tasks_state")),
        sa.ForeignKeyConstraint(
            ["assignee_id"],
            ["engagement_participants.id"],
            name=op.f("fk_engagement_tasks_assignee_id_engagement_participants"),
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_engagement_tasks_engagement_id_engagements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement_tasks")),
    )
    op.create_index(
        "ix_engagement_tasks_due",
        "engagement_tasks",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.create_index(
        op.f("ix_engagement_tasks_engagement_id"), "engagement_tasks", ["engagement_id"], unique=False
    )
    open_engagements(op.get_bind())


def open_engagements(connection: sa.Connection) -> None:
    """An accepted push was what an engagement is now: those in hand (both records published) become engagements.

    The manager has consented by accepting; both owners are invited. Oldest first, so that numbers follow the time.
    """
    time, uuid = sa.DateTime(timezone=True), sa.Uuid()
    accepted = connection.execute(
        sa.text(
            "SELECT p.id, p.demand_id, p.achievement_id, p.manager_id, p.answered_at, p.answered_by, "
            "d.owner_org_id AS buyer, a.owner_org_id AS seller "
            "FROM pushes p JOIN demands d ON d.id = p.demand_id JOIN achievements a ON a.id = p.achievement_id "
            "WHERE p.state = 'accepted' AND d.state = 'published' AND a.state = 'published' "
            "AND NOT EXISTS (SELECT 1 FROM engagements e WHERE e.push_id = p.id) ORDER BY p.answered_at, p.id"
        ).columns(
            id=uuid,
            demand_id=uuid,
            achievement_id=uuid,
            manager_id=uuid,
            answered_at=time,
            answered_by=uuid,
            buyer=uuid,
            seller=uuid,
        )
    ).all()
    if not accepted:
        return
    year = datetime.now(ZoneInfo("Asia/Shanghai")).year
    engagements, participants, moves, entries = (
        sa.table(name, *(sa.column(column, type_) for column, type_ in columns.items()))
        for name, columns in {
            "engagements": {
                "id": uuid,
                "number": sa.String(),
                "push_id": uuid,
                "demand_id": uuid,
                "achievement_id": uuid,
                "manager_id": uuid,
                "stage": sa.String(),
                "opened_at": time,
                "stage_since": time,
                "version": sa.Integer(),
            },
            "engagement_participants": {
                "id": uuid,
                "engagement_id": uuid,
                "role": sa.String(),
                "side": sa.String(),
                "manager_id": uuid,
                "organisation_id": uuid,
                "state": sa.String(),
                "invited_by": uuid,
                "invited_at": time,
                "answered_by": uuid,
                "answered_at": time,
                "version": sa.Integer(),
            },
            "engagement_moves": {
                "id": uuid,
                "engagement_id": uuid,
                "to_stage": sa.String(),
                "note": sa.String(),
                "moved_by": uuid,
                "moved_as": sa.String(),
                "moved_at": time,
            },
            "engagement_entries": {
                "id": uuid,
                "engagement_id": uuid,
                "kind": sa.String(),
                "text": sa.Text(),
                "data": sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                "actor_id": uuid,
                "actor_role": sa.String(),
                "at": time,
            },
        }.items()
    )
    for serial, push in enumerate(accepted, 1):
        id_, when, who = uuid7(), push.answered_at, push.answered_by
        connection.execute(
            engagements.insert().values(
                id=id_,
                number=f"DJ-{year}-{serial:06d}",
                push_id=push.id,
                demand_id=push.demand_id,
                achievement_id=push.achievement_id,
                manager_id=push.manager_id,
                stage="proposed",
                opened_at=when,
                stage_since=when,
                version=1,
            )
        )
        seats = (
            {
                "role": "manager",
                "manager_id": push.manager_id,
                "state": "consented",
                "answered_by": who,
                "answered_at": when,
            },
            {"role": "entrepreneur", "side": "demand", "organisation_id": push.buyer, "state": "invited"},
            {"role": "scientist", "side": "achievement", "organisation_id": push.seller, "state": "invited"},
        )
        for seat in seats:
            connection.execute(
                participants.insert().values(
                    id=uuid7(), engagement_id=id_, invited_by=who, invited_at=when, version=1, **seat
                )
            )
        connection.execute(
            moves.insert().values(
                id=uuid7(),
                engagement_id=id_,
                to_stage="proposed",
                note="接收推送",
                moved_by=who,
                moved_as="manager",
                moved_at=when,
            )
        )
        connection.execute(
            entries.insert().values(
                id=uuid7(),
                engagement_id=id_,
                kind="opened",
                text="",
                data={},
                actor_id=who,
                actor_role="manager",
                at=when,
            )
        )
    connection.execute(
        sa.text("INSERT INTO number_series (letter, year, last) VALUES ('DJ', :year, :last)"),
        {"year": year, "last": len(accepted)},
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_engagement_tasks_engagement_id"), table_name="engagement_tasks")
    op.drop_index(
        "ix_engagement_tasks_due",
        table_name="engagement_tasks",
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.drop_table("engagement_tasks")
    op.drop_table("contract_versions")
    op.drop_index(op.f("ix_contract_shares_manager_id"), table_name="contract_shares")
    op.drop_table("contract_shares")
    op.drop_table("contract_payments")
    op.drop_index(op.f("ix_manager_shares_manager_id"), table_name="manager_shares")
    op.drop_table("manager_shares")
    op.drop_index(op.f("ix_engagement_reveals_record_id"), table_name="engagement_reveals")
    op.drop_index(op.f("ix_engagement_reveals_engagement_id"), table_name="engagement_reveals")
    op.drop_table("engagement_reveals")
    op.drop_index(op.f("ix_engagement_participants_user_id"), table_name="engagement_participants")
    op.drop_index(op.f("ix_engagement_participants_organisation_id"), table_name="engagement_participants")
    op.drop_index("ix_engagement_participants_manager", table_name="engagement_participants")
    op.drop_index(op.f("ix_engagement_participants_engagement_id"), table_name="engagement_participants")
    op.drop_table("engagement_participants")
    op.drop_index("ix_engagement_moves_order", table_name="engagement_moves")
    op.drop_table("engagement_moves")
    op.drop_index(op.f("ix_engagement_files_engagement_id"), table_name="engagement_files")
    op.drop_table("engagement_files")
    op.drop_index("ix_engagement_entries_order", table_name="engagement_entries")
    op.drop_table("engagement_entries")
    op.drop_index("ix_contracts_signed_on", table_name="contracts")
    op.drop_index(op.f("ix_contracts_seller_org_id"), table_name="contracts")
    op.drop_index("ix_contracts_registered_on", table_name="contracts")
    op.drop_index("ix_contracts_newest", table_name="contracts")
    op.drop_index(op.f("ix_contracts_engagement_id"), table_name="contracts")
    op.drop_index(op.f("ix_contracts_demand_id"), table_name="contracts")
    op.drop_index(op.f("ix_contracts_buyer_org_id"), table_name="contracts")
    op.drop_index(op.f("ix_contracts_achievement_id"), table_name="contracts")
    op.drop_table("contracts")
    op.drop_index("ix_engagements_newest", table_name="engagements")
    op.drop_index("ix_engagements_manager", table_name="engagements")
    op.drop_index(op.f("ix_engagements_demand_id"), table_name="engagements")
    op.drop_index(op.f("ix_engagements_achievement_id"), table_name="engagements")
    op.drop_table("engagements")
