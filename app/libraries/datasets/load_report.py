"""What an import of a dataset stored, what was there already, and which rows it refused."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self

from app.errors import FieldError, SankuError
from app.libraries.datasets.dataset import DatasetRow
from app.libraries.record.enums import RecordKind


@dataclass(frozen=True, slots=True)
class RowError:
    """One field error of a row that was not stored."""

    row: DatasetRow
    error: FieldError

    @classmethod
    def of(cls, row: DatasetRow, error: FieldError) -> Self:
        """Of the row, only what names it is kept: a list of which all rows are refused may be long."""
        name = "id" if "id" in row.data else "name"
        return cls(DatasetRow(row.file, row.line, {name: row.data.get(name)}), error)

    def __str__(self) -> str:
        return f"{self.row.where}:{self.error.field}: {self.error.zh} / {self.error.en}"

    def as_dict(self) -> dict[str, Any]:
        """File, line and id of the row, and the error."""
        data = self.row.data
        source = {"file": self.row.file, "line": self.row.line, "id": str(data.get("id", data.get("name")))}
        return source | self.error.as_dict()


@dataclass(slots=True)
class LoadReport:
    """Numbers of stored and already present records by kind, and the errors of refused rows."""

    stored: Counter[str] = field(default_factory=Counter)
    present: Counter[str] = field(default_factory=Counter)
    refused: list[RowError] = field(default_factory=list)

    def refuse(self, row: DatasetRow, error: SankuError) -> None:
        """Record the errors of a refused row."""
        whole_row = FieldError("", error.problem_code, error.message_zh, error.message_en)
        self.refused.extend(RowError.of(row, field_error) for field_error in error.fields or (whole_row,))

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "stored": {kind.value: self.stored[kind.value] for kind in RecordKind},
            "present": {kind.value: self.present[kind.value] for kind in RecordKind},
            "refused": [error.as_dict() for error in self.refused],
        }

    def lines(self) -> list[str]:
        """The counts as one line of text per kind."""
        return [
            f"{kind.zh} {kind.value}: stored {self.stored[kind.value]}, already present {self.present[kind.value]}"
            for kind in RecordKind
        ]
