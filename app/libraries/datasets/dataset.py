"""Reader of datasets in the interchange format: records as dictionaries, judgements as tuples.

A dataset consists of the files in a directory and all its subdirectories; ids must be unique across them. Files:
achievements.jsonl, demands.jsonl and optionally offtopic.jsonl (more demands, which nothing answers), managers.jsonl,
organisations.jsonl, qrels_pairs.tsv (demand, achievement, grade 0–3), qrels_managers.tsv (demand, achievement, manager,
grade 0–3) and conflicts.tsv (demand, achievement, manager).
"""

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import FieldError, Invalid
from app.libraries.record.enums import RecordKind

RECORD_FILES = ("achievements", "demands", "managers", "organisations")
# Demands that no achievement of the dataset answers.
OFF_TOPIC = "offtopic"
_FILES = {
    RecordKind.ACHIEVEMENT: ("achievements",),
    RecordKind.DEMAND: ("demands", OFF_TOPIC),
    RecordKind.MANAGER: ("managers",),
}
_REPORTED = 50
"""Faults of a directory that are reported at most."""


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """One record of a file, with file and line number for messages."""

    file: str
    line: int
    data: dict[str, Any]

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(slots=True)
class Dataset:
    """The rows of a dataset. Grades (0–3) and conflicts are keyed by the ids of demand, achievement and manager."""

    achievements: list[DatasetRow] = field(default_factory=list)
    demands: list[DatasetRow] = field(default_factory=list)
    managers: list[DatasetRow] = field(default_factory=list)
    organisations: list[DatasetRow] = field(default_factory=list)
    pair_grades: dict[tuple[str, str], int] = field(default_factory=dict)
    manager_grades: dict[tuple[str, str, str], int] = field(default_factory=dict)
    conflicts: set[tuple[str, str, str]] = field(default_factory=set)


def read_datasets(directories: Sequence[Path]) -> Dataset:
    """Several datasets as one, as `read_dataset` reads each.

    Raises:
        Invalid: see `read_dataset`; ids must be unique across all of them.
    """
    merged, faults = Dataset(), list[FieldError]()
    for one in map(read_dataset, directories):
        for name in RECORD_FILES:
            getattr(merged, name).extend(getattr(one, name))
        merged.pair_grades.update(one.pair_grades)
        merged.manager_grades.update(one.manager_grades)
        merged.conflicts.update(one.conflicts)
    _refuse_repeated_ids(merged, faults)
    if faults:
        raise Invalid(fields=faults[:_REPORTED])
    return merged


def read_dataset(directory: Path) -> Dataset:
    """Read all files of a dataset.

    Raises:
        Invalid: there are no record files, a line is not a JSON object, a grade is not 0–3, or an id occurs twice.
            Each error names its file and line; at most 50 are reported.
    """
    folders = _folders(directory)
    dataset, faults = Dataset(), list[FieldError]()
    for folder in folders:
        _read_folder(folder, directory, dataset, faults)
    _refuse_repeated_ids(dataset, faults)
    if faults:
        raise Invalid(fields=faults[:_REPORTED])
    return dataset


class RecordFiles:
    """The records of a directory, read from its files when they are needed: a million of them need no more memory than
    a thousand, but for 8 bytes each while they are checked."""

    def __init__(self, directory: Path) -> None:
        """
        Raises:
            Invalid: as `read_dataset`.
        """
        self._root, self._folders = directory, _folders(directory)
        faults: list[FieldError] = []
        self.organisations = [
            row
            for folder in self._folders
            for row in _json_lines(folder / "organisations.jsonl", directory, faults)
        ]
        self._counts: dict[RecordKind, int] = {}
        for kind in _FILES:
            digests = array("Q", (_digest(row) for row in self._rows(kind, faults)))
            self._counts[kind] = len(digests)
            self._refuse_repeated(kind, np.frombuffer(digests, np.uint64), faults)
        for folder in self._folders:
            _read_judgements(folder, directory, Dataset(), faults)
        if faults:
            raise Invalid(fields=faults[:_REPORTED])

    def count(self, kind: RecordKind) -> int:
        return self._counts[kind]

    def rows(self, kind: RecordKind) -> Iterator[DatasetRow]:
        """
        Raises:
            Invalid: a file has changed since it was checked.
        """
        faults: list[FieldError] = []
        for row in self._rows(kind, faults):
            yield row
            if faults:
                break
        if faults:
            raise Invalid(fields=faults[:_REPORTED])

    def _rows(self, kind: RecordKind, faults: list[FieldError]) -> Iterator[DatasetRow]:
        for folder in self._folders:
            for name in _FILES[kind]:
                yield from _json_lines(folder / f"{name}.jsonl", self._root, faults)

    def _refuse_repeated(
        self, kind: RecordKind, digests: NDArray[np.uint64], faults: list[FieldError]
    ) -> None:
        """Two ids may have one digest, so the rows of a digest that comes twice are compared by their ids."""
        values, counts = np.unique(digests, return_counts=True)
        repeated = set(values[counts > 1].tolist())
        if repeated:
            alike = (row for row in self._rows(kind, []) if _digest(row) in repeated)
            _refuse_repeated(alike, faults)


def _digest(row: DatasetRow) -> int:
    return int.from_bytes(blake2b(str(row.data["id"]).encode(), digest_size=8).digest())


def _folders(directory: Path) -> list[Path]:
    """The directory and those below that have files of records.

    Raises:
        Invalid: there are none.
    """
    folders = [
        folder
        for folder in (directory, *sorted(path for path in directory.rglob("*") if path.is_dir()))
        if any((folder / f"{name}.jsonl").is_file() for name in RECORD_FILES)
    ]
    if not folders:
        raise Invalid.field(
            "directory",
            "no_data",
            f"{directory} 及其子目录中没有 achievements.jsonl、demands.jsonl 或 managers.jsonl",
            f"{directory} and its subdirectories contain no achievements.jsonl, demands.jsonl or managers.jsonl",
        )
    return folders


def _read_folder(folder: Path, root: Path, dataset: Dataset, faults: list[FieldError]) -> None:
    for name in RECORD_FILES:
        rows: list[DatasetRow] = getattr(dataset, name)
        rows.extend(_json_lines(folder / f"{name}.jsonl", root, faults))
    dataset.demands.extend(_json_lines(folder / f"{OFF_TOPIC}.jsonl", root, faults))
    _read_judgements(folder, root, dataset, faults)


def _read_judgements(folder: Path, root: Path, dataset: Dataset, faults: list[FieldError]) -> None:
    for where, columns in _columns(folder / "qrels_pairs.tsv", root, 3, faults):
        grade = _grade(where, columns[2], faults)
        dataset.pair_grades[columns[0], columns[1]] = grade
    for where, columns in _columns(folder / "qrels_managers.tsv", root, 4, faults):
        grade = _grade(where, columns[3], faults)
        dataset.manager_grades[columns[0], columns[1], columns[2]] = grade
    for _, columns in _columns(folder / "conflicts.tsv", root, 3, faults):
        dataset.conflicts.add((columns[0], columns[1], columns[2]))


def _json_lines(path: Path, root: Path, faults: list[FieldError]) -> Iterator[DatasetRow]:
    name = _relative(path, root)
    key = "name" if path.stem == "organisations" else "id"
    for number, line in _lines(path, name, faults):
        try:
            data = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            reason = getattr(error, "msg", "nested too deeply")
            faults.append(_fault(f"{name}:{number}", f"不是有效的 JSON: {reason}", f"invalid JSON: {reason}"))
            continue
        if not isinstance(data, dict) or not _is_key(data.get(key)):
            faults.append(
                _fault(
                    f"{name}:{number}",
                    f"每行应为带 {key} 的 JSON 对象",
                    f"each line must be a JSON object whose {key} is a string or an integer",
                )
            )
            continue
        yield DatasetRow(name, number, data)


def _is_key(value: Any) -> bool:
    return value != "" and isinstance(value, str | int) and not isinstance(value, bool)


def _columns(path: Path, root: Path, count: int, faults: list[FieldError]) -> Iterator[tuple[str, list[str]]]:
    name = _relative(path, root)
    for number, line in _lines(path, name, faults):
        columns = line.split("\t") if "\t" in line else line.split()
        where = f"{name}:{number}"
        if len(columns) != count:
            faults.append(
                _fault(
                    where, f"应有 {count} 列，以制表符分隔", f"must have {count} columns, separated by tabs"
                )
            )
            continue
        yield where, [column.strip() for column in columns]


def _lines(path: Path, name: str, faults: list[FieldError]) -> Iterator[tuple[int, str]]:
    """Each line with its number, until as many faults were found as are reported."""
    if not path.is_file():
        return
    try:
        # Lines end with a line feed alone: other separators may stand in a text.
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip("\n").rstrip("\r")
                if len(faults) >= _REPORTED:
                    return
    except UnicodeDecodeError:
        faults.append(_fault(name, "文件应为 UTF-8 编码", "the file must be encoded in UTF-8"))


def _grade(where: str, text: str, faults: list[FieldError]) -> int:
    if text in ("0", "1", "2", "3"):
        return int(text)
    faults.append(_fault(where, "等级应为 0–3 的整数", "the grade must be an integer from 0 to 3"))
    return 0


def _refuse_repeated_ids(dataset: Dataset, faults: list[FieldError]) -> None:
    for rows in (dataset.achievements, dataset.demands, dataset.managers):
        _refuse_repeated(rows, faults)


def _refuse_repeated(rows: Iterable[DatasetRow], faults: list[FieldError]) -> None:
    seen: dict[str, str] = {}
    for row in rows:
        id_ = str(row.data["id"])
        if id_ in seen:
            faults.append(
                _fault(
                    row.where,
                    f"编号 {id_} 与 {seen[id_]} 重复",
                    f"duplicate id {id_}, first used at {seen[id_]}",
                )
            )
        seen.setdefault(id_, row.where)


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _fault(where: str, zh: str, en: str) -> FieldError:
    return FieldError(where, "unreadable", zh, en)
