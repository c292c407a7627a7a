"""Whether encrypted values can be decrypted, and whether all are encrypted."""

from app.store.consistency.result import CheckResult, CheckScope
from app.store.reencryption import secrets_of, tables_with_secrets


def encrypted_values(scope: CheckScope, result: CheckResult) -> None:
    for table in tables_with_secrets():
        for row in secrets_of(scope.session, table):
            result.examined += row.values
            subject = f"{table.name} {row.key}"
            if row.fault:
                result.add(subject, f"无法解密：{row.fault}", f"cannot be decrypted: {row.fault}")
            elif row.unencrypted:
                result.add(
                    subject,
                    "尚未加密，请运行 sanku keys reencrypt",
                    "is not encrypted; run `sanku keys reencrypt`",
                )
