"""The slot table, whose key of two columns the ORM cannot say, and every CHECK written by hand."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.constraints import check, is_sqlite

CHECKS = (
    ("booking", "booking_span", "ends_at > starts_at"),
    ("booking", "booking_state", "state IN ('booked', 'checked_in', 'cancelled', 'lapsed', 'finished')"),
    ("booking", "booking_lapses", "state <> 'booked' OR lapses_at IS NOT NULL"),
    ("consent", "consent_balance", "balance >= 0"),
    ("hours_exception", "hours_exception_span", "(opens_minute IS NULL) = (closes_minute IS NULL)"),
    ("job", "job_state", "state IN ('new', 'run', 'done', 'dead')"),
    (
        "seat_rules",
        "seat_rules_ranges",
        "advance_days >= 0 AND release_minute BETWEEN 0 AND 1439 AND min_minutes > 0 "
        "AND max_minutes >= min_minutes AND at_once > 0 AND per_day > 0 AND checkin_before_minutes >= 0 "
        "AND checkin_after_minutes > 0 AND remind_before_minutes >= 0",
    ),
    ("spot", "spot_slot_minutes", "slot_minutes IN (15, 1440)"),
    ("staff_role", "staff_role_known", "role IN ('librarian', 'editor', 'manager', 'admin')"),
    (
        "weekly_hours",
        "weekly_hours_span",
        "weekday BETWEEN 0 AND 6 AND opens_minute >= 0 AND closes_minute > opens_minute AND closes_minute <= 1440",
    ),
)

SLOT = """
CREATE TABLE slot (
    spot_id BIGINT NOT NULL REFERENCES spot (id),
    slot_no BIGINT NOT NULL,
    booking_id BIGINT NOT NULL REFERENCES booking (id),
    lapses_at {instant},
    PRIMARY KEY (spot_id, slot_no)
){without_rowid}
"""


async def create(_apps: Any, editor: Any) -> None:
    sqlite = is_sqlite(editor)
    await editor.client.execute_script(
        SLOT.format(
            instant="TIMESTAMP" if sqlite else "TIMESTAMPTZ", without_rowid=" WITHOUT ROWID" if sqlite else ""
        )
    )
    await editor.client.execute_script("CREATE INDEX slot_booking ON slot (booking_id)")
    await editor.client.execute_script("CREATE INDEX job_lease ON job (lease_until) WHERE state = 'run'")
    for table, name, holds in CHECKS:
        await check(editor, table, name, holds)


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]
    initial = False
    operations = [ops.RunPython(create)]
