"""What the audit's codes say to those who look through it: a part of the catalogue, by action, table and detail."""

import json
from collections.abc import Mapping
from typing import Any, Final

ACTIONS: Final[Mapping[str, str]] = {
    "account.close": "注销了账号",
    "account.erase": "删除了注销账号的内容",
    "account.keep": "撤回了注销",
    "account.plan_closing": "申请了注销",
    "announcement.edit": "改了首页的通知",
    "audit.read": "看了操作记录",
    "booking.cancelled": "取消了预约",
    "booking.check_in": "签到了",
    "booking.finished": "提前离开了",
    "booking.lapsed": "没有签到，预约失效",
    "booking.make": "预约了座位",
    "chat.claim": "接待了咨询",
    "chat.close": "结束了咨询",
    "chat.hand_back": "交还了咨询",
    "chat.read": "看了咨询",
    "chat.read_closed": "看了结束的咨询",
    "chat.read_desk": "看了咨询台",
    "chat.read_held": "看了待看内容",
    "chat.return_text": "退回了咨询里的话",
    "chat.show_text": "放行了咨询里的话",
    "duty.begin": "上岗了",
    "duty.end": "离岗了",
    "duty.lapse": "没有动静，算作离岗",
    "feedback.answer": "答复了意见",
    "feedback.give_back": "交还了意见",
    "feedback.note": "看过了意见",
    "feedback.read": "看了意见",
    "feedback.return_text": "退回了意见",
    "feedback.send": "提了意见",
    "feedback.show_text": "放行了意见",
    "feedback.take": "接下了意见",
    "rating.decline": "不想打分",
    "rating.give": "打了分",
    "reader.add_phone": "留了手机号",
    "reader.forget_nickname": "在微信收回了称呼",
    "reader.forget_phone": "在微信收回了手机号",
    "reader.join": "第一次来",
    "reader.remove_phone": "去掉了手机号",
    "reader.rename": "改了称呼",
    "rules.edit": "改了预约规则",
    "seats.read_codes": "看了座位码",
    "session.end": "退出了登录",
    "session.start": "登录了",
    "staff.grant": "在命令行给了身份",
    "staff.invite": "发了邀请码",
    "staff.join": "接受了邀请",
}

SUBJECTS: Final[Mapping[str, str]] = {
    "announcement": "通知",
    "area": "区域",
    "audit": "操作记录",
    "booking": "预约",
    "chat_message": "咨询里的话",
    "closed": "结束的咨询",
    "conversation": "咨询",
    "desk": "咨询台",
    "feedback": "意见",
    "held": "待看内容",
    "inbox": "意见箱",
    "invitation": "邀请码",
    "rating": "打分",
    "reader": "读者",
    "seat_rules": "预约规则",
    "session": "登录",
    "spot": "座位",
}

DETAILS: Final[Mapping[str, str]] = {
    "advance_days": "最多提前几天",
    "at_once": "同时最多几个",
    "checkin_after_minutes": "开始后几分钟让出",
    "checkin_before_minutes": "开始前几分钟可签到",
    "count": "几处",
    "max_minutes": "最长几分钟",
    "min_minutes": "最短几分钟",
    "per_day": "每天最多几次",
    "release_minute": "几点放出（分钟）",
    "remind_before_minutes": "开始前几分钟提醒",
    "role": "身份",
    "spot": "座位号",
    "version": "第几版",
}
VALUES: Final[Mapping[str, str]] = {
    "admin": "管理员",
    "editor": "编辑",
    "librarian": "馆员",
    "manager": "主管",
}


def subject_words(subject: str) -> str:
    """`booking:12` as 预约 12; a list has no number."""
    table, _, number = subject.partition(":")
    return f"{SUBJECTS.get(table, table)} {number}".strip()


def details_words(details: str) -> str:
    """Each as 身份：馆员; what somebody has put there by force is shown as it is."""
    try:
        values = json.loads(details)
    except ValueError:
        return details
    if not isinstance(values, dict):
        return details
    return "，".join(f"{DETAILS.get(name, name)}：{_said(value)}" for name, value in values.items())


def _said(value: Any) -> str:
    return "无" if value is None else VALUES.get(str(value), str(value))
