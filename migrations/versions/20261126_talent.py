"""Recognition of talent: filings, certificates, training, tiers, rounds, rankings, contests; what managers' records show of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "271081ba5d5a"
down_revision = "fb037c9b9ff4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contests",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("venue", sa.String(length=120), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('project_contest', 'brand_event')", name=op.f("ck_contests_kind")),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'closed', 'finished', 'cancelled')", name=op.f("ck_contests_state")
        ),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name=op.f("ck_contests_capacity")),
        sa.CheckConstraint("deadline <= starts_at AND starts_at <= ends_at", name=op.f("ck_contests_times")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests")),
        sa.UniqueConstraint("number", name=op.f("uq_contests_number")),
    )
    op.create_index("ix_contests_newest", "contests", ["starts_at", "id"], unique=False)
    op.create_table(
        "rankings",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("formula", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("honours", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'computed', 'published')", name=op.f("ck_rankings_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rankings")),
        sa.UniqueConstraint("number", name=op.f("uq_rankings_number")),
    )
    op.create_index(op.f("ix_rankings_year"), "rankings", ["year"], unique=False)
    op.create_table(
        "recognition_rounds",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("rule_set_id", sa.String(length=40), nullable=False),
        sa.Column("rules", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("configuration", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'cancelled') OR digest IS NOT NULL", name=op.f("ck_recognition_rounds_frozen")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'frozen', 'reviewed', 'published', 'cancelled')",
            name=op.f("ck_recognition_rounds_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition_rounds")),
        sa.UniqueConstraint("number", name=op.f("uq_recognition_rounds_number")),
    )
    op.create_index(
        "uq_recognition_rounds_year",
        "recognition_rounds",
        ["year"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
        sqlite_where=sa.text("state <> 'cancelled'"),
    )
    op.create_table(
        "talent_moves",
        sa.Column("concept", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("from_state", sa.String(length=12), nullable=True),
        sa.Column("to_state", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("moved_by", sa.Uuid(), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talent_moves")),
    )
    op.create_index("ix_talent_moves_subject", "talent_moves", ["subject_id", "moved_at"], unique=False)
    op.create_table(
        "tier_configurations",
        sa.Column("rule_set_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("choices", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tier_configurations")),
        sa.UniqueConstraint(
            "rule_set_id", "version", name=op.f("uq_tier_configurations_rule_set_id_version")
        ),
    )
    op.create_table(
        "training_bases",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("designated_on", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "level IN ('national', 'provincial', 'municipal')", name=op.f("ck_training_bases_level")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_training_bases_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_bases")),
        sa.UniqueConstraint("name", name=op.f("uq_training_bases_name")),
    )
    op.create_index("ix_training_bases_order", "training_bases", ["name", "id"], unique=False)
    op.create_index(
        op.f("ix_training_bases_organisation_id"), "training_bases", ["organisation_id"], unique=False
    )
    op.create_table(
        "affiliation_consents",
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state IN ('given', 'refused')", name=op.f("ck_affiliation_consents_state")),
        sa.ForeignKeyConstraint(
            ["manager_id"],
            ["managers.id"],
            name=op.f("fk_affiliation_consents_manager_id_managers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_affiliation_consents_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affiliation_consents")),
        sa.UniqueConstraint(
            "manager_id", "organisation_id", name=op.f("uq_affiliation_consents_manager_id_organisation_id")
        ),
    )
    op.create_index(
        op.f("ix_affiliation_consents_organisation_id"),
        "affiliation_consents",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "certificates",
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issued_by", sa.String(length=120), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("evidence_name", sa.String(length=200), nullable=True),
        sa.Column("evidence_type", sa.String(length=100), nullable=True),
        sa.Column("evidence_size", sa.Integer(), nullable=True),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=True),
        sa.Column("evidence_key", sa.String(length=100), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("review_note", sa.String(length=500), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expiry_noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "level IN ('primary', 'intermediate', 'advanced')", name=op.f("ck_certificates_level")
        ),
        sa.CheckConstraint(
            "state IN ('submitted', 'verified', 'rejected', 'revoked')", name=op.f("ck_certificates_state")
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= issued_on", name=op.f("ck_certificates_period")),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["managers.id"], name=op.f("fk_certificates_manager_id_managers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("evidence_key", name=op.f("uq_certificates_evidence_key")),
    )
    op.create_index(op.f("ix_certificates_manager_id"), "certificates", ["manager_id"], unique=False)
    op.create_index("ix_certificates_newest", "certificates", ["created_at", "id"], unique=False)
    op.create_index("ix_certificates_valid_to", "certificates", ["state", "valid_to"], unique=False)
    op.create_index(
        "uq_certificates_number",
        "certificates",
        ["issued_by", "number"],
        unique=True,
        postgresql_where=sa.text("state IN ('submitted', 'verified')"),
        sqlite_where=sa.text("state IN ('submitted', 'verified')"),
    )
    op.create_table(
        "contest_registrations",
        sa.Column("contest_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("project", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("points", sa.Numeric(5, 2).with_variant(sa.BigInteger(), "sqlite"), nullable=True),
        sa.Column("award", sa.String(length=60), nullable=True),
        sa.Column("registered_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "place IS NULL OR state = 'registered'", name=op.f("ck_contest_registrations_place")
        ),
        sa.CheckConstraint(
            "state IN ('registered', 'waiting', 'withdrawn')", name=op.f("ck_contest_registrations_state")
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"],
            ["contests.id"],
            name=op.f("fk_contest_registrations_contest_id_contests"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["managers.id"], name=op.f("fk_contest_registrations_manager_id_managers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_registrations")),
        sa.UniqueConstraint(
            "contest_id", "manager_id", name=op.f("uq_contest_registrations_contest_id_manager_id")
        ),
    )
    op.create_index(
        "ix_contest_registrations_list",
        "contest_registrations",
        ["contest_id", "state", "queued_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contest_registrations_manager_id"), "contest_registrations", ["manager_id"], unique=False
    )
    op.create_table(
        "filings",
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("filing_number", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("statement", sa.String(length=2000), nullable=False),
        sa.Column("pledge_version", sa.String(length=20), nullable=True),
        sa.Column("pledge_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pledge_signed_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_note", sa.String(length=500), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'filed', 'renewing', 'suspended', 'expired', 'cancelled')",
            name=op.f("ck_filings_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('filed', 'renewing', 'suspended', 'expired') OR (filing_number IS NOT NULL AND valid_from IS NOT NULL AND valid_to IS NOT NULL)",
            name=op.f("ck_filings_numbered"),
        ),
        sa.ForeignKeyConstraint(["manager_id"], ["managers.id"], name=op.f("fk_filings_manager_id_managers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filings")),
        sa.UniqueConstraint("filing_number", name=op.f("uq_filings_filing_number")),
    )
    op.create_index(op.f("ix_filings_manager_id"), "filings", ["manager_id"], unique=False)
    op.create_index("ix_filings_newest", "filings", ["created_at", "id"], unique=False)
    op.create_index("ix_filings_state", "filings", ["state", "valid_to"], unique=False)
    op.create_index(
        "uq_filings_open",
        "filings",
        ["manager_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
        sqlite_where=sa.text("state <> 'cancelled'"),
    )
    op.create_table(
        "manager_tiers",
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tier", sa.String(length=1), nullable=True),
        sa.Column("rule_id", sa.String(length=8), nullable=True),
        sa.Column("figures", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("inputs", sa.String(length=64), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manager_id"],
            ["managers.id"],
            name=op.f("fk_manager_tiers_manager_id_managers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manager_tiers")),
        sa.UniqueConstraint("manager_id", name=op.f("uq_manager_tiers_manager_id")),
    )
    op.create_index(op.f("ix_manager_tiers_tier"), "manager_tiers", ["tier"], unique=False)
    op.create_index(op.f("ix_manager_tiers_year"), "manager_tiers", ["year"], unique=False)
    op.create_table(
        "ranking_entries",
        sa.Column("ranking_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("manager_number", sa.String(length=20), nullable=False),
        sa.Column("manager_name", sa.String(length=200), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("points", sa.Numeric(5, 2).with_variant(sa.BigInteger(), "sqlite"), nullable=False),
        sa.Column("contributions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("honour", sa.String(length=60), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["managers.id"], name=op.f("fk_ranking_entries_manager_id_managers")
        ),
        sa.ForeignKeyConstraint(
            ["ranking_id"],
            ["rankings.id"],
            name=op.f("fk_ranking_entries_ranking_id_rankings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_entries")),
        sa.UniqueConstraint(
            "ranking_id", "manager_id", name=op.f("uq_ranking_entries_ranking_id_manager_id")
        ),
    )
    op.create_index("ix_ranking_entries_list", "ranking_entries", ["ranking_id", "place", "id"], unique=False)
    op.create_index(op.f("ix_ranking_entries_manager_id"), "ranking_entries", ["manager_id"], unique=False)
    op.create_table(
        "recognition_entries",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("manager_number", sa.String(length=20), nullable=False),
        sa.Column("manager_name", sa.String(length=200), nullable=False),
        sa.Column("inputs", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("computed_tier", sa.String(length=1), nullable=True),
        sa.Column("rule_id", sa.String(length=8), nullable=True),
        sa.Column("figures", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("tier", sa.String(length=1), nullable=True),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "decision IN ('computed', 'pending', 'confirmed', 'corrected')",
            name=op.f("ck_recognition_entries_decision"),
        ),
        sa.CheckConstraint("tier IN ('C', 'D', 'E')", name=op.f("ck_recognition_entries_tier")),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["managers.id"], name=op.f("fk_recognition_entries_manager_id_managers")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["recognition_rounds.id"],
            name=op.f("fk_recognition_entries_round_id_recognition_rounds"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition_entries")),
        sa.UniqueConstraint(
            "round_id", "manager_id", name=op.f("uq_recognition_entries_round_id_manager_id")
        ),
    )
    op.create_index(
        "ix_recognition_entries_list",
        "recognition_entries",
        ["round_id", "manager_number", "id"],
        unique=False,
    )
    op.create_index("ix_recognition_entries_manager", "recognition_entries", ["manager_id"], unique=False)
    op.create_table(
        "tier_changes",
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=1), nullable=True),
        sa.Column("after", sa.String(length=1), nullable=True),
        sa.Column("rule_id", sa.String(length=8), nullable=True),
        sa.Column("figures", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manager_id"],
            ["managers.id"],
            name=op.f("fk_tier_changes_manager_id_managers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tier_changes")),
    )
    op.create_index("ix_tier_changes_manager", "tier_changes", ["manager_id", "changed_at"], unique=False)
    op.create_table(
        "trainings",
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("base_id", sa.Uuid(), nullable=False),
        sa.Column("rung", sa.String(length=20), nullable=False),
        sa.Column("course", sa.String(length=120), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("review_note", sa.String(length=500), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "rung IN ('short_course', 'advanced_course', 'teaching_practice')", name=op.f("ck_trainings_rung")
        ),
        sa.CheckConstraint("state IN ('submitted', 'verified', 'rejected')", name=op.f("ck_trainings_state")),
        sa.CheckConstraint("ended_on >= started_on", name=op.f("ck_trainings_period")),
        sa.CheckConstraint("hours > 0", name=op.f("ck_trainings_hours")),
        sa.ForeignKeyConstraint(
            ["base_id"], ["training_bases.id"], name=op.f("fk_trainings_base_id_training_bases")
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["managers.id"], name=op.f("fk_trainings_manager_id_managers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings")),
    )
    op.create_index(op.f("ix_trainings_base_id"), "trainings", ["base_id"], unique=False)
    op.create_index(op.f("ix_trainings_manager_id"), "trainings", ["manager_id"], unique=False)
    op.create_index("ix_trainings_newest", "trainings", ["created_at", "id"], unique=False)
    op.create_table(
        "recognition_objections",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("answer", sa.String(length=2000), nullable=True),
        sa.Column("raised_by", sa.Uuid(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'upheld', 'dismissed')", name=op.f("ck_recognition_objections_state")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["recognition_entries.id"],
            name=op.f("fk_recognition_objections_entry_id_recognition_entries"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["managers.id"], name=op.f("fk_recognition_objections_manager_id_managers")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["recognition_rounds.id"],
            name=op.f("fk_recognition_objections_round_id_recognition_rounds"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition_objections")),
    )
    op.create_index(
        op.f("ix_recognition_objections_entry_id"), "recognition_objections", ["entry_id"], unique=False
    )
    op.create_index(
        op.f("ix_recognition_objections_manager_id"), "recognition_objections", ["manager_id"], unique=False
    )
    op.create_index(
        op.f("ix_recognition_objections_round_id"), "recognition_objections", ["round_id"], unique=False
    )
    op.add_column("managers", sa.Column("recognised_tier", sa.String(length=1), nullable=True))
    op.add_column("managers", sa.Column("recognised_year", sa.Integer(), nullable=True))
    op.add_column(
        "managers",
        sa.Column(
            "honours",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default="[]",
            nullable=False,
        ),
    )
    op.add_column("managers", sa.Column("filing_number", sa.String(length=20), nullable=True))
    op.add_column("managers", sa.Column("filing_state", sa.String(length=12), nullable=True))
    op.add_column("managers", sa.Column("filing_valid_to", sa.Date(), nullable=True))
    op.create_index(op.f("ix_managers_recognised_tier"), "managers", ["recognised_tier"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_managers_recognised_tier"), table_name="managers")
    op.drop_column("managers", "filing_valid_to")
    op.drop_column("managers", "filing_state")
    op.drop_column("managers", "filing_number")
    op.drop_column("managers", "honours")
    op.drop_column("managers", "recognised_year")
    op.drop_column("managers", "recognised_tier")
    op.drop_index(op.f("ix_recognition_objections_round_id"), table_name="recognition_objections")
    op.drop_index(op.f("ix_recognition_objections_manager_id"), table_name="recognition_objections")
    op.drop_index(op.f("ix_recognition_objections_entry_id"), table_name="recognition_objections")
    op.drop_table("recognition_objections")
    op.drop_index("ix_trainings_newest", table_name="trainings")
    op.drop_index(op.f("ix_trainings_manager_id"), table_name="trainings")
    op.drop_index(op.f("ix_trainings_base_id"), table_name="trainings")
    op.drop_table("trainings")
    op.drop_index("ix_tier_changes_manager", table_name="tier_changes")
    op.drop_table("tier_changes")
    op.drop_index("ix_recognition_entries_manager", table_name="recognition_entries")
    op.drop_index("ix_recognition_entries_list", table_name="recognition_entries")
    op.drop_table("recognition_entries")
    op.drop_index(op.f("ix_ranking_entries_manager_id"), table_name="ranking_entries")
    op.drop_index("ix_ranking_entries_list", table_name="ranking_entries")
    op.drop_table("ranking_entries")
    op.drop_index(op.f("ix_manager_tiers_year"), table_name="manager_tiers")
    op.drop_index(op.f("ix_manager_tiers_tier"), table_name="manager_tiers")
    op.drop_table("manager_tiers")
    op.drop_index(
        "uq_filings_open",
        table_name="filings",
        postgresql_where=sa.text("state <> 'cancelled'"),
        sqlite_where=sa.text("state <> 'cancelled'"),
    )
    op.drop_index("ix_filings_state", table_name="filings")
    op.drop_index("ix_filings_newest", table_name="filings")
    op.drop_index(op.f("ix_filings_manager_id"), table_name="filings")
    op.drop_table("filings")
    op.drop_index(op.f("ix_contest_registrations_manager_id"), table_name="contest_registrations")
    op.drop_index("ix_contest_registrations_list", table_name="contest_registrations")
    op.drop_table("contest_registrations")
    op.drop_index(
        "uq_certificates_number",
        table_name="certificates",
        postgresql_where=sa.text("state IN ('submitted', 'verified')"),
        sqlite_where=sa.text("state IN ('submitted', 'verified')"),
    )
    op.drop_index("ix_certificates_valid_to", table_name="certificates")
    op.drop_index("ix_certificates_newest", table_name="certificates")
    op.drop_index(op.f("ix_certificates_manager_id"), table_name="certificates")
    op.drop_table("certificates")
    op.drop_index(op.f("ix_affiliation_consents_organisation_id"), table_name="affiliation_consents")
    op.drop_table("affiliation_consents")
    op.drop_index(op.f("ix_training_bases_organisation_id"), table_name="training_bases")
    op.drop_index("ix_training_bases_order", table_name="training_bases")
    op.drop_table("training_bases")
    op.drop_table("tier_configurations")
    op.drop_index("ix_talent_moves_subject", table_name="talent_moves")
    op.drop_table("talent_moves")
    op.drop_index(
        "uq_recognition_rounds_year",
        table_name="recognition_rounds",
        postgresql_where=sa.text("state <> 'cancelled'"),
        sqlite_where=sa.text("state <> 'cancelled'"),
    )
    op.drop_table("recognition_rounds")
    op.drop_index(op.f("ix_rankings_year"), table_name="rankings")
    op.drop_table("rankings")
    op.drop_index("ix_contests_newest", table_name="contests")
    op.drop_table("contests")
