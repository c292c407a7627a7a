"""The trail in the standard forms of security systems: OCSF events as JSON lines, and ArcSight CEF."""

import json
from collections.abc import Iterator
from enum import StrEnum
from importlib.metadata import version
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit.models import AuditSeal
from app.accounts.models import AuditEntry

_ROWS = 1000


class AuditFormat(StrEnum):
    """OCSF (Open Cybersecurity Schema Framework 1.3) or CEF (Common Event Format)."""

    OCSF = "ocsf"
    CEF = "cef"


_API_ACTIVITY, _ACCOUNT_CHANGE, _AUTHENTICATION = 6003, 3001, 3002
_OTHER = 99
_SESSIONS = {"session.open": 1, "session.close": 2, "session.refused": 1}
_ACCOUNTS = {"user.create": 1, "user.reset_password": 4, "user.erase": 6}
_VERBS = {
    1: ("create", "register", "import", "add", "invite"),
    2: ("read", "contacts", "confidential", "export", "download", "history"),
    3: ("change", "verify", "review", "grant", "sign"),
    4: ("delete", "discard", "withdraw", "revoke", "erase"),
}


def lines(session: Session, form: AuditFormat, *, after: int = 0) -> Iterator[str]:
    """The sealed entries from number `after` + 1 on, one a line, each with its number and digest."""
    write = {AuditFormat.OCSF: _ocsf, AuditFormat.CEF: _cef}[form]
    while True:
        rows = session.execute(
            select(AuditSeal, AuditEntry)
            .join(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
            .where(AuditSeal.seq > after)
            .order_by(AuditSeal.seq)
            .limit(_ROWS)
        ).all()
        for seal, entry in rows:
            yield write(seal, entry) + "\n"
        if len(rows) < _ROWS:
            return
        after = rows[-1][0].seq
        session.expunge_all()


def _class_of(action: str) -> tuple[int, int]:
    """The class of an action in OCSF, and its activity."""
    if action in _SESSIONS:
        return _AUTHENTICATION, _SESSIONS[action]
    if action.startswith("user."):
        return _ACCOUNT_CHANGE, _ACCOUNTS.get(action, _OTHER)
    verb = action.rpartition(".")[2]
    return _API_ACTIVITY, next((code for code, verbs in _VERBS.items() if verb in verbs), _OTHER)


def _ocsf(seal: AuditSeal, entry: AuditEntry) -> str:
    class_uid, activity = _class_of(entry.action)
    actor = str(entry.user_id or entry.api_key_id or "system")
    event: dict[str, Any] = {
        "activity_id": activity,
        "actor": {"user": {"uid": actor, "type_id": 1 if entry.user_id else 3}},
        "api": {"operation": entry.action},
        "category_uid": class_uid // 1000,
        "class_uid": class_uid,
        "message": entry.details,
        "metadata": {
            "product": {"name": "Sanku", "vendor_name": "Sanku", "version": version("sanku")},
            "sequence": seal.seq,
            "uid": str(entry.id),
            "version": "1.3.0",
        },
        "severity_id": 1 if entry.succeeded else 3,
        "status_id": 1 if entry.succeeded else 2,
        "time": int(entry.created_at.timestamp() * 1000),
        "type_uid": class_uid * 100 + activity,
        "unmapped": {"digest": seal.digest, "algorithm": seal.algorithm},
    }
    if entry.address:
        event["src_endpoint"] = {"ip": entry.address}
    if entry.organisation_id:
        event["actor"]["user"]["org"] = {"uid": str(entry.organisation_id)}
    if entry.subject_id:
        event["resources"] = [{"uid": str(entry.subject_id)}]
    if class_uid != _API_ACTIVITY:
        event["user"] = {"uid": str(entry.subject_id or "unknown")}
    return json.dumps(event, ensure_ascii=False, sort_keys=True)


def _cef(seal: AuditSeal, entry: AuditEntry) -> str:
    extension = {
        "rt": str(int(entry.created_at.timestamp() * 1000)),
        "externalId": str(seal.seq),
        "src": entry.address,
        "suid": str(entry.user_id or entry.api_key_id or "system"),
        "duid": str(entry.subject_id or ""),
        "outcome": "success" if entry.succeeded else "failure",
        "msg": entry.details,
        "cs1Label": "digest",
        "cs1": seal.digest,
        "cs2Label": "organisation",
        "cs2": str(entry.organisation_id or ""),
    }
    action = _header(entry.action)
    head = f"CEF:0|Sanku|Sanku|{_header(version('sanku'))}|{action}|{action}|{1 if entry.succeeded else 5}|"
    return head + " ".join(f"{name}={_value(value)}" for name, value in extension.items() if value)


def _header(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\r", " ").replace("\n", " ")


def _value(text: str) -> str:
    return text.replace("\\", "\\\\").replace("=", "\\=").replace("\r", "\\r").replace("\n", "\\n")
