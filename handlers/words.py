"""Every sentence that the server says to a reader, by code. Chinese; short, warm, exact.

Details carry numbers and ISO times; here they become words. A code without a sentence is a defect
that a test finds.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from handlers.errors import Detail, Details

WEEKDAYS: Final = "一二三四五六日"


def day_words(day: date, today: date) -> str:
    """今天, 明天, then 11月24日（周二）."""
    near = {0: "今天", 1: "明天", -1: "昨天"}.get((day - today).days)
    return near or f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def moment_words(moment: datetime, today: date) -> str:
    """`moment` in the library's zone."""
    return f"{day_words(moment.date(), today)} {moment:%H:%M}"


def span_words(starts: datetime, ends: datetime) -> str:
    """`11月24日 14:00–17:00`, for a notice that may be read days later: 今天 would be untrue by then."""
    until = "24:00" if ends.date() > starts.date() and ends.hour == ends.minute == 0 else f"{ends:%H:%M}"
    return f"{starts.month}月{starts.day}日 {starts:%H:%M}–{until}"


def minutes_words(minutes: Detail) -> str:
    hours, rest = divmod(int(minutes or 0), 60)
    return (
        " ".join(filter(None, [f"{hours} 小时" if hours else "", f"{rest} 分钟" if rest else ""])) or "0 分钟"
    )


class _Say:
    """The details of one refusal, as words."""

    def __init__(self, details: Details, today: date) -> None:
        self.details = details
        self.today = today

    def __getitem__(self, name: str) -> Detail:
        return self.details.get(name)

    def at(self, name: str) -> str:
        value = self.details.get(name)
        return moment_words(datetime.fromisoformat(value), self.today) if isinstance(value, str) else ""

    def day(self, name: str) -> str:
        value = self.details.get(name)
        return day_words(date.fromisoformat(value), self.today) if isinstance(value, str) else ""

    def minutes(self) -> str:
        return minutes_words(self.details.get("minutes"))


def _seat_taken(say: _Say) -> str:
    said = f"没有约上：{say['label']} 刚被别人约走。"
    return said + (
        f"附近的 {say['nearest_label']} 这段时间空着。" if say["nearest_label"] else "换个时间或区域再看看。"
    )


def _closed_then(say: _Say) -> str:
    if not say["opens_at"]:
        return "这一天不开馆，换一天再约。"
    return f"这段时间不在开放时间里：{say.at('opens_at')} 开门，{say.at('closes_at')} 关门。"


def _no_booking_here(say: _Say) -> str:
    if say["other_label"]:
        return f"这里是 {say['label']}，您约的是 {say['other_label']}。请到您的座位上扫码。"
    return f"您现在没有 {say['label']} 的预约。可以先约座，再来签到。"


def _somebody(say: _Say) -> str:
    return f"{say['name']} " if say["name"] else "另一位馆员"


def _with_another(say: _Say) -> str:
    if say["state"] == "waiting":
        return "这个咨询还在排队，接待以后再回答。"
    return f"{_somebody(say)}正在接待这位读者。您写的内容还在。"


def _already_claimed(say: _Say) -> str:
    return "这个咨询已经结束了。" if say["state"] == "closed" else f"{_somebody(say)}已经接待了这位读者。"


def _feedback_over(say: _Say) -> str:
    return f"{_somebody(say)}已经{'答复' if say['state'] == 'answered' else '看过'}这条意见了。"


def _group_not_allowed(say: _Say) -> str:
    yours = f"，您的读者证是{say['group']}" if say["group"] else ""
    return f"这里只留给{say['groups'] or '别的读者'}{yours}。可以选别的区域。"


def _banned(say: _Say) -> str:
    until = f"{say.at('until')} 起恢复" if say["until"] else "现在不能用"
    return f"您的这项服务暂停了，{until}。原因：{say['reason'] or '请问馆员'}。"


# In the place of what was written by or to a reader whose account is closed.
UNREADABLE: Final[Mapping[str, str]] = {
    "unreadable": "这个文件读不出来。请换成 CSV 或 XLSX 文件。",
    "empty": "这个文件里没有数据：第一行应是各列的名称，下面是数据。",
    "too_many_rows": "一次最多导入 10 万行，请把文件分成几个。",
    "old_excel": "这是旧版或带密码的 Excel 文件。请去掉密码，另存为 XLSX 再来。",
    "bomb": "这个文件展开以后太大了，没有读它。",
    "forgotten": "没有导入，文件里的内容已经清除。",
}
ERASED: Final = "（账号已注销，内容已删除）"

SENTENCES: Final[Mapping[str, str | Callable[[_Say], str]]] = {
    "sign_in_needed": "请先登录，再继续。",
    "not_allowed": "您的身份还不能做这件事。有需要请联系馆员。",
    "not_found": "没有找到，它可能已经不在了。",
    "method_not_allowed": "这个地址不接受这样的请求。",
    "invalid_input": "有内容填写得不对，请看一看再提交。",
    "too_large": "内容太大了，请减少一些再提交。",
    "picture_unreadable": "这张图片打不开。请换一张 JPG、PNG、WebP 或 GIF 图片。",
    "picture_too_large": lambda say: (
        f"这张图片太大了，最多 {say['megapixels']} 百万像素。换一张小一点的再试。"
    ),
    "picture_refused": "这张图片没有通过检查，请换一张。",
    "picture_gone": "有一张图片不在了，请去掉它，或者重新选一张。",
    "pictures_used_up": lambda say: f"今天的 {say['limit']} 张图片都用完了，明天可以再传。文字现在就能发。",
    "import_unreadable": lambda say: UNREADABLE.get(str(say["reason"]), UNREADABLE["unreadable"]),
    "no_pdf": lambda say: f"服务器上还没有安装 PDF 用的字体（{say['missing']}），请先导出表格。",
    "too_many_for_pdf": lambda say: f"PDF 最多放 {say['limit']} 行，请导出表格，或把日期缩短。",
    "import_not_now": "这次导入现在不能这样做，请刷新看看它到了哪一步。",
    "unsupported_media_type": "收到的内容格式不对，请更新小程序后再试。",
    "changed_meanwhile": "这里刚被别人改过。请看过新内容再保存。",
    "idempotency_key_reused": "这次提交和上一次混在一起了，请回到上一页重新来过。",
    "too_many": "操作太快了，歇几秒再试。您写的内容还在。",
    "client_too_old": "这个版本太旧，用不了了。更新小程序以后再来，您的东西都还在。",
    "try_later": "现在连不上，您写的内容还在。过一会儿再试。",
    "our_fault": "我们这边出了点问题，您写的内容还在。过一会儿再试。",
    "unknown_event": "小程序和服务器的说法对不上了，请更新小程序。",
    "code_refused": "微信登录没有成功，请再试一次。",
    "review_code_refused": "这个审核码不对，请核对一下。",
    "phone_refused": "这次没有拿到手机号，请再点一次。",
    "seat_taken": _seat_taken,
    "seat_closed": lambda say: f"{say['label']} 暂停使用，请选别的座位。",
    "not_on_step": lambda say: f"时间要以 {say.minutes()}为一格。",
    "in_the_past": "这段时间已经过去了，请选后面的时间。",
    "too_short": lambda say: f"一次至少约 {say.minutes()}。",
    "too_long": lambda say: f"一次最多约 {say.minutes()}。",
    "not_open_yet": lambda say: f"这一天还没开放预约，{say.at('opens_at')} 起可以约。",
    "closed_then": _closed_then,
    "too_many_at_once": lambda say: f"同时最多有 {say['limit']} 个预约。用完或取消一个，就可以再约。",
    "too_many_today": lambda say: f"这一天的 {say['limit']} 次预约都用完了，可以约别的日子。",
    "overlaps_yours": lambda say: f"这段时间您已经约了 {say['label']}。要换座位，请先取消那一个。",
    "banned": _banned,
    "card_needed": "这里要有读者证才能预约。先绑定您的读者证，再来约。",
    "card_lost": "这张读者证已经挂失。找到了或要补办，请到服务台。",
    "card_closed": "这张读者证已经停用。请到服务台问一问。",
    "card_expired": lambda say: f"这张读者证的有效期到 {say.day('day')} 为止。请到服务台续期，再来约。",
    "card_not_yet": lambda say: f"这张读者证从 {say.day('day')} 起有效，那天以后再来约。",
    "group_not_allowed": _group_not_allowed,
    "card_refused": "证号和密码或手机号对不上。请核对一下，也可以到服务台办。",
    "card_locked": lambda say: (
        f"试的次数太多了，{say.at('opens_at')} 起可以再试。急着用，可以改用手机号绑定，或请馆员解开。"
    ),
    "card_elsewhere": "这张读者证绑在另一个微信上。可以移到这里，对方会收到消息。",
    "card_held": "您已经绑了一张读者证。要换一张，先把它解绑。",
    "merge_same": "这是同一个账号。",
    "merge_own": "自己的账号，请同事来合并。",
    "merge_closed": "其中一个账号已经注销或合并过了。",
    "merge_sample": "审核用的账号不能合并。",
    "merge_staff": "要停用的账号有馆员身份。请管理员先收回它的身份，或者反过来合并。",
    "merge_closing": "其中一个账号正在注销。读者撤回注销以后才能合并。",
    "merge_answered": "其中一个账号以馆员身份接待或答复过另一个，不能合并。手上的咨询和意见可以先交还。",
    "merge_two_cards": "两个账号各绑了一张读者证。请核对是不是同一个人，先解除其中一张的绑定。",
    "merge_changed": "刚才有了变化，请再看一遍会合并什么。",
    "not_helping": "对方没有请您代办，或者已经收回了。",
    "helper_code_refused": "没有认出这个代办码，可能过了一小时，或已经用过。请对方再给一个。",
    "helper_code_locked": lambda say: f"试的次数太多了，{say.at('opens_at')} 起可以再试。",
    "own_helper": "这是您自己的代办码，请交给要帮您的人。",
    "too_many_helpers": lambda say: f"对方已经有 {say['limit']} 位代办人了，先请对方少一位。",
    "booking_over": "这个预约已经结束了。",
    "too_early": lambda say: f"还没到签到时间，{say.at('opens_at')} 起可以签到。",
    "booking_lapsed": lambda say: (
        f"签到时间过了（{say.at('closed_at')} 截止），座位已经让出。现在还空着的话，可以重新约。"
    ),
    "no_booking_here": _no_booking_here,
    "unknown_code": "没有认出这个座位码。请对准桌上的码再扫一次，或手动输入。",
    "with_another_librarian": _with_another,
    "conversation_over": "这个咨询已经结束了，读者再提问时会回到排队里。",
    "another_conversation_open": "您还有一个咨询没有结束，请在那里接着说。您写的内容还在。",
    "already_claimed": _already_claimed,
    "not_on_duty": "请先在咨询台上岗，再接待读者。",
    "not_with_you": lambda say: (
        f"这个咨询现在由{_somebody(say)}接待。" if say["name"] else "这个咨询现在不由您接待。"
    ),
    "department_closed": "这个部门现在不接新的内容了，请换一个，或者不选，我们帮您转。您写的内容还在。",
    "department_name_taken": "已经有一个部门叫这个名字了，请换一个。",
    "not_answering": lambda say: (
        f"{say['name'] or '这位同事'}的身份不接待这里的咨询，不能排班。请选一位馆员，或先给对方馆员身份。"
    ),
    "turn_clashes": lambda say: (
        f"{say['name'] or '这位同事'}在这段时间已经有班了（从 {say.at('starts_at')} 起的那一班）。"
    ),
    "settled_already": "这条内容已经有同事看过了。",
    "own_text": "自己写的内容，请另一位同事来看。",
    "feedback_with_another": lambda say: f"{_somebody(say)}正在看这条意见。",
    "feedback_over": _feedback_over,
    "no_answer_wanted": "这位读者没有要答复，看过就好。",
    "not_over_yet": "结束以后再来评价就好。",
    "rated_already": "这一次已经问过您了，谢谢。",
    "asked_this_week": "一周只问一次，这周已经问过您了，谢谢。",
    "invitation_unknown": "没有找到这个邀请码，请核对一下。",
    "invitation_used": "这个邀请码已经用过了，请管理员再发一个。",
    "last_administrator": "您是唯一的管理员。请先邀请另一位管理员，再来注销。",
    "own_last_role": "这是您自己最后的身份，请另一位管理员来拿走。",
    "administrator_needed": "图书馆要有一位管理员。请先邀请另一位，再来拿走这个身份。",
    "own_role": "自己的身份到什么时候，要请另一位管理员来改。",
    "role_held_already": "您已经有这个身份了。要改日期，请管理员在“同事和身份”里改。",
    "own_invitation": "这个邀请码是您自己发的，要由同事来接受。",
    "invitation_over": "这个邀请码过了 24 小时，请管理员再发一个。",
}


def sentence(code: str, details: Details, today: date) -> str:
    """What a reader is told of a refusal."""
    said = SENTENCES[code]
    return said if isinstance(said, str) else said(_Say(details, today))
