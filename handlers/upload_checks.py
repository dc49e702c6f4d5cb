"""WeChat's judgement of pictures, and how they leave.

Others see a picture when WeChat has said that they may, and not before: while it does not answer, it is asked again.
Its answer is a push event, which may be lost as well.
"""

from datetime import datetime, timedelta
from typing import Final, Literal

import structlog

from handlers import audit, tell
from handlers.access import PRODUCT, Caller
from handlers.context import Context, Suggest, WeChatRefused
from handlers.errors import Postponed
from handlers.feedback_passage import changed, page_of
from handlers.home import HomeChanged
from handlers.notices import Consented
from handlers.shapes import Input
from handlers.upkeep import Daily
from models import account, jobs, uploads, wechat_fields
from models.db import Row, Tx, transaction
from models.instants import instant
from models.notices import Purpose, Words
from models.people import at_wechat
from models.uploads import State

ANSWERS_WITHIN: Final = timedelta(minutes=30)
AGAIN_AFTER: Final = timedelta(minutes=10)
GIVEN_UP_AFTER: Final = timedelta(days=7)
NAMED_WITHIN: Final = timedelta(minutes=1)  # an event may come before the answer that names it was stored
SOON: Final = timedelta(seconds=2)
TIDIED_AT_ONCE: Final = 500
BECOMES: Final = {
    Suggest.PASS: State.SHOWN,
    Suggest.REVIEW: State.HELD,
    Suggest.RISKY: State.REMOVED,
}

log = structlog.get_logger()


class PictureJob(Input):
    upload_id: int


class JudgePicture(Input):
    trace_id: str
    suggest: Literal["pass", "review", "risky"]
    told_at: datetime


async def check(ctx: Context, _caller: Caller, wish: PictureJob) -> None:
    """Ask WeChat for as long as it has not judged the picture; after seven days nobody else will ever see it."""
    row, now = await uploads.unjudged(wish.upload_id), ctx.clock.now()
    if row is None or account.is_gone(row["openid"]):
        return
    if now > instant(row["at"]) + GIVEN_UP_AFTER:
        log.warning("picture_unchecked", id=row["id"])
        return
    if row["asked_at"] and now < (due := instant(row["asked_at"]) + ANSWERS_WITHIN):
        raise Postponed(due)
    try:
        trace_id = await ctx.wechat.check_picture(at_wechat(row["openid"]), ctx.media.address(row["id"], now))
    except WeChatRefused as refused:
        log.warning("picture_not_asked", id=row["id"], verdict=refused.verdict.value, errcode=refused.errcode)
        raise Postponed(now + AGAIN_AFTER) from refused
    await uploads.asked(row["id"], trace_id, now)
    raise Postponed(now + ANSWERS_WITHIN)


async def judged(ctx: Context, _caller: Caller, event: Consented) -> None:
    """WeChat says what a picture is: written down, for the picture may not know its name yet."""
    async with transaction() as tx:
        for item in event.items:
            suggest = item.get("result.suggest")
            if item.get("errcode") != "0":
                log.warning("picture_not_judged", trace_id=item.get("trace_id"), errcode=item.get("errcode"))
            elif trace_id := item.get("trace_id", "")[:64]:
                about = {
                    "trace_id": trace_id,
                    "suggest": suggest if suggest in BECOMES else Suggest.REVIEW,
                    "told_at": ctx.clock.now().isoformat(),
                }
                await jobs.add(tx, "judge_picture", f"judge:{trace_id}", about, ctx.clock.now())
                tx.after_commit(ctx.live.wake_workers)


async def judge(ctx: Context, _caller: Caller, wish: JudgePicture) -> None:
    """Act on what WeChat said; what nobody waits for any more is passed over."""
    row = await uploads.of_trace(wish.trace_id)
    if row is None:
        if (now := ctx.clock.now()) < wish.told_at + NAMED_WITHIN:
            raise Postponed(now + SOON)
        return
    becomes = BECOMES[Suggest(wish.suggest)]
    async with transaction(lock=("reader", row["reader_id"])) as tx:
        if not await uploads.become(tx, row["id"], State.CHECKING, becomes):
            return
        shown_in = await uploads.feedback_with(tx, row["id"])
        for feedback_id in shown_in:
            changed(ctx, tx, feedback_id, row["holder_id"])
        announced = await uploads.announced(tx, row["id"])
        if announced:
            tx.after_commit(lambda: ctx.live.push("everybody", "home_changed", HomeChanged()))
        if becomes is State.REMOVED:
            await remove_files(ctx, tx, [row["id"]], becomes)
            await _tell_removed(ctx, tx, row, await _page(tx, row["id"], shown_in, announced=announced))
            await audit.add(tx, PRODUCT, "upload.remove", f"upload:{row['id']}", ctx.clock.now())


async def _page(tx: Tx, upload_id: int, shown_in: list[int], *, announced: bool) -> str:
    """Where another picture can be put in its place."""
    if shown_in:
        return page_of(shown_in[0])
    if announced:
        return "/admin/announcement/announcement"
    covered = await uploads.articles_with(tx, upload_id)
    return f"/admin/articles/edit?id={covered[0]}" if covered else "/pages/feedback/tell"


async def _tell_removed(ctx: Context, tx: Tx, row: Row, page: str) -> None:
    await tell.reader(
        ctx,
        tx,
        row["holder_id"],
        Purpose.ANSWERED,
        key=f"upload_removed:{row['id']}",
        words=Words(
            "有一张图片没有通过检查",
            "别人看不到它，它已经删掉了。文字还在，可以换一张图片再发。",
            page,
        ),
        values={
            "question": "您发来的图片",
            "answer": "没有通过检查，已经删掉",
            "time": wechat_fields.moment(ctx.local(ctx.clock.now())),
        },
    )


# ---------------------------------------------------------------- leaving


async def remove_files(ctx: Context, tx: Tx, upload_ids: list[int], state: State) -> None:
    """They are removed now, or leave: the store hears of it after the commit, and again until it is done."""
    for upload_id in upload_ids:
        key = f"remove_file:{state}:{upload_id}"
        await jobs.add(tx, "remove_file", key, {"upload_id": upload_id}, ctx.clock.now())
    tx.after_commit(ctx.live.wake_workers)


async def forget_all(ctx: Context, tx: Tx, reader_id: int) -> None:
    """Whatever a reader sent leaves, wherever it is shown. The reader's row must be locked."""
    await remove_files(ctx, tx, await uploads.leave_all(tx, reader_id), State.LEAVING)


async def remove_file(ctx: Context, _caller: Caller, wish: PictureJob) -> None:
    """The file goes, and with it the row of what leaves; the row of what is risky stays where it is shown."""
    row = await uploads.get(wish.upload_id)
    if row and row["state"] in (State.REMOVED, State.LEAVING):
        await ctx.media.remove(uploads.name_of(row))
        await uploads.forget(row["id"])


async def tidy(ctx: Context, _caller: Caller, _wish: Daily) -> None:
    """Once a day: what nothing has shown for a day leaves."""
    before = ctx.clock.now() - uploads.UNUSED_KEPT
    for row in await uploads.unused(before, limit=TIDIED_AT_ONCE):
        async with transaction(lock=("reader", row["reader_id"])) as tx:
            if await uploads.leave_unused(tx, row["id"], before):
                await remove_files(ctx, tx, [row["id"]], State.LEAVING)
