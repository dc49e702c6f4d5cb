"""What merging two accounts does, in sentences for the staff and for the reader: a part of the catalogue."""

from collections.abc import Mapping
from typing import Final

from handlers.context import Context
from handlers.words import span_words
from models.bookings import State
from models.db import Row
from models.instants import instant
from models.merging import Plan
from models.merging_rules import Clash

BECOMES: Final = {State.BOOKED: State.CANCELLED, State.CHECKED_IN: State.FINISHED}
_DOES: Final = {State.BOOKED: "取消", State.CHECKED_IN: "退座"}
_COUNTED: Final[Mapping[str, str]] = {
    "feedback": "{} 条意见",
    "notices": "{} 条消息",
    "ratings": "{} 次评价",
    "bans": "{} 项暂停，期限和原因不变",
}
LAST: Final = ("另一个微信马上退出登录，这个账号不能再用。", "合并以后不能再分开。")
LISTED_AT_MOST: Final = 3


def moves(plan: Plan) -> list[str]:
    """What the account that stays has from the other, with how many."""
    counts, coming = plan.counts, len(plan.moving)
    over = (
        counts["bookings"] - coming - len([row for row in plan.ending if row["reader_id"] == plan.goes["id"]])
    )
    talks = f"{counts['conversations']} 次咨询" if counts["conversations"] else ""
    if talks and plan.goes["talk_id"] not in (None, plan.talk_ends):
        talks += "，没有结束的接着谈"
    said = [
        f"{coming} 个没有用完的预约" if coming else "",
        f"{over} 条以前的预约" if over else "",
        talks,
        *(words.format(counts[name]) for name, words in _COUNTED.items() if counts[name]),
        f"{len(plan.helping)} 项代办" if plan.helping else "",
        f"尾号 {plan.goes['card_no'][-4:]} 的读者证" if plan.goes["card_no"] else "",
    ]
    return [words for words in said if words]


def ends(ctx: Context, plan: Plan) -> list[str]:
    """What ends, and why."""
    said = [f"{place(ctx, row)}：{_why(plan, row)}，将{_DOES[State(row['state'])]}。" for row in plan.ending]
    if plan.talk_ends is not None:
        said.append("两边各有一个没有结束的咨询：一个接着谈，另一个结束，记录还在。")
    if plan.counts["consents"]:
        said.append("微信提醒要在现在的微信里重新允许。")
    return [*said, *LAST]


def place(ctx: Context, row: Row) -> str:
    """Where and when a booking is."""
    when = span_words(ctx.local(instant(row["starts_at"])), ctx.local(instant(row["ends_at"])))
    return f"{row['area_name']} {row['label']}，{when}"


def _why(plan: Plan, row: Row) -> str:
    match plan.ends[row["id"]]:
        case Clash.OVERLAPS:
            return "和另一个预约时间重叠"
        case Clash.AT_ONCE:
            return f"同时最多 {row['at_once']} 个预约"
        case Clash.PER_DAY:
            return f"这一天最多 {row['per_day']} 次预约"


def told(ctx: Context, plan: Plan) -> str:
    """What the reader finds in the inbox."""
    said = "您另一个微信里的预约、咨询、意见和消息都在这里了，那个账号不再使用。"
    if plan.ending:
        listed = "；".join(place(ctx, row) for row in plan.ending[:LISTED_AT_MOST])
        more = f"等 {len(plan.ending)} 个" if len(plan.ending) > LISTED_AT_MOST else ""
        said += f"有预约不能同时保留，已经取消：{listed}{more}。"
    return f"{said}不是您同意的，请告诉馆员。"
