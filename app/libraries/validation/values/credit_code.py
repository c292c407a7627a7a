"""统一社会信用代码 (unified social credit code): the check that organisations pass, for the fields of records too."""

from app.accounts.organisations.credit_code import (
    ALPHABET,
    REGISTRIES,
    Uscc,
    check_uscc,
    inner_code_fits,
    is_uscc,
    registry_name,
)

__all__ = [
    "ALPHABET",
    "REGISTRIES",
    "Uscc",
    "check_uscc",
    "inner_code_fits",
    "is_uscc",
    "registry_name",
]
