"""The long form; the short one is in tests/test_talking.py."""

from pathlib import Path

from tests.soak.talking import talking


async def test_a_day_at_the_desk_of_ten_minutes_loses_doubles_and_mixes_up_nothing(
    database_url: str, tmp_path: Path
) -> None:
    told = await talking(
        database_url,
        tmp_path,
        readers=12,
        librarians=3,
        seconds=600,
        kills=12,
        check_text=True,
        pause_s=2.0,
        absent_s=60,
        judged=True,
    )
    print(dict(told))
