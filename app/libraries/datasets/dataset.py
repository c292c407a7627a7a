"""Reader of datasets in the interchange format: records as dictionaries, judgements as tuples.

A dataset consists of the files in a directory and all its subdirectories; ids must be unique across them. Files:
achievements.jsonl, demands.jsonl and optionally offtopic.jsonl (more demands, which nothing answers), managers.jsonl,
organisations.jsonl, qrels_pairs.tsv (demand, achievement, grade 0–3), qrels_managers.tsv (demand, achievement, manager,
grade 0–3) and conflicts.tsv (demand, achievement, manager).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.errors import FieldError, Invalid

RECORD_FILES = ("achievements", "demands", "managers", "organisations")
# Demands that no achievement of the dataset answers.
OFF_TOPIC = "offtopic"


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
        raise Invalid(fields=faults[:50])
    return merged


def read_dataset(directory: Path) -> Dataset:
    """Read all files of a dataset.

    Raises:
        Invalid: there are no record files, a line is not a JSON object, a grade is not 0–3, or an id occurs twice.
            Each error names its file and line; at most 50 are reported.
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
    dataset, faults = Dataset(), list[FieldError]()
    for folder in folders:
        _read_folder(folder, directory, dataset, faults)
    _refuse_repeated_ids(dataset, faults)
    if faults:
        raise Invalid(fields=faults[:50])
    return dataset


def _read_folder(folder: Path, root: Path, dataset: Dataset, faults: list[FieldError]) -> None:
    for name in RECORD_FILES:
        rows: list[DatasetRow] = getattr(dataset, name)
        rows.extend(_json_lines(folder / f"{name}.jsonl", root, faults))
    dataset.demands.extend(_json_lines(folder / f"{OFF_TOPIC}.jsonl", root, faults))
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
    if not path.is_file():
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        faults.append(_fault(name, "文件应为 UTF-8 编码", "the file must be encoded in UTF-8"))
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line.rstrip("\r")


def _grade(where: str, text: str, faults: list[FieldError]) -> int:
    if text in ("0", "1", "2", "3"):
        return int(text)
    faults.append(_fault(where, "等级应为 0–3 的整数", "the grade must be an integer from 0 to 3"))
    return 0


def _refuse_repeated_ids(dataset: Dataset, faults: list[FieldError]) -> None:
    for rows in (dataset.achievements, dataset.demands, dataset.managers):
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
