"""The long form; the short one is in tests/test_opening.py."""

from tests.soak.opening import opening_morning


async def test_an_opening_morning_of_ten_minutes_loses_and_doubles_nothing(database_url: str) -> None:
    told = await opening_morning(database_url, readers=200, seconds=600, kills=10)
    print(dict(told))
