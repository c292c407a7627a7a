"""The mirror: two platforms that stay equal through interruptions, changes on both sides, and a key that is wrong."""

import json
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.database import Database
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.partners.feed.keys import FeedKeys
from app.partners.mirror.follower import MirrorReport, follow
from app.partners.mirror.source import FeedSource, FeedUnreadable, KeyFile
from app.settings import Settings
from tests.faults.processes import exit_of, template
from tests.libraries.conftest import RecordingIndexer
from tests.partners import processes
from tests.partners.conftest import Partner
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.http import ok
from tests.support.scenario.library_users import UserClient
from tests.support.services import demo_settings

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SHARED = {
    "achievement": [
        "title",
        "summary",
        "fields",
        "region",
        "trl",
        "transfer_modes",
        "owner_name",
        "keywords",
    ],
    "demand": ["title", "main_problem", "fields", "region", "deadline", "cooperation_modes", "owner_name"],
    "manager": ["title", "expertise", "fields", "regions", "affiliations", "certificate_level", "owner_name"],
}


@dataclass
class Mirror:
    """The second platform."""

    database: Database
    settings: Settings
    client: Any
    keys: KeyFile

    def follow(self) -> MirrorReport:
        source = FeedSource("http://testserver", self.keys.api_key, self.client)
        return follow(self.database, RecordingIndexer(), self.settings, source, self.keys)

    def copies(self, model: type[Any] = Demand) -> list[Any]:
        with self.database.reading() as session:
            found = list(session.scalars(select(model).order_by(model.source_ref)))
            session.expunge_all()
            return found

    def shown(self, model: type[Any] = Demand) -> dict[str, str]:
        """The id at the origin and the title of each published copy."""
        return {one.source_ref: one.title for one in self.copies(model) if one.state == "published"}

    def change(self, **values: Any) -> None:
        """Somebody changes the only demand here, as an operator may."""
        with self.database.unit_of_work() as session:
            record = session.scalars(select(Demand)).one()
            for name, value in values.items():
                setattr(record, name, value)
            record.version += 1


@pytest.fixture
def partner(new_partner: Any) -> Partner:
    made: Partner = new_partner(libraries=SHARED)
    return made


@pytest.fixture
def mirror(sqlite_template: Path, tmp_path: Path, client: TestClient, partner: Partner) -> Iterator[Mirror]:
    path = tmp_path / "mirror.db"
    shutil.copyfile(sqlite_template, path)
    url = f"sqlite:///{path}"
    database = Database(url)
    keys = KeyFile(api_key=partner.key.headers["X-API-Key"])
    yield Mirror(database, demo_settings(database_url=url), client, keys)
    database.dispose()


def test_a_mirror_follows_its_origin(
    enterprise: UserClient, operator: UserClient, mirror: Mirror, partner: Partner
) -> None:
    demand = enterprise.create("demands", demand_payload(contact_name="王珊", contact_phone="13905310000"))
    made = enterprise.create("achievements", achievement_payload())
    person = operator.create(
        "managers",
        manager_payload(
            owner_org_id=str(enterprise.user.organisation_id), certificates=[{"level": "intermediate"}]
        ),
    )
    report = mirror.follow()
    assert (report.entries, report.records, report.faults) == (3, 3, [])
    (copy,) = mirror.copies()
    assert (copy.source_ref, copy.state, copy.title) == (demand["id"], "published", demand["title"])
    assert copy.source.startswith("mirror:")
    assert copy.contact_name is None
    assert mirror.shown(Achievement) == {made["id"]: made["title"]}
    (manager,) = mirror.copies(Manager)
    assert (manager.source_ref, manager.certificate_level) == (person["id"], "intermediate")
    again = mirror.follow()
    assert (again.entries, again.reverted, mirror.copies()[0].version) == (0, 0, copy.version)

    path = f"/v1/demands/{demand['id']}"
    ok(enterprise.patch(path, {"title": "改名后的需求", "keywords": ["防腐"]}, If_Match="*"))
    mirror.follow()
    assert mirror.shown() == {demand["id"]: "改名后的需求"}
    ok(enterprise.post(f"{path}/withdraw"))
    mirror.follow()
    assert [one.state for one in mirror.copies()] == ["withdrawn"]
    ok(enterprise.post(f"{path}/restore"))
    ok(enterprise.post(f"{path}/submit"))
    mirror.follow()
    assert mirror.shown() == {demand["id"]: "改名后的需求"}


def test_the_origin_decides_and_local_notes_stay(
    enterprise: UserClient, mirror: Mirror, partner: Partner
) -> None:
    demand = enterprise.create("demands", demand_payload())
    mirror.follow()
    mirror.change(
        title="本地改名", confidential_note="本地备注", contact_name="本地联系人", keywords=["本地"]
    )
    ok(enterprise.patch(f"/v1/demands/{demand['id']}", {"title": "来源改名"}, If_Match="*"))
    mirror.follow()

    def seen() -> tuple[Any, ...]:
        (copy,) = mirror.copies()
        return copy.title, copy.confidential_note, copy.contact_name, copy.keywords, copy.state

    local = ("本地备注", "本地联系人", ["本地"], "published")
    assert seen() == ("来源改名", *local)
    # Without anything new at the origin, too.
    mirror.change(title="再次本地改名", state="withdrawn")
    assert mirror.follow().reverted == 1
    assert seen() == ("来源改名", *local)
    assert mirror.follow().reverted == 0


def test_what_the_origin_takes_back_is_not_kept(
    enterprise: UserClient, operator: UserClient, mirror: Mirror, partner: Partner
) -> None:
    demand = enterprise.create("demands", demand_payload())
    mirror.follow()
    owner = mirror.copies()[0].owner_org_id
    ok(enterprise.patch(f"/v1/demands/{demand['id']}", {"publish_mode": "confidential"}, If_Match="*"))
    mirror.follow()
    (copy,) = mirror.copies()
    assert (copy.publish_mode, copy.state) == ("confidential", "published")
    assert copy.owner_org_id != owner
    # An agreement that no longer names what publishing needs: the copy is a draft without it.
    path = f"/v1/partner-agreements/{partner.agreement['id']}"
    less = SHARED | {"demand": ["title", "region", "deadline"]}
    ok(operator.patch(path, {"libraries": less}, If_Match="*"))
    report = mirror.follow()
    (copy,) = mirror.copies()
    assert (copy.state, copy.main_problem, copy.title) == ("draft", "", demand["title"])
    assert report.drafts == 1
    assert {fault["id"] for fault in report.faults} == {demand["id"]}
    assert operator.delete(path).status_code == 204
    with pytest.raises(FeedUnreadable, match="403"):
        mirror.follow()


def test_a_page_that_the_origin_has_not_signed_is_not_stored(
    enterprise: UserClient, mirror: Mirror, settings: Settings
) -> None:
    enterprise.create("demands", demand_payload())
    good = mirror.keys
    key = FeedKeys(settings).public_key
    mirror.keys = KeyFile(api_key=good.api_key, public_key=key | {"x": "A" * 43})
    with pytest.raises(FeedUnreadable, match="signature"):
        mirror.follow()
    assert mirror.copies() == []
    mirror.keys = KeyFile(api_key=good.api_key, public_key=key)
    mirror.follow()
    mirror.keys = KeyFile(api_key=good.api_key, public_key=key | {"x": "A" * 43})
    with pytest.raises(FeedUnreadable, match="another public key"):
        mirror.follow()
    with pytest.raises(FeedUnreadable, match="https"):
        FeedSource.open("http://platform.example", good.api_key)


@pytest.mark.slow
def test_two_processes_of_which_one_is_killed(
    enterprise: UserClient, mirror: Mirror, partner: Partner, settings: Settings, tmp_path: Path
) -> None:
    """The origin serves, the mirror is killed between the pages' entries, and goes on where it was."""
    demands = [enterprise.create("demands", demand_payload(title=f"第{n}项需求"))["id"] for n in range(4)]
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]

    report = tmp_path / "report"

    def mirrored(dies_after: int) -> tuple[int, str]:
        key = partner.key.headers["X-API-Key"]
        address = f"http://127.0.0.1:{port}"
        status = exit_of(processes.mirror, mirror.settings.url, address, key, dies_after, report)
        return status, report.read_text() if report.exists() else ""

    origin = template().Process(target=processes.serve, args=(settings.url, listening))
    origin.start()
    try:
        # The first look waits for the server: the mirror itself asks again until it answers.
        assert mirrored(2) == (-9, "")
        renamed, gone = mirror.shown()
        ok(enterprise.patch(f"/v1/demands/{renamed}", {"title": "期间改名"}, If_Match="*"))
        ok(enterprise.post(f"/v1/demands/{gone}/withdraw"))
        assert mirrored(0) == (0, "4 3 0")
    finally:
        origin.terminate()
        origin.join()
        listening.close()
    kept = mirror.shown()
    assert kept[renamed] == "期间改名"
    assert json.dumps(sorted(kept)) == json.dumps(sorted(set(demands) - {gone}))
