"""Training certificates with evidence: what counts for recognition, once the bureau has verified it."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now
from app.libraries.record.enums import LabelledEnum
from app.talent.transitions import RecognitionTransition, transitions_of


class CertificateState(LabelledEnum):
    SUBMITTED = "submitted", "待核验", "Submitted"
    VERIFIED = "verified", "已核验", "Verified"
    REJECTED = "rejected", "未通过", "Rejected"
    REVOKED = "revoked", "已撤销", "Revoked"


_S = CertificateState

MOVES: Mapping[str, RecognitionTransition] = transitions_of(
    RecognitionTransition("verify", (_S.SUBMITTED,), _S.VERIFIED, "核验通过"),
    RecognitionTransition("reject", (_S.SUBMITTED,), _S.REJECTED, "不予通过", note=True),
    RecognitionTransition("revoke", (_S.VERIFIED,), _S.REVOKED, "撤销", note=True),
)

_STANDING = text("state IN ('submitted', 'verified')")


class TrainingCertificate(Identified, Base):
    """A certificate (国家技术转移专业人员能力等级培训结业证书); one number of an issuer stands once.

    `valid_to` is the last day, None for ever. `evidence` is the reference by which the officer finds the proof (an
    archive number, an address); the scan itself, once uploaded, lies in the store of files under `evidence_key`.
    `expiry_noted_at` says that its end was announced.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        CheckConstraint("level IN ('primary', 'intermediate', 'advanced')", name="level"),
        CheckConstraint("state IN ('submitted', 'verified', 'rejected', 'revoked')", name="state"),
        CheckConstraint("valid_to IS NULL OR valid_to >= issued_on", name="period"),
        Index(
            "uq_certificates_number",
            "issued_by",
            "number",
            unique=True,
            postgresql_where=_STANDING,
            sqlite_where=_STANDING,
        ),
        Index("ix_certificates_newest", "created_at", "id"),
        Index("ix_certificates_valid_to", "state", "valid_to"),
    )

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id"), index=True)
    level: Mapped[str] = mapped_column(String(12))
    number: Mapped[str] = mapped_column(String(60))
    issued_by: Mapped[str] = mapped_column(String(120))
    issued_on: Mapped[date]
    valid_to: Mapped[date | None]
    evidence: Mapped[str] = mapped_column(String(200))
    evidence_name: Mapped[str | None] = mapped_column(String(200))
    evidence_type: Mapped[str | None] = mapped_column(String(100))
    evidence_size: Mapped[int | None]
    evidence_sha256: Mapped[str | None] = mapped_column(String(64))
    evidence_key: Mapped[str | None] = mapped_column(String(100), unique=True)
    state: Mapped[str] = mapped_column(String(12), default=CertificateState.SUBMITTED)
    review_note: Mapped[str | None] = mapped_column(String(500))
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    expiry_noted_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class
