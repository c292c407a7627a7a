"""The audit trail, as `sanku audit verify` checks it."""

from app.accounts.audit.anchors import read_anchors, signing_key
from app.accounts.audit.verification import verify
from app.encryption.signature_keys import public_key
from app.store.consistency.result import CheckResult, CheckScope


def audit_trail(scope: CheckScope, result: CheckResult) -> None:
    """No sealed entry was changed, removed, inserted or moved, and the chain is the one that was anchored.

    It is read anew, after the anchors: of a running service, these may be newer than the moment of the other checks.
    """
    settings = scope.settings
    files = [settings.audit_anchors_path] if settings.audit_anchors_path.exists() else []
    try:
        trusted = frozenset([public_key(signing_key(settings))])
        anchors = list(read_anchors(files))
        with scope.database.reading() as session:
            found = verify(session, anchors, trusted_keys=trusted)
    except ValueError as error:
        result.add("anchors", f"锚点文件已损坏：{error}", f"the file of anchors is damaged: {error}")
        return
    result.examined = found.sealed
    for fault in found.faults:
        result.add(fault.seq or fault.code, f"{fault.code}：{fault.what}", f"{fault.code}: {fault.what}")
    result.found = found.faults_found
