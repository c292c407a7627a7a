"""A valid registration, and how many rows a table has."""

from typing import Any

from sqlalchemy import func, select

from app.database import Database

REGISTRATION: dict[str, Any] = {
    "organisation": {
        "name": "济南历山密封件有限公司",
        "kind": "enterprise",
        "region": "370102",
        "uscc": "91370112YY0000028K",
    },
    "user": {"email": "seal@example.com", "name": "王芳", "password": "Quancheng-72-spring"},
    "role": "enterprise",
    "notice_version": 1,
}


def count_of(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0
