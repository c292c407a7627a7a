"""Request and response bodies of contracts. Amounts are in 万元, days in Jinan time; descriptions are in Chinese."""

from app.engagements.contracts.schemas.answers import (
    AmendedShareRead,
    AmendmentRead,
    Awaited,
    ConsentRead,
    ContractPaymentRead,
    ContractRead,
    ContractShareRead,
    ContractVersionRead,
    SignatureRead,
)
from app.engagements.contracts.schemas.commands import (
    CancelRequest,
    DeclineRequest,
    LandRequest,
    PaidRequest,
    RegisterRequest,
    SignRequest,
)
from app.engagements.contracts.schemas.drafts import (
    STATISTICAL_FIELDS,
    ContractCreate,
    ContractFields,
    ContractPatch,
    Payment,
)
from app.engagements.contracts.schemas.values import (
    ContractTitle,
    Nature,
    Reason,
    RegistrationNo,
    check_registration_no,
)

__all__ = [
    "STATISTICAL_FIELDS",
    "AmendedShareRead",
    "AmendmentRead",
    "Awaited",
    "CancelRequest",
    "ConsentRead",
    "ContractCreate",
    "ContractFields",
    "ContractPatch",
    "ContractPaymentRead",
    "ContractRead",
    "ContractShareRead",
    "ContractTitle",
    "ContractVersionRead",
    "DeclineRequest",
    "LandRequest",
    "Nature",
    "PaidRequest",
    "Payment",
    "Reason",
    "RegisterRequest",
    "RegistrationNo",
    "SignRequest",
    "SignatureRead",
    "check_registration_no",
]
