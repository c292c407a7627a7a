"""The sessions of a request."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session

from app.database.engine import Database
from app.services import provided

AppDatabase = Annotated[Database, Depends(provided(Database))]


def _read_session(database: AppDatabase) -> Iterator[Session]:
    with database.reading() as session:
        yield session


def _write_session(database: AppDatabase) -> Iterator[Session]:
    with database.unit_of_work() as session:
        yield session


# scope="function": the transaction ends after the response is built and before it is sent, so that a failed commit
# results in an error response.
ReadSession = Annotated[Session, Depends(_read_session, scope="function")]
WriteSession = Annotated[Session, Depends(_write_session, scope="function")]
