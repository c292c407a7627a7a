"""Decisions of a reviewer, each in a transaction of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from app.accounts.access.principal import Principal
from app.database import Database
from app.errors import Conflict, SankuError
from app.libraries.library import Library
from app.libraries.lifecycle.commands import Command, MoveRecord
from app.libraries.lifecycle.dry_run import dry_run
from app.libraries.lifecycle.storage import execute
from app.libraries.lifecycle.transitions import TRANSITIONS
from app.libraries.record.indexing import Indexer
from app.libraries.review.findings import checks_of
from app.libraries.review.queue import reviewed
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who decides, with what a decision needs."""

    database: Database
    indexer: Indexer
    settings: Settings
    principal: Principal

    def decide(
        self,
        library: Library,
        record_id: UUID,
        name: str,
        *,
        if_match: str | None,
        note: str | None = None,
        confirmed: tuple[str, ...] = (),
    ) -> None:
        """Make a transition of the record: `approve`, `return` or `withdraw`.

        Raises:
            Conflict: somebody else has decided already.
            StaleVersion: the owner has changed the record since it was read.
            Invalid: the record cannot be published.
        """
        self._carry_out(
            MoveRecord(
                library=library,
                record_id=record_id,
                transition=TRANSITIONS[name],
                principal=self.principal,
                settings=self.settings,
                if_match=if_match,
                note=note,
                confirmed=confirmed,
            )
        )

    def approve_clean(self, library: Library, chosen: Iterable[tuple[str, str]]) -> list[str]:
        """Approve those of the chosen records, given by number and version, that the checks find nothing in.

        Returns:
            The numbers of the records that were not approved.
        """
        left = []
        for number, version in chosen:
            try:
                self._approve_clean(library, number, version)
            except SankuError:
                left.append(number)
        return left

    def _approve_clean(self, library: Library, number: str, version: str) -> None:
        with self.database.reading() as session:
            record = reviewed(session, library, number, principal=self.principal)
            record_id = record.id
            if not checks_of(session, library, record).is_clean:
                raise Conflict(
                    "The checks find something in this record.",
                    "该记录有提醒，须逐条审核。",
                    code="has_findings",
                )
        self.decide(library, record_id, "approve", if_match=f'"{version}"')

    def _carry_out(self, command: Command) -> None:
        prepared = dry_run(self.database, self.indexer, command)
        with self.database.unit_of_work() as session:
            execute(session, command, prepared, indexer=self.indexer)
