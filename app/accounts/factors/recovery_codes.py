"""Recovery codes: for a login without the device. Each has 80 random bits, so that a plain digest protects it."""

import base64
import re
import secrets
import unicodedata
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.accounts.credentials import digest
from app.accounts.models import RecoveryCode
from app.database import now

NUMBER = 10
_BYTES = 10
_GAPS = re.compile(r"[\s\-–—]+")


def plain(code: str) -> str:
    """What was typed in the form that is compared: full-width digits, gaps and capitals make no difference."""
    return _GAPS.sub("", unicodedata.normalize("NFKC", code)).lower()


def issue_codes(session: Session, user_id: UUID) -> list[str]:
    """New codes `xxxx-xxxx-xxxx-xxxx` in place of all earlier ones, in plain text for their user alone."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower() for _ in range(NUMBER)]
    session.add_all(RecoveryCode(user_id=user_id, digest=digest(code)) for code in codes)
    session.flush()
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]


def use_code(session: Session, user_id: UUID, code: str) -> bool:
    """Whether this is an unused code of the user; it is used from now on."""
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.digest == digest(plain(code)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
        .returning(RecoveryCode.id)
    )
    return used.first() is not None


def codes_left(session: Session, user_id: UUID) -> int:
    """How many codes the user has not used."""
    query = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(query) or 0
