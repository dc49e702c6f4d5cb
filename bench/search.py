"""`search`: one of 200,000 texts, by a reader's request, beside PostgreSQL's own full-text query on the same index.

The texts are made of phrases, a few of which are very common, as words are; the questions are pieces of the same
phrases. PostgreSQL is asked for texts that hold all of the same tokens, by its own rank. A sign parts the phrases, so
that the tokens of a text are those of its phrases, and need not be made anew for each.
"""

import random
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import accumulate
from statistics import quantiles
from typing import Final
from urllib.parse import quote

import asyncpg

from bench.load import drive, request
from bench.postgres import Postgres
from bench.report import Outcome, Side
from bench.servers import Server, product
from models import db, tokens
from models.search import as_vector
from server.clock import SystemClock

TARGET: Final = 2.0
TEXTS: Final = 200_000
PHRASES: Final = 3_000
IN_A_TEXT: Final = 10
QUESTIONS: Final = 200
ROUNDS: Final = 5
LIMIT: Final = 20
SEED: Final = 5

STAGE: Final = (
    "CREATE UNLOGGED TABLE made (ref_id bigint, title text, text text, tokens text, at timestamptz)"
)
FILL: Final = """
INSERT INTO search_index (kind, ref_id, audience, title, tags, text, at, tokens)
SELECT 'article', ref_id, 'everybody', title, '', text, at, tokens::tsvector FROM made
"""
OWN: Final = f"""
SELECT id, title FROM search_index WHERE tokens @@ $1::text::tsquery
ORDER BY ts_rank(tokens, $1::text::tsquery) DESC LIMIT {LIMIT}
"""
MEMORY: Final = "SET maintenance_work_mem = '512MB'"  # to make the index in one go
NAME: Final = "search"


async def run(postgres: Postgres) -> Outcome:
    chance = random.Random(SEED)
    phrases = _phrases(chance)
    url = await postgres.library(NAME)
    await _fill(postgres, _texts(phrases, chance))
    questions = [_question(phrases, chance) for _ in range(QUESTIONS)]
    ours, own = list[Sequence[float]](), list[Sequence[float]]()
    connection = await asyncpg.connect(**db.postgres_credentials(url))
    try:
        async with product(url) as server:
            await _asked(server, questions), await _own(connection, questions)
            for _ in range(ROUNDS):
                ours.append(await _asked(server, questions))
                own.append(await _own(connection, questions))
    finally:
        await connection.close()
    return _outcome(ours, own)


# ---------------------------------------------------------------- texts and questions


def _phrases(chance: random.Random) -> list[str]:
    """Of 4 to 12 characters, in words of two."""
    letters = [chr(0x4E00 + chance.randrange(20_000)) for _ in range(1_200)]
    words = ["".join(chance.choices(letters, k=2)) for _ in range(4_000)]
    return ["".join(chance.choices(words, k=chance.randint(2, 6))) for _ in range(PHRASES)]


def _texts(phrases: Sequence[str], chance: random.Random) -> Iterator[tuple[object, ...]]:
    in_texts = [dict.fromkeys(tokens.tokens(phrase), "C") for phrase in phrases]
    in_titles = [
        dict.fromkeys(tokens.pinyin(phrase), "D") | dict.fromkeys(tokens.tokens(phrase), "A")
        for phrase in phrases
    ]
    common = list(accumulate(1 / (rank + 10) for rank in range(PHRASES)))
    numbers, now = range(PHRASES), SystemClock().now()
    for ref_id in range(1, TEXTS + 1):
        chosen = chance.choices(numbers, cum_weights=common, k=IN_A_TEXT)
        title = chance.choices(numbers, cum_weights=common)[0]
        found_by: dict[str, str] = {}
        for number in chosen:
            found_by |= in_texts[number]
        text = "，".join(phrases[number] for number in chosen)
        at = now - timedelta(minutes=ref_id)
        yield ref_id, phrases[title], text, as_vector(found_by | in_titles[title]), at


async def _fill(postgres: Postgres, texts: Iterator[tuple[object, ...]]) -> None:
    connection = await asyncpg.connect(**db.postgres_credentials(postgres.url(NAME)))
    try:
        await connection.execute(STAGE)
        await connection.copy_records_to_table("made", records=texts)
    finally:
        await connection.close()
    index = (await postgres.rows(NAME, "SELECT pg_get_indexdef('search_index_tokens'::regclass)"))[0][0]
    filling = ("DROP INDEX search_index_tokens", "TRUNCATE search_index", FILL, "DROP TABLE made")
    await postgres.run(NAME, *filling, MEMORY, index, "VACUUM ANALYZE search_index")


def _question(phrases: Sequence[str], chance: random.Random) -> str:
    """Two to six characters of a phrase; the common ones are asked for as often as they are written."""
    phrase = phrases[min(int(chance.paretovariate(0.7)) - 1, PHRASES - 1)]
    start = chance.randrange(len(phrase) - 1)
    return phrase[start : start + chance.randint(2, 6)]


# ---------------------------------------------------------------- asking


async def _asked(server: Server, questions: Sequence[str]) -> Sequence[float]:
    """One after the other, so that each time is what a reader waits."""
    asked = [request("GET", f"/api/search?text={quote(text)}&limit={LIMIT}") for text in questions]
    return (await drive(server, [asked], connections=1, status=200)).times_s


async def _own(connection: asyncpg.Connection, questions: Sequence[str]) -> Sequence[float]:
    times = []
    for text in questions:
        query = " & ".join(f"'{token}'" for token in tokens.wanted(text))
        began = time.perf_counter()
        await connection.fetch(OWN, query)
        times.append(time.perf_counter() - began)
    return times


def _p95(times_s: Sequence[float]) -> float:
    return quantiles(times_s, n=20)[-1] * 1e6


def _p50(times_s: Sequence[float]) -> float:
    return quantiles(times_s, n=20)[9] * 1e6


def _outcome(ours: Sequence[Sequence[float]], own: Sequence[Sequence[float]]) -> Outcome:
    return Outcome(
        name=NAME,
        work=f"one of {TEXTS:,} texts, {QUESTIONS} questions one after the other, PostgreSQL",
        unit="µs, p95",
        sides=(
            Side("Wenjin, the whole request", [_p95(times) for times in ours]),
            Side("PostgreSQL's own query and rank", [_p95(times) for times in own]),
        ),
        target=TARGET,
        at_least=False,
        further=(
            Side("Wenjin, p50", [_p50(times) for times in ours]),
            Side("PostgreSQL, p50", [_p50(times) for times in own]),
        ),
    )
