"""What each of WeChat's error numbers asks of us: one row per number."""

from collections.abc import Mapping
from types import MappingProxyType

from handlers.context import Verdict

# The token is wrong, superseded or expired: renew it and repeat the call once. Only when that does
# not help does a caller see the number, and then the verdict below holds.
STALE_TOKEN = frozenset({40001, 40014, 42001})

POLICY: Mapping[int, Verdict] = MappingProxyType(
    {
        # Passing
        -1: Verdict.RETRY_LATER,  # busy
        40001: Verdict.RETRY_LATER,  # token not the latest
        40014: Verdict.RETRY_LATER,  # token malformed
        42001: Verdict.RETRY_LATER,  # token expired
        43108: Verdict.RETRY_LATER,  # another message to the same reader is on its way
        44990: Verdict.RETRY_LATER,  # calls per second
        44991: Verdict.RETRY_LATER,  # calls per minute
        45011: Verdict.RETRY_LATER,  # calls per minute
        # The day's quota
        44993: Verdict.TOMORROW,
        45009: Verdict.TOMORROW,
        # The reader
        43101: Verdict.NO_CONSENT,
        40003: Verdict.UNREACHABLE,  # no openid of this mini-program
        43104: Verdict.UNREACHABLE,  # openid of another mini-program
        40226: Verdict.BLOCKED,  # sign-in refused: WeChat sees a high risk
        61010: Verdict.STALE_VISIT,  # no visit within two hours
        # The sign-in code
        40029: Verdict.BAD_CODE,  # unknown, expired, or another mini-program's
        40163: Verdict.BAD_CODE,  # used
        41008: Verdict.BAD_CODE,  # empty
        # The account's settings: an operator must act
        40002: Verdict.CONFIGURATION,  # grant type
        40013: Verdict.CONFIGURATION,  # appid
        40125: Verdict.CONFIGURATION,  # secret
        40164: Verdict.CONFIGURATION,  # our address is not on the account's list
        40243: Verdict.CONFIGURATION,  # secret frozen
        41002: Verdict.CONFIGURATION,  # appid missing
        41004: Verdict.CONFIGURATION,  # secret missing
        48001: Verdict.CONFIGURATION,  # the account may not use this call
        50004: Verdict.CONFIGURATION,  # tokens forbidden
        50007: Verdict.CONFIGURATION,  # account frozen
        89503: Verdict.CONFIGURATION,  # waits for the administrator's confirmation
        89506: Verdict.CONFIGURATION,  # the administrator refused our address, for a day
        89507: Verdict.CONFIGURATION,  # the administrator refused our address, for an hour
        # The message: its template, page or a field is wrong
        40169: Verdict.CONFIGURATION,  # scene of a code too long
        85096: Verdict.CONFIGURATION,  # scene of a code uses a word of WeChat's own
        40037: Verdict.CONFIGURATION,  # no such template
        40097: Verdict.CONFIGURATION,  # an argument
        41030: Verdict.CONFIGURATION,  # page not in the released version
        43107: Verdict.CONFIGURATION,  # template banned
        47003: Verdict.CONFIGURATION,  # a field
        45168: Verdict.PERMANENT,  # a sensitive word: the same text will never pass
        # The text or picture to be checked
        40004: Verdict.CONFIGURATION,  # kind of media
        87020: Verdict.RETRY_LATER,  # the same picture asked about too often
        40129: Verdict.CONFIGURATION,  # scene
        47001: Verdict.PERMANENT,  # too long, or no JSON: the same text will never be judged
        87014: Verdict.PERMANENT,  # risky, as calls without a version are told: it will never pass
    }
)


def verdict_on(errcode: int) -> Verdict:
    """The policy for a number; one that we do not know is never tried again."""
    return POLICY.get(errcode, Verdict.PERMANENT)
