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
    "article.delete": "删除了文章",
    "article.edit": "改了文章",
    "article.make": "写了文章",
    "audit.export": "导出了操作记录",
    "audit.read": "看了操作记录",
    "booking.cancelled": "取消了预约",
    "booking.check_in": "签到了",
    "booking.finished": "提前离开了",
    "booking.lapsed": "没有签到，预约失效",
    "booking.make": "预约了座位",
    "card.bind": "绑定了读者证",
    "card.edit": "改了读者证",
    "card.end": "解除了别人的绑定",
    "card.lost": "挂失了读者证",
    "card.unbind": "解绑了读者证",
    "card.unlock": "解锁了读者证",
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
    "group.save": "改了读者类别",
    "helper.begin": "开始代办",
    "helper.end": "结束了代办",
    "helper.invite": "请人代办",
    "import.apply": "开始导入",
    "import.map": "改了导入的列",
    "import.read": "看了导入的问题",
    "import.send": "上传了要导入的文件",
    "import.undo": "撤销了导入",
    "missed_search.forget": "略过了没搜到的词",
    "patron.find": "查找了读者",
    "patron.see": "看了读者证",
    "patrons.export": "导出了全部读者证",
    "job.drop": "丢掉了没有办成的事",
    "job.retry": "让没有办成的事再来一次",
    "rating.decline": "不想打分",
    "rating.give": "打了分",
    "reader.add_phone": "留了手机号",
    "reader.ban": "暂停了读者的使用",
    "reader.forget_nickname": "在微信收回了称呼",
    "reader.forget_phone": "在微信收回了手机号",
    "reader.forget_pictures": "在微信收回了图片",
    "reader.join": "第一次来",
    "reader.lift_ban": "恢复了读者的使用",
    "reader.remove_phone": "去掉了手机号",
    "reader.rename": "改了称呼",
    "reader.see": "看了读者",
    "review.enter": "以审核身份进入",
    "rules.edit": "改了预约规则",
    "seats.read_codes": "看了座位码",
    "session.end": "退出了登录",
    "session.start": "登录了",
    "staff.grant": "在命令行给了身份",
    "staff.invite": "发了邀请码",
    "staff.join": "接受了邀请",
    "staff.take": "收回了身份",
    "synonyms.delete": "删除了同义词",
    "synonyms.edit": "改了同义词",
    "synonyms.make": "加了同义词",
    "upload.remove": "移除了图片",
}

SUBJECTS: Final[Mapping[str, str]] = {
    "announcement": "通知",
    "area": "区域",
    "article": "文章",
    "audit": "操作记录",
    "booking": "预约",
    "chat_message": "咨询里的话",
    "closed": "结束的咨询",
    "conversation": "咨询",
    "desk": "咨询台",
    "feedback": "意见",
    "held": "待看内容",
    "import_run": "导入",
    "inbox": "意见箱",
    "invitation": "邀请码",
    "job": "后台的事",
    "missed_search": "没搜到的词",
    "patron": "读者证",
    "patrons": "全部读者证",
    "rating": "打分",
    "reader": "读者",
    "reader_group": "读者类别",
    "seat_rules": "预约规则",
    "session": "登录",
    "spot": "座位",
    "synonyms": "同义词",
    "upload": "图片",
}

DETAILS: Final[Mapping[str, str]] = {
    "advance_days": "最多提前几天",
    "at_once": "同时最多几个",
    "ban": "第几号暂停",
    "by": "按什么查",
    "changed": "更新几张",
    "checkin_after_minutes": "开始后几分钟让出",
    "checkin_before_minutes": "开始前几分钟可签到",
    "count": "几处",
    "found": "找到几位",
    "group_code": "读者类别",
    "groups": "读者类别",
    "helper": "代办人",
    "made": "新增几张",
    "kind": "种类",
    "max_minutes": "最长几分钟",
    "min_minutes": "最短几分钟",
    "needs_card": "要读者证",
    "per_day": "每天最多几次",
    "problems": "几行有问题",
    "reader": "读者",
    "reason": "原因",
    "release_minute": "几点放出（分钟）",
    "remind_before_minutes": "开始前几分钟提醒",
    "role": "身份",
    "spot": "座位号",
    "state": "状态",
    "stops": "停什么",
    "valid_from": "有效期从",
    "valid_until": "有效期到",
    "version": "第几版",
}
VALUES: Final[Mapping[str, str]] = {
    "False": "否",
    "True": "是",
    "active": "有效",
    "admin": "管理员",
    "bookings": "预约",
    "both": "预约和写内容",
    "closed": "停用",
    "editor": "编辑",
    "librarian": "馆员",
    "lost": "挂失",
    "manager": "主管",
    "text": "写内容",
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
