"""What `sanku import` asks: the kind of a list, its columns, and the command that answers."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer

from app.cli.common import print_error
from app.exchange.headers.dictionary import Kind, fold, wordings
from app.exchange.labels import label_of

SURE = 0.3
"""From this score a proposal stands in the command that is printed."""
_ZH = {
    Kind.DEMAND: "技术需求",
    Kind.ACHIEVEMENT: "技术成果",
    Kind.MANAGER: "技术经理人",
    Kind.CONTRACT: "技术合同",
    Kind.ORGANISATION: "单位",
}
_TITLE = "title"
_PLAIN = re.compile(r"[\w./:-]+", re.ASCII)


def meanings_of(pairs: Sequence[str], kind: Kind | None) -> dict[str, str]:
    """Header → field, of what `--map` was given. A field may be named by its code or in Chinese; an empty one leaves
    the column out.

    Raises:
        typer.BadParameter: a pair has no `=`, or names no field; says which there are.
    """
    kinds = [kind] if kind is not None else list(Kind)
    named = {
        name: field
        for one in kinds
        for field in dict.fromkeys(wordings(one).values())
        for name in (field, label_of(one.value, field))
    }
    found = {}
    for pair in pairs:
        header, mark, field = pair.rpartition("=")
        header, field = header.strip(), field.strip()
        if not mark or not header or (field and field not in named):
            fields = "、".join(dict.fromkeys(_named(kinds[0], one) for one in named.values()))
            raise typer.BadParameter(
                f"“{pair}”应为“列名=字段”，字段如 (must be HEADER=FIELD, with a field such as): {fields}",
                param_hint="--map",
            )
        found[header] = named[field] if field else ""
    return found


def is_blocking(question: Mapping[str, Any], *, yes: bool) -> bool:
    """Whether nothing of the list can be stored before it is answered. `yes`: its deductions are confirmed."""
    if question["kind"] is None or not question["names"]:
        return True
    title = any(one["field"] == _TITLE and one["how"] == "guessed" for one in question["columns"])
    return not yes and (question["guessed"] or title)


def print_questions(questions: Sequence[Mapping[str, Any]], command: Sequence[str], *, yes: bool) -> None:
    """Print every question with its columns, samples and proposals, and what to type."""
    for one in questions:
        kind = one["kind"] or one["kinds"][0]["kind"]
        likely = ", ".join(
            f"{each['kind']} {_ZH[Kind(each['kind'])]} {each['score']:.2f}" for each in one["kinds"][:3]
        )
        if one["kind"] is None:
            print_error(
                f"{one['place']}: 看不出是哪一类记录，没有读取；可能是 / the kind of record is not clear, nothing was "
                f"read; perhaps: {likely}"
            )
        elif one["guessed"]:
            print_error(f"{one['place']}: 类别是推断的，请确认 / the kind was deduced, confirm it: {likely}")
        elif not one["names"]:
            print_error(
                f"{one['place']}: 没有认出名称列，没有读取 / no column holds the names, nothing was read"
            )
        for column in one["columns"]:
            if column["how"] != "known":
                print_error(f"    {_line(column, kind)}")
        if is_blocking(one, yes=yes):
            print_error("  请核对后运行 / check and run:")
            print_error(f"    {_answer(one, kind, command)}")


def print_unknown_headers(headers: Iterable[str], report: Mapping[str, Any]) -> bool:
    """Print which of the headers that were explained do not stand in the file; returns whether there is one."""
    tables = [*report["tables"], *report["questions"]]
    present = {fold(header) for table in tables for header in _headers(table)}
    missing = [header for header in headers if fold(header) not in present]
    for header in missing:
        print_error(f"--map: 文件中没有列“{header}” / the file has no column {header}")
    return bool(missing)


def headers_of(report: Mapping[str, Any], kind: Kind) -> dict[str, None]:
    """The headers of the lists that were read as of a kind, of which nothing else is said."""
    return {
        header: None
        for table in (*report["tables"], *report["questions"])
        if table["kind"] == kind.value
        for header in _headers(table)
        if header
    }


def print_other_kind(kind: Kind | None, report: Mapping[str, Any]) -> bool:
    """Print that no list is read as of the kind that was given; returns whether that is so."""
    read = {table["kind"] for table in report["tables"]}
    if kind is None or not read or kind.value in read:
        return False
    others = "、".join(_ZH[Kind(one)] for one in sorted(read))
    print_error(
        f"--kind: 清单仍按“{others}”读取（列名或此前的说明如此）；如有误，请用 --map 说明各列 / the headers, or what "
        "was said of them before, decide otherwise; if that is wrong, explain the columns with --map"
    )
    return True


def _headers(table: Mapping[str, Any]) -> list[str]:
    columns = table["columns"]
    return [str(one["header"]) for one in (columns.values() if isinstance(columns, dict) else columns)]


def _line(column: Mapping[str, Any], kind: str) -> str:
    samples = "，".join(column["samples"])
    text = f"{column['key']} “{column['header']}”" + (f"（{samples}）" if samples else "")
    if column["how"] == "guessed" and column["field"]:
        return f"{text} → {_named(Kind(kind), column['field'])}，推断 / deduced"
    found = column["proposals"].get(kind, ())
    proposals = ", ".join(f"{_named(Kind(kind), one['field'])} {one['score']:.2f}" for one in found)
    return f"{text}: 没有认出 / not understood" + (f"；可能 / perhaps: {proposals}" if proposals else "")


def _named(kind: Kind, field: str) -> str:
    label = label_of(kind.value, field)
    return field if label == field else f"{field} {label}"


def _answer(question: Mapping[str, Any], kind: str, command: Sequence[str]) -> str:
    """The command that gives the best proposals as the answer; columns without one are for the person to fill in."""
    words = ["sanku", "import", *command, "--kind", kind]
    taken = {one["field"] for one in question["columns"] if one["how"] == "known"}
    for column in question["columns"]:
        if column["how"] == "known":
            continue
        found = column["proposals"].get(kind, ())
        best = column["field"] or next(
            (one["field"] for one in found if one["score"] >= SURE and one["field"] not in taken), None
        )
        if best is not None:
            taken.add(best)
            words += ["--map", f"{column['header']}={best}"]
    if _TITLE not in taken:
        words += ["--map", "列名=title"]
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    """A word for a shell, in double quotes where any shell reads it so."""
    if _PLAIN.fullmatch(word):
        return word
    return shlex.quote(word) if re.search(r'["$`\\!%]', word) else f'"{word}"'
