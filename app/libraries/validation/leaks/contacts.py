"""Detection of contact details in text, even with disguising characters; positions refer to the original text."""

import re
from collections.abc import Iterator
from typing import Literal

from app.accounts.organisations.credit_code import is_uscc, matches_registry_code
from app.libraries.validation.leaks.addresses import find_emails, find_messengers, find_websites
from app.libraries.validation.leaks.phones import find_phones
from app.text.folded_text import FoldedText, Spot

Kind = Literal["phone", "email", "uscc", "website", "messenger"]


def find_contacts(folded: FoldedText) -> Iterator[tuple[Kind, Spot, bool]]:
    """All telephone numbers, e-mail addresses, credit codes, web addresses and messenger accounts in the text, and
    whether each is certain."""
    yield from (("phone", spot, certain) for spot, certain in find_phones(folded))
    yield from (("email", spot, True) for spot in find_emails(folded))
    yield from (("uscc", spot, True) for spot in _credit_codes(folded))
    yield from (("website", spot, True) for spot in find_websites(folded))
    yield from (("messenger", spot, True) for spot in find_messengers(folded))


def _credit_codes(folded: FoldedText) -> Iterator[Spot]:
    """Unified social credit codes. A run of exactly 18 characters must pass the check character; inside a longer run,
    where it may fit by chance, both checks must pass."""
    tight = folded.tight
    # Upper case only for ASCII: some letters (ß) become longer in upper case and would shift the positions.
    upper = "".join(char.upper() if char.isascii() else "?" for char in tight.text)
    for run in re.finditer(r"[0-9A-Y]{18,}", upper):
        alone = run.end() - run.start() == 18
        for start in range(run.start(), run.end() - 17):
            code = upper[start : start + 18]
            if is_uscc(code) and (alone or matches_registry_code(code)):
                yield tight.original(start, start + 18)
