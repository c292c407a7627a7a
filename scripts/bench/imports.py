"""How long a large file takes: a bare parse, the drafts, and the preview in an empty store, with peak memory.

python scripts/bench/imports.py --rows 100000
"""

import argparse
import io
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from app.accounts.access.principal import SYSTEM
from app.database import Database
from app.database_schema import migrate
from app.exchange.batches.preview import preview
from app.exchange.readers.formats import read_content
from app.exchange.records.assembly import Extraction

HEADER = (
    "序号",
    "企业名称",
    "需求名称",
    "技术领域",
    "需求描述",
    "合作方式",
    "投资预算（万元）",
    "需求截止时间",
)


def made(rows: int) -> bytes:
    """A list of demands."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("需求")
        sheet.write_row(0, 0, HEADER)
        for row in range(1, rows + 1):
            title, owner = f"密封环涂层{row}", f"济南云岭{row % 500}泵业有限公司"
            text = f"密封环半年磨穿，希望寿命提高{row % 90 + 10}%。"
            sheet.write_row(row, 0, (row, owner, title, "新材料", text, "合作开发", 60, "2027-06-30"))
    return out.getvalue()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    data = made(rows)
    _line("file", 0, f"{len(data) / 1e6:.1f} MB")

    def bare() -> object:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return sum(1 for _ in book.get_sheet_by_index(0).iter_rows())

    def drafts() -> object:
        return sum(1 for _ in Extraction(read_content(data)).drafts())

    def stored() -> object:
        with tempfile.TemporaryDirectory() as folder:
            database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
            migrate(database)
            preview(database, data, name="bench.xlsx", sender="bench", principal=SYSTEM)
            database.dispose()
        return rows

    for name, run in (("bare parse", bare), ("drafts", drafts), ("preview", stored)):
        _measure(name, run)


def _measure(name: str, run: Callable[[], object]) -> None:
    start = time.perf_counter()
    found = run()
    _line(name, time.perf_counter() - start, str(found))


def _line(name: str, seconds: float, what: str) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:12} {seconds:8.1f} s   peak {peak:6.0f} MB   {what}")  # noqa: T201


if __name__ == "__main__":
    main()
