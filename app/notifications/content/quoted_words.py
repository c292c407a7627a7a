"""Words of others in a mail of the service: nothing in them becomes a link.

Anybody may register with any name and any mailbox, so what they call themselves is read by people who never asked.
"""

import re

# What mail programs make links of has one of these between two characters that are no spaces.
_OF_LINKS = re.compile(r"(?<=\S)[.:@/\\](?=\S)")
_WIDE = str.maketrans(".:@/\\", "．：＠／＼")


def without_links(text: str) -> str:
    """The text with the signs of addresses in full width: `evil.example/a` reads as before, and is no address."""
    return _OF_LINKS.sub(lambda sign: sign.group().translate(_WIDE), text)
