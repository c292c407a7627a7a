"""The store of each kind of record."""

from collections.abc import Mapping

from app.exchange.batches.stores.contracts import ContractStore
from app.exchange.batches.stores.organisations import OrganisationStore
from app.exchange.batches.stores.records import RecordStore
from app.exchange.batches.stores.step import RowStore
from app.exchange.headers.dictionary import Kind
from app.libraries.record.enums import RecordKind

STORES: Mapping[Kind, RowStore] = {
    Kind.DEMAND: RecordStore(RecordKind.DEMAND),
    Kind.ACHIEVEMENT: RecordStore(RecordKind.ACHIEVEMENT),
    Kind.MANAGER: RecordStore(RecordKind.MANAGER),
    Kind.CONTRACT: ContractStore(),
    Kind.ORGANISATION: OrganisationStore(),
}
