"""The consent on the pages: read, given, and taken back."""

from app.accounts.models import Role
from tests.web.html import faults_of
from tests.web.readers import ReaderOf

CONSENT = "/account/consent"


def test_a_reader_agrees_and_takes_it_back(reader: ReaderOf) -> None:
    someone = reader(Role.ENTERPRISE)
    page = someone.get(CONSENT)
    assert faults_of(page.text) == [] and "没有同意记录" in page.text
    assert someone.post(CONSENT, data={"notice_version": "2"}).status_code == 422
    assert someone.post(CONSENT, data={"notice_version": "1"}).status_code == 303
    assert "撤回后" in someone.get(CONSENT).text
    assert someone.post(f"{CONSENT}/withdraw").status_code == 303
    led = someone.get("/desk")
    assert (led.status_code, led.headers["location"]) == (303, CONSENT)
    page = someone.get(CONSENT)
    assert faults_of(page.text) == [] and "您已撤回同意" in page.text
    assert someone.get("/account/data").status_code == 200
    assert someone.get("/legal-texts/privacy_notice").status_code == 200
    assert someone.post(CONSENT, data={"notice_version": "1"}).status_code == 303
    assert someone.get("/desk").status_code == 200
