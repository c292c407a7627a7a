"""The first version of each legal text, in force until the bureau publishes its own."""

from functools import cache
from importlib import resources

from app.accounts.legal_texts.purposes import TextPurpose


@cache
def first_version(purpose: TextPurpose) -> tuple[str, str]:
    """The Chinese and the English text."""
    folder = resources.files(__package__) / "data"
    zh, en = (
        (folder / f"{purpose.value}.{language}.txt").read_text(encoding="utf-8").strip()
        for language in ("zh", "en")
    )
    return zh, en
