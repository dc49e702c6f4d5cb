"""What WeChat's console holds of the account, for `check-live`."""

import re
from typing import Final

from server.wechat.transport import Transport, refusals

BASE: Final = "https://api.weixin.qq.com/"
KEY: Final = re.compile(r"\{\{(\w+?)\.DATA\}\}")


async def templates(transport: Transport) -> dict[str, set[str]]:
    """The keys of each message template, by its id. Raises `WeChatRefused`."""
    with refusals():
        answer = await transport.get("wxaapi/newtmpl/gettemplate", api_base_url=BASE)
    return {found["priTmplId"]: set(KEY.findall(found["content"])) for found in answer.get("data", ())}


async def categories(transport: Transport) -> list[str]:
    """The names of the account's categories. Raises `WeChatRefused`."""
    with refusals():
        answer = await transport.get("wxaapi/newtmpl/getcategory", api_base_url=BASE)
    return [found["name"] for found in answer.get("data", ())]
