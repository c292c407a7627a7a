"""Table of filings (备案), the bureau's registrations of managers."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now
from app.encryption.columns import EncryptedText
from app.libraries.record.enums import LabelledEnum
from app.talent.transitions import RecognitionTransition, transitions_of


class FilingState(LabelledEnum):
    DRAFT = "draft", "草稿", "Draft"
    SUBMITTED = "submitted", "待审", "Submitted"
    RETURNED = "returned", "退回", "Returned"
    FILED = "filed", "已备案", "Filed"
    RENEWING = "renewing", "续期待审", "Renewal under review"
    SUSPENDED = "suspended", "暂停", "Suspended"
    EXPIRED = "expired", "到期", "Expired"
    CANCELLED = "cancelled", "注销", "Cancelled"


_S = FilingState

# A cancelled filing is final: a manager who files again gets a new number.
TRANSITIONS: Mapping[str, RecognitionTransition] = transitions_of(
    RecognitionTransition("submit", (_S.DRAFT, _S.RETURNED), _S.SUBMITTED, "提交"),
    RecognitionTransition("withdraw", (_S.SUBMITTED,), _S.DRAFT, "撤回"),
    RecognitionTransition("approve", (_S.SUBMITTED,), _S.FILED, "批准"),
    RecognitionTransition("return", (_S.SUBMITTED,), _S.RETURNED, "退回", note=True),
    RecognitionTransition("renew", (_S.FILED, _S.EXPIRED), _S.RENEWING, "申请续期"),
    RecognitionTransition("approve_renewal", (_S.RENEWING,), _S.FILED, "批准续期"),
    RecognitionTransition(
        "return_renewal", (_S.RENEWING,), _S.FILED, "退回续期", note=True
    ),  # expired where its time is over
    RecognitionTransition("suspend", (_S.FILED, _S.RENEWING), _S.SUSPENDED, "暂停", note=True),
    RecognitionTransition("resume", (_S.SUSPENDED,), _S.FILED, "恢复"),  # expired where its time is over
    RecognitionTransition(
        "cancel", tuple(state for state in _S if state is not _S.CANCELLED), _S.CANCELLED, "注销", note=True
    ),
    # Time lifts no suspension: only the bureau does.
    RecognitionTransition("expire", (_S.FILED,), _S.EXPIRED, "到期"),
)

BY_HOLDER = ("submit", "withdraw", "renew", "cancel")
BY_OPERATOR = ("approve", "return", "approve_renewal", "return_renewal", "suspend", "resume", "cancel")

IN_FORCE = (FilingState.FILED, FilingState.RENEWING)
"""States in which a filing is valid until its last day."""

_OPEN = text("state <> 'cancelled'")


class Filing(Identified, Base):
    """One manager's filing. `filing_number` (备案号) is assigned on approval and never reused.

    `valid_from` and `valid_to` are days in Jinan time, inclusive. The pledge (承诺书) is signed with each submission,
    in the version that was shown. `review_note` is the bureau's latest note to the manager.
    """

    __tablename__ = "filings"
    __table_args__ = (
        CheckConstraint(
            "state IN ({})".format(", ".join(f"'{state}'" for state in FilingState)), name="state"
        ),
        CheckConstraint(
            "state NOT IN ('filed', 'renewing', 'suspended', 'expired') "
            "OR (filing_number IS NOT NULL AND valid_from IS NOT NULL AND valid_to IS NOT NULL)",
            name="numbered",
        ),
        Index("uq_filings_open", "manager_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_filings_newest", "created_at", "id"),
        Index("ix_filings_state", "state", "valid_to"),
    )

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"), index=True)
    filing_number: Mapped[str | None] = mapped_column(String(20), unique=True)
    state: Mapped[str] = mapped_column(String(12), default=FilingState.DRAFT)
    statement: Mapped[str] = mapped_column(EncryptedText("filing.statement", 2000), default="")
    pledge_version: Mapped[str | None] = mapped_column(String(20))
    pledge_signed_at: Mapped[datetime | None]
    pledge_signed_by: Mapped[UUID | None]
    submitted_at: Mapped[datetime | None]
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str | None] = mapped_column(EncryptedText("filing.review_note", 500))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class
