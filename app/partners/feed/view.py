"""What a partner may see of the libraries: the one place where an agreement meets the visibility of records.

An agreement only narrows. Rows and fields are those that a stranger, or a member of a verified organisation, sees in
the lists (`libraries.visibility`), and of these only what the agreement names.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import ANONYMOUS, Principal
from app.accounts.models import Role
from app.exchange.out.lists import with_employers
from app.libraries.http.filters import has_code
from app.libraries.http.responses import named_organisations
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES
from app.libraries.visibility.fields import present
from app.libraries.visibility.rows import visible_rows
from app.partners.agreements.models import PartnerAgreement
from app.partners.agreements.schemas import PartnerLevel
from app.partners.agreements.service import offered_fields

ALWAYS = ("number", "publish_mode", "version")
"""Fields of every entry: what a copy of a public record needs to stay one."""

# A verified reader who owns nothing and brokers nothing.
_VERIFIED = Principal(role=Role.INVESTOR, verified=True)
_READERS = {PartnerLevel.PUBLIC: ANONYMOUS, PartnerLevel.VERIFIED: _VERIFIED}


@dataclass(frozen=True, slots=True)
class PartnerView:
    """The libraries as one agreement shows them."""

    agreement: PartnerAgreement

    @property
    def reader(self) -> Principal:
        """Who reads the records for the partner."""
        return _READERS[PartnerLevel(self.agreement.level)]

    def rows(self, model: type[Any]) -> ColumnElement[bool]:
        """SQL condition for the records of a library that the partner may see."""
        conditions = [
            visible_rows(model, self.reader),
            model.publish_mode.in_(self.agreement.publish_modes),
        ]
        if not self.agreement.all_regions:
            within = [has_code(model, "region", self.agreement.regions)]
            if model.kind is RecordKind.MANAGER:  # who has no region of their own
                within.append(has_code(model, "serves", self.agreement.regions))
            conditions.append(or_(*within))
        return and_(*conditions)

    def read(
        self, session: Session, kind: RecordKind, ids: Collection[UUID]
    ) -> Iterator[tuple[UUID, dict[str, Any]]]:
        """Those of the records that the partner may see, each with its agreed fields."""
        agreed = self.agreement.libraries.get(kind.value)
        if not agreed or not ids:
            return
        model = LIBRARIES[kind].model
        records = session.scalars(select(model).where(model.id.in_(ids), self.rows(model))).all()
        names = {*ALWAYS, *agreed} & (offered_fields(kind, PartnerLevel(self.agreement.level)))
        organisations = named_organisations(session, records)
        bodies = [present(record, self.reader, organisations=organisations) for record in records]
        if kind is RecordKind.MANAGER:
            with_employers(session, bodies)
        for record, body in zip(records, bodies, strict=True):
            yield record.id, _portable({name: body[name] for name in sorted(names) if name in body}, body)


def _portable(shown: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """With names in place of the ids of organisations, which mean something here alone."""
    if "affiliations" in shown:
        shown["affiliations"] = [
            {name: value for name, value in place.items() if name != "organisation_id"}
            | {"organisation": employer}
            for place, employer in zip(shown["affiliations"], body.get("affiliation_names", ()), strict=True)
        ]
    return shown
