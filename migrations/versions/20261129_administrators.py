"""Administrators of organisations.

Users who could manage keys, webhooks and colleagues until now still can: the users of enterprises and institutions become
administrators; where there are none, the first manager of an agency, or else the investors.
"""

import sqlalchemy as sa
from alembic import op

revision = "c8e4a17f5b30"
down_revision = "a94c17e0d5b2"
branch_labels = None
depends_on = None

USERS = sa.table(
    "users",
    sa.column("id", sa.Uuid()),
    sa.column("organisation_id", sa.Uuid()),
    sa.column("role", sa.String()),
    sa.column("active", sa.Boolean()),
    sa.column("administrator", sa.Boolean()),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
ORGANISATIONS = sa.table("organisations", sa.column("id", sa.Uuid()), sa.column("kind", sa.String()))


def upgrade() -> None:
    op.add_column(
        "users", sa.Column("administrator", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    _appoint(USERS.c.role.in_(["enterprise", "institution"]))
    _appoint(USERS.c.role == "manager", _in_an_agency(), _is_first_manager(), _without_administrator())
    _appoint(USERS.c.role == "investor", _without_administrator())


def downgrade() -> None:
    op.drop_column("users", "administrator")


def _appoint(*conditions: sa.ColumnElement[bool]) -> None:
    chosen = sa.select(USERS.c.id).where(USERS.c.active, USERS.c.organisation_id.is_not(None), *conditions)
    ids = op.get_bind().scalars(chosen).all()
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        op.execute(USERS.update().where(USERS.c.id.in_(some)).values(administrator=sa.true()))


def _in_an_agency() -> sa.ColumnElement[bool]:
    return USERS.c.organisation_id.in_(sa.select(ORGANISATIONS.c.id).where(ORGANISATIONS.c.kind == "agency"))


def _is_first_manager() -> sa.ColumnElement[bool]:
    earlier = USERS.alias()
    return ~sa.exists().where(
        earlier.c.organisation_id == USERS.c.organisation_id,
        earlier.c.active,
        earlier.c.role == "manager",
        sa.or_(
            earlier.c.created_at < USERS.c.created_at,
            sa.and_(earlier.c.created_at == USERS.c.created_at, earlier.c.id < USERS.c.id),
        ),
    )


def _without_administrator() -> sa.ColumnElement[bool]:
    other = USERS.alias()
    return ~sa.exists().where(other.c.organisation_id == USERS.c.organisation_id, other.c.administrator)
