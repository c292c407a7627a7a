"""Accounts of the demonstration: an operator, two enterprises, a university and every manager, with one password."""

import secrets

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.access.principal import SYSTEM
from app.accounts.models import Organisation, Role, User
from app.accounts.new_users import UserFacts, create_user
from app.accounts.organisations.lookup import find_organisation
from app.accounts.sessions.demonstration import DemonstrationLogin, DemonstrationLogins
from app.database import Database, now
from app.libraries.managers.models import Manager
from app.settings import DEMO_PASSWORD, Settings

BUREAU = "济南市科技成果转化服务中心（演示）"
ENTERPRISE = "济南柱川液压油缸有限公司"
INSTITUTION = "岱阳理工大学"
SELLER = "济南岱阳熔合科技有限公司"
"""Owns the achievement that the story's demand finds, so that the story can be gone on with to a signed contract."""
OPERATOR_EMAIL = "operator@demo.sanku.example"
ENTERPRISE_EMAIL = "enterprise@demo.sanku.example"
INSTITUTION_EMAIL = "institution@demo.sanku.example"
SELLER_EMAIL = "seller@demo.sanku.example"

_MEMBERS = (
    (OPERATOR_EMAIL, "局管理员", Role.OPERATOR, BUREAU),
    (ENTERPRISE_EMAIL, "柱川技术部", Role.ENTERPRISE, ENTERPRISE),
    (INSTITUTION_EMAIL, "岱阳理工科技处", Role.INSTITUTION, INSTITUTION),
    (SELLER_EMAIL, "岱阳熔合市场部", Role.ENTERPRISE, SELLER),
)


def manager_email(source_ref: str) -> str:
    """The e-mail address of the manager with this source reference."""
    return f"{source_ref.lower()}@demo.sanku.example"


def password_of(settings: Settings) -> str:
    """The password of all demonstration accounts, generated once per installation and readable only by its owner."""
    file = settings.home_path / DEMO_PASSWORD
    if not file.exists() or not file.stat().st_size:
        file.touch(mode=0o600)
        file.write_text(f"Demo-{secrets.token_urlsafe(9)}-1a", encoding="ascii")
    return file.read_text(encoding="ascii").strip()


def logins_of(settings: Settings) -> DemonstrationLogins:
    """What the login page of the demonstration names."""
    return DemonstrationLogins(
        (
            DemonstrationLogin("企业", "Enterprise", ENTERPRISE_EMAIL),
            DemonstrationLogin("高校院所", "Institution", INSTITUTION_EMAIL),
            DemonstrationLogin("成果方企业", "Enterprise with achievements", SELLER_EMAIL),
            DemonstrationLogin("技术经理人", "Manager", manager_email("M-DEMO-02")),
            DemonstrationLogin("管理部门", "Bureau", OPERATOR_EMAIL),
        ),
        password_of(settings),
    )


def create_accounts(database: Database, settings: Settings) -> None:
    """Create missing accounts and link each manager to theirs."""
    password = password_of(settings)
    with database.unit_of_work() as session:
        # The demonstration needs verified organisations: members of unverified ones see little more than the public.
        session.execute(
            update(Organisation)
            .where(Organisation.verified_at.is_(None), Organisation.self_registered.is_(False))
            .values(verified_at=now())
        )
        _create_members(session, password)
        _create_managers(session, password)


def _create_members(session: Session, password: str) -> None:
    present = set(session.scalars(select(User.email)))
    for email, name, role, organisation in _MEMBERS:
        if email in present:
            continue
        owner = find_organisation(session, name=organisation)
        assert owner is not None
        facts = UserFacts(email=email, name=name, password=password)
        create_user(session, principal=SYSTEM, facts=facts, role=role, organisation_id=owner.id)


def _create_managers(session: Session, password: str) -> None:
    for manager in session.scalars(select(Manager).where(Manager.user_id.is_(None))):
        email = manager_email(manager.source_ref or manager.number)
        user = create_user(
            session,
            principal=SYSTEM,
            facts=UserFacts(email=email, name=manager.title, password=password),
            role=Role.MANAGER,
            organisation_id=manager.owner_org_id,
        )
        # Linking an account does not change the record itself, so there is no new version.
        manager.user_id = user.id
