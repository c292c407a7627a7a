"""Datasets in the interchange format: reading and import."""

import json
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.models import Organisation
from app.database import Database
from app.errors import Invalid
from app.libraries.achievements.models import Achievement
from app.libraries.datasets.dataset import RecordFiles, read_dataset
from app.libraries.datasets.load_report import LoadReport
from app.libraries.datasets.loading import load_directory, read_defaults
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordKind
from app.settings import Settings
from tests.libraries.conftest import RecordingIndexer
from tests.support.builders.interchange import ACHIEVEMENT, DEMAND, MANAGER, write
from tests.support.http import ON_ONE_DATABASE


def faults_of(folder: Path) -> list[tuple[str, str]]:
    """Of the whole in memory; a load, which reads it in parts, finds the same."""
    found = []
    for read in (read_dataset, RecordFiles):
        with pytest.raises(Invalid) as caught:
            read(folder)
        found.append([(fault.field, fault.en) for fault in caught.value.fields])
    assert sorted(found[0]) == sorted(found[1])
    return found[0]


class TestReading:
    def test_folders_below_are_one_set(self, tmp_path: Path) -> None:
        write(tmp_path / "one", achievements=[ACHIEVEMENT], qrels_pairs="D1\tA1\t3\n")
        write(tmp_path / "two" / "deep", demands=[DEMAND])
        found = read_dataset(tmp_path)
        assert [row.where for row in found.achievements] == ["one/achievements.jsonl:1"]
        assert [row.where for row in found.demands] == ["two/deep/demands.jsonl:1"]
        assert found.pair_grades == {("D1", "A1"): 3}

    def test_blank_lines_windows_ends_and_a_byte_order_mark_do_no_harm(self, tmp_path: Path) -> None:
        line = json.dumps(ACHIEVEMENT, ensure_ascii=False)
        write(
            tmp_path,
            achievements=f"\n{line}\r\n\n".encode("utf-8-sig"),
            qrels_pairs="D1 A1 2\r\n",
        )
        found = read_dataset(tmp_path)
        assert [row.line for row in found.achievements] == [2]
        assert found.pair_grades == {("D1", "A1"): 2}

    @pytest.mark.parametrize(
        ("content", "where"),
        [
            (b'{"id": "A1"}\n{"id": \n', "achievements.jsonl:2"),
            (b"[1, 2]\n", "achievements.jsonl:1"),
            (b'"text"\n', "achievements.jsonl:1"),
            (b'{"title": "no id"}\n', "achievements.jsonl:1"),
            ('{"id": "A1", "title": "涂层"}\n'.encode("gbk"), "achievements.jsonl"),
            (b'{"id": "A1"}\n{"id": "A1"}\n', "achievements.jsonl:2"),
            (b'{"id": 1}\n{"id": "1"}\n', "achievements.jsonl:2"),
            (b"[" * 100_000, "achievements.jsonl:1"),
            (b'{"id": ["A1"]}\n', "achievements.jsonl:1"),
        ],
    )
    def test_a_line_that_cannot_be_read_is_named(self, tmp_path: Path, content: bytes, where: str) -> None:
        write(tmp_path, achievements=content)
        assert [field for field, _ in faults_of(tmp_path)] == [where]

    def test_an_id_in_two_folders_is_named_with_both_places(self, tmp_path: Path) -> None:
        write(tmp_path / "one", demands=[DEMAND])
        write(tmp_path / "two", demands=[DEMAND])
        assert faults_of(tmp_path) == [
            ("two/demands.jsonl:1", "duplicate id D1, first used at one/demands.jsonl:1")
        ]

    @pytest.mark.parametrize("line", ["D1\tA1", "D1\tA1\t3\tx", "D1\tA1\t4", "D1\tA1\t-1", "D1\tA1\tgood"])
    def test_a_judgement_that_is_none_is_named(self, tmp_path: Path, line: str) -> None:
        write(tmp_path, demands=[DEMAND], qrels_pairs=f"D1\tA2\t1\n{line}\n")
        assert [field for field, _ in faults_of(tmp_path)] == ["qrels_pairs.tsv:2"]

    def test_all_faults_are_reported_together(self, tmp_path: Path) -> None:
        write(tmp_path, achievements="x\n", demands="y\n{}\n", qrels_pairs="a b c\n")
        assert [field for field, _ in faults_of(tmp_path)] == [
            "achievements.jsonl:1",
            "demands.jsonl:1",
            "demands.jsonl:2",
            "qrels_pairs.tsv:1",
        ]

    def test_a_list_without_end_needs_no_memory(self, tmp_path: Path) -> None:
        rows, text = 20_000, "防腐涂层" * 250
        with (tmp_path / "achievements.jsonl").open("w", encoding="utf-8") as file:
            for number in range(rows):
                file.write(json.dumps(ACHIEVEMENT | {"id": number, "summary": text}) + "\n")
        tracemalloc.start()
        files = RecordFiles(tmp_path)
        assert (
            sum(1 for _ in files.rows(RecordKind.ACHIEVEMENT)) == files.count(RecordKind.ACHIEVEMENT) == rows
        )
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 0.05 * (tmp_path / "achievements.jsonl").stat().st_size

    def test_no_more_faults_are_kept_than_are_reported(self, tmp_path: Path) -> None:
        write(tmp_path, achievements="x\n" * 5_000, demands="y\n" * 5_000)
        assert len(faults_of(tmp_path)) == 50

    def test_a_directory_without_such_files(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("nothing")
        assert "no achievements.jsonl" in faults_of(tmp_path)[0][1]


class TestDefaults:
    def test_none_given(self) -> None:
        assert read_defaults(None) == {}

    @pytest.mark.parametrize("content", [b"{", b"[]", b'{"achievements": {}}', b'{"demand": 1}', b"\xff\xfe"])
    def test_what_is_no_set_of_defaults_is_refused(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "defaults.json"
        path.write_bytes(content)
        with pytest.raises(Invalid):
            read_defaults(path)


@pytest.fixture
def load(database: Database, indexer: RecordingIndexer, settings: Settings) -> Any:
    steps: list[tuple[int, int]] = []

    def run(folder: Path, *, defaults: Mapping[str, Any] | None = None, draft: bool = False) -> LoadReport:
        steps.clear()
        report = load_directory(
            database,
            indexer,
            settings,
            folder,
            defaults=defaults or {},
            draft=draft,
            on_progress=lambda done, total: steps.append((done, total)),
        )
        assert not steps or steps[-1][0] == steps[-1][1]
        return report

    return run


class TestLoading:
    def test_the_three_kinds_and_their_organisations(
        self, tmp_path: Path, load: Any, database: Database
    ) -> None:
        organisations = [
            {"name": "鹊山涂层研究院", "kind": "institute", "region": "370102", "parent": "鹊山集团"},
            {"name": "鹊山集团", "kind": "enterprise", "region": "370102"},
        ]
        write(
            tmp_path,
            achievements=[ACHIEVEMENT],
            demands=[DEMAND],
            managers=[MANAGER],
            organisations=organisations,
        )
        report = load(tmp_path)
        assert report.refused == []
        assert report.stored == {"achievement": 1, "demand": 1, "manager": 1}
        with database.reading() as session:
            achievement = session.scalars(select(Achievement)).one()
            demand = session.scalars(select(Demand)).one()
            manager = session.scalars(select(Manager)).one()
            owner = session.get_one(Organisation, achievement.owner_org_id)
            parent = session.get_one(Organisation, owner.parent_id)
            assert [record.state for record in (achievement, demand, manager)] == ["published"] * 3
            assert (owner.name, parent.name) == ("鹊山涂层研究院", "鹊山集团")
            assert (demand.main_problem, demand.budget_max_wan) == (DEMAND["description"], 120)
            # The institute that owns and the institute where the manager has a post are one organisation.
            assert owner.id in {post.organisation_id for post in manager.affiliations}

    def test_repeating_adds_nothing(self, tmp_path: Path, load: Any, database: Database) -> None:
        write(tmp_path, achievements=[ACHIEVEMENT], demands=[DEMAND], managers=[MANAGER])
        load(tmp_path)
        again = load(tmp_path)
        assert again.stored.total() == 0
        assert again.present == {"achievement": 1, "demand": 1, "manager": 1}
        with database.reading() as session:
            assert session.scalar(select(func.count()).select_from(Achievement)) == 1
            assert session.scalar(select(func.count()).select_from(Organisation)) == 3

    def test_a_refused_row_is_named_by_file_line_and_field_and_stops_no_other(
        self, tmp_path: Path, load: Any
    ) -> None:
        rows = [
            ACHIEVEMENT | {"id": "A0", "trl": 12, "region": "999999"},
            ACHIEVEMENT,
            ACHIEVEMENT | {"id": "A2", "field": "占星术"},
            ACHIEVEMENT | {"id": "A3", "asking_price_wan": -5},
            ACHIEVEMENT | {"id": "A4", "title": 7},
            ACHIEVEMENT | {"id": "A5", "owner_org": ""},
            ACHIEVEMENT | {"id": "A6", "owner_type": "castle", "owner_org": "云端城堡"},
        ]
        write(tmp_path, achievements=rows)
        report = load(tmp_path)
        assert report.stored == {"achievement": 1}
        places = {(one.row.file, one.row.line, one.error.field.split(".")[0]) for one in report.refused}
        assert {(line, field) for _, line, field in places} >= {
            (1, "trl"),
            (1, "region"),
            (3, "fields"),
            (4, "price_min_wan"),
            (5, "title"),
            (6, "owner_org_id"),
        }
        assert {file for file, _, _ in places} == {"achievements.jsonl"}
        assert {line for _, line, _ in places} == {1, 3, 4, 5, 6, 7}
        first = str(report.refused[0])
        assert first.startswith("achievements.jsonl:1:")
        assert set(report.as_dict()["refused"][0]) == {
            "file", "line", "id", "field", "code", "message_zh", "message_en",
        }  # fmt: skip

    def test_rows_of_the_wrong_shape_are_refused_not_fatal(self, tmp_path: Path, load: Any) -> None:
        write(
            tmp_path,
            achievements=[
                ACHIEVEMENT | {"id": "A7", "keywords": {"a": 1}},
                ACHIEVEMENT | {"id": "A8", "summary": ["a"]},
                ACHIEVEMENT | {"id": "A9", "owner_org": {"name": "x"}},
            ],
            demands=[
                DEMAND | {"id": "D7", "deadline": "soon"},
                DEMAND | {"id": "D8", "deadline": "2001-01-01"},
                DEMAND | {"id": "D9", "budget_wan": "many"},
            ],
            managers=[
                MANAGER | {"id": "M7", "track_record": ["one"]},
                MANAGER | {"id": "M8", "capacity": "three"},
                MANAGER | {"id": "M9", "certificate_level": "supreme"},
            ],
        )
        report = load(tmp_path)
        assert report.stored.total() == 0
        assert {one.row.data["id"] for one in report.refused} == {
            "A7", "A8", "A9", "D7", "D8", "D9", "M7", "M8", "M9",
        }  # fmt: skip

    def test_defaults_fill_what_a_source_lacks_and_overrule_nothing(
        self, tmp_path: Path, load: Any, database: Database
    ) -> None:
        bare = {"id": "A1", "title": "水性涂层", "summary": ACHIEVEMENT["summary"]}
        write(tmp_path, achievements=[bare, bare | {"id": "A2", "trl": 3}])
        assert {one.row.line for one in load(tmp_path).refused} == {1, 2}
        defaults = {
            "achievement": {
                "field": "新材料",
                "region": "370100",
                "trl": 6,
                "transfer_modes": ["other"],
                "owner_org": "某来源",
            }
        }
        report = load(tmp_path, defaults=defaults)
        assert report.refused == []
        with database.reading() as session:
            levels = session.execute(select(Achievement.source_ref, Achievement.trl)).all()
        assert {row[0]: row[1] for row in levels} == {"A1": 6, "A2": 3}

    def test_drafts(self, tmp_path: Path, load: Any, database: Database, indexer: RecordingIndexer) -> None:
        write(
            tmp_path, achievements=[ACHIEVEMENT], demands=[{"id": "D2", "title": "半份需求", "org": "某厂"}]
        )
        report = load(tmp_path, draft=True)
        assert report.refused == []
        with database.reading() as session:
            assert list(session.scalars(select(Achievement.state))) == ["draft"]
            assert list(session.scalars(select(Demand.state))) == ["draft"]
        assert not indexer.findable

    def test_an_empty_keyword_is_no_keyword(self, tmp_path: Path, load: Any, database: Database) -> None:
        write(tmp_path, achievements=[ACHIEVEMENT | {"keywords": ["防腐", ""]}])
        assert load(tmp_path).refused == []
        with database.reading() as session:
            assert session.scalars(select(Achievement)).one().keywords == ["防腐"]

    def test_a_single_value_where_the_format_has_a_list(
        self, tmp_path: Path, load: Any, database: Database
    ) -> None:
        write(tmp_path, achievements=[ACHIEVEMENT | {"keywords": "防腐", "transfer_modes": "licence"}])
        assert load(tmp_path).refused == []
        with database.reading() as session:
            found = session.scalars(select(Achievement)).one()
            assert (found.keywords, found.transfer_modes) == (["防腐"], ["licence"])

    @ON_ONE_DATABASE
    @pytest.mark.parametrize(
        ("organisation", "field"),
        [
            ({"name": "鹊山涂层研究院", "kind": "castle"}, "kind"),
            ({"name": "鹊山涂层研究院", "uscc": "123"}, "uscc"),
            ({"name": "鹊山涂层研究院", "uscc": 123}, "uscc"),
            ({"name": "鹊山涂层研究院", "region": "x"}, "region"),
            ({"name": "鹊山涂层研究院", "aliases": "鹊涂院"}, "aliases"),
            ({"name": "鹊山涂层研究院", "parent": "鹊山涂层研究院"}, "parent"),
        ],
    )
    def test_a_wrong_organisation_is_refused_and_stops_no_record(
        self, tmp_path: Path, load: Any, organisation: dict[str, Any], field: str
    ) -> None:
        report = load(write(tmp_path, achievements=[ACHIEVEMENT], organisations=[organisation]))
        assert [(one.row.where, one.error.field) for one in report.refused] == [
            ("organisations.jsonl:1", field)
        ]
        assert report.stored["achievement"] == 1

    def test_an_organisation_without_a_name_cannot_be_read(self, tmp_path: Path) -> None:
        write(tmp_path, achievements=[ACHIEVEMENT], organisations=[{"kind": "institute"}])
        assert [field for field, _ in faults_of(tmp_path)] == ["organisations.jsonl:1"]

    def test_parents_in_a_circle_are_refused_once(
        self, tmp_path: Path, load: Any, database: Database
    ) -> None:
        circle = [
            {"name": "甲研究所", "parent": "丙研究所"},
            {"name": "乙研究所", "parent": "甲研究所"},
            {"name": "丙研究所", "parent": "乙研究所"},
        ]
        report = load(write(tmp_path, achievements=[ACHIEVEMENT], organisations=circle))
        assert [one.error.field for one in report.refused] == ["parent"]
        with database.reading() as session:
            parents = session.execute(select(Organisation.name, Organisation.parent_id)).all()
        assert sum(parent is not None for _, parent in parents) == 1
