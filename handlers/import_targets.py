"""What the rows of a table become. Imports know of cards and articles only what is said here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from models.db import Row, Tx
from models.import_columns import Column
from models.imports import Applied, Effect, RowState

Wrong = tuple[str, str]  # (field, code)


class Read(Protocol):
    """A row as it was read."""

    @property
    def key(self) -> str:
        """What tells it from the other rows; empty when it does not say."""


ReadT = TypeVar("ReadT", bound=Read)
ThereT = TypeVar("ThereT")


@dataclass(frozen=True, slots=True)
class Work(Generic[ReadT, ThereT]):
    """A row that makes something, or changes what is `there`; `made_ready` is what was slow to make of it."""

    row_id: int
    read: ReadT
    there: ThereT | None
    made_ready: Any


class Importer(Protocol[ReadT, ThereT]):
    """`longest`: characters of a cell. `key_field`: of the rows with one key in it, only the first is imported."""

    columns: Sequence[Column]
    longest: int
    key_field: str

    def at_once(self, mapping: Mapping[str, int]) -> int:
        """How many rows are applied in one transaction."""

    async def known(self, run_id: int | None, mapping: Mapping[str, int]) -> Any:
        """What rows are read by, looked up once before they are judged; without a run: once before some are applied."""

    def read(self, cells: Sequence[str], mapping: Mapping[str, int], known: Any) -> ReadT: ...

    async def there(self, reads: Iterable[ReadT], tx: Tx | None = None) -> Mapping[str, ThereT]:
        """What the library has of it, by key; in a transaction it stays locked until its end."""

    def judge(self, read: ReadT, there: Mapping[str, ThereT]) -> tuple[Effect, Sequence[Wrong]]:
        """What the row would do; with all that is wrong with it when that is nothing."""

    async def make_ready(self, reads: Mapping[int, ReadT]) -> Mapping[int, Any]:
        """What takes long, by row, outside of transactions."""

    async def write(
        self, tx: Tx, run: Row, works: Sequence[Work[ReadT, ThereT]], *, now: datetime
    ) -> list[Applied]: ...

    async def take_back(self, tx: Tx, rows: Sequence[Row]) -> dict[int, RowState]:
        """Undo what rows did, where nothing newer touched it: what they become."""
