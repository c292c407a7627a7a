"""Forms that make something with a secret: sent twice they make one, and what their reader sees then holds."""

from uuid import UUID

from fastapi.responses import Response


def created_id(answer: Response) -> UUID:
    """The id after the `#` of the address to which the first answer led."""
    return UUID(answer.headers["location"].rpartition("#")[2])
