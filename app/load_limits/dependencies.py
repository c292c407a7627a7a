"""Dependencies of routes that do slow work: a turn for a question, for one of a stranger, or for a command."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.accounts.access.authentication import LoggedIn
from app.accounts.access.principal import Principal
from app.errors import TooManyRequests, Unavailable, problems
from app.load_limits.quota import PreviewQuota, Quota
from app.load_limits.turn import CURRENT, Holder, Turn
from app.load_limits.turns import Turns, departure
from app.services import AllServices, provided
from app.transport.early_retries import EarlyRetries
from app.transport.request_limits import credentials_of, network_of

REFUSALS = problems(TooManyRequests, Unavailable)
"""The responses of a route that needs a turn and gets none."""


# Solved first: a client that ignores refusals costs neither a thread nor a query.
async def _patient(
    request: Request, early_retries: Annotated[EarlyRetries, Depends(provided(EarlyRetries))]
) -> None:
    early_retries.check(credentials_of(request))


@dataclass(frozen=True, slots=True)
class _LoadLimits:
    """What gives turns."""

    turns: Turns
    quota: Quota
    early_retries: EarlyRetries


async def _load_limits(services: AllServices) -> _LoadLimits:
    return _LoadLimits(services[Turns], services[Quota], services[EarlyRetries])


LoadLimits = Annotated[_LoadLimits, Depends(_load_limits)]
Patient = Annotated[None, Depends(_patient)]


async def _publishing_turn(
    request: Request, _: Patient, principal: LoggedIn, limits: LoadLimits
) -> AsyncIterator[Turn]:
    async with turn_for(request, principal, limits) as turn:
        yield turn


async def _matching_turn(
    request: Request, _: Patient, principal: LoggedIn, limits: LoadLimits
) -> AsyncIterator[Turn]:
    async with turn_for(request, principal, limits, counted=True) as turn:
        yield turn


# scope="function": the turn ends before the response is sent, which a slow reader can draw out.
PublishingTurn = Annotated[Turn, Depends(_publishing_turn, scope="function")]
MatchingTurn = Annotated[Turn, Depends(_matching_turn, scope="function")]


async def _preview_turn(
    request: Request, limits: LoadLimits, quota: Annotated[PreviewQuota, Depends(provided(PreviewQuota))]
) -> AsyncIterator[Turn]:
    address = network_of(request.client.host if request.client else "unknown")
    quota.count(address)
    gone = asyncio.create_task(departure(request))
    try:
        # All strangers together have the share of one organisation.
        async with limits.turns.turn(Holder(f"address {address}", "strangers"), gone) as turn:
            gone.add_done_callback(lambda _: turn.give_up())
            CURRENT.set(turn)
            yield turn
    finally:
        gone.cancel()


PreviewTurn = Annotated[Turn, Depends(_preview_turn, scope="function")]
"""For a question of somebody who may have no account: counted by network address."""


def holder_of(principal: Principal) -> Holder:
    """The user or API key, and its organisation; somebody without an organisation stands for themselves."""
    own = str(principal.user_id or principal.api_key_id)
    return Holder(own, str(principal.organisation_id or own))


@asynccontextmanager
async def turn_for(
    request: Request, principal: Principal, limits: _LoadLimits, *, counted: bool = False
) -> AsyncIterator[Turn]:
    """A turn for the request, which its route finds in `CURRENT`; it is given up once the client has gone.

    With `counted`, the request counts against the quota of questions.
    """
    holder = holder_of(principal)
    gone = asyncio.create_task(departure(request))
    try:
        async with AsyncExitStack() as stack:
            try:
                if counted:
                    limits.quota.count(holder)
                turn = await stack.enter_async_context(limits.turns.turn(holder, gone))
            except TooManyRequests as refusal:
                limits.early_retries.remember(credentials_of(request), refusal)
                raise
            gone.add_done_callback(lambda _: turn.give_up())
            CURRENT.set(turn)
            yield turn
    finally:
        gone.cancel()
