"""What is said of the rows of an import: a part of the catalogue, by field and by code of the problem."""

from collections.abc import Mapping
from typing import Final

from models.article_import import Field as Article
from models.patron_import import Field

FIELDS: Final[Mapping[str, str]] = {
    Field.CARD_NO: "读者证号",
    Field.NAME: "姓名",
    Field.PHONE: "手机号",
    Field.GROUP: "读者类别",
    Field.VALID_FROM: "有效期从",
    Field.VALID_UNTIL: "有效期到",
    Field.STATE: "状态",
    Field.SECRET: "密码",
    Article.KIND: "类型",
    Article.TITLE: "标题",
    Article.TEXT: "正文",
    Article.TAGS: "标签",
}
STATES: Final[Mapping[str, str]] = {"active": "有效", "lost": "挂失", "closed": "停用"}

PROBLEMS: Final[Mapping[str, str]] = {
    "before_start": "结束日期早于开始日期。",
    "empty": "没有填写。",
    "exponent": "Excel 把长数字改成了科学记数，后几位已经丢了。请把这一列设成文本，再填一次。",
    "far_day": "年份要在 2000 到 2099 之间。",
    "not_a_day": "不是认得的日期，请写成 2026-09-01 这样。",
    "not_a_kind": "不是认得的类型，请写文章或常见问题。",
    "not_a_number": "有号码里不会有的字。",
    "not_a_phone": "不像手机号。",
    "not_a_state": "不是认得的状态，请写有效、挂失或停用。",
    "not_published": "不是认得的状态，请写草稿或已发布。",
    "several": "已经有几篇同样标题的，不知道该改哪一篇。",
    "too_long": "太长了。",
    "too_many": "太多了，最多 8 个。",
    "twice": "前面的行里已经有了。",
    "unknown_group": "没有这个读者类别，请先建好类别，或改成已有的。",
    "unprintable": "有看不见的控制字符。",
    "zeros_lost": "比别的号码短，开头的 0 可能被 Excel 去掉了。请把这一列设成文本，再填一次。",
}

REPORT: Final = ("行", "列", "内容", "问题")
