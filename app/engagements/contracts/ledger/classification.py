"""What the statistics of technology contracts ask for, as far as parties and fields tell it."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.engagements.contract_models import Contract, ContractSide
from app.vocabularies import vocabulary

OVERSEAS = "000000"


def classify(session: Session, contract: Contract, given: Mapping[str, Any]) -> None:
    """Fill in nature and region of the parties and the technology field, unless `given` names them.

    A party that `given` names anew brings its own nature and region.
    """
    for side in ContractSide:
        party = session.get_one(Organisation, getattr(contract, f"{side.value}_org_id"))
        is_new = f"{side.value}_org_id" in given
        for name, value in (("nature", nature_of(party.kind, party.region)), ("region", party.region)):
            column = f"{side.value}_{name}"
            if column not in given and (is_new or getattr(contract, column) is None):
                setattr(contract, column, value)
    if "technology_field" not in given and contract.technology_field is None:
        contract.technology_field = technology_field_of(contract.fields)


def nature_of(kind: str, region: str) -> str | None:
    """The nature of a party by its kind of organisation; None where kinds do not tell it."""
    if region == OVERSEAS and kind == "enterprise":
        return "overseas_enterprise"
    return _natures().get(kind)


def technology_field_of(fields: Iterable[str]) -> str | None:
    """The one of the eleven fields to which all of these hightech fields belong; None if there is not exactly one."""
    found = {_technology_field(code) for code in fields}
    return found.pop() if len(found) == 1 else None


def _technology_field(code: str) -> str | None:
    if code in _UNDECIDED:
        return None
    return _technology_fields().get(code) or _technology_fields().get(code[:2])


# 602 is nuclear energy and hydrogen, which are two of the eleven.
_UNDECIDED = frozenset({"602"})


@cache
def _technology_fields() -> Mapping[str, str]:
    return {
        code: term.code
        for term in vocabulary("contract_fields")
        for code in term.attributes.get("hightech_fields", "").split()
    }


@cache
def _natures() -> Mapping[str, str]:
    return {
        term.attributes["organisation_kind"]: term.code
        for term in vocabulary("party_natures")
        if "organisation_kind" in term.attributes
    }
