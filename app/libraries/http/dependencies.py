"""Dependencies of the libraries' routes: the records opened to the reader, the synonyms, and the command runner."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response
from sqlalchemy.orm import Session

from app.accounts.access.authentication import CurrentPrincipal
from app.accounts.access.opened_records import Disclosure, OpenedRecords
from app.database import AppDatabase, Database, ReadSession, WriteSession
from app.libraries.http.responses import record_response
from app.libraries.lifecycle.commands import Command
from app.libraries.lifecycle.dry_run import dry_run
from app.libraries.lifecycle.storage import execute
from app.libraries.record.indexing import Indexer, PreparedForIndex
from app.libraries.record.models import Record
from app.libraries.search.synonyms import SynonymFile
from app.services import provided


def _opened(
    session: ReadSession,
    principal: CurrentPrincipal,
    disclosure: Annotated[Disclosure, Depends(provided(Disclosure))],
) -> OpenedRecords:
    return disclosure.opened_records(session, principal)


AppIndexer = Annotated[Indexer, Depends(provided(Indexer))]
Opened = Annotated[OpenedRecords, Depends(_opened)]
SearchSynonyms = Annotated[SynonymFile, Depends(provided(SynonymFile))]


@dataclass(frozen=True, slots=True)
class CommandRunner:
    """Runs a command twice: as a dry run, which embeds without a lock, then in the transaction of the request."""

    session: Session
    database: Database
    indexer: Indexer

    def run(self, command: Command) -> Response:
        """Run the command and return the record as its principal may see it."""
        return self.finish(command, self.prepare(command))

    def prepare(self, command: Command) -> PreparedForIndex | None:
        """The dry run; see `commands.dry_run`."""
        return dry_run(self.database, self.indexer, command)

    def store(self, command: Command, prepared: PreparedForIndex | None) -> Record:
        """Store the change; see `store.execute`."""
        return execute(self.session, command, prepared, indexer=self.indexer)

    def finish(self, command: Command, prepared: PreparedForIndex | None, *, status: int = 200) -> Response:
        """Store the change and return the record as the command's principal may see it."""
        record = self.store(command, prepared)
        return record_response(self.session, command.library, record, command.principal, status=status)


async def _runner(session: WriteSession, database: AppDatabase, indexer: AppIndexer) -> CommandRunner:
    return CommandRunner(session, database, indexer)


Runner = Annotated[CommandRunner, Depends(_runner)]
