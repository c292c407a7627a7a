"""Table of training certificates, which count for recognition once the bureau has verified them."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now
from app.encryption.columns import EncryptedText
from app.libraries.record.enums import LabelledEnum
from app.talent.transitions import RecognitionTransition, transitions_of


class CertificateState(LabelledEnum):
    """submitted → verified → revoked; submitted → rejected."""

    SUBMITTED = "submitted", "待核验", "Submitted"
    VERIFIED = "verified", "已核验", "Verified"
    REJECTED = "rejected", "未通过", "Rejected"
    REVOKED = "revoked", "已撤销", "Revoked"


_S = CertificateState

TRANSITIONS: Mapping[str, RecognitionTransition] = transitions_of(
    RecognitionTransition("verify", (_S.SUBMITTED,), _S.VERIFIED, "核验通过"),
    RecognitionTransition("reject", (_S.SUBMITTED,), _S.REJECTED, "不予通过", note=True),
    RecognitionTransition("revoke", (_S.VERIFIED,), _S.REVOKED, "撤销", note=True),
)

_IN_USE = text("state IN ('submitted', 'verified')")


class TrainingCertificate(Identified, Base):
    """A certificate (国家技术转移专业人员能力等级培训结业证书); issuer and number are unique while it is in use.

    `valid_to` is the last valid day, None means unlimited. `evidence` is the reference by which an operator finds the
    proof (an archive number or web address); the scan, if uploaded, is in the file store under `evidence_key`.
    `expiry_noted_at` is when the event of its expiry was emitted.
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
            postgresql_where=_IN_USE,
            sqlite_where=_IN_USE,
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
    review_note: Mapped[str | None] = mapped_column(EncryptedText("certificate.review_note", 500))
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    expiry_noted_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class
