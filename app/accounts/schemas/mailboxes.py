"""API schemas of mailboxes and the links that are sent to them."""

from pydantic import Field, SecretStr

from app.accounts.field_checks import Email
from app.accounts.passwords import PASSWORD_MAX
from app.accounts.schema_bases import AccountInput


class MailboxIn(AccountInput):
    """A mailbox that a link is sent to."""

    email: Email = Field(description="邮箱", examples=["li@valve.example.com"])


class LinkToken(AccountInput):
    """The token of a link in a mail."""

    token: str = Field(
        min_length=1,
        max_length=200,
        description="邮件链接中的 token",
        examples=["q3mUQ2Yx0c7m4m8wB0yq1k9vT5s2e6a8R7d3f1h0j4L"],
    )


class MailChange(AccountInput):
    """A change of one's own login address."""

    email: Email = Field(description="新邮箱", examples=["li@new.example.com"])
    password: SecretStr = Field(max_length=PASSWORD_MAX, description="当前密码")
