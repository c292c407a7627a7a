"""Rounds of pushes, preferences, digests, owners' answers and reports of errors."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "5c1f0a7d2e94"
down_revision = "73f6f80a541f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "owner_digests",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("items", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_owner_digests_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_digests")),
        sa.UniqueConstraint("organisation_id", "day", name=op.f("uq_owner_digests_organisation_id_day")),
    )
    op.create_table(
        "owner_preferences",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("minimum_score", sa.Double(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("frequency", sa.String(length=12), nullable=False),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.String(length=5), nullable=True),
        sa.Column("quiet_until", sa.String(length=5), nullable=True),
        sa.Column("on_days_off", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "frequency IN ('immediate', 'daily', 'weekly', 'none')",
            name=op.f("ck_owner_preferences_frequency"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_owner_preferences_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_owner_preferences")),
    )
    op.create_table(
        "told_pairs",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_told_pairs_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "record_id", "other_id", name=op.f("pk_told_pairs")),
    )
    op.create_table(
        "match_reports",
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolution", sa.String(length=500), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'resolved', 'dismissed')", name=op.f("ck_match_reports_state")),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_match_reports_achievement_id_achievements")
        ),
        sa.ForeignKeyConstraint(
            ["demand_id"], ["demands.id"], name=op.f("fk_match_reports_demand_id_demands")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_reports")),
    )
    op.create_index("ix_match_reports_state", "match_reports", ["state", "created_at"], unique=False)
    op.create_table(
        "owner_answers",
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("interested", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side IN ('demand', 'achievement')", name=op.f("ck_owner_answers_side")),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_owner_answers_achievement_id_achievements")
        ),
        sa.ForeignKeyConstraint(
            ["demand_id"], ["demands.id"], name=op.f("fk_owner_answers_demand_id_demands")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_owner_answers_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_answers")),
        sa.UniqueConstraint(
            "demand_id", "achievement_id", "side", name=op.f("uq_owner_answers_demand_id_achievement_id_side")
        ),
    )
    op.create_index("ix_owner_answers_achievement", "owner_answers", ["achievement_id", "side"], unique=False)
    op.create_table(
        "digests",
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("frequency", sa.String(length=12), nullable=False),
        sa.Column("items", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["manager_id"], ["managers.id"], name=op.f("fk_digests_manager_id_managers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
        sa.UniqueConstraint("manager_id", "day", name=op.f("uq_digests_manager_id_day")),
    )
    op.create_table(
        "push_preferences",
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("regions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("languages", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("minimum_score", sa.Double(), nullable=True),
        sa.Column("immediate_score", sa.Double(), nullable=True),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("per_week", sa.Integer(), nullable=True),
        sa.Column("list_size", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("frequency", sa.String(length=12), nullable=False),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.String(length=5), nullable=True),
        sa.Column("quiet_until", sa.String(length=5), nullable=True),
        sa.Column("on_days_off", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "frequency IN ('immediate', 'daily', 'weekly', 'none')",
            name=op.f("ck_push_preferences_frequency"),
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["managers.id"], name=op.f("fk_push_preferences_manager_id_managers")
        ),
        sa.PrimaryKeyConstraint("manager_id", name=op.f("pk_push_preferences")),
    )
    op.create_table(
        "push_rounds",
        sa.Column("push_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("pushed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["managers.id"], name=op.f("fk_push_rounds_manager_id_managers")
        ),
        sa.ForeignKeyConstraint(["push_id"], ["pushes.id"], name=op.f("fk_push_rounds_push_id_pushes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_rounds")),
        sa.UniqueConstraint("push_id", "round", name=op.f("uq_push_rounds_push_id_round")),
    )
    op.create_index("ix_push_rounds_given", "push_rounds", ["manager_id", "pushed_at"], unique=False)
    op.add_column("pushes", sa.Column("round", sa.Integer(), nullable=False, server_default="1"))
    op.add_column(
        "pushes",
        sa.Column(
            "pushed_at", sa.DateTime(timezone=True), nullable=False, server_default="1970-01-01 00:00:00"
        ),
    )
    op.add_column("pushes", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("pushes", sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("pushes", sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("pushes", sa.Column("follows_id", sa.Uuid(), nullable=True))
    op.add_column("pushes", sa.Column("undo_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_pushes_follows_id"), "pushes", ["follows_id"], unique=False)
    # What was pushed so far is in its first round.
    op.execute("UPDATE pushes SET pushed_at = created_at")
    op.execute(
        "INSERT INTO push_rounds (id, push_id, manager_id, round, pushed_at, outcome, reason, answered_at) "
        "SELECT id, id, manager_id, 1, created_at, CASE WHEN state IN ('accepted', 'declined') THEN state END, "
        "decline_reason, answered_at FROM pushes"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("pushes", "round", server_default=None)
        op.alter_column("pushes", "pushed_at", server_default=None)


def downgrade() -> None:
    op.drop_index(op.f("ix_pushes_follows_id"), table_name="pushes")
    op.drop_column("pushes", "undo_until")
    op.drop_column("pushes", "follows_id")
    op.drop_column("pushes", "overdue_at")
    op.drop_column("pushes", "answer_due_at")
    op.drop_column("pushes", "told_at")
    op.drop_column("pushes", "pushed_at")
    op.drop_column("pushes", "round")
    op.drop_index("ix_push_rounds_given", table_name="push_rounds")
    op.drop_table("push_rounds")
    op.drop_table("push_preferences")
    op.drop_table("digests")
    op.drop_index("ix_owner_answers_achievement", table_name="owner_answers")
    op.drop_table("owner_answers")
    op.drop_index("ix_match_reports_state", table_name="match_reports")
    op.drop_table("match_reports")
    op.drop_table("told_pairs")
    op.drop_table("owner_preferences")
    op.drop_table("owner_digests")
