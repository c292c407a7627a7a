"""API schemas of second factors."""

from datetime import datetime

from pydantic import BaseModel, Field, SecretStr

from app.accounts.passwords import PASSWORD_MAX
from app.accounts.schema_bases import AccountInput
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
    required: bool = Field(description="本人的角色是否须启用")
    recovery_codes_left: int = Field(description="尚未使用的恢复码数量")


class SecondFactorSecret(BaseModel):
    """What an authenticator app needs."""

    secret: str = Field(description="密钥 (Base32)，供手工输入")
    uri: str = Field(description="otpauth:// 地址")
    qr: str = Field(description="二维码,SVG 的 data: 地址")


class RecoveryCodes(BaseModel):
    """Recovery codes, shown once."""

    recovery_codes: list[str] = Field(description="恢复码，仅显示这一次，每个只能使用一次")
