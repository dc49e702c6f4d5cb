"""What a text is found by: pairs of characters where words are not set apart, folded words, and pinyin.

Both databases get the tokens made here, and only look them up: so both find the same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final
from unicodedata import category, normalize

WORD_LENGTH: Final = 64  # of a word, in letters: the rest is not looked at
WANTED: Final = 24  # tokens of a question: what follows is not looked at
PINYIN_LENGTH: Final = 6  # characters in a row that can be found by their pinyin
LEAD: Final = 10  # characters of a passage before what was found
PIN: Final = "\ue000"  # begins what is found by exactly one question; no text holds it

ACCENTS: Final = re.compile("[\u0300-\u036f]")
DENSE: Final = re.compile(  # scripts that set no space between words, and Korean, whose endings cling to them
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]"
)
HAN: Final = re.compile("[\u3400-\u9fff]{2,}")
# What makes a question of words, and is no word of the answer.
ASKING: Final = re.compile(
    "请问|怎么样|怎么办|怎么|怎样|如何|为什么|什么时候|什么|哪里|哪儿|哪些|几点|多少|"
    "能不能|可不可以|可以|是不是|有没有|我想|我要|吗|呢"
)


@dataclass(frozen=True, slots=True)
class Run:
    """Letters that belong together, folded; `places` says for each where it stands in the text."""

    dense: bool
    letters: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.letters)


@lru_cache(maxsize=1 << 15)
def _letters(character: str) -> str:
    """A character without case, width and accents; nothing when it is no letter and no digit."""
    plain = ACCENTS.sub("", normalize("NFD", normalize("NFKC", character)))
    return "".join(letter for letter in normalize("NFKC", plain.casefold()) if letter.isalnum())


@lru_cache(maxsize=1 << 12)
def _parts_words(character: str) -> bool:
    """Not an accent of its own, a joiner or a soft hyphen."""
    return category(character) not in ("Mn", "Mc", "Me", "Cf")


def runs(text: str) -> Iterator[Run]:
    run = None
    for place, character in enumerate(text):
        letters = _letters(character)
        if not letters:
            if run and _parts_words(character):
                yield run
                run = None
            continue
        dense = bool(DENSE.match(letters))
        if run and run.dense != dense:
            yield run
            run = None
        run = run or Run(dense)
        run.letters.extend(letters)
        run.places.extend([place] * len(letters))
    if run:
        yield run


def key(text: str) -> str:
    """A question without what does not matter: the same for everybody who means the same words."""
    return " ".join(run.text for run in runs(text))


# ---------------------------------------------------------------- of what is found


def tokens(text: str) -> set[str]:
    """Words; of dense runs each character and each pair."""
    found = set[str]()
    for run in runs(text):
        if run.dense:
            found.update(run.letters)
            found.update(one + other for one, other in pairwise(run.letters))
        else:
            found.add(run.text[:WORD_LENGTH])
    return found


def pinyin(title: str) -> set[str]:
    """Of up to six characters in a row, from each on: their pinyin in full, and its initials.

    The first time takes half a second and 60 MB, for the dictionary is read then.
    """
    from pypinyin import lazy_pinyin

    found = set[str]()
    for run in HAN.findall(title):
        syllables = [_letters(syllable[0]) + syllable[1:] for syllable in lazy_pinyin(run)]
        for start in range(len(syllables)):
            for end in range(start + 1, min(start + PINYIN_LENGTH, len(syllables)) + 1):
                found.add("".join(syllables[start:end]))
                if end - start > 1:
                    found.add("".join(syllable[0] for syllable in syllables[start:end]))
    return found


def pin(text: str) -> str:
    """The token of a question as a whole."""
    return PIN + key(text).replace(" ", PIN)


def indexed(title: str, tags: Sequence[str], text: str, pinned: Sequence[str] = ()) -> dict[str, str]:
    """Each token, with the best field that holds it: A the title, B a tag, C the text, D its pinyin or a pin."""
    of_fields = {
        "D": pinyin(title) | {pin(words) for words in pinned if key(words)},
        "C": tokens(text),
        "B": tokens("\n".join(tags)),
        "A": tokens(title),
    }
    return {token: field for field, found in of_fields.items() for token in found}


# ---------------------------------------------------------------- of a question


def wanted(question: str) -> list[str]:
    """What a question looks for, each once: words, pairs, and characters that stand alone."""
    words = key(question)
    found = list(_wanted(ASKING.sub(" ", words))) or _wanted(words)
    return list(dict.fromkeys(found))[:WANTED]


def _wanted(words: str) -> Iterator[str]:
    for run in runs(words):
        if not run.dense:
            yield run.text[:WORD_LENGTH]
        elif len(run.letters) == 1:
            yield run.text
        else:
            yield from (one + other for one, other in pairwise(run.letters))


def marks(text: str, looked_for: set[str]) -> list[tuple[int, int]]:
    """Where a text holds what was looked for, as (start, end) in characters, in order and apart."""
    found = list[tuple[int, int]]()
    for run in runs(text):
        for start, end in _places(run, looked_for):
            if found and start <= found[-1][1]:
                found[-1] = (found[-1][0], max(end, found[-1][1]))
            else:
                found.append((start, end))
    return found


def _places(run: Run, looked_for: set[str]) -> Iterator[tuple[int, int]]:
    if not run.dense:
        if run.text[:WORD_LENGTH] in looked_for:
            yield run.places[0], run.places[-1] + 1
        return
    for number in range(len(run.letters)):
        for length in (1, 2):
            token = "".join(run.letters[number : number + length])
            if token in looked_for:
                yield run.places[number], run.places[number + len(token) - 1] + 1


def excerpt(text: str, looked_for: set[str], *, length: int) -> str:
    """The passage that holds the most of what is looked for, as one line; else how the text begins."""
    line = text.replace("\n", " ")
    places = sorted(max(0, line.find(token) - LEAD) for token in looked_for)
    start = max(places, key=lambda place: sum(token in line[place : place + length] for token in looked_for))
    before, after = "…" if start else "", "…" if start + length < len(line) else ""
    return before + line[start : start + length].strip() + after
