"""What the demo library has written: answers to what is often asked, and a few articles."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from models import articles, search
from models.articles import ArticleState, Written, entry_of
from models.db import transaction
from models.search import ContentKind
from models.search_words import Synonyms

SYNONYMS: Final = (
    ("wifi", "无线网", "上网", "网络"),
    ("存包", "寄存", "储物柜"),
    ("打印", "复印", "扫描"),
    ("罚款", "逾期费", "滞纳金"),
    ("座位", "自习位", "占座"),
)


def _answer(title: str, text: str, *tags: str, pinned: tuple[str, ...] = ()) -> Written:
    return Written(ContentKind.FAQ, title, text, tags, pinned, ArticleState.PUBLISHED)


def _article(title: str, text: str, *tags: str, state: ArticleState = ArticleState.PUBLISHED) -> Written:
    return Written(ContentKind.ARTICLE, title, text, tags, (), state)


# The first is the newest.
WRITTEN: Final = (
    _answer(
        "怎么预约座位？",
        "在「预约」里选一个区域，点一个空着的座位，选好时间再确认。\n\n"
        "每天 7:00 开放后天的座位。普通座位一次最多 6 小时，静音座位一次最多 4 小时。",
        "座位",
        "预约",
        pinned=("预约", "约座"),
    ),
    _answer(
        "到馆以后怎么签到？",
        "扫座位桌上的码，或者手动输入桌上的编号。\n\n"
        "开始前 30 分钟到开始后 15 分钟都可以签到。过了时间座位会让给别人，现在还空着的话可以重新约。",
        "座位",
        "签到",
    ),
    _answer(
        "来不了了，怎么取消预约？",
        "打开「我的预约」，点那一个预约，选「取消」。\n\n早一点取消，座位就能早一点让给需要的人。",
        "座位",
        "预约",
    ),
    _answer(
        "中途离开，座位会保留吗？",
        "去接水、洗手不用做什么。\n\n离开超过 15 分钟，请先在预约里结束使用，把座位让出来；回来时可以再约一个空着的。",
        "座位",
    ),
    _answer(
        "怎么连接馆内的 WiFi？",
        "选择名为 Library-Free 的无线网，用手机号收验证码登录，一次可以用 8 小时。\n\n"
        "连不上的话，先关掉手机的代理，再试一次；还是不行，请到一层服务台。",
        "网络",
        pinned=("wifi 密码",),
    ),
    _answer(
        "借的书可以续借吗？",
        "到期前 7 天起可以续借一次，续 30 天。有人预约的书不能续借。\n\n在服务台或电话里告诉馆员证号和书名就好。",
        "借阅",
    ),
    _answer(
        "一次可以借几本，借多久？",
        "普通读者一次 10 本，每本 30 天；少儿读者一次 6 本。\n\n工具书、报纸和当期刊物只在馆内看。",
        "借阅",
    ),
    _answer(
        "书过期了还没还，要交罚款吗？",
        "每本每天 0.1 元，一本最多 10 元。还书时在服务台用手机付。\n\n生病或者出差耽误了，告诉馆员，我们一起想办法。",
        "借阅",
    ),
    _answer(
        "书弄丢了怎么办？",
        "先在家里和包里再找两天，馆员可以帮您把还书日期推后一周。\n\n"
        "确定找不到，可以买一本同版本的书来还，或者按书价赔。",
        "借阅",
    ),
    _answer(
        "怎么办借书证？",
        "带身份证到一层服务台，五分钟办好，不收钱。16 岁以下由家长陪着来。\n\n"
        "外地的朋友也可以办，押金 100 元，退证时还给您。",
        "办证",
        pinned=("办证",),
    ),
    _answer(
        "馆里可以打印、复印吗？",
        "二层文印角可以自助打印、复印和扫描，黑白 0.2 元一张，彩色 1 元一张，扫描不收钱。\n\n"
        "把文件发到机器上显示的邮箱，再扫码取件。",
        "打印",
    ),
    _answer(
        "包和行李放在哪里？",
        "一层门口有自助存包柜，投一元硬币锁上，取包时退回。\n\n当天闭馆前请取走；过夜的会被收到服务台。",
        "存包",
    ),
    _answer(
        "可以带吃的、喝的进来吗？",
        "带盖的水杯可以带进阅览室。\n\n吃东西请到一层的休息区，那里有微波炉和饮水机。",
        "规矩",
    ),
    _answer(
        "带孩子来，去哪里看书？",
        "南湖分馆二层是少儿阅览室，有绘本和小桌椅，孩子可以出声。\n\n6 岁以下请家长陪在身边。",
        "少儿",
    ),
    _answer(
        "腿脚不方便，怎么进馆？",
        "总馆东门有坡道，门口的铃一按，馆员就来接您。电梯到每一层，卫生间在电梯旁。\n\n"
        "座位图上带轮椅标记的座位，桌下留了空。",
        "无障碍",
    ),
    _article(
        "第一次来，十分钟认识总馆",
        "# 一层\n\n服务台、存包柜、自习大厅。有事先找服务台，没有问不得的问题。\n\n"
        "# 二层\n\n人文阅览区和文印角。文学在东边，历史在西边，书架侧面写着号。\n\n"
        "# 三层\n\n科技阅览区和静音自习室。静音室里请把键盘声也收一收。",
        "新读者",
    ),
    _article(
        "期末复习周开放安排",
        "期末复习周，总馆每天 7:00 到 22:30 开放，南湖分馆照常。\n\n"
        "座位紧的时候，请大家约多久坐多久：早走点一下「结束」，后来的人会谢谢您。",
        "开放时间",
        "座位",
    ),
    _article(
        "馆员荐书：写给夜里读书的人",
        "《夜航西飞》：一个人在夜空里，靠星星找路。\n\n《山居笔记》：灯下慢慢读，一晚一篇正好。\n\n"
        "《瓦尔登湖》：第一遍读不下去，请从「冬天的湖」读起。\n\n三本都在二层人文阅览区的荐书架上。",
        "荐书",
    ),
    _article(
        "数字资源怎么用（草稿）",
        "写到一半：列出知网、万方、电子书的入口，和在家访问的办法。",
        "电子资源",
        state=ArticleState.DRAFT,
    ),
)
SAMPLE: Final = (
    _answer("怎么试着预约一个座位？", "在「预约」里选示例区，点一个空着的座位，选好时间再确认。", "示例"),
    _article("这里是示例", "这一篇只有审核人员看得到，其他读者看到的是图书馆自己的文章。", "示例"),
)


async def write(written: Iterable[Written], now: datetime, *, sample: bool = False) -> None:
    """Publish them, the first as the newest."""
    for age, one in enumerate(written):
        at = now - timedelta(hours=age)
        found_by = await search.found_by(one.title, one.tags, one.text, one.pinned)
        async with transaction() as tx:
            row = await articles.make(tx, one, None, at, sample=sample)
            await search.put(tx, entry_of(row), found_by)


async def teach(now: datetime) -> None:
    """Words that readers use for the same thing."""
    for words in SYNONYMS:
        await Synonyms.create(words="\n".join(words), saved_at=now)
