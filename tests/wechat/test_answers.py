"""What counts as an answer of WeChat."""

import pytest

from server.wechat.client import mask
from server.wechat.transport import Lost, Unanswered, read_answer


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b'{"errcode":0,"errmsg":"ok"}', {"errcode": 0, "errmsg": "ok"}),
        (b'{"openid":"o"}', {"openid": "o"}),
        (b'{"msgid":2097683633284153344}', {"msgid": 2097683633284153344}),
        (b'{"nickname":"a\nb"}', {"nickname": "a\nb"}),
        (b'{"errcode":40029,"errmsg":"invalid code"}', {"errcode": 40029, "errmsg": "invalid code"}),
    ],
)
def test_an_answer_is_an_object_of_json(body: bytes, answer: dict[str, object]) -> None:
    assert read_answer(200, body) == answer


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b'{"errcode":0,'),
        (200, b"[]"),
        (200, b"null"),
        (200, b"[" * 100_000),
        (200, b'{"errcode":"0"}'),
        (200, b"\xff\xfe\xfd"),
        (302, b'{"errcode":0}'),
        (502, b"<html></html>"),
    ],
)
def test_anything_else_is_no_answer(status: int, body: bytes) -> None:
    with pytest.raises(Unanswered) as lost:
        read_answer(status, body)
    assert lost.value.how is Lost.GARBLED


def test_an_openid_in_a_log_shows_only_its_ends() -> None:
    assert mask("oABCdefghijklmnopqrstuvwxyz1") == "oABC…xyz1"
    assert mask("short") == "…"
