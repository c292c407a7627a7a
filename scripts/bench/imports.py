"""How long a large file takes beside a bare parse of it, with peak memory; and that reading goes on after a kill.

    python scripts/bench/imports.py --rows 100000 --form xlsx

Each part runs in a process of its own, so that its peak is its own. The rows are made: names, texts, ranges, dates and
units as lists have them, with gaps, repetitions and words that no vocabulary knows.
"""

import argparse
import csv
import io
import multiprocessing
import os
import random
import resource
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from app.accounts.access.principal import SYSTEM
from app.database import Database
from app.database_schema import migrate
from app.encryption.keys import use_keys
from app.encryption.ring import new_entry
from app.exchange.batches.models import ImportBatch, ImportRow
from app.exchange.batches.preview import preview
from app.exchange.readers.formats import read_content
from app.exchange.records.assembly import Extraction
from app.settings import Settings

HEADER = (
    *("序号", "企业名称", "需求名称", "技术领域", "需求描述", "主要技术指标", "合作方式"),
    *("投资预算（万元）", "需求截止时间", "所在地区", "联系人", "联系电话", "备注"),
)
_THINGS = (
    "密封环",
    "阀芯",
    "履带",
    "储罐",
    "轴承",
    "焊缝",
    "叶片",
    "滤芯",
    "胎面胶",
    "铸件",
    "包膜肥",
    "缆索",
)
_WANTS = ("耐磨涂层", "在线检测", "自动打磨", "防腐处理", "寿命预测", "国产替代", "轻量化设计", "低温催化")
_PLACES = ("历下区", "市中区", "槐荫区", "天桥区", "历城区", "长清区", "章丘区", "济阳区", "莱芜区", "商河县")
_FIELDS = ("新材料", "先进制造与自动化", "电子信息", "生物与新医药", "资源与环境", "高端装备", "")
_MODES = ("合作开发", "委托开发、技术转让", "技术许可", "共建研发机构", "面议", "")
_BUDGETS = ("60", "50-80", "120万元", "1.2", "面议", "不超过200万", "", "300（首付30%）")
_DAYS = ("2027-06-30", "2027.12.31", "2028年3月", "2027/9/1", "长期", "", "12个月")
_GIVEN = ("伟", "芳", "敏", "建国", "志强")
_NOTES = ("", "", "", "区重点企业", "可提供中试线")


def rows_of(count: int) -> Iterator[tuple[object, ...]]:
    """The rows of a list of demands, the same in every run."""
    chosen = random.Random(20261130)  # noqa: S311 — rows, not secrets
    pick = chosen.choice
    for row in range(1, count + 1):
        name, trade = pick(("云岭", "泉岳", "岱北", "泺岫", "明泽")), pick(("机械", "材料", "科技"))
        owner = f"济南{name}{chosen.randrange(4000)}{trade}有限公司"
        thing, want = pick(_THINGS), pick(_WANTS)
        title = (
            f"{thing}{want}技术"
            if chosen.random() < 0.02
            else f"{thing}{want}技术（{chosen.randrange(10**6)}）"
        )
        text = (
            f"现用{thing}在含砂工况下运行{chosen.randrange(2, 18)}个月即失效，每年停机{chosen.randrange(2, 40)}天。"
            f"希望采用{want}方案，使寿命提高{chosen.randrange(20, 200)}%以上，并适应{chosen.randrange(5, 400)}℃的环境。"
        ) * chosen.randrange(1, 4)
        figures = f"硬度≥{chosen.randrange(40, 70)}HRC；厚度{chosen.randrange(50, 200)}～{chosen.randrange(200, 400)}μm"
        yield (
            *(row, owner, title, pick(_FIELDS), text, figures, pick(_MODES)),
            *(
                pick(_BUDGETS),
                pick(_DAYS),
                f"济南市{pick(_PLACES)}",
                f"王{pick(_GIVEN)}",
                f"138{row:08d}",
                pick(_NOTES),
            ),
        )


def made(rows: int, form: str) -> bytes:
    """The file."""
    if form == "csv":
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(HEADER)
        writer.writerows(rows_of(rows))
        return text.getvalue().encode("gb18030")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("需求")
        sheet.write_row(0, 0, HEADER)
        for number, row in enumerate(rows_of(rows), 1):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def bare(file: Path, _: Path) -> str:
    """The library's parse alone."""
    if file.suffix == ".csv":
        with file.open(encoding="gb18030", newline="") as text:
            return f"{sum(1 for _ in csv.reader(text))} rows"
    book = CalamineWorkbook.from_filelike(io.BytesIO(file.read_bytes()))
    return f"{sum(1 for _ in book.get_sheet_by_index(0).iter_rows())} rows"


def drafts(file: Path, _: Path) -> str:
    """Every row read and understood, nothing stored."""
    refused = whole = 0
    for draft in Extraction(read_content(file.read_bytes())).drafts():
        whole += 1
        refused += draft.refusal is not None
    return f"{whole} drafts, {refused} refused"


def stored(file: Path, store: Path) -> str:
    """The preview, as the API and the command line make it; again it changes nothing, and goes on after a kill."""
    use_keys(Settings())
    database = Database(f"sqlite:///{store}")
    batch_id = preview(
        database, Settings(), file.read_bytes(), name=file.name, sender="bench", principal=SYSTEM
    )
    found = _report(database, batch_id)
    database.dispose()
    return found


def _report(database: Database, batch_id: UUID) -> str:
    with database.reading() as session:
        batch = session.get_one(ImportBatch, batch_id)
        rows = session.scalar(select(func.count()).where(ImportRow.batch_id == batch_id))
        return f"{batch.state} {rows} rows {batch.report['counts']}"


def _empty_store(folder: Path, name: str) -> Path:
    path = folder / name
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.dispose()
    return path


def _measured(run: Callable[[Path, Path], str], file: Path, store: Path) -> None:
    start = time.perf_counter()
    found = run(file, store)
    taken = time.perf_counter() - start
    cpu = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{run.__name__:8} {taken:8.1f} s  {cpu:8.1f} s CPU  peak {peak:6.0f} MB  {found}", flush=True)  # noqa: T201


def _apart(run: Callable[[Path, Path], str], file: Path, store: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_measured, args=(run, file, store))
    process.start()
    process.join()


def _killed(file: Path, store: Path, rows: int) -> None:
    """Kill the preview when a third of the rows are stored."""
    process = multiprocessing.get_context("spawn").Process(target=_measured, args=(stored, file, store))
    process.start()
    database = Database(f"sqlite:///{store}")
    while process.is_alive():
        time.sleep(0.5)
        with database.reading() as session:
            done = session.scalar(select(func.count(ImportRow.id))) or 0
        if done >= rows / 3 and process.pid is not None:
            os.kill(process.pid, signal.SIGKILL)
            process.join()
            print(f"killed with {done} rows stored")  # noqa: T201
    database.dispose()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--form", choices=("xlsx", "csv"), default="xlsx")
    parser.add_argument("--kill", action="store_true", help="also kill a preview and let a second one go on")
    args = parser.parse_args()
    # Contents of rows are encrypted; each part is a process of its own, and the one after a kill reads what is stored.
    os.environ["SANKU_ENCRYPTION_KEYS"] = new_entry("bench")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / f"list.{args.form}"
        file.write_bytes(made(args.rows, args.form))
        print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB, load {os.getloadavg()[0]:.1f}")  # noqa: T201
        store = _empty_store(folder, "bench.db")
        for run in (bare, drafts, stored):
            _apart(run, file, store)
        if args.kill:
            second = _empty_store(folder, "killed.db")
            _killed(file, second, args.rows)
            _apart(stored, file, second)


if __name__ == "__main__":
    main()
