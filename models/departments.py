"""The departments of the staff: a reader who asks may choose one, and staff hand on to another."""

from typing import Final

from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, fetch

NAME_LENGTH: Final = 20
ASKS_LENGTH: Final = 60


class Department(Model):
    """`asks`: what readers may ask it, in one line. A closed one is chosen no more; what it has stays."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(NAME_LENGTH, unique=True)
    asks = fields.CharField(ASKS_LENGTH)
    place = fields.IntField()  # order in lists
    closed = fields.BooleanField(default=False, db_default=False)
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "department"


MAKE: Final = (
    "INSERT INTO department (name, asks, place, closed, version) VALUES ($1, $2, $3, $4, 1) RETURNING *"
)
SAVE: Final = """
UPDATE department SET name = $2, asks = $3, place = $4, closed = $5, version = version + 1 WHERE id = $1 RETURNING *
"""


async def make(tx: Tx, *, name: str, asks: str, place: int, closed: bool) -> Row:
    """Raises `IntegrityError` when another one has the name."""
    return (await tx.fetch(MAKE, name, asks, place, closed))[0]


async def save(tx: Tx, department_id: int, *, name: str, asks: str, place: int, closed: bool) -> Row:
    """The row must be locked. Raises `IntegrityError` when another one has the name."""
    return (await tx.fetch(SAVE, department_id, name, asks, place, closed))[0]


async def get(department_id: int, tx: Tx | None = None) -> Row | None:
    rows = await (tx.fetch if tx else fetch)("SELECT * FROM department WHERE id = $1", department_id)
    return rows[0] if rows else None


async def all_of_them() -> list[Row]:
    """Every department in its order, closed ones too; they are few."""
    return list(await fetch("SELECT * FROM department ORDER BY place, id"))
