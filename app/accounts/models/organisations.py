"""Tables of organisations, their names, and what the bureau found about two that may be one."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, String, false, or_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now
from app.encryption.columns import EncryptedText


class OrganisationKind(StrEnum):
    """The kind of an organisation."""

    ENTERPRISE = "enterprise"
    UNIVERSITY = "university"
    INSTITUTE = "institute"
    AGENCY = "agency"
    INVESTOR = "investor"
    BUREAU = "bureau"


class Organisation(Identified, Base):
    """A legal person, identified by its 统一社会信用代码 (unified social credit code).

    Attributes:
        uscc: None for a foreign organisation, an exempt one, and one of before codes were asked for.
        code_exemption: why the bureau entered a domestic organisation without a code.
        parent_id: the organisation that controls it; conflicts of interest extend to the whole family.
        former_names: entries name, since, until (ISO dates or None), the newest last.
        merged_into_id: the row that stands for this one since the bureau found that they are one organisation.
        self_registered: registered by an anonymous user; not trusted until the bureau verifies it.
        verified_at: set by the bureau; None for imported organisations.
    """

    __tablename__ = "organisations"

    name: Mapped[str] = mapped_column(String(120), index=True)
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)
    code_exemption: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    region: Mapped[str] = mapped_column(String(6))
    aliases: Mapped[list[str]] = mapped_column(default=list)
    former_names: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default="[]")
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    self_registered: Mapped[bool] = mapped_column(default=False)
    verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class

    @hybrid_property
    def trusted(self) -> bool:
        """Whether the bureau vouches for the organisation: it has verified or entered it."""
        return self.verified_at is not None or not self.self_registered

    @trusted.inplace.expression
    @classmethod
    def _trusted(cls) -> ColumnElement[bool]:
        return or_(cls.verified_at.is_not(None), ~cls.self_registered)


class OrganisationName(Base):
    """A name, former name or alias in its comparison form (`field_checks.name_key`), one per row.

    A separate table from `Organisation.aliases`, because no index on a JSON list works the same on both databases.

    Attributes:
        core: what the name identifies (`organisations.names.identity_of`).
        kind: see `organisations.names.NameKind`; by a short name nobody is identified.
        branch: whether the name is that of a branch.
    """

    __tablename__ = "organisation_names"

    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(240), primary_key=True, index=True)
    core: Mapped[str] = mapped_column(String(240), default="", server_default="", index=True)
    kind: Mapped[str] = mapped_column(String(10), default="short", server_default="short")
    branch: Mapped[bool] = mapped_column(default=False, server_default=false())


class OrganisationDecision(Identified, Base):
    """What the bureau found about two organisations that may be one.

    Attributes:
        first_id: the older of both.
        kept_id: the row that stands for both after a merge.
        verdict: see `organisations.merges.decisions.IdentityVerdict`.
        moved: "table.column" → keys of the rows that a merge pointed to `kept_id`.
    """

    __tablename__ = "organisation_decisions"

    first_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    second_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    kept_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    verdict: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(EncryptedText("organisation_decision.note", 300))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime] = mapped_column(default=now)
    undone_at: Mapped[datetime | None]
    moved: Mapped[dict[str, Any]] = mapped_column(default=dict)
