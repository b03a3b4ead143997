"""The log tells what happened and never a secret; the metrics begin at zero."""

import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest
from starlette.applications import Starlette

from bot.telemetry import HIDDEN, Redactor, configure, create_metrics
from bot.web import make_server

TOKEN = "123456789:AAHfiqksKZ8WmR2zSjiQ7_v4TMAKdiHm9T0"
KEY = "k3y/with+odd=signs"


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)
    structlog.reset_defaults()


def last_line(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().err.splitlines()[-1])


def test_an_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", Redactor())

    structlog.get_logger("bot.runner").info("job moved", job="K7QD4", title="phở")

    line = last_line(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "job moved",
        "job": "K7QD4",
        "title": "phở",
        "level": "info",
        "logger": "bot.runner",
    }


def test_the_standard_librarys_log_goes_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", Redactor([KEY]))

    logging.getLogger("uvicorn").warning("refused %s", KEY)

    line = last_line(capsys)
    assert (line["event"], line["level"]) == (f"refused {HIDDEN}", "warning")


def test_the_web_servers_log_goes_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", Redactor([KEY]))
    make_server(Starlette(), "127.0.0.1", 0)

    logging.getLogger("uvicorn.error").warning("refused %s", KEY)

    assert last_line(capsys)["event"] == f"refused {HIDDEN}"


def test_a_warning_of_python_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", Redactor())

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("old ways", UserWarning, stacklevel=1)

    assert "old ways" in last_line(capsys)["event"]


def test_requests_of_httpx_are_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", Redactor())

    for name in ("httpx", "httpcore", "httpcore.http11"):
        logging.getLogger(name).info("HTTP Request: POST https://api.telegram.org/bot...")

    assert capsys.readouterr().err == ""


def ask_telegram() -> None:
    raise ConnectionError(f"POST https://api.telegram.org/bot{TOKEN}/sendMessage key {KEY}")


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_an_exception_is_told_without_the_secret_in_it(
    capsys: pytest.CaptureFixture[str], log_format: Any
) -> None:
    configure(log_format, Redactor([KEY]))

    try:
        ask_telegram()
    except ConnectionError as error:
        structlog.get_logger().exception("not sent", error=error)
        logging.getLogger("telegram").exception("not sent")

    written = capsys.readouterr().err
    assert written.count("Traceback") == 2
    assert TOKEN not in written
    assert KEY not in written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"bot{TOKEN}/getMe", f"bot{HIDDEN}/getMe"),
        (TOKEN.replace(":", "%3A"), HIDDEN),
        ("k3y%2Fwith%2Bodd%3Dsigns", HIDDEN),
        ("{'X-API-Key': 'abc', 'a': 1}", f"{{'X-API-Key': '{HIDDEN}', 'a': 1}}"),
        ('{"authorization": "Bearer abc"}', f'{{"authorization": "{HIDDEN}"}}'),
        ("(b'Authorization', b'abc')", f"(b'Authorization', b'{HIDDEN}')"),
        ("x-webhook-secret: abc, b: c", f"x-webhook-secret: {HIDDEN}, b: c"),
        ("?api_key=abc&b=c", f"?api_key={HIDDEN}&b=c"),
        ("http://me:pass@proxy:3128", f"http://me:{HIDDEN}@proxy:3128"),
        ("a cat at 12:30, 16:9", "a cat at 12:30, 16:9"),
        ("Unrecognized token: --as", "Unrecognized token: --as"),
        ("a secret, a password", "a secret, a password"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_in_any_text(text: str, expected: str) -> None:
    assert expected == Redactor([KEY]).clean(text)


class Client:
    def __repr__(self) -> str:
        return f"Client({TOKEN})"


def test_every_value_of_an_event_is_looked_into() -> None:
    event = {
        "event": "asked",
        "headers": {"X-Api-Key": "abc", "accept": ["*/*", KEY]},
        "client": Client(),
        "body": KEY.encode(),
        "token": "abc",
        "tokens": 3,
        "free": True,
        "ids": (1, 2),
        "none": None,
    }

    assert Redactor([KEY])(None, "info", event) == {
        "event": "asked",
        "headers": {"X-Api-Key": HIDDEN, "accept": ["*/*", HIDDEN]},
        "client": f"Client({HIDDEN})",
        "body": f"b'{HIDDEN}'",
        "token": HIDDEN,
        "tokens": 3,
        "free": True,
        "ids": [1, 2],
        "none": None,
    }


def test_a_secret_too_short_to_tell_from_words_is_left_alone() -> None:
    assert Redactor(["", "a"]).clean("a cat") == "a cat"


letters = st.text("abcXYZ09_-", min_size=8, max_size=20)


@given(secret=letters, other=letters, before=st.text(), after=st.text())
def test_a_known_secret_never_gets_through(
    secret: str, other: str, before: str, after: str
) -> None:
    redactor = Redactor([secret, other, secret + other])

    cleaned = redactor.clean(f"{before}{secret}{other}{after}")

    assert secret not in cleaned


def test_metrics_start_at_zero_and_share_nothing() -> None:
    one, other = create_metrics(), create_metrics()

    one.jobs.labels("done").set(1)
    one.telegram_calls.labels("done").inc()
    one.outbox_waiting.set(4)
    one.inbox_waiting.set(2)

    text = generate_latest(one.registry).decode()
    assert 'easel_jobs{state="done"} 1.0' in text
    assert 'easel_telegram_calls_total{outcome="done"} 1.0' in text
    assert "easel_outbox_waiting 4.0" in text
    assert "easel_outbox_waiting 0.0" in generate_latest(other.registry).decode()
