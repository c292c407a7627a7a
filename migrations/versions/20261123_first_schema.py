"""First schema: accounts, the three libraries, vectors, pairs, pushes, events."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import VECTOR
from sqlalchemy.dialects import postgresql

revision = "8964189ee46a"
down_revision = None
branch_labels = None
depends_on = None

# Full-text search: an FTS5 table that follows the documents by triggers, or GIN indexes on their words.
SEARCH_ON_SQLITE = (
    "CREATE VIRTUAL TABLE search_fts USING fts5(public_words, member_words, content='search_documents', content_rowid='number', tokenize='unicode61 remove_diacritics 0 tokenchars ''-_+./%°''')",
    "CREATE TRIGGER search_fts_insert AFTER INSERT ON search_documents BEGIN INSERT INTO search_fts(rowid, public_words, member_words) VALUES (new.number, new.public_words, new.member_words); END",
    "CREATE TRIGGER search_fts_delete AFTER DELETE ON search_documents BEGIN INSERT INTO search_fts(search_fts, rowid, public_words, member_words) VALUES ('delete', old.number, old.public_words, old.member_words); END",
    "CREATE TRIGGER search_fts_update AFTER UPDATE OF public_words, member_words ON search_documents BEGIN INSERT INTO search_fts(search_fts, rowid, public_words, member_words) VALUES ('delete', old.number, old.public_words, old.member_words); INSERT INTO search_fts(rowid, public_words, member_words) VALUES (new.number, new.public_words, new.member_words); END",
)
SEARCH_ON_POSTGRESQL = (
    "CREATE INDEX search_fts_public_words ON search_documents USING gin (array_to_tsvector(string_to_array(public_words, ' ')))",
    "CREATE INDEX search_fts_member_words ON search_documents USING gin (array_to_tsvector(string_to_array(member_words, ' ')))",
)
UNSEARCH_ON_SQLITE = (
    "DROP TRIGGER search_fts_insert",
    "DROP TRIGGER search_fts_delete",
    "DROP TRIGGER search_fts_update",
    "DROP TABLE search_fts",
)
UNSEARCH_ON_POSTGRESQL = (
    "DROP INDEX search_fts_public_words",
    "DROP INDEX search_fts_member_words",
)


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.execute("CREATE EXTENSION IF NOT EXISTS vector")
        op.execute("CREATE SEQUENCE record_vectors_seq AS BIGINT")
    op.create_table(
        "attempts",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index("ix_attempts_account", "attempts", ["kind", "account", "at"], unique=False)
    op.create_index(op.f("ix_attempts_address"), "attempts", ["address"], unique=False)
    op.create_index(op.f("ix_attempts_at"), "attempts", ["at"], unique=False)
    op.create_table(
        "audit_entries",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("api_key_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("details", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject_id", "created_at"], unique=False)
    op.create_table(
        "embeddings",
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("model_id", sa.String(length=200), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("text_hash", "model_id", name=op.f("pk_embeddings")),
    )
    op.create_table(
        "events",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(
        "ix_events_due",
        "events",
        ["available_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
        sqlite_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
    )
    op.create_index("ix_events_subject", "events", ["subject_id"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint("holder", "key", name=op.f("uq_idempotency_keys_holder_key")),
    )
    op.create_table(
        "number_series",
        sa.Column("letter", sa.String(length=2), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("letter", "year", name=op.f("pk_number_series")),
    )
    op.create_table(
        "organisations",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("aliases", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("self_registered", sa.Boolean(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisations.id"], name=op.f("fk_organisations_parent_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("uscc", name=op.f("uq_organisations_uscc")),
    )
    op.create_index(op.f("ix_organisations_name"), "organisations", ["name"], unique=False)
    op.create_index(op.f("ix_organisations_parent_id"), "organisations", ["parent_id"], unique=False)
    op.create_table(
        "periodic_jobs",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_periodic_jobs")),
    )
    op.create_table(
        "record_codes",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("facet", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "facet", "code", name=op.f("pk_record_codes")),
    )
    op.create_index(
        "ix_record_codes_lookup", "record_codes", ["kind", "facet", "code", "record_id"], unique=False
    )
    op.create_table(
        "record_vectors",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("model_id", sa.String(length=200), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("owner_org_id", sa.Uuid(), nullable=True),
        sa.Column("field_codes", sa.Text(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("trl", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("vector", VECTOR().with_variant(sa.LargeBinary(), "sqlite"), nullable=False),
        sa.Column("sentences", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sentence_vectors", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record_vectors")),
        sa.UniqueConstraint("seq", name=op.f("uq_record_vectors_seq")),
    )
    op.create_index(
        "ix_record_vectors_kind", "record_vectors", ["kind", "active", "model_id", "language"], unique=False
    )
    if on_postgresql:
        # Out of line, where PostgreSQL puts vectors by default, a search takes several times as long.
        op.execute("ALTER TABLE record_vectors ALTER COLUMN vector SET STORAGE MAIN")
    op.create_table(
        "record_versions",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_versions")),
        sa.UniqueConstraint("record_id", "version", name=op.f("uq_record_versions_record_id_version")),
    )
    op.create_table(
        "search_documents",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("public_words", sa.Text(), nullable=False),
        sa.Column("member_words", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_documents")),
        sa.UniqueConstraint("record_id", name=op.f("uq_search_documents_record_id")),
    )
    op.create_index(
        "ix_search_documents_corpus", "search_documents", ["kind", "state", "number", "length"], unique=False
    )
    op.create_table(
        "achievements",
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("trl", sa.Integer(), nullable=True),
        sa.Column("transfer_modes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=True),
        sa.Column("forms", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("attribute", sa.String(length=30), nullable=True),
        sa.Column("level", sa.String(length=30), nullable=True),
        sa.Column("evaluation_type", sa.String(length=30), nullable=True),
        sa.Column("application_status", sa.String(length=30), nullable=True),
        sa.Column("advantages", sa.Text(), nullable=False),
        sa.Column("innovations", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("problem_solved", sa.Text(), nullable=False),
        sa.Column("scenarios", sa.Text(), nullable=False),
        sa.Column("indicators", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "strategic_fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("jinan_industry", sa.String(length=8), nullable=True),
        sa.Column("registration_number", sa.String(length=20), nullable=True),
        sa.Column("ip_list", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("ip_clear", sa.Boolean(), nullable=True),
        sa.Column("job_invention", sa.Boolean(), nullable=True),
        sa.Column("funding_source", sa.String(length=30), nullable=True),
        sa.Column("licence_kind", sa.String(length=20), nullable=True),
        sa.Column("price_min_wan", sa.Numeric(14, 2).with_variant(sa.BigInteger(), "sqlite"), nullable=True),
        sa.Column("price_max_wan", sa.Numeric(14, 2).with_variant(sa.BigInteger(), "sqlite"), nullable=True),
        sa.Column(
            "rd_investment_wan", sa.Numeric(14, 2).with_variant(sa.BigInteger(), "sqlite"), nullable=True
        ),
        sa.Column("landing_requirement", sa.Text(), nullable=False),
        sa.Column("co_org_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("completed_by", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("research_start", sa.String(length=7), nullable=True),
        sa.Column("research_end", sa.String(length=7), nullable=True),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("keywords", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("industries", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("publish_mode", sa.String(length=12), nullable=False),
        sa.Column("completeness", sa.Integer(), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=True),
        sa.Column("contact_phone", sa.String(length=30), nullable=True),
        sa.Column("contact_email", sa.String(length=200), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.Column("source_ref", sa.String(length=120), nullable=True),
        sa.Column("review_note", sa.String(length=500), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_org_id"], ["organisations.id"], name=op.f("fk_achievements_owner_org_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievements")),
        sa.UniqueConstraint("number", name=op.f("uq_achievements_number")),
    )
    op.create_index(op.f("ix_achievements_created_at"), "achievements", ["created_at"], unique=False)
    op.create_index(op.f("ix_achievements_owner_org_id"), "achievements", ["owner_org_id"], unique=False)
    op.create_index(op.f("ix_achievements_published_at"), "achievements", ["published_at"], unique=False)
    op.create_index(op.f("ix_achievements_source_ref"), "achievements", ["source_ref"], unique=False)
    op.create_index(op.f("ix_achievements_state"), "achievements", ["state"], unique=False)
    op.create_table(
        "demands",
        sa.Column("main_problem", sa.Text(), nullable=False),
        sa.Column(
            "cooperation_modes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("need_kind", sa.String(length=30), nullable=True),
        sa.Column("activity_type", sa.String(length=30), nullable=True),
        sa.Column("key_technology", sa.Text(), nullable=False),
        sa.Column("expected_goal", sa.Text(), nullable=False),
        sa.Column("indicators", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=False),
        sa.Column("benchmark", sa.Text(), nullable=False),
        sa.Column("min_trl", sa.Integer(), nullable=True),
        sa.Column(
            "strategic_fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("jinan_industry", sa.String(length=8), nullable=True),
        sa.Column("budget_min_wan", sa.Numeric(14, 2).with_variant(sa.BigInteger(), "sqlite"), nullable=True),
        sa.Column("budget_max_wan", sa.Numeric(14, 2).with_variant(sa.BigInteger(), "sqlite"), nullable=True),
        sa.Column("payment_plan", sa.Text(), nullable=False),
        sa.Column("ip_ownership", sa.String(length=20), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("partner_requirement", sa.Text(), nullable=False),
        sa.Column(
            "preferred_partners", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("existing_basis", sa.Text(), nullable=False),
        sa.Column("public_alias", sa.String(length=120), nullable=True),
        sa.Column("confidential_note", sa.Text(), nullable=False),
        sa.Column("excluded_orgs", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("keywords", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("industries", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("publish_mode", sa.String(length=12), nullable=False),
        sa.Column("completeness", sa.Integer(), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=True),
        sa.Column("contact_phone", sa.String(length=30), nullable=True),
        sa.Column("contact_email", sa.String(length=200), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.Column("source_ref", sa.String(length=120), nullable=True),
        sa.Column("review_note", sa.String(length=500), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_org_id"], ["organisations.id"], name=op.f("fk_demands_owner_org_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demands")),
        sa.UniqueConstraint("number", name=op.f("uq_demands_number")),
    )
    op.create_index(op.f("ix_demands_created_at"), "demands", ["created_at"], unique=False)
    op.create_index(op.f("ix_demands_owner_org_id"), "demands", ["owner_org_id"], unique=False)
    op.create_index(op.f("ix_demands_published_at"), "demands", ["published_at"], unique=False)
    op.create_index(op.f("ix_demands_source_ref"), "demands", ["source_ref"], unique=False)
    op.create_index(op.f("ix_demands_state"), "demands", ["state"], unique=False)
    op.create_table(
        "organisation_names",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=240), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_organisation_names_organisation_id_organisations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "key", name=op.f("pk_organisation_names")),
    )
    op.create_index(op.f("ix_organisation_names_key"), "organisation_names", ["key"], unique=False)
    op.create_table(
        "users",
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_users_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_index(op.f("ix_users_organisation_id"), "users", ["organisation_id"], unique=False)
    op.create_table(
        "api_keys",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_api_keys_created_by_users")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_api_keys_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
    )
    op.create_index(op.f("ix_api_keys_organisation_id"), "api_keys", ["organisation_id"], unique=False)
    op.create_index("ix_api_keys_prefix", "api_keys", ["prefix"], unique=True)
    op.create_table(
        "managers",
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("expertise", sa.Text(), nullable=False),
        sa.Column("regions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("languages", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("service_kinds", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("employer_type", sa.String(length=30), nullable=True),
        sa.Column("full_time", sa.Boolean(), nullable=True),
        sa.Column("years", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("certificates", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("certificate_level", sa.String(length=12), nullable=False),
        sa.Column("track_record", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "declared_conflicts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("accepts_pushes", sa.Boolean(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("keywords", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("industries", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("publish_mode", sa.String(length=12), nullable=False),
        sa.Column("completeness", sa.Integer(), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=True),
        sa.Column("contact_phone", sa.String(length=30), nullable=True),
        sa.Column("contact_email", sa.String(length=200), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.Column("source_ref", sa.String(length=120), nullable=True),
        sa.Column("review_note", sa.String(length=500), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_org_id"], ["organisations.id"], name=op.f("fk_managers_owner_org_id_organisations")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_managers_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_managers")),
        sa.UniqueConstraint("number", name=op.f("uq_managers_number")),
        sa.UniqueConstraint("user_id", name=op.f("uq_managers_user_id")),
    )
    op.create_index(op.f("ix_managers_created_at"), "managers", ["created_at"], unique=False)
    op.create_index(op.f("ix_managers_owner_org_id"), "managers", ["owner_org_id"], unique=False)
    op.create_index(op.f("ix_managers_published_at"), "managers", ["published_at"], unique=False)
    op.create_index(op.f("ix_managers_source_ref"), "managers", ["source_ref"], unique=False)
    op.create_index(op.f("ix_managers_state"), "managers", ["state"], unique=False)
    op.create_table(
        "pairs",
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("model_version", sa.String(length=80), nullable=False),
        sa.Column("index_position", sa.BigInteger(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("demand_version", sa.Integer(), nullable=False),
        sa.Column("achievement_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["achievement_id"],
            ["achievements.id"],
            name=op.f("fk_pairs_achievement_id_achievements"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["demand_id"], ["demands.id"], name=op.f("fk_pairs_demand_id_demands"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairs")),
        sa.UniqueConstraint("demand_id", "achievement_id", name=op.f("uq_pairs_demand_id_achievement_id")),
    )
    op.create_index("ix_pairs_achievement_score", "pairs", ["achievement_id", "score"], unique=False)
    op.create_index("ix_pairs_demand_score", "pairs", ["demand_id", "score"], unique=False)
    op.create_table(
        "refresh_tokens",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_refresh_tokens_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_refresh_tokens_digest")),
    )
    op.create_index(op.f("ix_refresh_tokens_chain_id"), "refresh_tokens", ["chain_id"], unique=False)
    op.create_index(op.f("ix_refresh_tokens_user_id"), "refresh_tokens", ["user_id"], unique=False)
    op.create_table(
        "affiliations",
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("end", sa.Date(), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manager_id"],
            ["managers.id"],
            name=op.f("fk_affiliations_manager_id_managers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_affiliations_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affiliations")),
    )
    op.create_index("ix_affiliations_active", "affiliations", ["organisation_id", "manager_id"], unique=False)
    op.create_index(op.f("ix_affiliations_manager_id"), "affiliations", ["manager_id"], unique=False)
    op.create_table(
        "pushes",
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("pair_score", sa.Double(), nullable=False),
        sa.Column("manager_score", sa.Double(), nullable=False),
        sa.Column("rank_score", sa.Double(), nullable=False),
        sa.Column("rank_key", sa.Double(), nullable=False),
        sa.Column("reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("model_version", sa.String(length=80), nullable=False),
        sa.Column("demand_version", sa.Integer(), nullable=False),
        sa.Column("achievement_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("decline_reason", sa.String(length=30), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("ended_reason", sa.String(length=30), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('new', 'read', 'later', 'accepted', 'declined', 'expired', 'cancelled')",
            name=op.f("ck_pushes_state"),
        ),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievements.id"], name=op.f("fk_pushes_achievement_id_achievements")
        ),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_pushes_demand_id_demands")),
        sa.ForeignKeyConstraint(["manager_id"], ["managers.id"], name=op.f("fk_pushes_manager_id_managers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pushes")),
        sa.UniqueConstraint(
            "manager_id",
            "demand_id",
            "achievement_id",
            name=op.f("uq_pushes_manager_id_demand_id_achievement_id"),
        ),
    )
    op.create_index("ix_pushes_achievement", "pushes", ["achievement_id"], unique=False)
    op.create_index(
        "ix_pushes_due",
        "pushes",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('new', 'read', 'later')"),
        sqlite_where=sa.text("state IN ('new', 'read', 'later')"),
    )
    op.create_index("ix_pushes_inbox", "pushes", ["manager_id", "rank_key", "id"], unique=False)
    op.create_index("ix_pushes_pair", "pushes", ["demand_id", "achievement_id"], unique=False)
    for statement in SEARCH_ON_POSTGRESQL if on_postgresql else SEARCH_ON_SQLITE:
        op.execute(statement)


def downgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in UNSEARCH_ON_POSTGRESQL if on_postgresql else UNSEARCH_ON_SQLITE:
        op.execute(statement)
    op.drop_index("ix_pushes_pair", table_name="pushes")
    op.drop_index("ix_pushes_inbox", table_name="pushes")
    op.drop_index(
        "ix_pushes_due",
        table_name="pushes",
        postgresql_where=sa.text("state IN ('new', 'read', 'later')"),
        sqlite_where=sa.text("state IN ('new', 'read', 'later')"),
    )
    op.drop_index("ix_pushes_achievement", table_name="pushes")
    op.drop_table("pushes")
    op.drop_index(op.f("ix_affiliations_manager_id"), table_name="affiliations")
    op.drop_index("ix_affiliations_active", table_name="affiliations")
    op.drop_table("affiliations")
    op.drop_index(op.f("ix_refresh_tokens_user_id"), table_name="refresh_tokens")
    op.drop_index(op.f("ix_refresh_tokens_chain_id"), table_name="refresh_tokens")
    op.drop_table("refresh_tokens")
    op.drop_index("ix_pairs_demand_score", table_name="pairs")
    op.drop_index("ix_pairs_achievement_score", table_name="pairs")
    op.drop_table("pairs")
    op.drop_index(op.f("ix_managers_state"), table_name="managers")
    op.drop_index(op.f("ix_managers_source_ref"), table_name="managers")
    op.drop_index(op.f("ix_managers_published_at"), table_name="managers")
    op.drop_index(op.f("ix_managers_owner_org_id"), table_name="managers")
    op.drop_index(op.f("ix_managers_created_at"), table_name="managers")
    op.drop_table("managers")
    op.drop_index("ix_api_keys_prefix", table_name="api_keys")
    op.drop_index(op.f("ix_api_keys_organisation_id"), table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_index(op.f("ix_users_organisation_id"), table_name="users")
    op.drop_table("users")
    op.drop_index(op.f("ix_organisation_names_key"), table_name="organisation_names")
    op.drop_table("organisation_names")
    op.drop_index(op.f("ix_demands_state"), table_name="demands")
    op.drop_index(op.f("ix_demands_source_ref"), table_name="demands")
    op.drop_index(op.f("ix_demands_published_at"), table_name="demands")
    op.drop_index(op.f("ix_demands_owner_org_id"), table_name="demands")
    op.drop_index(op.f("ix_demands_created_at"), table_name="demands")
    op.drop_table("demands")
    op.drop_index(op.f("ix_achievements_state"), table_name="achievements")
    op.drop_index(op.f("ix_achievements_source_ref"), table_name="achievements")
    op.drop_index(op.f("ix_achievements_published_at"), table_name="achievements")
    op.drop_index(op.f("ix_achievements_owner_org_id"), table_name="achievements")
    op.drop_index(op.f("ix_achievements_created_at"), table_name="achievements")
    op.drop_table("achievements")
    op.drop_index("ix_search_documents_corpus", table_name="search_documents")
    op.drop_table("search_documents")
    op.drop_table("record_versions")
    op.drop_index("ix_record_vectors_kind", table_name="record_vectors")
    op.drop_table("record_vectors")
    op.drop_index("ix_record_codes_lookup", table_name="record_codes")
    op.drop_table("record_codes")
    op.drop_table("periodic_jobs")
    op.drop_index(op.f("ix_organisations_parent_id"), table_name="organisations")
    op.drop_index(op.f("ix_organisations_name"), table_name="organisations")
    op.drop_table("organisations")
    op.drop_table("number_series")
    op.drop_table("idempotency_keys")
    op.drop_index("ix_events_subject", table_name="events")
    op.drop_index(
        "ix_events_due",
        table_name="events",
        postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
        sqlite_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
    )
    op.drop_table("events")
    op.drop_table("embeddings")
    op.drop_index("ix_audit_entries_subject", table_name="audit_entries")
    op.drop_table("audit_entries")
    op.drop_index(op.f("ix_attempts_at"), table_name="attempts")
    op.drop_index(op.f("ix_attempts_address"), table_name="attempts")
    op.drop_index("ix_attempts_account", table_name="attempts")
    op.drop_table("attempts")
    if on_postgresql:
        op.execute("DROP SEQUENCE record_vectors_seq")
