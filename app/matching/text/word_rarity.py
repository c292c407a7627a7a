"""How rare a word is: counted once in the background that is shipped with the package, and not in the store.

In a store of a few records a further one would move what every word counts, and with it every score.
"""

import gzip
import json
from functools import cache
from importlib import resources

from app.matching.text.bm25 import CorpusStats

_FILE = "words.json.gz"


@cache
def shipped_word_statistics() -> CorpusStats:
    """Statistics of about 2,300 achievements and abstracts of all trades; see scripts/tune/words.py."""
    stored = (resources.files(__package__) / "data" / _FILE).read_bytes()
    document = json.loads(gzip.decompress(stored))
    return CorpusStats(document["documents"], document["mean_length"], document["words"])
