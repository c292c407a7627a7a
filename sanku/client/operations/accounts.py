"""Operations on accounts: accounts, organisations, users, api-keys, audit."""

# Written by `make client` from the OpenAPI description; do not edit.

import builtins
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from sanku.client import models
from sanku.client.answers import Answer, File
from sanku.client.calls import AsyncSender, Call, Sender, new_key


class Accounts:
    """accounts."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def log_in(
        self,
        username: str,
        password: str,
        *,
        device_token: str | None = None,
        grant_type: str | None = None,
        scope: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
    ) -> Answer[models.TokensOut]:
        """登录 (`POST /v1/auth/token`)."""
        return self._client.send(
            Call[models.TokensOut](
                "POST",
                "/v1/auth/token",
                form={
                    "device_token": device_token,
                    "grant_type": grant_type,
                    "username": username,
                    "password": password,
                    "scope": scope,
                    "client_id": client_id,
                    "client_secret": client_secret,
                },
            )
        )

    def second_step(self, body: models.SecondStep) -> Answer[models.TokensOut]:
        """登录第二步 (`POST /v1/auth/second-factor`)."""
        return self._client.send(Call[models.TokensOut]("POST", "/v1/auth/second-factor", body=body))

    def refresh(self, body: models.RefreshTokenIn) -> Answer[models.TokensOut]:
        """刷新令牌 (`POST /v1/auth/refresh`)."""
        return self._client.send(Call[models.TokensOut]("POST", "/v1/auth/refresh", body=body))

    def log_out(self, body: models.RefreshTokenIn) -> Answer[None]:
        """退出登录 (`POST /v1/auth/logout`)."""
        return self._client.send(Call[None]("POST", "/v1/auth/logout", body=body))

    def register(self, body: models.Registration) -> Answer[models.MailboxIn]:
        """注册单位和首个用户 (`POST /v1/register`)."""
        return self._client.send(Call[models.MailboxIn]("POST", "/v1/register", body=body))

    def resend(self, body: models.MailboxIn) -> Answer[models.MailboxIn]:
        """重发注册确认邮件 (`POST /v1/register/resend`)."""
        return self._client.send(Call[models.MailboxIn]("POST", "/v1/register/resend", body=body))

    def verify_mail(self, body: models.LinkToken) -> Answer[models.MailboxConfirmed]:
        """确认邮箱 (`POST /v1/auth/verify-mail`)."""
        return self._client.send(Call[models.MailboxConfirmed]("POST", "/v1/auth/verify-mail", body=body))

    def ask_for_reset(self, body: models.MailboxIn) -> Answer[models.MailboxIn]:
        """申请重置密码 (`POST /v1/auth/password-reset`)."""
        return self._client.send(Call[models.MailboxIn]("POST", "/v1/auth/password-reset", body=body))

    def reset(self, body: models.PasswordReset) -> Answer[None]:
        """设置新密码 (`POST /v1/auth/password-reset/confirm`)."""
        return self._client.send(Call[None]("POST", "/v1/auth/password-reset/confirm", body=body))

    def pending(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfPendingRegistration]:
        """待确认邮箱的注册 (`GET /v1/registrations`)."""
        return self._client.send(
            Call[models.PageOfPendingRegistration](
                "GET", "/v1/registrations", query={"limit": limit, "cursor": cursor}
            )
        )

    def pending_all(self, *, limit: int | None = None) -> Iterator[models.PendingRegistration]:
        """待确认邮箱的注册 (`GET /v1/registrations`), item by item."""
        return self._client.each(
            Call[models.PageOfPendingRegistration]("GET", "/v1/registrations", query={"limit": limit})
        )

    def confirm(self, registration_id: UUID | str) -> Answer[models.Registered]:
        """由管理部门确认注册 (`POST /v1/registrations/{registration_id}/confirm`)."""
        return self._client.send(
            Call[models.Registered](
                "POST",
                "/v1/registrations/{registration_id}/confirm",
                segments={"registration_id": registration_id},
            )
        )

    def me(self) -> Answer[models.Me]:
        """当前身份和权限 (`GET /v1/me`)."""
        return self._client.send(Call[models.Me]("GET", "/v1/me"))

    def change_password(self, body: models.PasswordChange) -> Answer[None]:
        """修改密码 (`POST /v1/me/password`)."""
        return self._client.send(Call[None]("POST", "/v1/me/password", body=body))

    def change_email(self, body: models.MailChange) -> Answer[dict[str, Any]]:
        """更换登录邮箱 (`POST /v1/me/email`)."""
        return self._client.send(Call[dict[str, Any]]("POST", "/v1/me/email", body=body))

    def sessions(self) -> Answer[builtins.list[models.SessionOut]]:
        """本人的登录 (`GET /v1/me/sessions`)."""
        return self._client.send(Call[builtins.list[models.SessionOut]]("GET", "/v1/me/sessions"))

    def end_others(self) -> Answer[None]:
        """结束其他登录 (`DELETE /v1/me/sessions`)."""
        return self._client.send(Call[None]("DELETE", "/v1/me/sessions"))

    def end_session(self, session_id: UUID | str) -> Answer[None]:
        """结束一次登录 (`DELETE /v1/me/sessions/{session_id}`)."""
        return self._client.send(
            Call[None]("DELETE", "/v1/me/sessions/{session_id}", segments={"session_id": session_id})
        )

    def confirm_own(self, body: models.OwnConfirmation) -> Answer[None]:
        """确认是本人操作 (`POST /v1/me/confirmation`)."""
        return self._client.send(Call[None]("POST", "/v1/me/confirmation", body=body))

    def second_factor(self) -> Answer[models.SecondFactorOut]:
        """本人的第二重验证 (`GET /v1/me/second-factor`)."""
        return self._client.send(Call[models.SecondFactorOut]("GET", "/v1/me/second-factor"))

    def begin_second_factor(self) -> Answer[models.SecondFactorSecret]:
        """开始设置验证器 (`POST /v1/me/second-factor`)."""
        return self._client.send(Call[models.SecondFactorSecret]("POST", "/v1/me/second-factor"))

    def remove_second_factor(self) -> Answer[None]:
        """停用验证器 (`DELETE /v1/me/second-factor`)."""
        return self._client.send(Call[None]("DELETE", "/v1/me/second-factor"))

    def confirm_second_factor(self, body: models.Code) -> Answer[models.RecoveryCodes]:
        """启用验证器 (`POST /v1/me/second-factor/confirm`)."""
        return self._client.send(
            Call[models.RecoveryCodes]("POST", "/v1/me/second-factor/confirm", body=body)
        )

    def renew_recovery_codes(self) -> Answer[models.RecoveryCodes]:
        """重新生成恢复码 (`POST /v1/me/second-factor/recovery-codes`)."""
        return self._client.send(Call[models.RecoveryCodes]("POST", "/v1/me/second-factor/recovery-codes"))

    def reset_second_factor(self, user_id: UUID | str) -> Answer[None]:
        """清除用户的第二重验证 (`DELETE /v1/users/{user_id}/second-factor`)."""
        return self._client.send(
            Call[None]("DELETE", "/v1/users/{user_id}/second-factor", segments={"user_id": user_id})
        )

    def begin_passkey_login(self) -> Answer[models.PasskeyQuestionOut]:
        """开始用通行密钥登录 (`POST /v1/auth/passkey/options`)."""
        return self._client.send(Call[models.PasskeyQuestionOut]("POST", "/v1/auth/passkey/options"))

    def log_in_with_passkey(self, body: models.PasskeyLogin) -> Answer[models.TokensOut]:
        """用通行密钥登录 (`POST /v1/auth/passkey`)."""
        return self._client.send(Call[models.TokensOut]("POST", "/v1/auth/passkey", body=body))

    def begin_passkey_step(self, body: models.FirstStep) -> Answer[models.PasskeyQuestionOut]:
        """登录第二步：开始使用通行密钥 (`POST /v1/auth/second-factor/passkey/options`)."""
        return self._client.send(
            Call[models.PasskeyQuestionOut]("POST", "/v1/auth/second-factor/passkey/options", body=body)
        )

    def second_step_with_passkey(self, body: models.PasskeyLogin) -> Answer[models.TokensOut]:
        """登录第二步：通行密钥 (`POST /v1/auth/second-factor/passkey`)."""
        return self._client.send(Call[models.TokensOut]("POST", "/v1/auth/second-factor/passkey", body=body))

    def begin_confirmation_by_passkey(self) -> Answer[models.PasskeyQuestionOut]:
        """开始用通行密钥确认本人操作 (`POST /v1/me/confirmation/passkey/options`)."""
        return self._client.send(
            Call[models.PasskeyQuestionOut]("POST", "/v1/me/confirmation/passkey/options")
        )

    def confirm_own_by_passkey(self, body: models.PasskeyAnswer) -> Answer[None]:
        """用通行密钥确认本人操作 (`POST /v1/me/confirmation/passkey`)."""
        return self._client.send(Call[None]("POST", "/v1/me/confirmation/passkey", body=body))

    def passkeys(self) -> Answer[builtins.list[models.PasskeyOut]]:
        """本人的通行密钥 (`GET /v1/me/passkeys`)."""
        return self._client.send(Call[builtins.list[models.PasskeyOut]]("GET", "/v1/me/passkeys"))

    def add_passkey(self, body: models.PasskeyNew) -> Answer[models.PasskeyRegistered]:
        """添加通行密钥 (`POST /v1/me/passkeys`)."""
        return self._client.send(Call[models.PasskeyRegistered]("POST", "/v1/me/passkeys", body=body))

    def begin_passkey(self) -> Answer[models.PasskeyQuestionOut]:
        """开始添加通行密钥 (`POST /v1/me/passkeys/options`)."""
        return self._client.send(Call[models.PasskeyQuestionOut]("POST", "/v1/me/passkeys/options"))

    def rename_passkey(self, passkey_id: UUID | str, body: models.PasskeyName) -> Answer[models.PasskeyOut]:
        """修改通行密钥的名称 (`PATCH /v1/me/passkeys/{passkey_id}`)."""
        return self._client.send(
            Call[models.PasskeyOut](
                "PATCH", "/v1/me/passkeys/{passkey_id}", segments={"passkey_id": passkey_id}, body=body
            )
        )

    def remove_passkey(self, passkey_id: UUID | str) -> Answer[None]:
        """移除通行密钥 (`DELETE /v1/me/passkeys/{passkey_id}`)."""
        return self._client.send(
            Call[None]("DELETE", "/v1/me/passkeys/{passkey_id}", segments={"passkey_id": passkey_id})
        )

    def legal_text(
        self, purpose: models.TextPurpose, *, version: int | None = None
    ) -> Answer[models.LegalTextOut]:
        """协议文本 (`GET /v1/legal-texts/{purpose}`)."""
        return self._client.send(
            Call[models.LegalTextOut](
                "GET", "/v1/legal-texts/{purpose}", segments={"purpose": purpose}, query={"version": version}
            )
        )

    def publish_legal_text(
        self, purpose: models.TextPurpose, body: models.LegalTextNew
    ) -> Answer[models.LegalTextOut]:
        """发布协议文本的新版本 (`POST /v1/legal-texts/{purpose}`)."""
        return self._client.send(
            Call[models.LegalTextOut](
                "POST", "/v1/legal-texts/{purpose}", segments={"purpose": purpose}, body=body
            )
        )

    def legal_text_versions(
        self, purpose: models.TextPurpose
    ) -> Answer[builtins.list[models.LegalTextVersionOut]]:
        """协议文本的各版本 (`GET /v1/legal-texts/{purpose}/versions`)."""
        return self._client.send(
            Call[builtins.list[models.LegalTextVersionOut]](
                "GET", "/v1/legal-texts/{purpose}/versions", segments={"purpose": purpose}
            )
        )

    def take_out(self, *, format: models.DataFormat | None = None, into: BinaryIO | None = None) -> File:
        """导出本人数据 (`GET /v1/me/data`), as a file."""
        return self._client.fetch(Call[bytes]("GET", "/v1/me/data", query={"format": format}), into)

    def consents(self) -> Answer[builtins.list[models.ConsentOut]]:
        """本人的同意记录 (`GET /v1/me/consents`)."""
        return self._client.send(Call[builtins.list[models.ConsentOut]]("GET", "/v1/me/consents"))

    def consent(self, body: models.ConsentIn) -> Answer[models.ConsentOut]:
        """同意个人信息处理告知书 (`POST /v1/me/consents`)."""
        return self._client.send(Call[models.ConsentOut]("POST", "/v1/me/consents", body=body))

    def withdraw(self) -> Answer[None]:
        """撤回同意 (`DELETE /v1/me/consents`)."""
        return self._client.send(Call[None]("DELETE", "/v1/me/consents"))

    def erase(self, body: models.ErasureIn) -> Answer[builtins.list[models.KeptOut]]:
        """注销账号并删除本人数据 (`POST /v1/me/erasure`)."""
        return self._client.send(Call[builtins.list[models.KeptOut]]("POST", "/v1/me/erasure", body=body))


class AsyncAccounts:
    """accounts."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def log_in(
        self,
        username: str,
        password: str,
        *,
        device_token: str | None = None,
        grant_type: str | None = None,
        scope: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
    ) -> Answer[models.TokensOut]:
        """登录 (`POST /v1/auth/token`)."""
        return await self._client.send(
            Call[models.TokensOut](
                "POST",
                "/v1/auth/token",
                form={
                    "device_token": device_token,
                    "grant_type": grant_type,
                    "username": username,
                    "password": password,
                    "scope": scope,
                    "client_id": client_id,
                    "client_secret": client_secret,
                },
            )
        )

    async def second_step(self, body: models.SecondStep) -> Answer[models.TokensOut]:
        """登录第二步 (`POST /v1/auth/second-factor`)."""
        return await self._client.send(Call[models.TokensOut]("POST", "/v1/auth/second-factor", body=body))

    async def refresh(self, body: models.RefreshTokenIn) -> Answer[models.TokensOut]:
        """刷新令牌 (`POST /v1/auth/refresh`)."""
        return await self._client.send(Call[models.TokensOut]("POST", "/v1/auth/refresh", body=body))

    async def log_out(self, body: models.RefreshTokenIn) -> Answer[None]:
        """退出登录 (`POST /v1/auth/logout`)."""
        return await self._client.send(Call[None]("POST", "/v1/auth/logout", body=body))

    async def register(self, body: models.Registration) -> Answer[models.MailboxIn]:
        """注册单位和首个用户 (`POST /v1/register`)."""
        return await self._client.send(Call[models.MailboxIn]("POST", "/v1/register", body=body))

    async def resend(self, body: models.MailboxIn) -> Answer[models.MailboxIn]:
        """重发注册确认邮件 (`POST /v1/register/resend`)."""
        return await self._client.send(Call[models.MailboxIn]("POST", "/v1/register/resend", body=body))

    async def verify_mail(self, body: models.LinkToken) -> Answer[models.MailboxConfirmed]:
        """确认邮箱 (`POST /v1/auth/verify-mail`)."""
        return await self._client.send(
            Call[models.MailboxConfirmed]("POST", "/v1/auth/verify-mail", body=body)
        )

    async def ask_for_reset(self, body: models.MailboxIn) -> Answer[models.MailboxIn]:
        """申请重置密码 (`POST /v1/auth/password-reset`)."""
        return await self._client.send(Call[models.MailboxIn]("POST", "/v1/auth/password-reset", body=body))

    async def reset(self, body: models.PasswordReset) -> Answer[None]:
        """设置新密码 (`POST /v1/auth/password-reset/confirm`)."""
        return await self._client.send(Call[None]("POST", "/v1/auth/password-reset/confirm", body=body))

    async def pending(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfPendingRegistration]:
        """待确认邮箱的注册 (`GET /v1/registrations`)."""
        return await self._client.send(
            Call[models.PageOfPendingRegistration](
                "GET", "/v1/registrations", query={"limit": limit, "cursor": cursor}
            )
        )

    def pending_all(self, *, limit: int | None = None) -> AsyncIterator[models.PendingRegistration]:
        """待确认邮箱的注册 (`GET /v1/registrations`), item by item."""
        return self._client.each(
            Call[models.PageOfPendingRegistration]("GET", "/v1/registrations", query={"limit": limit})
        )

    async def confirm(self, registration_id: UUID | str) -> Answer[models.Registered]:
        """由管理部门确认注册 (`POST /v1/registrations/{registration_id}/confirm`)."""
        return await self._client.send(
            Call[models.Registered](
                "POST",
                "/v1/registrations/{registration_id}/confirm",
                segments={"registration_id": registration_id},
            )
        )

    async def me(self) -> Answer[models.Me]:
        """当前身份和权限 (`GET /v1/me`)."""
        return await self._client.send(Call[models.Me]("GET", "/v1/me"))

    async def change_password(self, body: models.PasswordChange) -> Answer[None]:
        """修改密码 (`POST /v1/me/password`)."""
        return await self._client.send(Call[None]("POST", "/v1/me/password", body=body))

    async def change_email(self, body: models.MailChange) -> Answer[dict[str, Any]]:
        """更换登录邮箱 (`POST /v1/me/email`)."""
        return await self._client.send(Call[dict[str, Any]]("POST", "/v1/me/email", body=body))

    async def sessions(self) -> Answer[builtins.list[models.SessionOut]]:
        """本人的登录 (`GET /v1/me/sessions`)."""
        return await self._client.send(Call[builtins.list[models.SessionOut]]("GET", "/v1/me/sessions"))

    async def end_others(self) -> Answer[None]:
        """结束其他登录 (`DELETE /v1/me/sessions`)."""
        return await self._client.send(Call[None]("DELETE", "/v1/me/sessions"))

    async def end_session(self, session_id: UUID | str) -> Answer[None]:
        """结束一次登录 (`DELETE /v1/me/sessions/{session_id}`)."""
        return await self._client.send(
            Call[None]("DELETE", "/v1/me/sessions/{session_id}", segments={"session_id": session_id})
        )

    async def confirm_own(self, body: models.OwnConfirmation) -> Answer[None]:
        """确认是本人操作 (`POST /v1/me/confirmation`)."""
        return await self._client.send(Call[None]("POST", "/v1/me/confirmation", body=body))

    async def second_factor(self) -> Answer[models.SecondFactorOut]:
        """本人的第二重验证 (`GET /v1/me/second-factor`)."""
        return await self._client.send(Call[models.SecondFactorOut]("GET", "/v1/me/second-factor"))

    async def begin_second_factor(self) -> Answer[models.SecondFactorSecret]:
        """开始设置验证器 (`POST /v1/me/second-factor`)."""
        return await self._client.send(Call[models.SecondFactorSecret]("POST", "/v1/me/second-factor"))

    async def remove_second_factor(self) -> Answer[None]:
        """停用验证器 (`DELETE /v1/me/second-factor`)."""
        return await self._client.send(Call[None]("DELETE", "/v1/me/second-factor"))

    async def confirm_second_factor(self, body: models.Code) -> Answer[models.RecoveryCodes]:
        """启用验证器 (`POST /v1/me/second-factor/confirm`)."""
        return await self._client.send(
            Call[models.RecoveryCodes]("POST", "/v1/me/second-factor/confirm", body=body)
        )

    async def renew_recovery_codes(self) -> Answer[models.RecoveryCodes]:
        """重新生成恢复码 (`POST /v1/me/second-factor/recovery-codes`)."""
        return await self._client.send(
            Call[models.RecoveryCodes]("POST", "/v1/me/second-factor/recovery-codes")
        )

    async def reset_second_factor(self, user_id: UUID | str) -> Answer[None]:
        """清除用户的第二重验证 (`DELETE /v1/users/{user_id}/second-factor`)."""
        return await self._client.send(
            Call[None]("DELETE", "/v1/users/{user_id}/second-factor", segments={"user_id": user_id})
        )

    async def begin_passkey_login(self) -> Answer[models.PasskeyQuestionOut]:
        """开始用通行密钥登录 (`POST /v1/auth/passkey/options`)."""
        return await self._client.send(Call[models.PasskeyQuestionOut]("POST", "/v1/auth/passkey/options"))

    async def log_in_with_passkey(self, body: models.PasskeyLogin) -> Answer[models.TokensOut]:
        """用通行密钥登录 (`POST /v1/auth/passkey`)."""
        return await self._client.send(Call[models.TokensOut]("POST", "/v1/auth/passkey", body=body))

    async def begin_passkey_step(self, body: models.FirstStep) -> Answer[models.PasskeyQuestionOut]:
        """登录第二步：开始使用通行密钥 (`POST /v1/auth/second-factor/passkey/options`)."""
        return await self._client.send(
            Call[models.PasskeyQuestionOut]("POST", "/v1/auth/second-factor/passkey/options", body=body)
        )

    async def second_step_with_passkey(self, body: models.PasskeyLogin) -> Answer[models.TokensOut]:
        """登录第二步：通行密钥 (`POST /v1/auth/second-factor/passkey`)."""
        return await self._client.send(
            Call[models.TokensOut]("POST", "/v1/auth/second-factor/passkey", body=body)
        )

    async def begin_confirmation_by_passkey(self) -> Answer[models.PasskeyQuestionOut]:
        """开始用通行密钥确认本人操作 (`POST /v1/me/confirmation/passkey/options`)."""
        return await self._client.send(
            Call[models.PasskeyQuestionOut]("POST", "/v1/me/confirmation/passkey/options")
        )

    async def confirm_own_by_passkey(self, body: models.PasskeyAnswer) -> Answer[None]:
        """用通行密钥确认本人操作 (`POST /v1/me/confirmation/passkey`)."""
        return await self._client.send(Call[None]("POST", "/v1/me/confirmation/passkey", body=body))

    async def passkeys(self) -> Answer[builtins.list[models.PasskeyOut]]:
        """本人的通行密钥 (`GET /v1/me/passkeys`)."""
        return await self._client.send(Call[builtins.list[models.PasskeyOut]]("GET", "/v1/me/passkeys"))

    async def add_passkey(self, body: models.PasskeyNew) -> Answer[models.PasskeyRegistered]:
        """添加通行密钥 (`POST /v1/me/passkeys`)."""
        return await self._client.send(Call[models.PasskeyRegistered]("POST", "/v1/me/passkeys", body=body))

    async def begin_passkey(self) -> Answer[models.PasskeyQuestionOut]:
        """开始添加通行密钥 (`POST /v1/me/passkeys/options`)."""
        return await self._client.send(Call[models.PasskeyQuestionOut]("POST", "/v1/me/passkeys/options"))

    async def rename_passkey(
        self, passkey_id: UUID | str, body: models.PasskeyName
    ) -> Answer[models.PasskeyOut]:
        """修改通行密钥的名称 (`PATCH /v1/me/passkeys/{passkey_id}`)."""
        return await self._client.send(
            Call[models.PasskeyOut](
                "PATCH", "/v1/me/passkeys/{passkey_id}", segments={"passkey_id": passkey_id}, body=body
            )
        )

    async def remove_passkey(self, passkey_id: UUID | str) -> Answer[None]:
        """移除通行密钥 (`DELETE /v1/me/passkeys/{passkey_id}`)."""
        return await self._client.send(
            Call[None]("DELETE", "/v1/me/passkeys/{passkey_id}", segments={"passkey_id": passkey_id})
        )

    async def legal_text(
        self, purpose: models.TextPurpose, *, version: int | None = None
    ) -> Answer[models.LegalTextOut]:
        """协议文本 (`GET /v1/legal-texts/{purpose}`)."""
        return await self._client.send(
            Call[models.LegalTextOut](
                "GET", "/v1/legal-texts/{purpose}", segments={"purpose": purpose}, query={"version": version}
            )
        )

    async def publish_legal_text(
        self, purpose: models.TextPurpose, body: models.LegalTextNew
    ) -> Answer[models.LegalTextOut]:
        """发布协议文本的新版本 (`POST /v1/legal-texts/{purpose}`)."""
        return await self._client.send(
            Call[models.LegalTextOut](
                "POST", "/v1/legal-texts/{purpose}", segments={"purpose": purpose}, body=body
            )
        )

    async def legal_text_versions(
        self, purpose: models.TextPurpose
    ) -> Answer[builtins.list[models.LegalTextVersionOut]]:
        """协议文本的各版本 (`GET /v1/legal-texts/{purpose}/versions`)."""
        return await self._client.send(
            Call[builtins.list[models.LegalTextVersionOut]](
                "GET", "/v1/legal-texts/{purpose}/versions", segments={"purpose": purpose}
            )
        )

    async def take_out(
        self, *, format: models.DataFormat | None = None, into: BinaryIO | None = None
    ) -> File:
        """导出本人数据 (`GET /v1/me/data`), as a file."""
        return await self._client.fetch(Call[bytes]("GET", "/v1/me/data", query={"format": format}), into)

    async def consents(self) -> Answer[builtins.list[models.ConsentOut]]:
        """本人的同意记录 (`GET /v1/me/consents`)."""
        return await self._client.send(Call[builtins.list[models.ConsentOut]]("GET", "/v1/me/consents"))

    async def consent(self, body: models.ConsentIn) -> Answer[models.ConsentOut]:
        """同意个人信息处理告知书 (`POST /v1/me/consents`)."""
        return await self._client.send(Call[models.ConsentOut]("POST", "/v1/me/consents", body=body))

    async def withdraw(self) -> Answer[None]:
        """撤回同意 (`DELETE /v1/me/consents`)."""
        return await self._client.send(Call[None]("DELETE", "/v1/me/consents"))

    async def erase(self, body: models.ErasureIn) -> Answer[builtins.list[models.KeptOut]]:
        """注销账号并删除本人数据 (`POST /v1/me/erasure`)."""
        return await self._client.send(
            Call[builtins.list[models.KeptOut]]("POST", "/v1/me/erasure", body=body)
        )


class Organisations:
    """organisations."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def list_duplicates(self, *, limit: int | None = None) -> Answer[models.DuplicatesOut]:
        """疑似重复单位 (`GET /v1/organisations/duplicates`)."""
        return self._client.send(
            Call[models.DuplicatesOut]("GET", "/v1/organisations/duplicates", query={"limit": limit})
        )

    def decide(self, body: models.DecisionNew) -> Answer[models.DecisionOut]:
        """认定疑似重复单位 (`POST /v1/organisations/duplicates`)."""
        return self._client.send(Call[models.DecisionOut]("POST", "/v1/organisations/duplicates", body=body))

    def list_decisions(
        self,
        *,
        organisation_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfDecisionOut]:
        """疑似重复单位的认定 (`GET /v1/organisations/duplicates/decisions`)."""
        return self._client.send(
            Call[models.PageOfDecisionOut](
                "GET",
                "/v1/organisations/duplicates/decisions",
                query={"organisation_id": organisation_id, "limit": limit, "cursor": cursor},
            )
        )

    def list_decisions_all(
        self, *, organisation_id: UUID | str | None = None, limit: int | None = None
    ) -> Iterator[models.DecisionOut]:
        """疑似重复单位的认定 (`GET /v1/organisations/duplicates/decisions`), item by item."""
        return self._client.each(
            Call[models.PageOfDecisionOut](
                "GET",
                "/v1/organisations/duplicates/decisions",
                query={"organisation_id": organisation_id, "limit": limit},
            )
        )

    def undo(self, decision_id: UUID | str) -> Answer[models.DecisionOut]:
        """撤销认定 (`POST /v1/organisations/duplicates/{decision_id}/undo`)."""
        return self._client.send(
            Call[models.DecisionOut](
                "POST",
                "/v1/organisations/duplicates/{decision_id}/undo",
                segments={"decision_id": decision_id},
            )
        )

    def create(
        self, body: models.OrganisationNew, *, idempotency_key: str | None = None
    ) -> Answer[models.OrganisationOut]:
        """新建单位 (`POST /v1/organisations`)."""
        return self._client.send(
            Call[models.OrganisationOut](
                "POST",
                "/v1/organisations",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    def list(
        self,
        *,
        name: str | None = None,
        uscc: str | None = None,
        kind: models.OrganisationKind | None = None,
        region: str | None = None,
        verified: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfOrganisationOut]:
        """单位列表 (`GET /v1/organisations`)."""
        return self._client.send(
            Call[models.PageOfOrganisationOut](
                "GET",
                "/v1/organisations",
                query={
                    "name": name,
                    "uscc": uscc,
                    "kind": kind,
                    "region": region,
                    "verified": verified,
                    "sort": sort,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_all(
        self,
        *,
        name: str | None = None,
        uscc: str | None = None,
        kind: models.OrganisationKind | None = None,
        region: str | None = None,
        verified: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.OrganisationOut]:
        """单位列表 (`GET /v1/organisations`), item by item."""
        return self._client.each(
            Call[models.PageOfOrganisationOut](
                "GET",
                "/v1/organisations",
                query={
                    "name": name,
                    "uscc": uscc,
                    "kind": kind,
                    "region": region,
                    "verified": verified,
                    "sort": sort,
                    "limit": limit,
                },
            )
        )

    def get(self, organisation_id: UUID | str) -> Answer[models.OrganisationOut]:
        """单位详情 (`GET /v1/organisations/{organisation_id}`)."""
        return self._client.send(
            Call[models.OrganisationOut](
                "GET", "/v1/organisations/{organisation_id}", segments={"organisation_id": organisation_id}
            )
        )

    def change(
        self, organisation_id: UUID | str, body: models.OrganisationChange, *, if_match: Answer[Any] | str
    ) -> Answer[models.OrganisationOut]:
        """修改单位 (`PATCH /v1/organisations/{organisation_id}`)."""
        return self._client.send(
            Call[models.OrganisationOut](
                "PATCH",
                "/v1/organisations/{organisation_id}",
                segments={"organisation_id": organisation_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def verify(
        self, organisation_id: UUID | str, *, if_match: Answer[Any] | str
    ) -> Answer[models.OrganisationOut]:
        """核验单位 (`POST /v1/organisations/{organisation_id}/verify`)."""
        return self._client.send(
            Call[models.OrganisationOut](
                "POST",
                "/v1/organisations/{organisation_id}/verify",
                segments={"organisation_id": organisation_id},
                headers={"If-Match": if_match},
            )
        )


class AsyncOrganisations:
    """organisations."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def list_duplicates(self, *, limit: int | None = None) -> Answer[models.DuplicatesOut]:
        """疑似重复单位 (`GET /v1/organisations/duplicates`)."""
        return await self._client.send(
            Call[models.DuplicatesOut]("GET", "/v1/organisations/duplicates", query={"limit": limit})
        )

    async def decide(self, body: models.DecisionNew) -> Answer[models.DecisionOut]:
        """认定疑似重复单位 (`POST /v1/organisations/duplicates`)."""
        return await self._client.send(
            Call[models.DecisionOut]("POST", "/v1/organisations/duplicates", body=body)
        )

    async def list_decisions(
        self,
        *,
        organisation_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfDecisionOut]:
        """疑似重复单位的认定 (`GET /v1/organisations/duplicates/decisions`)."""
        return await self._client.send(
            Call[models.PageOfDecisionOut](
                "GET",
                "/v1/organisations/duplicates/decisions",
                query={"organisation_id": organisation_id, "limit": limit, "cursor": cursor},
            )
        )

    def list_decisions_all(
        self, *, organisation_id: UUID | str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.DecisionOut]:
        """疑似重复单位的认定 (`GET /v1/organisations/duplicates/decisions`), item by item."""
        return self._client.each(
            Call[models.PageOfDecisionOut](
                "GET",
                "/v1/organisations/duplicates/decisions",
                query={"organisation_id": organisation_id, "limit": limit},
            )
        )

    async def undo(self, decision_id: UUID | str) -> Answer[models.DecisionOut]:
        """撤销认定 (`POST /v1/organisations/duplicates/{decision_id}/undo`)."""
        return await self._client.send(
            Call[models.DecisionOut](
                "POST",
                "/v1/organisations/duplicates/{decision_id}/undo",
                segments={"decision_id": decision_id},
            )
        )

    async def create(
        self, body: models.OrganisationNew, *, idempotency_key: str | None = None
    ) -> Answer[models.OrganisationOut]:
        """新建单位 (`POST /v1/organisations`)."""
        return await self._client.send(
            Call[models.OrganisationOut](
                "POST",
                "/v1/organisations",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    async def list(
        self,
        *,
        name: str | None = None,
        uscc: str | None = None,
        kind: models.OrganisationKind | None = None,
        region: str | None = None,
        verified: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfOrganisationOut]:
        """单位列表 (`GET /v1/organisations`)."""
        return await self._client.send(
            Call[models.PageOfOrganisationOut](
                "GET",
                "/v1/organisations",
                query={
                    "name": name,
                    "uscc": uscc,
                    "kind": kind,
                    "region": region,
                    "verified": verified,
                    "sort": sort,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_all(
        self,
        *,
        name: str | None = None,
        uscc: str | None = None,
        kind: models.OrganisationKind | None = None,
        region: str | None = None,
        verified: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.OrganisationOut]:
        """单位列表 (`GET /v1/organisations`), item by item."""
        return self._client.each(
            Call[models.PageOfOrganisationOut](
                "GET",
                "/v1/organisations",
                query={
                    "name": name,
                    "uscc": uscc,
                    "kind": kind,
                    "region": region,
                    "verified": verified,
                    "sort": sort,
                    "limit": limit,
                },
            )
        )

    async def get(self, organisation_id: UUID | str) -> Answer[models.OrganisationOut]:
        """单位详情 (`GET /v1/organisations/{organisation_id}`)."""
        return await self._client.send(
            Call[models.OrganisationOut](
                "GET", "/v1/organisations/{organisation_id}", segments={"organisation_id": organisation_id}
            )
        )

    async def change(
        self, organisation_id: UUID | str, body: models.OrganisationChange, *, if_match: Answer[Any] | str
    ) -> Answer[models.OrganisationOut]:
        """修改单位 (`PATCH /v1/organisations/{organisation_id}`)."""
        return await self._client.send(
            Call[models.OrganisationOut](
                "PATCH",
                "/v1/organisations/{organisation_id}",
                segments={"organisation_id": organisation_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def verify(
        self, organisation_id: UUID | str, *, if_match: Answer[Any] | str
    ) -> Answer[models.OrganisationOut]:
        """核验单位 (`POST /v1/organisations/{organisation_id}/verify`)."""
        return await self._client.send(
            Call[models.OrganisationOut](
                "POST",
                "/v1/organisations/{organisation_id}/verify",
                segments={"organisation_id": organisation_id},
                headers={"If-Match": if_match},
            )
        )


class Users:
    """users."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def create(self, body: models.UserNew, *, idempotency_key: str | None = None) -> Answer[models.UserOut]:
        """新建用户 (`POST /v1/users`)."""
        return self._client.send(
            Call[models.UserOut](
                "POST", "/v1/users", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    def list(
        self,
        *,
        organisation_id: UUID | str | None = None,
        role: models.Role | None = None,
        active: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfUserOut]:
        """用户列表 (`GET /v1/users`)."""
        return self._client.send(
            Call[models.PageOfUserOut](
                "GET",
                "/v1/users",
                query={
                    "organisation_id": organisation_id,
                    "role": role,
                    "active": active,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_all(
        self,
        *,
        organisation_id: UUID | str | None = None,
        role: models.Role | None = None,
        active: bool | None = None,
        limit: int | None = None,
    ) -> Iterator[models.UserOut]:
        """用户列表 (`GET /v1/users`), item by item."""
        return self._client.each(
            Call[models.PageOfUserOut](
                "GET",
                "/v1/users",
                query={"organisation_id": organisation_id, "role": role, "active": active, "limit": limit},
            )
        )

    def get(self, user_id: UUID | str) -> Answer[models.UserOut]:
        """用户详情 (`GET /v1/users/{user_id}`)."""
        return self._client.send(
            Call[models.UserOut]("GET", "/v1/users/{user_id}", segments={"user_id": user_id})
        )

    def change(
        self, user_id: UUID | str, body: models.UserChange, *, if_match: Answer[Any] | str
    ) -> Answer[models.UserOut]:
        """修改或停用用户 (`PATCH /v1/users/{user_id}`)."""
        return self._client.send(
            Call[models.UserOut](
                "PATCH",
                "/v1/users/{user_id}",
                segments={"user_id": user_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def reset_password(self, user_id: UUID | str, body: models.NewPassword) -> Answer[None]:
        """重置用户密码 (`PUT /v1/users/{user_id}/password`)."""
        return self._client.send(
            Call[None]("PUT", "/v1/users/{user_id}/password", segments={"user_id": user_id}, body=body)
        )

    def list_recusals(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfOperatorTieOut]:
        """回避关系 (`GET /v1/recusals`)."""
        return self._client.send(
            Call[models.PageOfOperatorTieOut]("GET", "/v1/recusals", query={"limit": limit, "cursor": cursor})
        )

    def list_recusals_all(self, *, limit: int | None = None) -> Iterator[models.OperatorTieOut]:
        """回避关系 (`GET /v1/recusals`), item by item."""
        return self._client.each(
            Call[models.PageOfOperatorTieOut]("GET", "/v1/recusals", query={"limit": limit})
        )

    def declare_recusal(self, body: models.OperatorTieNew) -> Answer[models.OperatorTieOut]:
        """申报回避关系 (`POST /v1/recusals`)."""
        return self._client.send(Call[models.OperatorTieOut]("POST", "/v1/recusals", body=body))

    def withdraw_recusal(self, tie_id: UUID | str) -> Answer[None]:
        """撤销回避关系 (`DELETE /v1/recusals/{tie_id}`)."""
        return self._client.send(Call[None]("DELETE", "/v1/recusals/{tie_id}", segments={"tie_id": tie_id}))

    def invite(self, body: models.InvitationNew) -> Answer[models.InvitationOut]:
        """邀请同事 (`POST /v1/invitations`)."""
        return self._client.send(Call[models.InvitationOut]("POST", "/v1/invitations", body=body))

    def invitations(
        self,
        *,
        organisation_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfInvitationOut]:
        """待接受的邀请 (`GET /v1/invitations`)."""
        return self._client.send(
            Call[models.PageOfInvitationOut](
                "GET",
                "/v1/invitations",
                query={"organisation_id": organisation_id, "limit": limit, "cursor": cursor},
            )
        )

    def invitations_all(
        self, *, organisation_id: UUID | str | None = None, limit: int | None = None
    ) -> Iterator[models.InvitationOut]:
        """待接受的邀请 (`GET /v1/invitations`), item by item."""
        return self._client.each(
            Call[models.PageOfInvitationOut](
                "GET", "/v1/invitations", query={"organisation_id": organisation_id, "limit": limit}
            )
        )

    def withdraw_invitation(self, invitation_id: UUID | str) -> Answer[None]:
        """撤回邀请 (`DELETE /v1/invitations/{invitation_id}`)."""
        return self._client.send(
            Call[None]("DELETE", "/v1/invitations/{invitation_id}", segments={"invitation_id": invitation_id})
        )

    def accept_invitation(self, body: models.InvitationAcceptance) -> Answer[models.UserOut]:
        """接受邀请 (`POST /v1/auth/accept-invitation`)."""
        return self._client.send(Call[models.UserOut]("POST", "/v1/auth/accept-invitation", body=body))


class AsyncUsers:
    """users."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def create(
        self, body: models.UserNew, *, idempotency_key: str | None = None
    ) -> Answer[models.UserOut]:
        """新建用户 (`POST /v1/users`)."""
        return await self._client.send(
            Call[models.UserOut](
                "POST", "/v1/users", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    async def list(
        self,
        *,
        organisation_id: UUID | str | None = None,
        role: models.Role | None = None,
        active: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfUserOut]:
        """用户列表 (`GET /v1/users`)."""
        return await self._client.send(
            Call[models.PageOfUserOut](
                "GET",
                "/v1/users",
                query={
                    "organisation_id": organisation_id,
                    "role": role,
                    "active": active,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_all(
        self,
        *,
        organisation_id: UUID | str | None = None,
        role: models.Role | None = None,
        active: bool | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.UserOut]:
        """用户列表 (`GET /v1/users`), item by item."""
        return self._client.each(
            Call[models.PageOfUserOut](
                "GET",
                "/v1/users",
                query={"organisation_id": organisation_id, "role": role, "active": active, "limit": limit},
            )
        )

    async def get(self, user_id: UUID | str) -> Answer[models.UserOut]:
        """用户详情 (`GET /v1/users/{user_id}`)."""
        return await self._client.send(
            Call[models.UserOut]("GET", "/v1/users/{user_id}", segments={"user_id": user_id})
        )

    async def change(
        self, user_id: UUID | str, body: models.UserChange, *, if_match: Answer[Any] | str
    ) -> Answer[models.UserOut]:
        """修改或停用用户 (`PATCH /v1/users/{user_id}`)."""
        return await self._client.send(
            Call[models.UserOut](
                "PATCH",
                "/v1/users/{user_id}",
                segments={"user_id": user_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def reset_password(self, user_id: UUID | str, body: models.NewPassword) -> Answer[None]:
        """重置用户密码 (`PUT /v1/users/{user_id}/password`)."""
        return await self._client.send(
            Call[None]("PUT", "/v1/users/{user_id}/password", segments={"user_id": user_id}, body=body)
        )

    async def list_recusals(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfOperatorTieOut]:
        """回避关系 (`GET /v1/recusals`)."""
        return await self._client.send(
            Call[models.PageOfOperatorTieOut]("GET", "/v1/recusals", query={"limit": limit, "cursor": cursor})
        )

    def list_recusals_all(self, *, limit: int | None = None) -> AsyncIterator[models.OperatorTieOut]:
        """回避关系 (`GET /v1/recusals`), item by item."""
        return self._client.each(
            Call[models.PageOfOperatorTieOut]("GET", "/v1/recusals", query={"limit": limit})
        )

    async def declare_recusal(self, body: models.OperatorTieNew) -> Answer[models.OperatorTieOut]:
        """申报回避关系 (`POST /v1/recusals`)."""
        return await self._client.send(Call[models.OperatorTieOut]("POST", "/v1/recusals", body=body))

    async def withdraw_recusal(self, tie_id: UUID | str) -> Answer[None]:
        """撤销回避关系 (`DELETE /v1/recusals/{tie_id}`)."""
        return await self._client.send(
            Call[None]("DELETE", "/v1/recusals/{tie_id}", segments={"tie_id": tie_id})
        )

    async def invite(self, body: models.InvitationNew) -> Answer[models.InvitationOut]:
        """邀请同事 (`POST /v1/invitations`)."""
        return await self._client.send(Call[models.InvitationOut]("POST", "/v1/invitations", body=body))

    async def invitations(
        self,
        *,
        organisation_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfInvitationOut]:
        """待接受的邀请 (`GET /v1/invitations`)."""
        return await self._client.send(
            Call[models.PageOfInvitationOut](
                "GET",
                "/v1/invitations",
                query={"organisation_id": organisation_id, "limit": limit, "cursor": cursor},
            )
        )

    def invitations_all(
        self, *, organisation_id: UUID | str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.InvitationOut]:
        """待接受的邀请 (`GET /v1/invitations`), item by item."""
        return self._client.each(
            Call[models.PageOfInvitationOut](
                "GET", "/v1/invitations", query={"organisation_id": organisation_id, "limit": limit}
            )
        )

    async def withdraw_invitation(self, invitation_id: UUID | str) -> Answer[None]:
        """撤回邀请 (`DELETE /v1/invitations/{invitation_id}`)."""
        return await self._client.send(
            Call[None]("DELETE", "/v1/invitations/{invitation_id}", segments={"invitation_id": invitation_id})
        )

    async def accept_invitation(self, body: models.InvitationAcceptance) -> Answer[models.UserOut]:
        """接受邀请 (`POST /v1/auth/accept-invitation`)."""
        return await self._client.send(Call[models.UserOut]("POST", "/v1/auth/accept-invitation", body=body))


class ApiKeys:
    """api-keys."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def create(self, body: models.ApiKeyNew) -> Answer[models.ApiKeyIssued]:
        """新建 API 密钥 (`POST /v1/api-keys`)."""
        return self._client.send(Call[models.ApiKeyIssued]("POST", "/v1/api-keys", body=body))

    def list(
        self,
        *,
        organisation_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfApiKeyOut]:
        """API 密钥列表 (`GET /v1/api-keys`)."""
        return self._client.send(
            Call[models.PageOfApiKeyOut](
                "GET",
                "/v1/api-keys",
                query={"organisation_id": organisation_id, "limit": limit, "cursor": cursor},
            )
        )

    def list_all(
        self, *, organisation_id: UUID | str | None = None, limit: int | None = None
    ) -> Iterator[models.ApiKeyOut]:
        """API 密钥列表 (`GET /v1/api-keys`), item by item."""
        return self._client.each(
            Call[models.PageOfApiKeyOut](
                "GET", "/v1/api-keys", query={"organisation_id": organisation_id, "limit": limit}
            )
        )

    def revoke(self, key_id: UUID | str) -> Answer[None]:
        """吊销 API 密钥 (`DELETE /v1/api-keys/{key_id}`)."""
        return self._client.send(Call[None]("DELETE", "/v1/api-keys/{key_id}", segments={"key_id": key_id}))


class AsyncApiKeys:
    """api-keys."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def create(self, body: models.ApiKeyNew) -> Answer[models.ApiKeyIssued]:
        """新建 API 密钥 (`POST /v1/api-keys`)."""
        return await self._client.send(Call[models.ApiKeyIssued]("POST", "/v1/api-keys", body=body))

    async def list(
        self,
        *,
        organisation_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfApiKeyOut]:
        """API 密钥列表 (`GET /v1/api-keys`)."""
        return await self._client.send(
            Call[models.PageOfApiKeyOut](
                "GET",
                "/v1/api-keys",
                query={"organisation_id": organisation_id, "limit": limit, "cursor": cursor},
            )
        )

    def list_all(
        self, *, organisation_id: UUID | str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.ApiKeyOut]:
        """API 密钥列表 (`GET /v1/api-keys`), item by item."""
        return self._client.each(
            Call[models.PageOfApiKeyOut](
                "GET", "/v1/api-keys", query={"organisation_id": organisation_id, "limit": limit}
            )
        )

    async def revoke(self, key_id: UUID | str) -> Answer[None]:
        """吊销 API 密钥 (`DELETE /v1/api-keys/{key_id}`)."""
        return await self._client.send(
            Call[None]("DELETE", "/v1/api-keys/{key_id}", segments={"key_id": key_id})
        )


class Audit:
    """audit."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def list(
        self,
        *,
        action: str | None = None,
        subject_id: UUID | str | None = None,
        user_id: UUID | str | None = None,
        organisation_id: UUID | str | None = None,
        since: datetime | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfAuditEntryOut]:
        """审计日志 (`GET /v1/audit`)."""
        return self._client.send(
            Call[models.PageOfAuditEntryOut](
                "GET",
                "/v1/audit",
                query={
                    "action": action,
                    "subject_id": subject_id,
                    "user_id": user_id,
                    "organisation_id": organisation_id,
                    "since": since,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_all(
        self,
        *,
        action: str | None = None,
        subject_id: UUID | str | None = None,
        user_id: UUID | str | None = None,
        organisation_id: UUID | str | None = None,
        since: datetime | str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.AuditEntryOut]:
        """审计日志 (`GET /v1/audit`), item by item."""
        return self._client.each(
            Call[models.PageOfAuditEntryOut](
                "GET",
                "/v1/audit",
                query={
                    "action": action,
                    "subject_id": subject_id,
                    "user_id": user_id,
                    "organisation_id": organisation_id,
                    "since": since,
                    "limit": limit,
                },
            )
        )

    def verify(self) -> Answer[models.AuditVerificationOut]:
        """校验审计日志 (`GET /v1/audit/verification`)."""
        return self._client.send(Call[models.AuditVerificationOut]("GET", "/v1/audit/verification"))

    def export(
        self,
        *,
        format: models.AuditFormat | None = None,
        after: int | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """导出审计日志 (`GET /v1/audit/export`), as a file."""
        return self._client.fetch(
            Call[bytes]("GET", "/v1/audit/export", query={"format": format, "after": after}), into
        )


class AsyncAudit:
    """audit."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def list(
        self,
        *,
        action: str | None = None,
        subject_id: UUID | str | None = None,
        user_id: UUID | str | None = None,
        organisation_id: UUID | str | None = None,
        since: datetime | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfAuditEntryOut]:
        """审计日志 (`GET /v1/audit`)."""
        return await self._client.send(
            Call[models.PageOfAuditEntryOut](
                "GET",
                "/v1/audit",
                query={
                    "action": action,
                    "subject_id": subject_id,
                    "user_id": user_id,
                    "organisation_id": organisation_id,
                    "since": since,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_all(
        self,
        *,
        action: str | None = None,
        subject_id: UUID | str | None = None,
        user_id: UUID | str | None = None,
        organisation_id: UUID | str | None = None,
        since: datetime | str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.AuditEntryOut]:
        """审计日志 (`GET /v1/audit`), item by item."""
        return self._client.each(
            Call[models.PageOfAuditEntryOut](
                "GET",
                "/v1/audit",
                query={
                    "action": action,
                    "subject_id": subject_id,
                    "user_id": user_id,
                    "organisation_id": organisation_id,
                    "since": since,
                    "limit": limit,
                },
            )
        )

    async def verify(self) -> Answer[models.AuditVerificationOut]:
        """校验审计日志 (`GET /v1/audit/verification`)."""
        return await self._client.send(Call[models.AuditVerificationOut]("GET", "/v1/audit/verification"))

    async def export(
        self,
        *,
        format: models.AuditFormat | None = None,
        after: int | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """导出审计日志 (`GET /v1/audit/export`), as a file."""
        return await self._client.fetch(
            Call[bytes]("GET", "/v1/audit/export", query={"format": format, "after": after}), into
        )
