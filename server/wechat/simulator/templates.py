"""The message templates of the simulated account; config.toml's defaults name the same ids."""

from dataclasses import dataclass

SEAT_REMINDER = "CpFXlSjT8DJKHuvY2cG7WFLaIcJNTIpGT8dKj58JESA"
BOOKING_LAPSED = "w9RLTkDo4nQESyFc_RLFrvlJnHCne3kFaLXGI7bVSBw"
ANSWERED = "fANq6kXukR85qyYsZlGBCYFTiwyNT9dWe76iLjUMGH0"
LIBRARY_NOTICE = "i_O-agFwOP88jwng6npOpBBxVRFnfdTBGFdE8aURZmI"

ONE_TIME = 2  # one consent, one message
LONG_TERM = 3  # one consent, messages until the reader turns it off


@dataclass(frozen=True, slots=True)
class Template:
    """One private template, in the words of `gettemplate`; `content` holds a line for each field."""

    id: str
    title: str
    content: str
    example: str
    type: int = ONE_TIME


TEMPLATES: tuple[Template, ...] = (
    Template(
        id=SEAT_REMINDER,
        title="预约签到提醒",
        content="地点:{{thing1.DATA}}\n座位:{{thing2.DATA}}\n时间:{{time3.DATA}}\n提示:{{thing4.DATA}}\n",
        example="地点:总馆三层阅览区\n座位:A-12\n时间:2026年11月22日 14:00~17:00\n提示:请在 14:15 前签到\n",
    ),
    Template(
        id=BOOKING_LAPSED,
        title="预约失效提醒",
        content="座位:{{thing1.DATA}}\n时间:{{time2.DATA}}\n原因:{{thing3.DATA}}\n",
        example="座位:总馆 A-12\n时间:2026年11月22日 14:00~17:00\n原因:未在 14:15 前签到\n",
    ),
    Template(
        id=ANSWERED,
        title="咨询回复通知",
        content="问题:{{thing1.DATA}}\n回复:{{thing2.DATA}}\n时间:{{time3.DATA}}\n",
        example="问题:周末几点开门\n回复:周六周日都是九点\n时间:2026年11月22日 14:05\n",
    ),
    Template(
        id=LIBRARY_NOTICE,
        title="图书馆通知",
        content="标题:{{thing1.DATA}}\n时间:{{time2.DATA}}\n内容:{{thing3.DATA}}\n",
        example="标题:周三闭馆半天\n时间:2026年11月25日 08:00\n内容:下午一点起照常开放\n",
    ),
)
