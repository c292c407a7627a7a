"""One record of each kind that a route shows by its id, and a reader of each kind."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.accounts.models import Role
from app.clock import today
from app.database import now
from app.engagements.reviews.models import EngagementReview
from app.notifications.models import ChannelAddress, Delivery, Message, WebhookEndpoint
from app.pushes.assignment.models import AssignmentRun
from app.pushes.digests.models import Digest
from tests.engagements.files import documents
from tests.exchange.files import DEMANDS, sheet
from tests.support.callers import Caller
from tests.support.days import day
from tests.support.http import created, ok
from tests.support.scenario import Scenario

Ids = Mapping[str, str]
"""The parameters of a path."""


def readers(scenario: Scenario, stranger: Any) -> dict[str, Any]:
    """Who asks. The first four are of the records; the others have nothing to do with them."""
    other, _ = scenario.manager_with_login()
    return {
        "operator": scenario.operator,
        "owner": scenario.enterprise,
        "holder": scenario.institution,
        "lead": scenario.lead,
        "enterprise": scenario.log_in(Role.ENTERPRISE),
        "institution": scenario.log_in(Role.INSTITUTION),
        "manager": other,
        "investor": scenario.log_in(Role.INVESTOR),
        "system": scenario.log_in(Role.SYSTEM_ADMINISTRATOR),
        "security": scenario.log_in(Role.SECURITY_ADMINISTRATOR),
        "auditor": scenario.log_in(Role.AUDITOR),
        "stranger": stranger,
    }


def made_by(caller: Caller, path: str, **body: Any) -> str:
    """The id of what the caller makes."""
    return str(created(caller.post(f"/v1/{path}", json=body))["id"])


def records(scenario: Scenario) -> dict[str, Ids]:
    """What is asked for, by its name in the table."""
    enterprise, institution, lead, operator = (
        scenario.enterprise,
        scenario.institution,
        scenario.lead,
        scenario.operator,
    )
    case = scenario.agreed_engagement()
    pair = {"demand_id": str(case.demand_id), "achievement_id": str(case.achievement_id)}
    scenario.rank_pair(case.demand_id, case.achievement_id)
    of_demand = f"/v1/demands/{case.demand_id}/matches/{case.achievement_id}/answer"
    of_achievement = f"/v1/achievements/{case.achievement_id}/matches/{case.demand_id}/answer"
    ok(enterprise.put(of_demand, json={"interested": True}))
    ok(institution.put(of_achievement, json={"interested": True}))
    upload = {"files": {"file": ("说明.pdf", documents.PDF)}}
    contract = str(created(case.contract())["id"])
    made: dict[str, Ids] = {
        "pair": pair,
        "engagement": {
            "engagement_id": case.id,
            "file_id": created(enterprise.post(f"{case.path}/files", **upload))["id"],
        },
        "contract": {
            "contract_id": contract,
            "file_id": created(enterprise.post(f"/v1/contracts/{contract}/files", **upload))["id"],
        },
        "push": {"push_id": str(scenario.pushes()[0].id)},
    }
    owners = {"demand": enterprise.organisation_id, "achievement": institution.organisation_id}
    for kind, owner in owners.items():
        make = getattr(scenario, kind)
        for name, values in {
            "public": {},
            "hidden": {"publish_mode": "confidential"},
            "draft": {"state": "draft"},
        }.items():
            id_ = str(make(owner=owner, **values))
            made[f"{name} {kind}"] = {"record_id": id_, f"{kind}_id": id_}
    leads = str(scenario.lead_id)
    made["public manager"] = {"record_id": leads, "manager_id": leads}
    unknown = str(scenario.manager(owner=lead.organisation_id, state="draft"))
    made["draft manager"] = {"record_id": unknown, "manager_id": unknown}
    certificate = {"level": "advanced", "number": "JS-2026-0001", "issued_by": "国家技术转移人才培养基地"}
    certificate |= {"issued_on": day(-10), "evidence": "证书原件扫描件"}
    certificate_id = made_by(lead, "certificates", **certificate)
    ok(lead.put(f"/v1/certificates/{certificate_id}/evidence", **upload))
    made["certificate"] = {"certificate_id": certificate_id}
    base = made_by(operator, "training-bases", name="济南市人才培养基地")
    made["base"] = {"base_id": base}
    course = {"base_id": base, "rung": "short_course", "course": "技术合同实务", "hours": 16}
    course |= {"started_on": day(-9), "ended_on": day(-8)}
    made["training"] = {"training_id": made_by(lead, "trainings", **course)}
    made["filing"] = {"filing_id": made_by(lead, "filings")}
    made["rules"] = {"rule_set_id": ok(operator.get("/v1/tier-rules"))[0]["id"]}
    made |= recognition(operator)
    start = now() + timedelta(days=20)
    contest = {"kind": "project_contest", "title": "技术转移项目大赛", "starts_at": start.isoformat()}
    contest["deadline"] = (start - timedelta(days=10)).isoformat()
    contest["ends_at"] = (start + timedelta(hours=8)).isoformat()
    made["draft contest"] = {"contest_id": made_by(operator, "contests", **contest)}
    open_ = made_by(operator, "contests", **contest)
    ok(operator.post(f"/v1/contests/{open_}/open", json={}))
    made["open contest"] = {"contest_id": open_}
    made["draft ranking"] = {"ranking_id": made_by(operator, "rankings", title="评选", year=today().year)}
    terms: dict[str, Any] = {
        "libraries": {"demand": ["title"]},
        "publish_modes": ["public"],
        "level": "public",
    }
    terms |= {"all_regions": True, "agreed_by": "成果处", "basis": "数据共享协议", "starts_on": day()}
    terms["organisation_id"] = str(enterprise.organisation_id)
    made["agreement"] = {"agreement_id": made_by(operator, "partner-agreements", **terms)}
    batch = enterprise.post(
        "/v1/imports", params={"sender": "本单位"}, files={"file": ("需求.xlsx", sheet(DEMANDS))}
    )
    made["batch"] = {"batch_id": created(batch)["id"]}
    made["organisation"] = {"organisation_id": str(enterprise.organisation_id)}
    made["user"] = {"user_id": str(enterprise.user_id)}
    with scenario.database.unit_of_work() as session:
        channel = ChannelAddress(user_id=lead.user_id, kind="mail")
        digest = Digest(manager_id=scenario.lead_id, day=date(2026, 3, 2), frequency="daily")
        run = AssignmentRun(pairs_limit=10)
        review = EngagementReview(
            engagement_id=UUID(case.id), part="demand", subject_id=case.demand_id, ties=["same_person"]
        )
        hook = WebhookEndpoint(
            organisation_id=enterprise.organisation_id,
            name="项目系统",
            host="example.com",
            encrypted_url="https://example.com/hook",
            encrypted_secret="whsec",
            types=["push.new"],
        )
        message = Message(kind="push", recipient_kind="user", recipient_id=lead.user_id, ids=made["push"])
        session.add_all([channel, digest, run, review, hook, message])
        session.flush()
        delivery = Delivery(
            message_id=message.id, recipient_id=lead.user_id, channel="mail", address_id=channel.id
        )
        session.add(delivery)
        session.flush()
        made["channel"] = {"channel_id": str(channel.id)}
        made["webhook"] = {"endpoint_id": str(hook.id)}
        made["digest"] = {"digest_id": str(digest.id)}
        made["run"] = {"run_id": str(run.id)}
        made["review"] = {"review_id": str(review.id)}
        made["delivery"] = {"delivery_id": str(delivery.id)}
    return made


def recognition(operator: Caller) -> dict[str, Ids]:
    """A round that is frozen: its entries are not yet public."""
    path = "recognition-rounds"
    round_ = made_by(operator, path, title="年度认定", year=today().year)
    ok(operator.post(f"/v1/{path}/{round_}/freeze", json={}))
    entries = ok(operator.get(f"/v1/{path}/{round_}/entries"))["items"]
    return {"round": {"round_id": round_}, "entry": {"entry_id": entries[0]["id"]}}
