"""Files: what is taken, where it lies, and that a row and its bytes never part."""

import hashlib
import io
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fpdf.enums import EncryptionMethod
from sqlalchemy import select

from app.database import now
from app.engagements.files import service as files
from app.engagements.files.content_types import DOCX, JPEG, PDF, PNG, XLSX, find_type, with_suffix
from app.engagements.files.encrypted_storage import EncryptedStore, open_store
from app.engagements.files.storage import DiskStore, S3Store, Store, StoreAway, open_raw_store
from app.engagements.models import File
from app.errors import Invalid, Unavailable
from app.settings import Settings
from tests.engagements.files import documents
from tests.support.failing_commits import fail_commits_that_insert_into
from tests.support.http import ok, refused, wrong_fields
from tests.support.s3_server import ACCESS, BUCKET, SECRET, Bucket, s3_server
from tests.support.scenario import Scenario
from tests.support.scenario.engagements import EngagementCase


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "disk":
        yield EncryptedStore(DiskStore(tmp_path / "files"))
        return
    with s3_server() as bucket:
        yield open_store(s3_settings(bucket))


def s3_settings(bucket: Bucket) -> Settings:
    return Settings(
        _env_file=None,
        demo=True,
        files_s3_bucket=BUCKET,
        files_s3_endpoint=bucket.endpoint,
        files_s3_access_key=ACCESS,
        files_s3_secret_key=SECRET,
    )


class TestStores:
    """One contract, on disk and over S3."""

    def test_bytes_come_back_as_they_went(self, store: Store) -> None:
        body = os.urandom(200_000)
        store.put("a/b", io.BytesIO(body), len(body))
        assert b"".join(store.read("a/b")) == body
        [(key, written_at)] = store.listing()
        assert key == "a/b"
        assert abs(now() - written_at) < timedelta(minutes=1)

    def test_what_is_deleted_is_gone(self, store: Store) -> None:
        store.put("a/b", io.BytesIO(b"x"), 1)
        store.delete("a/b")
        store.delete("a/b")
        assert list(store.listing()) == []
        with pytest.raises(Unavailable):
            store.read("a/b")

    def test_a_reader_sees_all_of_a_file_or_nothing(self, tmp_path: Path) -> None:
        """While the bytes arrive nothing stands under the key; when they break off nothing ever does."""
        store, arriving, go_on = DiskStore(tmp_path), threading.Event(), threading.Event()

        class Slow(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                piece = super().read(4)
                arriving.set()
                assert go_on.wait(timeout=120)
                return piece

        thread = threading.Thread(target=store.put, args=("a/b", Slow(b"12345678"), 8))
        thread.start()
        assert arriving.wait(timeout=120)
        with pytest.raises(Unavailable):
            store.read("a/b")
        go_on.set()
        thread.join()
        assert b"".join(store.read("a/b")) == b"12345678"
        with pytest.raises(OSError, match="instead of 9"):
            store.put("a/c", io.BytesIO(b"12345678"), 9)
        assert [key for key, _ in store.listing()] == ["a/b"]

    def test_half_a_setting_is_refused_at_start(self) -> None:
        with pytest.raises(RuntimeError, match="S3 needs"):
            open_store(Settings(_env_file=None, demo=True, files_s3_bucket="x"))

    def test_s3_that_refuses_is_no_missing_file(self) -> None:
        with s3_server() as bucket:
            store = open_raw_store(s3_settings(bucket))
            assert isinstance(store, S3Store)
            bucket.objects["backups/db"], bucket.written["backups/db"] = b"x", now()
            assert list(store.listing()) == []  # not ours, so never swept up
            bucket.fails = True
            with pytest.raises(StoreAway):
                store.read("a/b")
            with pytest.raises(StoreAway):
                store.put("a/b", io.BytesIO(b"x"), 1)
            with pytest.raises(StoreAway):
                list(store.listing())

    def test_s3_that_is_away_is_no_fault(self, scenario: Scenario, settings: Settings, app: Any) -> None:
        case = scenario.open_engagement()
        with s3_server() as bucket:
            at = s3_settings(bucket)
        app.state.services[EncryptedStore] = open_store(at)
        answer = scenario.lead.post(f"{case.path}/files", files={"file": ("a.pdf", documents.PDF)})
        refused(answer, 503, "store_away")


class TestTypes:
    @pytest.mark.parametrize(
        ("content", "type_"),
        [
            (documents.PDF, PDF),
            (documents.PNG, PNG),
            (documents.JPEG, JPEG),
            (documents.DOCX, DOCX),
            (documents.XLSX, XLSX),
        ],
        ids=lambda value: getattr(value, "name", "content"),
    )
    def test_the_content_tells_the_type(self, content: bytes, type_: Any) -> None:
        file = io.BytesIO(content)
        assert find_type(file) is type_
        assert file.tell() == 0

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"MZ\x90\x00",
            b"<html>%PDF-1.7",
            b"PK\x03\x04 no package",
            documents.PLAIN_ZIP,
            documents.MACROS,
            documents.HIDDEN_MACROS,
            documents.DOCX[:60],
            b"\x89PNG",
        ],
        ids=["empty", "program", "page", "zip-start", "zip", "macros", "hidden-macros", "cut", "png-start"],
    )
    def test_nothing_else_is_taken(self, content: bytes) -> None:
        with pytest.raises(Invalid):
            find_type(io.BytesIO(content))

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (documents.pdf(b"<</S/JavaScript/JS(app.alert\\(1\\))>>"), "active_content"),
            (documents.pdf(b"<</S/J#61va#53cript/JS(x)>>"), "active_content"),
            (documents.pdf(b"<</S /Launch/F(calc.exe)>>"), "active_content"),
            (documents.pdf(b"<</Names<</EmbeddedFiles 3 0 R>>>>"), "active_content"),
            (documents.packed(b"1 0 <</S/JavaScript/JS(x)>>"), "active_content"),
            (documents.packed(b"1 0 <</S/JavaScript/JS(x)>>", rounds=2), "not_checkable"),
            (documents.packed(b"1 0 <</S/JavaScript/JS(x)>>", padding=5000), "not_checkable"),
            (documents.packed(b"1 0 " + b" " * 70_000_000), "not_checkable"),
            (documents.pdf(b"<</Root 1 0 R/Encrypt 5 0 R>>"), "not_checkable"),
            (documents.office_with("word/activeX/activeX1.xml", b"<x/>"), "active_content"),
            (documents.office_with("word/_rels/settings.xml.rels", documents.TEMPLATE), "active_content"),
            (
                documents.office_with("word/_rels/a.rels", documents.TEMPLATE.decode().encode("utf-16")),
                "not_checkable",
            ),
            (documents.office_with("word/embeddings/o1.bin", b"x" + documents.PACKAGER), "active_content"),
            (
                documents.office_with("xl/externalLinks/e1.xml", b"<ddeLink ddeService='cmd'/>"),
                "active_content",
            ),
            (documents.office_with("../../x.xml", b"<x/>"), "not_checkable"),
        ],
    )
    def test_what_runs_when_it_is_opened_is_refused(
        self, content: bytes, code: str, settings: Settings
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            files.examine(io.BytesIO(content), "报告", settings=settings)
        assert [one.code for one in refusal.value.fields] == [code]

    @pytest.mark.parametrize("method", list(EncryptionMethod)[1:])
    def test_what_opens_without_a_password_is_checked_as_if_it_were_not_encrypted(
        self, method: EncryptionMethod, settings: Settings
    ) -> None:
        def code_of(content: bytes) -> str | None:
            try:
                files.examine(io.BytesIO(content), "公文", settings=settings)
            except Invalid as refusal:
                return refusal.fields[0].code
            return None

        plain, active = b"1 0 <</Type/Page/Title(a)>>", b"1 0 <</S/J#61vaScript/JS(x)>>"
        restricted = partial(documents.restricted, method=method)
        assert code_of(restricted(plain)) is None
        assert code_of(restricted(active)) == "active_content"
        assert code_of(restricted(plain, password="open")) == "encrypted"
        assert (
            code_of(restricted(plain, further=b"/DecodeParms[<</Name/Identity>>]/Crypt 1")) == "not_checkable"
        )
        assert code_of(restricted(plain) + b"trailer<</Encrypt 98 0 R>>") == "not_checkable"
        assert code_of(restricted(b"no object stream")) == "not_checkable"

    @pytest.mark.parametrize(
        "content",
        [
            documents.packed(b"1 0 <</Type/Page/Title(JavaScript)>>"),
            documents.packed_with_escape(),
            documents.pdf(documents.SEAL),
            documents.office_with("word/_rels/document.xml.rels", documents.LINK),
            documents.office_with("word/embeddings/o1.bin", "Equation Native".encode("utf-16-le")),
        ],
    )
    def test_links_formulas_seals_and_packed_objects_are_taken(
        self, content: bytes, settings: Settings
    ) -> None:
        assert files.examine(io.BytesIO(content), "报告", settings=settings).size == len(content)

    def test_a_name_ends_as_what_the_file_is(self) -> None:
        assert with_suffix("合同.PDF", PDF) == "合同.PDF"
        assert with_suffix("photo.jpeg", JPEG) == "photo.jpeg"
        assert with_suffix("invoice.pdf.exe", PDF) == "invoice.pdf.exe.pdf"


def upload(
    meeting: EngagementCase, caller: Any, content: bytes, name: str = "报告.pdf", **headers: str
) -> Any:
    return caller.post(f"{meeting.path}/files", files={"file": (name, content)}, headers=headers)


def stored(scenario: Scenario, app: Any) -> tuple[set[str], set[str]]:
    """Keys that rows name, and keys that have bytes."""
    with scenario.database.reading() as session:
        rows = set(session.scalars(select(File.storage_key)))
    return rows, {key for key, _ in app.state.services[Store].listing()}


class TestOverHttp:
    def test_a_file_goes_up_and_down(self, scenario: Scenario, settings: Settings) -> None:
        meeting = scenario.agreed_engagement()
        made = ok(upload(meeting, scenario.enterprise, documents.PDF, "../../etc/检测报告"), 201)
        assert made["name"] == "检测报告.pdf"
        assert made["media_type"] == "application/pdf"
        assert made["size"] == len(documents.PDF)
        assert made["sha256"] == hashlib.sha256(documents.PDF).hexdigest()
        down = scenario.lead.get(f"{meeting.path}/files/{made['id']}/content")
        assert (down.status_code, down.content) == (200, documents.PDF)
        assert down.headers["content-type"] == "application/pdf"
        assert down.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E6%A3%80")
        assert down.headers["x-content-type-options"] == "nosniff"
        assert [one["id"] for one in ok(scenario.lead.get(f"{meeting.path}/files"))["items"]] == [made["id"]]
        assert list(settings.files_path.glob("*/*"))
        for caller in (scenario.manager_with_login()[0],):
            assert caller.get(f"{meeting.path}/files/{made['id']}/content").status_code == 404

    def test_what_is_refused_leaves_nothing(self, scenario: Scenario, app: Any, as_stranger: Any) -> None:
        meeting = scenario.agreed_engagement()
        assert wrong_fields(upload(meeting, scenario.lead, b"MZ\x90", "ok.pdf")) == ["file"]
        assert wrong_fields(scenario.lead.post(f"{meeting.path}/files", data={"file": "text"})) == ["file"]
        assert upload(meeting, as_stranger, documents.PDF).status_code == 401
        assert upload(meeting, scenario.manager_with_login()[0], documents.PDF).status_code == 404
        ok(meeting.move("ended", reason="other"))
        refused(upload(meeting, scenario.lead, documents.PDF), 409, "engagement_closed")
        assert stored(scenario, app) == (set(), set())

    def test_uploads_have_a_limit_of_their_own(
        self, scenario: Scenario, settings: Settings, app: Any
    ) -> None:
        """More than another request may have; not more than a file may have, with a declared length or without."""
        meeting = scenario.agreed_engagement()
        large = documents.PDF + b"\n" * (settings.max_body_bytes + 1)
        ok(upload(meeting, scenario.lead, large), 201)
        too_large = documents.PDF + b"\n" * settings.max_file_bytes
        assert wrong_fields(upload(meeting, scenario.lead, too_large)) == ["file"]
        refused(upload(meeting, scenario.lead, too_large + b"\n" * 100_000), 413, "too_large")
        frame = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        pieces = (piece for piece in (frame, *[b"\n" * 1_000_000] * 21))
        chunked = scenario.lead.post(
            f"{meeting.path}/files",
            content=pieces,
            headers={"Content-Type": "multipart/form-data; boundary=x"},
        )
        refused(chunked, 413, "too_large")
        refused(scenario.lead.post(f"{meeting.path}/notes", content=large), 413, "too_large")
        rows, keys = stored(scenario, app)
        assert len(rows) == 1 and rows == keys

    def test_the_same_key_uploads_once(self, scenario: Scenario, app: Any) -> None:
        meeting = scenario.agreed_engagement()
        headers = {"Idempotency-Key": "report-1-of-1"}
        first = ok(upload(meeting, scenario.lead, documents.PDF, **headers), 201)
        assert ok(upload(meeting, scenario.lead, documents.PDF, **headers), 201) == first
        assert wrong_fields(upload(meeting, scenario.lead, documents.PNG, **headers)) == ["Idempotency-Key"]
        rows, keys = stored(scenario, app)
        assert len(rows) == 1 and rows <= keys

    def test_the_sweep_removes_bytes_that_a_failed_transaction_left(
        self, scenario: Scenario, app: Any, settings: Settings
    ) -> None:
        meeting = scenario.agreed_engagement()
        fail_commits_that_insert_into(scenario.database, "engagement_files")
        refused(upload(meeting, scenario.lead, documents.PDF), 409, "conflict")
        rows, keys = stored(scenario, app)
        assert rows == set() and len(keys) == 1
        assert ok(scenario.lead.get(f"{meeting.path}/files"))["items"] == []
        assert (
            files.delete_orphaned_files(scenario.database, app.state.services[Store]) == 0
        )  # it might be an upload in flight
        yesterday = (now() - timedelta(days=2)).timestamp()
        for path in settings.files_path.glob("*/*"):
            os.utime(path, (yesterday, yesterday))
        assert files.delete_orphaned_files(scenario.database, app.state.services[Store]) == 1
        assert stored(scenario, app) == (set(), set())

    def test_bytes_that_cannot_be_stored_make_no_row(
        self, scenario: Scenario, app: Any, settings: Settings
    ) -> None:
        meeting = scenario.agreed_engagement()
        settings.files_path.parent.mkdir(parents=True, exist_ok=True)
        settings.files_path.write_text("in the way of the directory")
        assert upload(meeting, scenario.lead, documents.PDF).status_code == 500
        assert stored(scenario, app)[0] == set()

    def test_a_removed_file_is_gone_for_readers_at_once_and_from_disk_later(
        self, scenario: Scenario, app: Any
    ) -> None:
        meeting = scenario.agreed_engagement()
        kept = ok(upload(meeting, scenario.enterprise, documents.PNG, "a.png"), 201)
        made = ok(upload(meeting, scenario.enterprise, documents.PDF), 201)
        path = f"{meeting.path}/files/{made['id']}"
        refused(scenario.institution.delete(path), 409, "not_your_part")
        assert scenario.enterprise.delete(path).status_code == 204
        assert scenario.lead.get(f"{path}/content").status_code == 404
        assert scenario.enterprise.delete(path).status_code == 404
        assert files.delete_orphaned_files(scenario.database, app.state.services[Store]) == 1
        assert scenario.lead.get(f"{meeting.path}/files/{kept['id']}/content").status_code == 200
