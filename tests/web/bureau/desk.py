"""What the bureau's pages work on: records that wait for review."""

from dataclasses import dataclass
from typing import Any

from app.accounts.access.principal import Principal
from app.accounts.models import Role
from app.database import Database
from app.libraries.lifecycle.commands import CreateRecord
from app.libraries.lifecycle.storage import execute
from app.libraries.record.enums import RecordKind
from app.libraries.record.indexing import Indexer
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.settings import Settings
from tests.support.builders.accounts import make_organisation, make_user
from tests.support.builders.demands import demand_payload

CLEAR = (
    "储罐外壁现用溶剂型涂料挥发物超标，改用水性涂料后半年即起泡脱落。储罐位于海边，介质为 3.5% 盐水，壁温 5–60 ℃，"
    "pH 6–8，年产 1200 吨涂料的中试线可供验证。要求耐盐雾 1000 h 不起泡，附着力不低于 5 MPa，挥发物不高于 50 g/L，"
    "干燥时间不超过 2 h，硬度不低于 2 H，使用寿命不少于 8 年。"
)
TERMS = {"min_trl": 5, "budget_max_wan": 200}


@dataclass
class Submissions:
    """Makes records that wait for the bureau, of new organisations."""

    database: Database
    settings: Settings
    indexer: Indexer

    def demand(self, title: str, *, verified: bool = True, **changes: Any) -> str:
        """The number of a new demand that waits."""
        payload = demand_payload(title=title, **{"main_problem": CLEAR} | TERMS | changes)
        with self.database.unit_of_work() as session:
            organisation = make_organisation(session, verified=verified)
            user = make_user(session, role=Role.ENTERPRISE, organisation=organisation)
            principal = Principal(
                role=Role.ENTERPRISE,
                user_id=user.id,
                organisation_id=organisation.id,
                verified=verified,
            )
        library = LIBRARIES[RecordKind.DEMAND]
        command = CreateRecord(
            library=library,
            values=library.create_schema.model_validate(payload).values(),
            draft=False,
            principal=principal,
            settings=self.settings.model_copy(update={"review_demands": True}),
        )
        with self.database.unit_of_work() as session:
            return execute(session, command, None, indexer=self.indexer).number

    def record(self, number: str) -> Record:
        """The record as it is now."""
        with self.database.reading() as session:
            found = session.query(LIBRARIES[RecordKind.DEMAND].model).filter_by(number=number).one()
            session.expunge(found)
            record: Record = found
            return record

    def state(self, number: str) -> str:
        """The state of the record."""
        return str(self.record(number).state)
