"""Signatures and ciphers against vectors computed elsewhere."""

import base64

import pytest
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import WeChatSigner

from server.wechat import push
from server.wechat.simulator import pushes
from server.wechat.simulator.login import session_signature

KEY = "A" * 43
APPID = "wxba5fad812f8e6fb9"
PLAIN = '{"demo_resp":"good luck"}'
SEALED = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="


@pytest.mark.parametrize(
    ("timestamp", "nonce", "expected"),
    [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
    ],
)
def test_both_ends_sign_a_push_alike(timestamp: str, nonce: str, expected: str) -> None:
    assert push.signature("AAAAA", timestamp, nonce) == expected
    assert pushes.signature("AAAAA", timestamp, nonce) == expected


class FixedStart(PrpCrypto):  # type: ignore[misc]
    """The cipher, beginning with known bytes instead of random ones."""

    def get_random_string(self) -> str:
        return "707722b803182950"


def test_a_sealed_reply_is_what_the_platform_computes() -> None:
    cipher = FixedStart(base64.b64decode(KEY + "="))
    assert cipher.encrypt(PLAIN, APPID).decode() == SEALED


def test_a_sealed_message_opens_with_its_signature() -> None:
    timestamp, nonce = "1713424427", "415670741"
    signature = "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"
    signer = WeChatSigner()
    signer.add_data("AAAAA", timestamp, nonce, SEALED)
    assert signer.signature == signature
    crypto = WeChatCrypto("AAAAA", KEY, APPID)
    assert crypto.decrypt_message({"Encrypt": SEALED}, signature, timestamp, nonce) == PLAIN


@pytest.mark.parametrize(
    ("key", "message", "expected"),
    [
        (
            "o0q0otL8aEzpcZL/FT9WsQ==",
            '{"foo":"bar"}',
            "654571f79995b2ce1e149e53c0a33dc39c0a74090db514261454e8dbe432aa0b",
        ),
        (
            "AAECAwQFBgcICQoLDA0ODw==",
            "",
            "75c022993d64e3ac224c1c9d6f2b4c6eb53f22f6c7aa6be94428577d11d12fd5",
        ),
    ],
)
def test_a_session_signature_takes_the_key_as_its_text(key: str, message: str, expected: str) -> None:
    assert session_signature(key, message) == expected
