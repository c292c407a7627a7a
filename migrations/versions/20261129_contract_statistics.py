"""Contracts: technology field, kind of right, plan category, and nature and region of the parties."""

import json

import sqlalchemy as sa
from alembic import op

revision = "d58b1f3e7c90"
down_revision = "c83e15f0a7d4"
branch_labels = None
depends_on = None

_COLUMNS = {
    "technology_field": 20,
    "ip_type": 40,
    "plan_category": 20,
    "buyer_nature": 40,
    "buyer_region": 6,
    "seller_nature": 40,
    "seller_region": 6,
}
_FIELDS = {
    "10": "electronics",
    "503": "electronics",
    "30": "aerospace",
    "80": "manufacturing",
    "20": "biomedicine",
    "40": "materials",
    "60": "energy",
    "70": "environment",
    "207": "agriculture",
    "108": "transport",
    "807": "transport",
    "507": "urban",
}
_PARTIES = """
    UPDATE contracts SET
        buyer_region = (SELECT region FROM organisations WHERE id = buyer_org_id),
        seller_region = (SELECT region FROM organisations WHERE id = seller_org_id),
        buyer_nature = (
            SELECT CASE
                WHEN kind = 'enterprise' AND region = '000000' THEN 'overseas_enterprise'
                WHEN kind IN ('enterprise', 'university') THEN kind
                WHEN kind = 'institute' THEN 'research_institute'
            END
            FROM organisations WHERE id = buyer_org_id
        ),
        seller_nature = (
            SELECT CASE
                WHEN kind = 'enterprise' AND region = '000000' THEN 'overseas_enterprise'
                WHEN kind IN ('enterprise', 'university') THEN kind
                WHEN kind = 'institute' THEN 'research_institute'
            END
            FROM organisations WHERE id = seller_org_id
        )
"""


def upgrade() -> None:
    for name, length in _COLUMNS.items():
        op.add_column("contracts", sa.Column(name, sa.String(length), nullable=True))
    op.execute(_PARTIES)
    _technology_fields()


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.drop_column("contracts", name)


def _technology_fields() -> None:
    """One of the eleven fields, where the fields of a contract belong to exactly one."""
    connection = op.get_bind()
    for id_, stored in connection.execute(sa.text("SELECT id, fields FROM contracts")).all():
        codes = json.loads(stored) if isinstance(stored, str) else stored
        found = {None if code == "602" else _FIELDS.get(code) or _FIELDS.get(code[:2]) for code in codes}
        field = found.pop() if len(found) == 1 else None
        if field is not None:
            statement = sa.text("UPDATE contracts SET technology_field = :field WHERE id = :id")
            connection.execute(statement, {"field": field, "id": id_})
