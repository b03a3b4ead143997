"""Strangers' words, numbers and times, read tolerantly."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.providers.reading import (
    UnknownWords,
    clean_text,
    parse_json,
    read_retry_after,
    read_task_id,
    read_time,
)

NOON = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("  a \n\t b ", "a b"),
        ("<p>no <b>credits</b></p>", "no credits"),
        ("<html><head><title>502 Bad Gateway</title><style>p{}</style></head>", "502 Bad Gateway"),
        ("<html><title>502 Bad Gateway</title><body>nginx", "502 Bad Gateway nginx"),
        ("before<script>alert(1)</script>after", "before after"),
        ("&lt;b&gt;bold&lt;/b&gt; &amp; more", "bold & more"),
        ("cut <a href='", "cut a href='"),
        ("3 < 4 > 2", "3 < 4 > 2"),
        ("bell\x07 and \u202eturned", "bell and turned"),
        ("ảnh đẹp", "ảnh đẹp"),
        ("see https://cdn.example/a?sig=1 for more", "see … for more"),
        ("<a href='https://x.example'>here</a>, www.x.example/b", "here , …"),
        ("Invalid key sk-live-4f9c2e7d1a8b6053c9d2 used", "Invalid key *** used"),
        ("Authorization: abc123, sent", "*** sent"),
        ('{"token":"abc"}', '{"***'),
        ("got Bearer abc.def", "got ***"),
        ("no task 29e983ca-7e86-4017-a9e3-ef6fe9cd5f2a", "no task ***"),
        ("the token limit is 4000", "the token limit is 4000"),
        ("unbelievablylongnonsense", "unbelievablylongnonsense"),
    ],
)
def test_a_text_becomes_one_plain_line(said: str, shown: str) -> None:
    assert shown == clean_text(said)


def test_a_long_text_is_cut_to_what_people_read() -> None:
    shown = clean_text("a" * 500)

    assert "a" * 299 + "…" == shown


@given(st.text(alphabet="<>/ab&;ltg \n!", max_size=400))
def test_no_tag_survives(said: str) -> None:
    shown = clean_text(said)

    assert not any(f"<{sign}" in shown for sign in "ab/!")


def test_json_nested_beyond_reason_is_no_json() -> None:
    with pytest.raises(ValueError, match="deep"):
        parse_json(b"[" * 200_000)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Fri, 02 Jan 2026 12:01:30 GMT", 90.0),
        ("Fri, 02 Jan 2026 11:00:00 GMT", 0.0),
        ("later", None),
        ("Wed, 21 Oct 9999999999 07:28:00 GMT", None),
        ("Wed, 21 Oct 2015 07:28:00 +99999999999", None),
        ("inf", None),
        ("nan", None),
        ("", None),
        (None, None),
    ],
)
def test_how_long_to_wait_is_said_in_seconds_or_as_a_date(
    header: str | None, seconds: float | None
) -> None:
    assert seconds == read_retry_after(header, NOON)


@pytest.mark.parametrize(
    ("value", "millis"),
    [
        ("2026-01-02T12:00:00Z", 1_767_355_200_000),
        ("2026-01-02T19:00:00+07:00", 1_767_355_200_000),
        ("2026-01-02 12:00:00", 1_767_355_200_000),
        (1_767_355_200, 1_767_355_200_000),
        (1_767_355_200.5, 1_767_355_200_500),
        (1_767_355_200_000, 1_767_355_200_000),
        ("1767355200", 1_767_355_200_000),
        ("yesterday", None),
        (None, None),
        ([], None),
        (float("nan"), None),
    ],
)
def test_a_moment_is_read_however_it_is_written(value: Any, millis: int | None) -> None:
    assert millis == read_time(value)


@pytest.mark.parametrize("value", ["\ud800", "a\udfffb", " ", True, None, [1]])
def test_what_cannot_be_asked_after_is_no_handle(value: Any) -> None:
    assert read_task_id(value) is None


@pytest.mark.parametrize(("value", "handle"), [(" a-1 ", "a-1"), (7, "7"), ("é", "é")])
def test_a_handle_is_a_text_or_a_number(value: Any, handle: str) -> None:
    assert handle == read_task_id(value)


@given(st.text(alphabet="Fri, 0123456789 JanDecGMT+-:"))
def test_no_wait_is_too_strange_to_read(header: str) -> None:
    wait_s = read_retry_after(header, NOON)
    assert wait_s is None or wait_s >= 0


def test_a_status_nobody_documented_is_logged_once() -> None:
    words = UnknownWords("flow", frozenset({"queued"}))

    with capture_logs() as logs:
        for status in ("queued", "dreaming", "dreaming", "", 7):
            words.note({"status": status})

    told = {"event": "provider_status_unknown", "log_level": "warning", "provider": "flow"}
    assert [{**told, "status": "dreaming"}] == logs
