"""The alias that stands for the owner of a confidential record."""

from app.accounts.models import Organisation
from app.libraries.record.models import Record
from app.vocabularies import region_above, vocabulary

_ORGANISATION_LABELS = {"university": "高校", "institute": "科研院所", "enterprise": "企业"}


def alias(record: Record, owner: Organisation | None) -> str:
    """The alias shown instead of the owner of a confidential record: the owner's choice, or one made from region and
    industry (济南市历下区某…企业)."""
    chosen: str | None = getattr(record, "public_alias", None)
    if chosen:
        return chosen
    region = "".join(
        vocabulary("regions").label(code)
        for code in reversed(_region_path(record.region))
        if not code.endswith("0000")  # the province is left out
    )
    industry = ""
    if record.industries:
        industry = vocabulary("industries").label(record.industries[0])
    elif record.fields:
        industry = vocabulary("hightech_fields").label(record.fields[0]) + "领域"
    kind = _ORGANISATION_LABELS.get(owner.kind if owner else "", "单位")
    return f"{region}某{industry}{kind}"


def _region_path(code: str | None) -> tuple[str, ...]:
    code = region_above(code or "") or code
    regions = vocabulary("regions")
    if code is None or code not in regions:
        return ()
    return (code, *regions.parents(code))
