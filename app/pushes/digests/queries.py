"""Selects over digests."""

from sqlalchemy import Select, false

from app.accounts.access.principal import Principal
from app.pushes.digests.models import Digest


def visible_digests(query: Select[Digest], principal: Principal) -> Select[Digest]:
    """The lists that the principal may see: a manager's own; the bureau's are all."""
    if principal.sees_everything:
        return query
    if principal.manager_id is None:
        return query.where(false())
    return query.where(Digest.manager_id == principal.manager_id)
