"""Operations on talent: filings, affiliations, certificates, trainings, tiers."""

# Written by `make client` from the OpenAPI description; do not edit.

import builtins
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from sanku.client import models
from sanku.client.answers import Answer, File
from sanku.client.calls import AsyncSender, Call, Sender, Upload, new_key


class Filings:
    """备案 Filings."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def read_pledge(self) -> Answer[models.PledgeRead]:
        """承诺书现行文本 (`GET /v1/filings/pledge`)."""
        return self._client.send(Call[models.PledgeRead]("GET", "/v1/filings/pledge"))

    def file(
        self, body: models.FilingCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.FilingRead]:
        """申请备案 (`POST /v1/filings`)."""
        return self._client.send(
            Call[models.FilingRead](
                "POST", "/v1/filings", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    def list_filings(
        self,
        *,
        state: Sequence[models.FilingState] | None = None,
        manager_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfFilingRead]:
        """备案列表 (`GET /v1/filings`)."""
        return self._client.send(
            Call[models.PageOfFilingRead](
                "GET",
                "/v1/filings",
                query={"state": state, "manager_id": manager_id, "limit": limit, "cursor": cursor},
            )
        )

    def list_filings_all(
        self,
        *,
        state: Sequence[models.FilingState] | None = None,
        manager_id: UUID | str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.FilingRead]:
        """备案列表 (`GET /v1/filings`), item by item."""
        return self._client.each(
            Call[models.PageOfFilingRead](
                "GET", "/v1/filings", query={"state": state, "manager_id": manager_id, "limit": limit}
            )
        )

    def get_filing(self, filing_id: UUID | str) -> Answer[models.FilingRead]:
        """查看备案 (`GET /v1/filings/{filing_id}`)."""
        return self._client.send(
            Call[models.FilingRead]("GET", "/v1/filings/{filing_id}", segments={"filing_id": filing_id})
        )

    def change_filing(
        self, filing_id: UUID | str, body: models.FilingPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """修改备案申请 (`PATCH /v1/filings/{filing_id}`)."""
        return self._client.send(
            Call[models.FilingRead](
                "PATCH",
                "/v1/filings/{filing_id}",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def list_moves(self, filing_id: UUID | str) -> Answer[builtins.list[models.FilingMoveRead]]:
        """备案办理记录 (`GET /v1/filings/{filing_id}/moves`)."""
        return self._client.send(
            Call[builtins.list[models.FilingMoveRead]](
                "GET", "/v1/filings/{filing_id}/moves", segments={"filing_id": filing_id}
            )
        )

    def submit(
        self, filing_id: UUID | str, body: models.Pledge, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """提交备案申请 (`POST /v1/filings/{filing_id}/submit`)."""
        return self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/submit",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def renew(
        self, filing_id: UUID | str, body: models.Pledge, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """申请续期 (`POST /v1/filings/{filing_id}/renew`)."""
        return self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/renew",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def withdraw(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """撤回备案申请 (`POST /v1/filings/{filing_id}/withdraw`)."""
        return self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/withdraw",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def approve(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """批准备案 (`POST /v1/filings/{filing_id}/approve`)."""
        return self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/approve",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def return_(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """退回备案申请 (`POST /v1/filings/{filing_id}/return`)."""
        return self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/return",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def approve_renewal(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """批准续期 (`POST /v1/filings/{filing_id}/approve-renewal`)."""
        return self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/approve-renewal",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def return_renewal(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """退回续期申请 (`POST /v1/filings/{filing_id}/return-renewal`)."""
        return self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/return-renewal",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def suspend(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """暂停备案 (`POST /v1/filings/{filing_id}/suspend`)."""
        return self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/suspend",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def resume(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """恢复备案 (`POST /v1/filings/{filing_id}/resume`)."""
        return self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/resume",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def cancel(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """注销备案 (`POST /v1/filings/{filing_id}/cancel`)."""
        return self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/cancel",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )


class AsyncFilings:
    """备案 Filings."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def read_pledge(self) -> Answer[models.PledgeRead]:
        """承诺书现行文本 (`GET /v1/filings/pledge`)."""
        return await self._client.send(Call[models.PledgeRead]("GET", "/v1/filings/pledge"))

    async def file(
        self, body: models.FilingCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.FilingRead]:
        """申请备案 (`POST /v1/filings`)."""
        return await self._client.send(
            Call[models.FilingRead](
                "POST", "/v1/filings", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    async def list_filings(
        self,
        *,
        state: Sequence[models.FilingState] | None = None,
        manager_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfFilingRead]:
        """备案列表 (`GET /v1/filings`)."""
        return await self._client.send(
            Call[models.PageOfFilingRead](
                "GET",
                "/v1/filings",
                query={"state": state, "manager_id": manager_id, "limit": limit, "cursor": cursor},
            )
        )

    def list_filings_all(
        self,
        *,
        state: Sequence[models.FilingState] | None = None,
        manager_id: UUID | str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.FilingRead]:
        """备案列表 (`GET /v1/filings`), item by item."""
        return self._client.each(
            Call[models.PageOfFilingRead](
                "GET", "/v1/filings", query={"state": state, "manager_id": manager_id, "limit": limit}
            )
        )

    async def get_filing(self, filing_id: UUID | str) -> Answer[models.FilingRead]:
        """查看备案 (`GET /v1/filings/{filing_id}`)."""
        return await self._client.send(
            Call[models.FilingRead]("GET", "/v1/filings/{filing_id}", segments={"filing_id": filing_id})
        )

    async def change_filing(
        self, filing_id: UUID | str, body: models.FilingPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """修改备案申请 (`PATCH /v1/filings/{filing_id}`)."""
        return await self._client.send(
            Call[models.FilingRead](
                "PATCH",
                "/v1/filings/{filing_id}",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def list_moves(self, filing_id: UUID | str) -> Answer[builtins.list[models.FilingMoveRead]]:
        """备案办理记录 (`GET /v1/filings/{filing_id}/moves`)."""
        return await self._client.send(
            Call[builtins.list[models.FilingMoveRead]](
                "GET", "/v1/filings/{filing_id}/moves", segments={"filing_id": filing_id}
            )
        )

    async def submit(
        self, filing_id: UUID | str, body: models.Pledge, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """提交备案申请 (`POST /v1/filings/{filing_id}/submit`)."""
        return await self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/submit",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def renew(
        self, filing_id: UUID | str, body: models.Pledge, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """申请续期 (`POST /v1/filings/{filing_id}/renew`)."""
        return await self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/renew",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def withdraw(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """撤回备案申请 (`POST /v1/filings/{filing_id}/withdraw`)."""
        return await self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/withdraw",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def approve(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """批准备案 (`POST /v1/filings/{filing_id}/approve`)."""
        return await self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/approve",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def return_(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """退回备案申请 (`POST /v1/filings/{filing_id}/return`)."""
        return await self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/return",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def approve_renewal(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """批准续期 (`POST /v1/filings/{filing_id}/approve-renewal`)."""
        return await self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/approve-renewal",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def return_renewal(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """退回续期申请 (`POST /v1/filings/{filing_id}/return-renewal`)."""
        return await self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/return-renewal",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def suspend(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """暂停备案 (`POST /v1/filings/{filing_id}/suspend`)."""
        return await self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/suspend",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def resume(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """恢复备案 (`POST /v1/filings/{filing_id}/resume`)."""
        return await self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/resume",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def cancel(
        self, filing_id: UUID | str, body: models.FilingNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.FilingRead]:
        """注销备案 (`POST /v1/filings/{filing_id}/cancel`)."""
        return await self._client.send(
            Call[models.FilingRead](
                "POST",
                "/v1/filings/{filing_id}/cancel",
                segments={"filing_id": filing_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )


class Affiliations:
    """跨机构任职 Affiliations."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def list_of_manager(self, manager_id: UUID | str) -> Answer[builtins.list[models.AffiliationRead]]:
        """任职单位与单位意见 (`GET /v1/managers/{manager_id}/affiliations`)."""
        return self._client.send(
            Call[builtins.list[models.AffiliationRead]](
                "GET", "/v1/managers/{manager_id}/affiliations", segments={"manager_id": manager_id}
            )
        )

    def list_affiliations(
        self,
        *,
        consent: models.ConsentState | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfAffiliationRead]:
        """在本单位任职的技术经理人 (`GET /v1/affiliations`)."""
        return self._client.send(
            Call[models.PageOfAffiliationRead](
                "GET", "/v1/affiliations", query={"consent": consent, "limit": limit, "cursor": cursor}
            )
        )

    def list_affiliations_all(
        self, *, consent: models.ConsentState | None = None, limit: int | None = None
    ) -> Iterator[models.AffiliationRead]:
        """在本单位任职的技术经理人 (`GET /v1/affiliations`), item by item."""
        return self._client.each(
            Call[models.PageOfAffiliationRead](
                "GET", "/v1/affiliations", query={"consent": consent, "limit": limit}
            )
        )

    def consent(
        self, affiliation_id: UUID | str, body: models.ConsentGiven
    ) -> Answer[models.AffiliationRead]:
        """同意任职 (`POST /v1/affiliations/{affiliation_id}/consent`)."""
        return self._client.send(
            Call[models.AffiliationRead](
                "POST",
                "/v1/affiliations/{affiliation_id}/consent",
                segments={"affiliation_id": affiliation_id},
                body=body,
            )
        )

    def refuse(
        self, affiliation_id: UUID | str, body: models.ConsentRefused
    ) -> Answer[models.AffiliationRead]:
        """不同意任职 (`POST /v1/affiliations/{affiliation_id}/refuse`)."""
        return self._client.send(
            Call[models.AffiliationRead](
                "POST",
                "/v1/affiliations/{affiliation_id}/refuse",
                segments={"affiliation_id": affiliation_id},
                body=body,
            )
        )


class AsyncAffiliations:
    """跨机构任职 Affiliations."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def list_of_manager(self, manager_id: UUID | str) -> Answer[builtins.list[models.AffiliationRead]]:
        """任职单位与单位意见 (`GET /v1/managers/{manager_id}/affiliations`)."""
        return await self._client.send(
            Call[builtins.list[models.AffiliationRead]](
                "GET", "/v1/managers/{manager_id}/affiliations", segments={"manager_id": manager_id}
            )
        )

    async def list_affiliations(
        self,
        *,
        consent: models.ConsentState | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfAffiliationRead]:
        """在本单位任职的技术经理人 (`GET /v1/affiliations`)."""
        return await self._client.send(
            Call[models.PageOfAffiliationRead](
                "GET", "/v1/affiliations", query={"consent": consent, "limit": limit, "cursor": cursor}
            )
        )

    def list_affiliations_all(
        self, *, consent: models.ConsentState | None = None, limit: int | None = None
    ) -> AsyncIterator[models.AffiliationRead]:
        """在本单位任职的技术经理人 (`GET /v1/affiliations`), item by item."""
        return self._client.each(
            Call[models.PageOfAffiliationRead](
                "GET", "/v1/affiliations", query={"consent": consent, "limit": limit}
            )
        )

    async def consent(
        self, affiliation_id: UUID | str, body: models.ConsentGiven
    ) -> Answer[models.AffiliationRead]:
        """同意任职 (`POST /v1/affiliations/{affiliation_id}/consent`)."""
        return await self._client.send(
            Call[models.AffiliationRead](
                "POST",
                "/v1/affiliations/{affiliation_id}/consent",
                segments={"affiliation_id": affiliation_id},
                body=body,
            )
        )

    async def refuse(
        self, affiliation_id: UUID | str, body: models.ConsentRefused
    ) -> Answer[models.AffiliationRead]:
        """不同意任职 (`POST /v1/affiliations/{affiliation_id}/refuse`)."""
        return await self._client.send(
            Call[models.AffiliationRead](
                "POST",
                "/v1/affiliations/{affiliation_id}/refuse",
                segments={"affiliation_id": affiliation_id},
                body=body,
            )
        )


class Certificates:
    """证书 Certificates."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def hand_in(
        self, body: models.CertificateCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.CertificateRead]:
        """申报证书 (`POST /v1/certificates`)."""
        return self._client.send(
            Call[models.CertificateRead](
                "POST",
                "/v1/certificates",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    def list_certificates(
        self,
        *,
        state: Sequence[models.CertificateState] | None = None,
        manager_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfCertificateRead]:
        """证书列表 (`GET /v1/certificates`)."""
        return self._client.send(
            Call[models.PageOfCertificateRead](
                "GET",
                "/v1/certificates",
                query={"state": state, "manager_id": manager_id, "limit": limit, "cursor": cursor},
            )
        )

    def list_certificates_all(
        self,
        *,
        state: Sequence[models.CertificateState] | None = None,
        manager_id: UUID | str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.CertificateRead]:
        """证书列表 (`GET /v1/certificates`), item by item."""
        return self._client.each(
            Call[models.PageOfCertificateRead](
                "GET", "/v1/certificates", query={"state": state, "manager_id": manager_id, "limit": limit}
            )
        )

    def get_certificate(self, certificate_id: UUID | str) -> Answer[models.CertificateRead]:
        """查看证书 (`GET /v1/certificates/{certificate_id}`)."""
        return self._client.send(
            Call[models.CertificateRead](
                "GET", "/v1/certificates/{certificate_id}", segments={"certificate_id": certificate_id}
            )
        )

    def level_at(self, manager_id: UUID | str, *, day: date | str | None = None) -> Answer[models.LevelRead]:
        """某日的最高有效证书等级 (`GET /v1/managers/{manager_id}/certificate-level`)."""
        return self._client.send(
            Call[models.LevelRead](
                "GET",
                "/v1/managers/{manager_id}/certificate-level",
                segments={"manager_id": manager_id},
                query={"day": day},
            )
        )

    def verify_claims(
        self, manager_id: UUID | str, body: models.ClaimsVerification
    ) -> Answer[models.ClaimsRead]:
        """核验从业年限与工作业绩 (`PUT /v1/managers/{manager_id}/verified-claims`)."""
        return self._client.send(
            Call[models.ClaimsRead](
                "PUT",
                "/v1/managers/{manager_id}/verified-claims",
                segments={"manager_id": manager_id},
                body=body,
            )
        )

    def verify(
        self, certificate_id: UUID | str, body: models.ReviewNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.CertificateRead]:
        """核验证书 (`POST /v1/certificates/{certificate_id}/verify`)."""
        return self._client.send(
            Call[models.CertificateRead](
                "POST",
                "/v1/certificates/{certificate_id}/verify",
                segments={"certificate_id": certificate_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def reject(
        self, certificate_id: UUID | str, body: models.ReviewNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.CertificateRead]:
        """证书不予通过 (`POST /v1/certificates/{certificate_id}/reject`)."""
        return self._client.send(
            Call[models.CertificateRead](
                "POST",
                "/v1/certificates/{certificate_id}/reject",
                segments={"certificate_id": certificate_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def revoke(
        self, certificate_id: UUID | str, body: models.ReviewNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.CertificateRead]:
        """撤销证书核验 (`POST /v1/certificates/{certificate_id}/revoke`)."""
        return self._client.send(
            Call[models.CertificateRead](
                "POST",
                "/v1/certificates/{certificate_id}/revoke",
                segments={"certificate_id": certificate_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def upload(
        self, certificate_id: UUID | str, file: Upload | Path, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.CertificateRead]:
        """上传证书扫描件 (`PUT /v1/certificates/{certificate_id}/evidence`)."""
        return self._client.send(
            Call[models.CertificateRead](
                "PUT",
                "/v1/certificates/{certificate_id}/evidence",
                segments={"certificate_id": certificate_id},
                headers={"If-Match": if_match},
                files={"file": file},
            )
        )

    def download(self, certificate_id: UUID | str, *, into: BinaryIO | None = None) -> File:
        """下载证书扫描件 (`GET /v1/certificates/{certificate_id}/evidence`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/certificates/{certificate_id}/evidence",
                segments={"certificate_id": certificate_id},
            ),
            into,
        )


class AsyncCertificates:
    """证书 Certificates."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def hand_in(
        self, body: models.CertificateCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.CertificateRead]:
        """申报证书 (`POST /v1/certificates`)."""
        return await self._client.send(
            Call[models.CertificateRead](
                "POST",
                "/v1/certificates",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    async def list_certificates(
        self,
        *,
        state: Sequence[models.CertificateState] | None = None,
        manager_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfCertificateRead]:
        """证书列表 (`GET /v1/certificates`)."""
        return await self._client.send(
            Call[models.PageOfCertificateRead](
                "GET",
                "/v1/certificates",
                query={"state": state, "manager_id": manager_id, "limit": limit, "cursor": cursor},
            )
        )

    def list_certificates_all(
        self,
        *,
        state: Sequence[models.CertificateState] | None = None,
        manager_id: UUID | str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.CertificateRead]:
        """证书列表 (`GET /v1/certificates`), item by item."""
        return self._client.each(
            Call[models.PageOfCertificateRead](
                "GET", "/v1/certificates", query={"state": state, "manager_id": manager_id, "limit": limit}
            )
        )

    async def get_certificate(self, certificate_id: UUID | str) -> Answer[models.CertificateRead]:
        """查看证书 (`GET /v1/certificates/{certificate_id}`)."""
        return await self._client.send(
            Call[models.CertificateRead](
                "GET", "/v1/certificates/{certificate_id}", segments={"certificate_id": certificate_id}
            )
        )

    async def level_at(
        self, manager_id: UUID | str, *, day: date | str | None = None
    ) -> Answer[models.LevelRead]:
        """某日的最高有效证书等级 (`GET /v1/managers/{manager_id}/certificate-level`)."""
        return await self._client.send(
            Call[models.LevelRead](
                "GET",
                "/v1/managers/{manager_id}/certificate-level",
                segments={"manager_id": manager_id},
                query={"day": day},
            )
        )

    async def verify_claims(
        self, manager_id: UUID | str, body: models.ClaimsVerification
    ) -> Answer[models.ClaimsRead]:
        """核验从业年限与工作业绩 (`PUT /v1/managers/{manager_id}/verified-claims`)."""
        return await self._client.send(
            Call[models.ClaimsRead](
                "PUT",
                "/v1/managers/{manager_id}/verified-claims",
                segments={"manager_id": manager_id},
                body=body,
            )
        )

    async def verify(
        self, certificate_id: UUID | str, body: models.ReviewNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.CertificateRead]:
        """核验证书 (`POST /v1/certificates/{certificate_id}/verify`)."""
        return await self._client.send(
            Call[models.CertificateRead](
                "POST",
                "/v1/certificates/{certificate_id}/verify",
                segments={"certificate_id": certificate_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def reject(
        self, certificate_id: UUID | str, body: models.ReviewNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.CertificateRead]:
        """证书不予通过 (`POST /v1/certificates/{certificate_id}/reject`)."""
        return await self._client.send(
            Call[models.CertificateRead](
                "POST",
                "/v1/certificates/{certificate_id}/reject",
                segments={"certificate_id": certificate_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def revoke(
        self, certificate_id: UUID | str, body: models.ReviewNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.CertificateRead]:
        """撤销证书核验 (`POST /v1/certificates/{certificate_id}/revoke`)."""
        return await self._client.send(
            Call[models.CertificateRead](
                "POST",
                "/v1/certificates/{certificate_id}/revoke",
                segments={"certificate_id": certificate_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def upload(
        self, certificate_id: UUID | str, file: Upload | Path, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.CertificateRead]:
        """上传证书扫描件 (`PUT /v1/certificates/{certificate_id}/evidence`)."""
        return await self._client.send(
            Call[models.CertificateRead](
                "PUT",
                "/v1/certificates/{certificate_id}/evidence",
                segments={"certificate_id": certificate_id},
                headers={"If-Match": if_match},
                files={"file": file},
            )
        )

    async def download(self, certificate_id: UUID | str, *, into: BinaryIO | None = None) -> File:
        """下载证书扫描件 (`GET /v1/certificates/{certificate_id}/evidence`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/certificates/{certificate_id}/evidence",
                segments={"certificate_id": certificate_id},
            ),
            into,
        )


class Trainings:
    """培训 Trainings."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def list_bases(
        self, *, active: bool | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfBaseRead]:
        """培养基地列表 (`GET /v1/training-bases`)."""
        return self._client.send(
            Call[models.PageOfBaseRead](
                "GET", "/v1/training-bases", query={"active": active, "limit": limit, "cursor": cursor}
            )
        )

    def list_bases_all(
        self, *, active: bool | None = None, limit: int | None = None
    ) -> Iterator[models.BaseRead]:
        """培养基地列表 (`GET /v1/training-bases`), item by item."""
        return self._client.each(
            Call[models.PageOfBaseRead]("GET", "/v1/training-bases", query={"active": active, "limit": limit})
        )

    def add_base(
        self, body: models.BaseCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.BaseRead]:
        """新增培养基地 (`POST /v1/training-bases`)."""
        return self._client.send(
            Call[models.BaseRead](
                "POST",
                "/v1/training-bases",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    def get_base(self, base_id: UUID | str) -> Answer[models.BaseRead]:
        """一个培养基地 (`GET /v1/training-bases/{base_id}`)."""
        return self._client.send(
            Call[models.BaseRead]("GET", "/v1/training-bases/{base_id}", segments={"base_id": base_id})
        )

    def change_base(
        self, base_id: UUID | str, body: models.BasePatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.BaseRead]:
        """修改培养基地 (`PATCH /v1/training-bases/{base_id}`)."""
        return self._client.send(
            Call[models.BaseRead](
                "PATCH",
                "/v1/training-bases/{base_id}",
                segments={"base_id": base_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def remove_base(self, base_id: UUID | str, *, if_match: Answer[Any] | str) -> Answer[None]:
        """删除培养基地 (`DELETE /v1/training-bases/{base_id}`)."""
        return self._client.send(
            Call[None](
                "DELETE",
                "/v1/training-bases/{base_id}",
                segments={"base_id": base_id},
                headers={"If-Match": if_match},
            )
        )

    def record(
        self, body: models.TrainingCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.TrainingRead]:
        """申报培训记录 (`POST /v1/trainings`)."""
        return self._client.send(
            Call[models.TrainingRead](
                "POST", "/v1/trainings", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    def list_trainings(
        self,
        *,
        state: Sequence[models.TrainingState] | None = None,
        manager_id: UUID | str | None = None,
        base_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfTrainingRead]:
        """培训记录列表 (`GET /v1/trainings`)."""
        return self._client.send(
            Call[models.PageOfTrainingRead](
                "GET",
                "/v1/trainings",
                query={
                    "state": state,
                    "manager_id": manager_id,
                    "base_id": base_id,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_trainings_all(
        self,
        *,
        state: Sequence[models.TrainingState] | None = None,
        manager_id: UUID | str | None = None,
        base_id: UUID | str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.TrainingRead]:
        """培训记录列表 (`GET /v1/trainings`), item by item."""
        return self._client.each(
            Call[models.PageOfTrainingRead](
                "GET",
                "/v1/trainings",
                query={"state": state, "manager_id": manager_id, "base_id": base_id, "limit": limit},
            )
        )

    def get_training(self, training_id: UUID | str) -> Answer[models.TrainingRead]:
        """一条培训记录 (`GET /v1/trainings/{training_id}`)."""
        return self._client.send(
            Call[models.TrainingRead](
                "GET", "/v1/trainings/{training_id}", segments={"training_id": training_id}
            )
        )

    def summary(self, manager_id: UUID | str) -> Answer[models.SummaryRead]:
        """培训情况与下一级 (`GET /v1/managers/{manager_id}/training-summary`)."""
        return self._client.send(
            Call[models.SummaryRead](
                "GET", "/v1/managers/{manager_id}/training-summary", segments={"manager_id": manager_id}
            )
        )

    def verify(
        self, training_id: UUID | str, body: models.ReviewNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.TrainingRead]:
        """核验培训记录 (`POST /v1/trainings/{training_id}/verify`)."""
        return self._client.send(
            Call[models.TrainingRead](
                "POST",
                "/v1/trainings/{training_id}/verify",
                segments={"training_id": training_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def reject(
        self, training_id: UUID | str, body: models.ReviewNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.TrainingRead]:
        """培训记录不予通过 (`POST /v1/trainings/{training_id}/reject`)."""
        return self._client.send(
            Call[models.TrainingRead](
                "POST",
                "/v1/trainings/{training_id}/reject",
                segments={"training_id": training_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )


class AsyncTrainings:
    """培训 Trainings."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def list_bases(
        self, *, active: bool | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfBaseRead]:
        """培养基地列表 (`GET /v1/training-bases`)."""
        return await self._client.send(
            Call[models.PageOfBaseRead](
                "GET", "/v1/training-bases", query={"active": active, "limit": limit, "cursor": cursor}
            )
        )

    def list_bases_all(
        self, *, active: bool | None = None, limit: int | None = None
    ) -> AsyncIterator[models.BaseRead]:
        """培养基地列表 (`GET /v1/training-bases`), item by item."""
        return self._client.each(
            Call[models.PageOfBaseRead]("GET", "/v1/training-bases", query={"active": active, "limit": limit})
        )

    async def add_base(
        self, body: models.BaseCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.BaseRead]:
        """新增培养基地 (`POST /v1/training-bases`)."""
        return await self._client.send(
            Call[models.BaseRead](
                "POST",
                "/v1/training-bases",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    async def get_base(self, base_id: UUID | str) -> Answer[models.BaseRead]:
        """一个培养基地 (`GET /v1/training-bases/{base_id}`)."""
        return await self._client.send(
            Call[models.BaseRead]("GET", "/v1/training-bases/{base_id}", segments={"base_id": base_id})
        )

    async def change_base(
        self, base_id: UUID | str, body: models.BasePatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.BaseRead]:
        """修改培养基地 (`PATCH /v1/training-bases/{base_id}`)."""
        return await self._client.send(
            Call[models.BaseRead](
                "PATCH",
                "/v1/training-bases/{base_id}",
                segments={"base_id": base_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def remove_base(self, base_id: UUID | str, *, if_match: Answer[Any] | str) -> Answer[None]:
        """删除培养基地 (`DELETE /v1/training-bases/{base_id}`)."""
        return await self._client.send(
            Call[None](
                "DELETE",
                "/v1/training-bases/{base_id}",
                segments={"base_id": base_id},
                headers={"If-Match": if_match},
            )
        )

    async def record(
        self, body: models.TrainingCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.TrainingRead]:
        """申报培训记录 (`POST /v1/trainings`)."""
        return await self._client.send(
            Call[models.TrainingRead](
                "POST", "/v1/trainings", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    async def list_trainings(
        self,
        *,
        state: Sequence[models.TrainingState] | None = None,
        manager_id: UUID | str | None = None,
        base_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfTrainingRead]:
        """培训记录列表 (`GET /v1/trainings`)."""
        return await self._client.send(
            Call[models.PageOfTrainingRead](
                "GET",
                "/v1/trainings",
                query={
                    "state": state,
                    "manager_id": manager_id,
                    "base_id": base_id,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_trainings_all(
        self,
        *,
        state: Sequence[models.TrainingState] | None = None,
        manager_id: UUID | str | None = None,
        base_id: UUID | str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.TrainingRead]:
        """培训记录列表 (`GET /v1/trainings`), item by item."""
        return self._client.each(
            Call[models.PageOfTrainingRead](
                "GET",
                "/v1/trainings",
                query={"state": state, "manager_id": manager_id, "base_id": base_id, "limit": limit},
            )
        )

    async def get_training(self, training_id: UUID | str) -> Answer[models.TrainingRead]:
        """一条培训记录 (`GET /v1/trainings/{training_id}`)."""
        return await self._client.send(
            Call[models.TrainingRead](
                "GET", "/v1/trainings/{training_id}", segments={"training_id": training_id}
            )
        )

    async def summary(self, manager_id: UUID | str) -> Answer[models.SummaryRead]:
        """培训情况与下一级 (`GET /v1/managers/{manager_id}/training-summary`)."""
        return await self._client.send(
            Call[models.SummaryRead](
                "GET", "/v1/managers/{manager_id}/training-summary", segments={"manager_id": manager_id}
            )
        )

    async def verify(
        self, training_id: UUID | str, body: models.ReviewNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.TrainingRead]:
        """核验培训记录 (`POST /v1/trainings/{training_id}/verify`)."""
        return await self._client.send(
            Call[models.TrainingRead](
                "POST",
                "/v1/trainings/{training_id}/verify",
                segments={"training_id": training_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def reject(
        self, training_id: UUID | str, body: models.ReviewNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.TrainingRead]:
        """培训记录不予通过 (`POST /v1/trainings/{training_id}/reject`)."""
        return await self._client.send(
            Call[models.TrainingRead](
                "POST",
                "/v1/trainings/{training_id}/reject",
                segments={"training_id": training_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )


class Tiers:
    """人才类别 Tiers."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def list_rules(self) -> Answer[builtins.list[models.RuleSetRead]]:
        """人才认定规则 (`GET /v1/tier-rules`)."""
        return self._client.send(Call[builtins.list[models.RuleSetRead]]("GET", "/v1/tier-rules"))

    def read_configuration(self, rule_set_id: str) -> Answer[models.ConfigurationRead]:
        """规则的现行选择 (`GET /v1/tier-rules/{rule_set_id}/configuration`)."""
        return self._client.send(
            Call[models.ConfigurationRead](
                "GET", "/v1/tier-rules/{rule_set_id}/configuration", segments={"rule_set_id": rule_set_id}
            )
        )

    def change_configuration(
        self, rule_set_id: str, body: models.ConfigurationChange, *, if_match: Answer[Any] | str
    ) -> Answer[models.ConfigurationRead]:
        """决定政策未写明的事项 (`PATCH /v1/tier-rules/{rule_set_id}/configuration`)."""
        return self._client.send(
            Call[models.ConfigurationRead](
                "PATCH",
                "/v1/tier-rules/{rule_set_id}/configuration",
                segments={"rule_set_id": rule_set_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def get_tier(self, manager_id: UUID | str, *, year: int | None = None) -> Answer[models.TierRead]:
        """人才类别 (`GET /v1/managers/{manager_id}/tier`)."""
        return self._client.send(
            Call[models.TierRead](
                "GET",
                "/v1/managers/{manager_id}/tier",
                segments={"manager_id": manager_id},
                query={"year": year},
            )
        )

    def what_if(self, manager_id: UUID | str, body: models.WhatIf) -> Answer[models.WhatIfRead]:
        """人才类别试算 (`POST /v1/managers/{manager_id}/tier/what-if`)."""
        return self._client.send(
            Call[models.WhatIfRead](
                "POST",
                "/v1/managers/{manager_id}/tier/what-if",
                segments={"manager_id": manager_id},
                body=body,
            )
        )

    def list_changes(
        self, manager_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfTierChangeRead]:
        """人才类别变动记录 (`GET /v1/managers/{manager_id}/tier-changes`)."""
        return self._client.send(
            Call[models.PageOfTierChangeRead](
                "GET",
                "/v1/managers/{manager_id}/tier-changes",
                segments={"manager_id": manager_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def list_changes_all(
        self, manager_id: UUID | str, *, limit: int | None = None
    ) -> Iterator[models.TierChangeRead]:
        """人才类别变动记录 (`GET /v1/managers/{manager_id}/tier-changes`), item by item."""
        return self._client.each(
            Call[models.PageOfTierChangeRead](
                "GET",
                "/v1/managers/{manager_id}/tier-changes",
                segments={"manager_id": manager_id},
                query={"limit": limit},
            )
        )

    def list_tiers(
        self,
        *,
        tier: Sequence[models.Tier] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfStandingRead]:
        """今年的人才类别列表 (`GET /v1/tiers`)."""
        return self._client.send(
            Call[models.PageOfStandingRead](
                "GET", "/v1/tiers", query={"tier": tier, "limit": limit, "cursor": cursor}
            )
        )

    def list_tiers_all(
        self, *, tier: Sequence[models.Tier] | None = None, limit: int | None = None
    ) -> Iterator[models.StandingRead]:
        """今年的人才类别列表 (`GET /v1/tiers`), item by item."""
        return self._client.each(
            Call[models.PageOfStandingRead]("GET", "/v1/tiers", query={"tier": tier, "limit": limit})
        )


class AsyncTiers:
    """人才类别 Tiers."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def list_rules(self) -> Answer[builtins.list[models.RuleSetRead]]:
        """人才认定规则 (`GET /v1/tier-rules`)."""
        return await self._client.send(Call[builtins.list[models.RuleSetRead]]("GET", "/v1/tier-rules"))

    async def read_configuration(self, rule_set_id: str) -> Answer[models.ConfigurationRead]:
        """规则的现行选择 (`GET /v1/tier-rules/{rule_set_id}/configuration`)."""
        return await self._client.send(
            Call[models.ConfigurationRead](
                "GET", "/v1/tier-rules/{rule_set_id}/configuration", segments={"rule_set_id": rule_set_id}
            )
        )

    async def change_configuration(
        self, rule_set_id: str, body: models.ConfigurationChange, *, if_match: Answer[Any] | str
    ) -> Answer[models.ConfigurationRead]:
        """决定政策未写明的事项 (`PATCH /v1/tier-rules/{rule_set_id}/configuration`)."""
        return await self._client.send(
            Call[models.ConfigurationRead](
                "PATCH",
                "/v1/tier-rules/{rule_set_id}/configuration",
                segments={"rule_set_id": rule_set_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def get_tier(self, manager_id: UUID | str, *, year: int | None = None) -> Answer[models.TierRead]:
        """人才类别 (`GET /v1/managers/{manager_id}/tier`)."""
        return await self._client.send(
            Call[models.TierRead](
                "GET",
                "/v1/managers/{manager_id}/tier",
                segments={"manager_id": manager_id},
                query={"year": year},
            )
        )

    async def what_if(self, manager_id: UUID | str, body: models.WhatIf) -> Answer[models.WhatIfRead]:
        """人才类别试算 (`POST /v1/managers/{manager_id}/tier/what-if`)."""
        return await self._client.send(
            Call[models.WhatIfRead](
                "POST",
                "/v1/managers/{manager_id}/tier/what-if",
                segments={"manager_id": manager_id},
                body=body,
            )
        )

    async def list_changes(
        self, manager_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfTierChangeRead]:
        """人才类别变动记录 (`GET /v1/managers/{manager_id}/tier-changes`)."""
        return await self._client.send(
            Call[models.PageOfTierChangeRead](
                "GET",
                "/v1/managers/{manager_id}/tier-changes",
                segments={"manager_id": manager_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def list_changes_all(
        self, manager_id: UUID | str, *, limit: int | None = None
    ) -> AsyncIterator[models.TierChangeRead]:
        """人才类别变动记录 (`GET /v1/managers/{manager_id}/tier-changes`), item by item."""
        return self._client.each(
            Call[models.PageOfTierChangeRead](
                "GET",
                "/v1/managers/{manager_id}/tier-changes",
                segments={"manager_id": manager_id},
                query={"limit": limit},
            )
        )

    async def list_tiers(
        self,
        *,
        tier: Sequence[models.Tier] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfStandingRead]:
        """今年的人才类别列表 (`GET /v1/tiers`)."""
        return await self._client.send(
            Call[models.PageOfStandingRead](
                "GET", "/v1/tiers", query={"tier": tier, "limit": limit, "cursor": cursor}
            )
        )

    def list_tiers_all(
        self, *, tier: Sequence[models.Tier] | None = None, limit: int | None = None
    ) -> AsyncIterator[models.StandingRead]:
        """今年的人才类别列表 (`GET /v1/tiers`), item by item."""
        return self._client.each(
            Call[models.PageOfStandingRead]("GET", "/v1/tiers", query={"tier": tier, "limit": limit})
        )
