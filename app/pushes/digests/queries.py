"""Queries over digests."""

from sqlalchemy import Select, false

from app.accounts.access.principal import Principal
from app.pushes.digests.models import Digest


def visible_digests(query: Select[Digest], principal: Principal) -> Select[Digest]:
    """The digests that the principal may see: managers their own, operators all."""
    if principal.sees_everything:
        return query
    if principal.manager_id is None:
        return query.where(false())
    return query.where(Digest.manager_id == principal.manager_id)
