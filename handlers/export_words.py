"""What stands in tables that leave the library: a part of the catalogue."""

from collections.abc import Mapping
from typing import Final

from handlers.patrons import Reason
from models.feedback import State, Topic

CARDS: Final = "读者证"
AUDIT: Final = "操作记录"
FEEDBACK: Final = "读者的意见"
PROBLEMS: Final = "导入的问题"
FOOT: Final = "第 {page} 页，共 {pages} 页"

ENTRY: Final = ("编号", "时间", "谁", "做了什么", "对象", "细节", "封存号")
OPINION: Final = ("编号", "时间", "说的是", "内容", "状态", "谁处理", "答复", "处理时间")
TOPICS: Final[Mapping[Topic, str]] = {
    Topic.SPACE: "空间",
    Topic.SERVICE: "服务",
    Topic.COLLECTION: "馆藏",
    Topic.SYSTEM: "小程序",
    Topic.OTHER: "别的",
}
STATES: Final[Mapping[State, str]] = {
    State.NEW: "新的",
    State.TAKEN: "处理中",
    State.ANSWERED: "已答复",
    State.NOTED: "看过了",
}
REASONS: Final[Mapping[Reason, str]] = {
    Reason.DESK: "读者在场或来电",
    Reason.CASE: "投诉或纠纷",
    Reason.UPKEEP: "整理资料",
}


def made(moment: str, reason: Reason) -> str:
    return f"导出于 {moment}，原因：{REASONS[reason]}"


def since(day: str) -> str:
    return f"{day} 起"


def between(first: str, last: str) -> str:
    return f"{first} 至 {last}"


def only(state: State) -> str:
    return f"状态：{STATES[state]}"
