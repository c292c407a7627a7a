"""Logins with a passkey: alone, where its device verifies its user, or as the second step after the password."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import throttle
from app.accounts.factors import challenges, passkeys
from app.accounts.factors.passkeys import PasskeyQuestion, TakenChallenge, refusals_recorded
from app.accounts.factors.verification import password_mark
from app.accounts.models import ChallengePurpose, LoginChallenge, User
from app.accounts.sessions.login import Opened, Opener, open_for
from app.accounts.sessions.tokens import Client
from app.accounts.throttle import RateLimitKey
from app.database import Database, now
from app.settings import Settings

_Result = TypeVar("_Result")


class PasskeyStep(Protocol[_Result]):
    """A login with a passkey, alone or as the second step."""

    def __call__(
        self,
        database: Database,
        settings: Settings,
        *,
        challenge: str,
        answer: Mapping[str, Any],
        client: Client,
        then: Opener[_Result],
    ) -> _Result:
        """Answer what `then` opens for the user of the passkey."""
        ...


def begin_passkey_login(database: Database, settings: Settings, *, client: Client) -> PasskeyQuestion:
    """What a device is to be asked by somebody of whom nothing is known; the same for everybody.

    Raises:
        Conflict: there are no passkeys at the public address of this service.
        TooManyRequests: too many questions from this address.
    """
    passkeys.relying_party(settings)
    passkeys.count_question(database, settings, client.address)
    with database.unit_of_work() as session:
        return passkeys.ask(session, settings, ChallengePurpose.PASSKEY_LOGIN, user_id=None, data={})


def complete_passkey_login(
    database: Database,
    settings: Settings,
    *,
    challenge: str,
    answer: Mapping[str, Any],
    client: Client,
    then: Opener[Opened],
) -> Opened:
    """Answer what `then` opens for the user of the passkey, which stands for both factors.

    Raises:
        Unauthenticated: the challenge cannot be used, or the passkey proves nothing; see `passkeys.verify`.
        TooManyRequests: too many failures of this passkey from this address.
    """
    taken = passkeys.take(database, ChallengePurpose.PASSKEY_LOGIN, challenge)
    return _complete(database, settings, taken, answer=answer, client=client, then=then)


def begin_passkey_step(database: Database, settings: Settings, *, challenge: str) -> PasskeyQuestion:
    """What a device of the user is to be asked in the second step of a login; `challenge` is that of the first step.

    Raises:
        Unauthenticated: the challenge cannot be used.
        Conflict: there are no passkeys at the public address of this service, or the user has none.
    """
    with database.unit_of_work() as session:
        first = challenges.find(session, ChallengePurpose.SECOND_FACTOR, challenge)
        return passkeys.ask(
            session,
            settings,
            ChallengePurpose.PASSKEY_STEP,
            user_id=first.user_id,
            data={"login": str(first.id)},
        )


def complete_passkey_step(
    database: Database,
    settings: Settings,
    *,
    challenge: str,
    answer: Mapping[str, Any],
    client: Client,
    then: Opener[Opened],
) -> Opened:
    """The second step; `challenge` is that of `begin_passkey_step`.

    Raises:
        Unauthenticated: a challenge cannot be used, the password has changed meanwhile, or the passkey proves nothing.
        TooManyRequests: too many failures of this passkey from this address.
    """
    taken = passkeys.take(database, ChallengePurpose.PASSKEY_STEP, challenge)
    return _complete(database, settings, taken, answer=answer, client=client, then=then)


def _complete(
    database: Database,
    settings: Settings,
    taken: TakenChallenge,
    *,
    answer: Mapping[str, Any],
    client: Client,
    then: Opener[Opened],
) -> Opened:
    attempt = RateLimitKey("passkey", str(answer.get("id"))[:2000], client.address)
    throttle.count_attempt(database, settings, attempt)
    is_alone = "login" not in taken.data
    with refusals_recorded(database, client.address), database.unit_of_work() as session:
        user = passkeys.verify(session, settings, answer, taken, is_alone=is_alone)
        if not is_alone:
            _complete_first_step(session, UUID(taken.data["login"]), user)
        throttle.forgive(session, attempt)
        throttle.forgive(session, RateLimitKey("passkey_ask", client.address, client.address))
        return open_for(session, user, client, then)


def _complete_first_step(session: Session, challenge_id: UUID, user: User) -> None:
    first = session.get(LoginChallenge, challenge_id, with_for_update=True)
    if (
        first is None
        or first.used_at is not None
        or first.expires_at <= now()
        or first.data.get("password") != password_mark(user)
    ):
        raise challenges.invalid_challenge()
    challenges.use_up(first)
