"""The target of each kind of record."""

from collections.abc import Mapping

from app.exchange.batches.targets.contracts import ContractTarget
from app.exchange.batches.targets.organisations import OrganisationTarget
from app.exchange.batches.targets.records import RecordTarget
from app.exchange.batches.targets.step import RowTarget
from app.exchange.headers.dictionary import Kind
from app.libraries.record.enums import RecordKind

TARGETS: Mapping[Kind, RowTarget] = {
    Kind.DEMAND: RecordTarget(RecordKind.DEMAND),
    Kind.ACHIEVEMENT: RecordTarget(RecordKind.ACHIEVEMENT),
    Kind.MANAGER: RecordTarget(RecordKind.MANAGER),
    Kind.CONTRACT: ContractTarget(),
    Kind.ORGANISATION: OrganisationTarget(),
}
