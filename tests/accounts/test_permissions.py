"""A second copy of the permission table, so that every change of a permission is deliberate."""

from itertools import product
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.access.api_key_scopes import SCOPES
from app.accounts.access.permissions import (
    ADMINISTRATOR,
    TABLE,
    Action,
    RecordScope,
    allowed,
    require,
    scope_of,
)
from app.accounts.access.principal import ANONYMOUS, SYSTEM, Principal
from app.accounts.models import OFFICES, STAFF, Role
from app.errors import Forbidden, Unauthenticated

# A: any record, O: one's own, -: none. An administrator may what their role permits, too.
MATRIX = """
                            operator enterprise institution manager investor administrator stranger
account.register                   -          -           -       -        -             -        A
account.link                       A          A           A       A        A             -        A
registration.confirm               A          -           -       -        -             -        -
recusal.declare                    A          -           -       -        -             -        -
organisation.create                A          -           -       -        -             -        -
organisation.read                  A          A           A       A        A             -        -
organisation.change                A          -           -       -        -             O        -
organisation.verify                A          -           -       -        -             -        -
user.create                        A          -           -       -        -             O        -
user.read                          A          O           O       -        O             O        -
user.change                        A          O           O       O        O             -        -
user.invite                        A          -           -       -        -             O        -
user.administer                    A          -           -       -        -             O        -
user.grant                         -          -           -       -        -             -        -
user.reset_factors                 A          -           -       -        -             -        -
api_key.create                     A          -           -       -        -             O        -
api_key.read                       A          -           -       -        -             O        -
api_key.revoke                     A          -           -       -        -             O        -
legal_text.read                    A          A           A       A        A             -        A
legal_text.publish                 A          -           -       -        -             -        -
achievement.create                 A          O           O       -        -             -        -
achievement.read                   A          A           A       A        A             -        A
achievement.read_owner_view        A          O           O       O        -             -        -
achievement.change                 A          O           O       -        -             -        -
achievement.submit                 A          O           O       -        -             -        -
achievement.review                 A          -           -       -        -             -        -
achievement.withdraw               A          O           O       -        -             -        -
achievement.close                  A          O           O       -        -             -        -
achievement.history                A          O           O       -        -             -        -
achievement.import                 A          O           O       -        -             -        -
demand.create                      A          O           O       -        -             -        -
demand.check                       A          O           O       -        -             -        -
demand.read                        A          A           A       A        A             -        A
demand.read_owner_view             A          O           O       O        -             -        -
demand.change                      A          O           O       -        -             -        -
demand.submit                      A          O           O       -        -             -        -
demand.review                      A          -           -       -        -             -        -
demand.withdraw                    A          O           O       -        -             -        -
demand.close                       A          O           O       -        -             -        -
demand.history                     A          O           O       -        -             -        -
demand.import                      A          O           O       -        -             -        -
manager.create                     A          -           O       O        -             -        -
manager.read                       A          A           A       A        A             -        A
manager.read_owner_view            A          -           O       O        -             -        -
manager.change                     A          -           O       O        -             -        -
manager.submit                     A          -           O       O        -             -        -
manager.review                     A          -           -       -        -             -        -
manager.withdraw                   A          -           O       O        -             -        -
manager.close                      A          -           O       O        -             -        -
manager.history                    A          -           O       O        -             -        -
manager.import                     A          -           -       -        -             -        -
contact.ask                        A          -           -       -        -             -        -
contract.import                    A          -           -       -        -             -        -
organisation.import                A          -           -       -        -             -        -
import.create                      A          O           O       -        -             -        -
import.read                        A          O           O       -        -             -        -
import.change                      A          O           O       -        -             -        -
export.create                      A          A           A       A        A             -        -
export.organisations               A          -           -       -        -             -        -
export.official                    A          -           -       -        -             -        -
match.read                         A          O           O       A        -             -        -
match.text                         A          A           A       A        A             -        -
match.preview                      A          A           A       A        A             -        A
pair.list                          A          O           O       A        -             -        -
recommendation.read                A          O           O       O        -             -        -
push.list                          A          -           -       O        -             -        -
push.read                          A          -           -       O        -             -        -
push.answer                        -          -           -       O        -             -        -
push.plan                          A          -           -       -        -             -        -
push.preview                       A          -           -       O        -             -        -
preference.read                    -          -           -       O        -             -        -
preference.change                  -          -           -       O        -             -        -
organisation_preference.read       -          O           O       -        -             O        -
organisation_preference.change     -          -           -       -        -             O        -
digest.read                        A          O           O       O        -             -        -
match.answer                       -          O           O       -        -             -        -
match.report                       A          O           O       O        -             -        -
match_report.list                  A          -           -       -        -             -        -
match_report.resolve               A          -           -       -        -             -        -
achievement.feedback               A          O           O       -        -             -        -
assignment.plan                    A          -           -       -        -             -        -
assignment.run                     A          -           -       -        -             -        -
assignment.read                    A          -           -       -        -             -        -
engagement.read                    A          O           O       O        O             -        -
engagement.move                    A          O           O       O        -             -        -
engagement.invite                  A          O           O       O        -             -        -
engagement.answer                  -          O           O       O        O             -        -
engagement.write                   A          O           O       O        O             -        -
engagement.contacts                -          O           O       O        -             -        -
engagement.undertake               -          O           O       O        O             -        -
engagement.share                   -          -           -       O        -             -        -
engagement.review                  A          -           -       -        -             -        -
contract.create                    A          O           O       O        -             -        -
contract.read                      A          O           O       O        O             -        -
contract.change                    A          O           O       O        -             -        -
contract.sign                      A          O           O       -        O             O        -
contract.file                      A          O           O       O        O             -        -
contract.cancel                    A          O           O       O        -             -        -
contract.share                     -          -           -       O        -             -        -
contract.register                  A          -           -       -        -             -        -
contract.land                      A          -           -       -        -             -        -
notice.read                        O          O           O       O        O             -        -
notice.change                      O          O           O       O        O             -        -
channel.read                       O          O           O       O        O             -        -
channel.change                     O          O           O       O        O             -        -
channel.link                       A          A           A       A        A             -        A
webhook.create                     A          -           -       -        -             O        -
webhook.read                       A          -           -       -        -             O        -
webhook.change                     A          -           -       -        -             O        -
delivery.read                      A          O           O       O        O             -        -
delivery.repeat                    A          O           O       O        O             -        -
model.read                         A          -           -       -        -             -        -
model.switch                       A          -           -       -        -             -        -
filing.create                      A          -           O       O        -             -        -
filing.read                        A          -           O       O        -             -        -
filing.change                      A          -           O       O        -             -        -
filing.review                      A          -           -       -        -             -        -
affiliation.read                   A          -           O       O        -             -        -
affiliation.consent                A          O           O       -        O             O        -
certificate.create                 A          -           O       O        -             -        -
certificate.read                   A          -           O       O        -             -        -
certificate.verify                 A          -           -       -        -             -        -
training.create                    A          -           O       O        -             -        -
training.read                      A          -           O       O        -             -        -
training.verify                    A          -           O       -        -             -        -
training_base.read                 A          A           A       A        A             -        A
training_base.change               A          -           -       -        -             -        -
tier.read                          A          -           O       O        -             -        -
tier_rules.read                    A          A           A       A        A             -        A
tier.configure                     A          -           -       -        -             -        -
round.manage                       A          -           -       -        -             -        -
round.read                         A          -           O       O        -             -        -
round.object                       -          -           O       O        -             -        -
recognition.read                   A          A           A       A        A             -        A
ranking.manage                     A          -           -       -        -             -        -
ranking.read                       A          A           A       A        A             -        A
contest.manage                     A          -           -       -        -             -        -
contest.read                       A          A           A       A        A             -        A
contest.register                   A          -           O       O        -             -        -
event.list                         A          -           -       -        -             -        -
event.replay                       A          -           -       -        -             -        -
index.rebuild                      A          -           -       -        -             -        -
installation.read                  -          -           -       -        -             -        -
audit.read                         -          -           -       -        -             -        -
statistics.read                    A          A           A       A        A             -        -
statistics.read_city               A          A           A       A        A             -        A
wall.link                          A          -           -       -        -             -        -
partner_agreement.read             A          -           -       -        -             -        -
partner_agreement.manage           A          -           -       -        -             -        -
feed.read                          O          O           O       O        O             -        -
"""

# What the offices may besides what anonymous readers may.
OFFICE_MATRIX = """
                    system_admin security_admin auditor
account.register          -             -          -
organisation.read         -             A          A
user.create               -             A          -
user.read                 -             A          A
user.change               O             A          O
user.administer           -             A          -
user.grant                -             A          -
user.reset_factors        -             A          -
api_key.read              -             A          -
api_key.revoke            -             A          -
notice.read               O             O          O
notice.change             O             O          O
channel.read              O             O          O
channel.change            O             O          O
delivery.read             A             O          O
delivery.repeat           A             O          O
model.read                A             -          -
model.switch              A             -          -
event.list                A             -          -
event.replay              A             -          -
index.rebuild             A             -          -
installation.read         A             -          -
audit.read                -             -          A
"""

OFFICE_HEAD = [Role(name) for name in OFFICE_MATRIX.split()[:3]]
OFFICE_ROWS = {Action(line.split()[0]): line.split()[1:] for line in OFFICE_MATRIX.strip().splitlines()[1:]}
HEAD, *LINES = [line.split() for line in MATRIX.strip().splitlines()]
STRANGER = "stranger"
CELLS = [(line[0], role, letter) for line in LINES for role, letter in zip(HEAD, line[1:], strict=True)]
OURS, THEIRS = uuid4(), uuid4()


def somebody(
    role: Role | None, scopes: frozenset[str] | None = None, *, administrator: bool = False
) -> Principal:
    if role is None:
        return ANONYMOUS
    return Principal(
        user_id=uuid4(), organisation_id=OURS, role=role, scopes=scopes, administrator=administrator
    )


principals = st.builds(
    somebody,
    st.sampled_from([*Role, None]),
    st.none() | st.frozensets(st.sampled_from([*SCOPES, "everything:write", ""])),
) | st.just(SYSTEM)


def test_the_matrix_tells_of_every_action_and_role() -> None:
    assert [line[0] for line in LINES] == [str(action) for action in Action]
    assert {*HEAD, *OFFICES} == {*Role, ADMINISTRATOR, STRANGER}
    assert set(OFFICE_ROWS) <= set(Action)


@pytest.mark.parametrize(("action", "role", "letter"), CELLS)
def test_the_table_says_what_the_matrix_says(action: str, role: str, letter: str) -> None:
    if role == ADMINISTRATOR:
        assert TABLE[Action(action)][ADMINISTRATOR] is (
            RecordScope.OWN if letter == "O" else RecordScope.NONE
        )
        return
    principal = somebody(None if role == STRANGER else Role(role))
    assert allowed(principal, Action(action), own=True) is (letter in "AO")
    assert allowed(principal, Action(action), own=False) is (letter == "A")
    for owner in (OURS, THEIRS, None):
        if letter == "A" or (letter == "O" and owner == OURS):
            require(principal, Action(action), owner_org_id=owner)
        else:
            with pytest.raises(Unauthenticated if principal.is_anonymous else Forbidden):
                require(principal, Action(action), owner_org_id=owner)


@pytest.mark.parametrize(("number", "role"), list(enumerate(OFFICE_HEAD)))
def test_an_office_may_what_its_matrix_says_and_what_anonymous_readers_may(number: int, role: Role) -> None:
    principal = somebody(role)
    for action in Action:
        stranger = "A" if TABLE[action][None] is RecordScope.ANY else "-"
        letter = OFFICE_ROWS.get(action, (stranger,) * 3)[number]
        assert allowed(principal, action, own=True) is (letter in "AO"), action
        assert allowed(principal, action, own=False) is (letter == "A"), action
    assert not principal.reads_details
    assert not principal.sees_everything


def test_the_audit_is_read_by_its_office_alone_which_does_nothing_else() -> None:
    """Of no role but the auditor's is any right to the trail; and the auditor changes nothing but their own account."""
    assert {role for role in (*Role, None) if TABLE[Action.AUDIT_READ][role] is not RecordScope.NONE} == {
        Role.AUDITOR
    }
    assert {role for role in (*Role, None) if TABLE[Action.USER_GRANT][role] is not RecordScope.NONE} == {
        Role.SECURITY_ADMINISTRATOR
    }
    reading = {"account.link", "channel.link", "organisation.read", "user.read", "audit.read"}
    for action in Action:
        if TABLE[action][None] is RecordScope.NONE and action not in reading:
            assert TABLE[action][Role.AUDITOR] is not RecordScope.ANY, action


def test_every_cell_is_decided() -> None:
    for action, role in product(Action, [*Role, ADMINISTRATOR, None]):
        assert TABLE[action][role] in RecordScope


@pytest.mark.parametrize("role", [role for role in Role if role not in STAFF])
@pytest.mark.parametrize("action", Action)
def test_an_administrator_may_what_their_role_and_what_their_office_permits(
    role: Role, action: Action
) -> None:
    plain, administrator = somebody(role), somebody(role, administrator=True)
    of_office = TABLE[action][ADMINISTRATOR] is RecordScope.OWN
    assert allowed(administrator, action, own=True) is (of_office or allowed(plain, action, own=True))
    assert allowed(administrator, action, own=False) is allowed(plain, action, own=False)


@given(principal=principals, name=st.text(), own=st.booleans())
def test_what_the_table_does_not_know_is_refused(principal: Principal, name: str, own: bool) -> None:
    if name not in TABLE:
        assert not allowed(principal, name, own=own)  # type: ignore[arg-type]  # the point of the test


@given(principal=principals, action=st.sampled_from(Action))
def test_a_right_to_any_record_includes_ones_own(principal: Principal, action: Action) -> None:
    assert allowed(principal, action, own=True) >= allowed(principal, action, own=False)


@given(
    role=st.sampled_from(Role),
    scopes=st.frozensets(st.sampled_from(sorted(SCOPES))),
    more=st.sampled_from(sorted(SCOPES)),
    action=st.sampled_from(Action),
    own=st.booleans(),
)
def test_a_key_may_what_both_its_role_and_its_scopes_allow(
    role: Role, scopes: frozenset[str], more: str, action: Action, own: bool
) -> None:
    by_scope = any(action in SCOPES[scope] for scope in scopes)
    key = allowed(somebody(role, scopes), action, own=own)
    assert key is (by_scope and allowed(somebody(role), action, own=own))
    assert allowed(somebody(role, scopes | {more}), action, own=own) >= key


def test_no_scope_opens_accounts_reviews_audit_or_upkeep() -> None:
    opened = set().union(*SCOPES.values())
    closed = {action for action in Action if action not in opened}
    expected = """
        account.register account.link registration.confirm recusal.declare
        organisation.create organisation.change organisation.verify user.create user.read user.invite
        user.administer user.grant user.reset_factors user.change
        api_key.create api_key.read api_key.revoke achievement.review demand.review
        manager.review push.plan push.preview preference.read preference.change
        organisation_preference.read organisation_preference.change digest.read match.answer
        match.report match_report.list match_report.resolve assignment.plan engagement.answer
        engagement.contacts engagement.share contract.sign contract.share contract.register contract.land event.list
        event.replay index.rebuild installation.read audit.read notice.read notice.change channel.read
        channel.change channel.link webhook.create webhook.read webhook.change delivery.read delivery.repeat
        assignment.run assignment.read model.read model.switch filing.review affiliation.consent certificate.verify
        training.verify training_base.change tier.configure round.manage round.object ranking.manage
        contest.manage contract.import organisation.import import.create import.read import.change
        export.create export.organisations export.official wall.link partner_agreement.read
        partner_agreement.manage legal_text.read legal_text.publish engagement.undertake
        engagement.review contact.ask
    """
    assert {str(action) for action in closed} == set(expected.split())


def test_the_error_names_the_scope_that_a_key_lacks() -> None:
    key = somebody(Role.ENTERPRISE, frozenset({"demands:read"}))
    with pytest.raises(Forbidden, match="demands:write") as caught:
        require(key, Action.DEMAND_CREATE, owner_org_id=OURS)
    assert caught.value.problem_code == "insufficient_scope"


def test_the_service_itself_may_everything_that_the_table_knows() -> None:
    assert all(scope_of(SYSTEM, action) is RecordScope.ANY for action in Action)


def test_nobody_without_an_organisation_owns_what_has_none() -> None:
    lonely = Principal(user_id=uuid4(), role=Role.ENTERPRISE)
    with pytest.raises(Forbidden):
        require(lonely, Action.DEMAND_CHANGE, owner_org_id=None)
