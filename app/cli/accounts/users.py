"""The commands `sanku user create` and `sanku user reset-factors`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import load_settings, prepared_database

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

commands = typer.Typer(help="Users (用户).", no_args_is_help=True)


@commands.command("create")
def create(
    email: str,
    name: Annotated[str, typer.Option(help="Name of the person (姓名).")],
    role: Annotated[
        str, typer.Option(help="operator, enterprise, institution, manager or investor.")
    ] = "operator",
    organisation: Annotated[
        str | None, typer.Option(help="Credit code (统一社会信用代码) or name of the organisation.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Create a user, such as the first operator of a new installation, and print their id."""
    from app.accounts.access.principal import SYSTEM
    from app.accounts.models import Role
    from app.accounts.new_users import UserFacts, create_user
    from app.errors import Invalid

    if role not in set(Role):
        allowed = ", ".join(Role)
        raise Invalid.field("role", "enum", f"应为以下之一：{allowed}", f"must be one of: {allowed}")
    database = prepared_database(load_settings())
    password = (
        sys.stdin.readline().rstrip("\r\n")
        if password_stdin
        else typer.prompt("Password (密码)", hide_input=True, confirmation_prompt=True)
    )
    with database.unit_of_work() as session:
        user = create_user(
            session,
            principal=SYSTEM,
            facts=UserFacts(email=email, name=name, password=password),
            role=Role(role),
            organisation_id=_organisation_id(session, organisation) if organisation else None,
        )
        typer.echo(str(user.id))
    database.dispose()


@commands.command("reset-factors")
def reset(email: str) -> None:
    """Clear authenticator app, passkeys and recovery codes of a user who has lost them, such as the last operator.
    Check who asks: the password alone logs them in until they set up another factor."""
    from app.accounts.access.principal import SYSTEM
    from app.accounts.self_service.second_factor import reset_factors
    from app.accounts.sessions.tokens import user_by_email
    from app.errors import Invalid

    database = prepared_database(load_settings())
    try:
        with database.unit_of_work() as session:
            user = user_by_email(session, email)
            if user is None:
                raise Invalid.field("email", "unknown", f"用户 {email} 不存在", f"there is no user {email}")
            reset_factors(session, user, principal=SYSTEM)
    finally:
        database.dispose()
    typer.echo("ok")


def _organisation_id(session: "Session", code_or_name: str) -> "UUID":
    from app.accounts.organisations.credit_code import is_uscc
    from app.accounts.organisations.lookup import find_organisation
    from app.errors import Invalid

    by_code = is_uscc(code_or_name)
    found = find_organisation(
        session, uscc=code_or_name if by_code else None, name=None if by_code else code_or_name
    )
    if found is None:
        raise Invalid.field(
            "organisation",
            "unknown",
            f"单位 {code_or_name} 不存在",
            f"the organisation {code_or_name} does not exist",
        )
    return found.id
