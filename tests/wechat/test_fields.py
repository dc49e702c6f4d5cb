"""Fitting values to WeChat's field rules."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.wechat_fields import fit, moment, span, why_unfit

BEIJING = timezone(timedelta(hours=8))
TEXTS = ["thing", "character_string", "letter", "symbol", "name", "phrase"]
FACTS = ["time", "date", "number", "amount", "phone_number", "car_number"]


@pytest.mark.parametrize(
    ("key", "value", "fitted"),
    [
        ("thing1", "总馆三层阅览区", "总馆三层阅览区"),
        ("thing1", "长" * 20, "长" * 20),
        ("thing1", "长" * 21, "长" * 19 + "…"),
        ("thing4", "请在 14:15 前\n签到 ", "请在 14:15 前 签到"),
        ("thing4", "\x00\u2028", "无"),
        ("time3", "2026年11月22日 14:00～17:00", "2026年11月22日 14:00~17:00"),
        ("time3", "14：00 — 17：00", "14:00~17:00"),
        ("date2", "2026-11-22", "2026-11-22"),
        ("character_string2", "Ａ-12座", "A-12"),
        ("character_string2", "座位", "-"),
        ("number1", "１２.5", "12.5"),
        ("name1", "林溪2号", "林溪号"),
        ("name1", "", "读者"),
        ("phrase1", "已签到(准时)好", "已签到准时"),
        ("amount1", "￥12.50", "¥12.50"),
        ("phone_number1", "010-8888 6666", "010-8888 6666"),
    ],
)
def test_a_value_is_fitted(key: str, value: str, fitted: str) -> None:
    assert fit(key, value) == fitted
    assert why_unfit(key, fitted) is None


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("thing1", "", "empty"),
        ("thing1", "  ", "empty"),
        ("thing1", "长" * 21, "form"),
        ("thing1", "一\n二", "control_character"),
        ("time1", "15:01～16:00", "form"),
        ("time1", "25:00", "form"),
        ("time1", "2019年10月1日", "form"),
        ("character_string1", "座位A", "form"),
        ("number1", "1" * 33, "form"),
        ("number1", "½", "form"),
        ("letter1", "a1", "form"),
        ("name1", "一二三四五六七八九十一", "form"),
        ("phrase1", "六个字太长了", "form"),
    ],
)
def test_what_wechat_would_refuse_is_seen(key: str, value: str, reason: str) -> None:
    assert why_unfit(key, value) == reason


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("time1", "15:01"),
        ("time1", "15:01:59"),
        ("time1", "2019年10月1日 15:01"),
        ("time1", "2019年10月1日 15:01~2019年10月1日 17:00"),
        ("date1", "2019年10月1日"),
        ("date1", "2019年10月1日 15:01"),
        ("date1", "2019-10~2019-12"),
        ("amount1", "100元"),
        ("car_number1", "粤A8Z888挂"),
        ("symbol1", "!?"),
    ],
)
def test_the_documents_own_examples_pass(key: str, value: str) -> None:
    assert why_unfit(key, value) is None
    assert fit(key, value) == value


@pytest.mark.parametrize("kind", FACTS)
def test_a_fact_is_never_made_up(kind: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        fit(kind, "明天下午")


@settings(deadline=None)  # other work on the machine is no failure
@given(kind=st.sampled_from(TEXTS), value=st.text(max_size=60))
def test_every_text_can_be_fitted(kind: str, value: str) -> None:
    assert why_unfit(kind, fit(kind, value)) is None


@settings(deadline=None)
@given(kind=st.sampled_from(FACTS), value=st.text(max_size=40))
def test_a_fact_is_fitted_or_refused(kind: str, value: str) -> None:
    try:
        fitted = fit(kind, value)
    except ValueError:
        return
    assert why_unfit(kind, fitted) is None


@settings(deadline=None)
@given(since_2000=st.timedeltas(timedelta(0), timedelta(days=36_500)), minutes=st.integers(1, 3_000))
def test_every_span_is_a_time_field(since_2000: timedelta, minutes: int) -> None:
    begin = datetime(2000, 1, 1, tzinfo=BEIJING) + since_2000
    text = span(begin, begin + timedelta(minutes=minutes))
    assert fit("time1", text) == text
    assert fit("date1", moment(begin)) == moment(begin)


def test_a_span_repeats_the_date_only_over_midnight() -> None:
    begin = datetime(2026, 11, 22, 14, tzinfo=BEIJING)
    assert span(begin, begin + timedelta(hours=3)) == "2026年11月22日 14:00~17:00"
    assert span(begin, begin + timedelta(hours=12)) == "2026年11月22日 14:00~2026年11月23日 02:00"
