"""API schemas of passwords."""

from typing import Annotated

from pydantic import Field, SecretStr

from app.accounts.passwords import PASSWORD_MAX, PASSWORD_MIN
from app.accounts.schema_bases import AccountInput
from app.accounts.schemas.mailboxes import LinkToken

# Only the length is declared here: the full rule (passwords.check_password) also needs the name and e-mail address.
Password = Annotated[
    SecretStr,
    Field(
        description="12 位以上，包含小写字母、大写字母、数字、其他字符中的至少三种",
        examples=["Quancheng-72-spring"],
        json_schema_extra={"minLength": PASSWORD_MIN, "maxLength": PASSWORD_MAX},
    ),
]


class PasswordChange(AccountInput):
    """A user's change of their own password."""

    current_password: SecretStr = Field(max_length=PASSWORD_MAX, description="原密码")
    new_password: Password


class NewPassword(AccountInput):
    """A password that an operator sets."""

    new_password: Password


class PasswordReset(LinkToken):
    """A new password, by a link in a mail."""

    new_password: Password
