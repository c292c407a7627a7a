"""API schemas of second factors."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, SecretStr

from app.accounts.factors.passkeys import PasskeyQuestion
from app.accounts.field_checks import Label
from app.accounts.passwords import PASSWORD_MAX
from app.accounts.schema_bases import AccountInput, AccountOutput
from app.errors import Invalid

CODE_MAX = 40


class Code(AccountInput):
    """A code of the user's second factor."""

    code: SecretStr = Field(
        min_length=1,
        max_length=CODE_MAX,
        description="验证器显示的 6 位验证码，或一个恢复码",
        examples=["492039"],
    )


class SecondStep(Code):
    """The second step of a login."""

    challenge: str = Field(
        min_length=1,
        max_length=200,
        description="第一步 (/v1/auth/token) 返回的 challenge",
        examples=["ch_…"],
    )
    device_token: str | None = Field(
        default=None, max_length=1000, description="本设备此前登录时获得的 device_token；可不填"
    )


class OwnConfirmation(AccountInput):
    """A password or a code, for a sensitive step."""

    password: SecretStr | None = Field(default=None, max_length=PASSWORD_MAX, description="当前密码")
    code: SecretStr | None = Field(default=None, max_length=CODE_MAX, description="验证码或恢复码")

    def secret(self) -> tuple[str, str]:
        """The name and the text of the one that was sent.

        Raises:
            Invalid: none or both were sent.
        """
        sent = [(name, value) for name, value in (("password", self.password), ("code", self.code)) if value]
        if len(sent) != 1:
            raise Invalid.field(
                "password", "one_of", "请填写密码或验证码，二者选一", "send either the password or a code"
            )
        name, value = sent[0]
        return name, value.get_secret_value()


class SecondFactorOut(BaseModel):
    """The state of one's own second factor."""

    enabled: bool = Field(description="是否已启用验证器")
    since: datetime | None = Field(description="启用时间")
    required: bool = Field(description="本人的角色是否须启用验证器或通行密钥")
    passkeys: int = Field(description="本人的通行密钥数量")
    recovery_codes_left: int = Field(description="尚未使用的恢复码数量")


class SecondFactorSecret(BaseModel):
    """What an authenticator app needs."""

    secret: str = Field(description="密钥 (Base32)，供手工输入")
    uri: str = Field(description="otpauth:// 地址")
    qr: str = Field(description="二维码,SVG 的 data: 地址")


class RecoveryCodes(BaseModel):
    """Recovery codes, shown once."""

    recovery_codes: list[str] = Field(description="恢复码，仅显示这一次，每个只能使用一次")


class FirstStep(AccountInput):
    """What the first step of a login has answered."""

    challenge: str = Field(
        min_length=1,
        max_length=200,
        description="第一步 (/v1/auth/token) 返回的 challenge",
        examples=["ch_…"],
    )


class PasskeyAnswer(AccountInput):
    """What a device answers."""

    challenge: str = Field(
        min_length=1, max_length=200, description="开始时返回的 challenge，只能使用一次", examples=["ch_…"]
    )
    credential: dict[str, Any] = Field(
        description="浏览器返回的 PublicKeyCredential 的 JSON 形式 (toJSON)，二进制内容为 base64url"
    )


class PasskeyLogin(PasskeyAnswer):
    """A login, or its second step, with a passkey."""

    device_token: str | None = Field(
        default=None, max_length=1000, description="本设备此前登录时获得的 device_token；可不填"
    )


class PasskeyName(AccountInput):
    """What a person calls a passkey."""

    name: Label = Field(description="名称，便于区分设备", examples=["办公室电脑"])


class PasskeyNew(PasskeyName, PasskeyAnswer):
    """A passkey that a device has made."""


class PasskeyQuestionOut(BaseModel):
    """What a device is to be asked."""

    challenge: str = Field(description="与设备的结果一并提交；五分钟内有效，只能使用一次")
    public_key: dict[str, Any] = Field(
        description="交给 navigator.credentials 的 publicKey (WebAuthn 的 JSON 形式，二进制内容为 base64url)"
    )

    @classmethod
    def of(cls, question: PasskeyQuestion) -> Self:
        return cls(challenge=question.token, public_key=question.options)


class PasskeyOut(AccountOutput):
    """One of one's own passkeys."""

    id: UUID
    name: str
    verifies_user: bool = Field(
        description="设备是否验证使用者 (PIN、指纹或面容)；是则可不输入密码登录，否则只用作第二重验证"
    )
    created_at: datetime
    last_used_at: datetime | None = Field(description="最近使用时间；为空表示尚未使用")


class PasskeyRegistered(BaseModel):
    """A new passkey."""

    passkey: PasskeyOut
    recovery_codes: list[str] | None = Field(
        description="恢复码，仅在添加第一种第二重验证时返回，仅显示这一次"
    )
