"""The command `sanku user create`."""

import sys
from typing import Annotated

import typer

from app.cli.common import load_settings, prepared_database

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
    from app.accounts.organisations.credit_code import is_uscc
    from app.accounts.organisations.lookup import find_organisation
    from app.accounts.users import UserFacts, create_user
    from app.errors import Invalid

    if role not in set(Role):
        allowed = ", ".join(Role)
        raise Invalid.field("role", "enum", f"应为以下之一: {allowed}", f"must be one of: {allowed}")
    database = prepared_database(load_settings())
    password = (
        sys.stdin.readline().rstrip("\r\n")
        if password_stdin
        else typer.prompt("Password (密码)", hide_input=True, confirmation_prompt=True)
    )
    with database.unit_of_work() as session:
        owner = None
        if organisation:
            by_code = is_uscc(organisation)
            owner = find_organisation(
                session, uscc=organisation if by_code else None, name=None if by_code else organisation
            )
        if organisation and owner is None:
            raise Invalid.field(
                "organisation",
                "unknown",
                f"单位 {organisation} 不存在",
                f"the organisation {organisation} does not exist",
            )
        user = create_user(
            session,
            principal=SYSTEM,
            facts=UserFacts(email=email, name=name, password=password),
            role=Role(role),
            organisation_id=owner.id if owner else None,
        )
        typer.echo(str(user.id))
    database.dispose()
