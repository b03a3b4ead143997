"""A board as people read it: within Telegram's limits in both languages, whatever they typed."""

import dataclasses
import html
import re
from typing import Any

import pytest
from shop import GRID, a_job

from bot.delivery.board_scene import BoardLine, BoardScene
from bot.delivery.board_words import words_of
from bot.delivery.presentation import Words
from bot.delivery.scene import Move
from bot.i18n import I18n
from bot.jobs.board import SEATS, Board
from bot.jobs.queue import Outlook
from bot.model import ChatId, Job, JobId, JobState, MessageId, UserId

TONGUES = I18n.load()
LANGUAGES = TONGUES.languages
GROUP = ChatId(-7)
WORST = ["x" * 4_000, "🐈" * 4_000, "&<>" * 1_333, "<b>" * 1_333, "\n" * 4_000, ""]


def a_member(number: int = 0, **changes: object) -> Job:
    code = JobId(f"K7QD{number:02}".replace("0", "Z").replace("1", "Y"))
    return a_job(**{"job_id": code, "chat_id": GROUP, "board_id": 1, **changes})


def a_line(job: Job, who: str = "An", ahead: int = 0, **more: object) -> BoardLine:
    line = BoardLine(job, who, "Midjourney", Outlook(ahead, 95.0, job.progress))
    return dataclasses.replace(line, **more)  # type: ignore[arg-type]


def a_board(*lines: BoardLine, ended: tuple[Job, ...] = (), language: str = "vi") -> BoardScene:
    board = Board(1, GROUP, None, MessageId(9), None)
    return BoardScene(board, lines, ended, TONGUES.tongue(language))


def read(words: Words) -> str:
    return html.unescape(re.sub(r"</?[a-z]+>", "", words.html))


def units(words: Words) -> int:
    return len(read(words).encode("utf-16-le")) // 2


def line_of(job: Job, **more: object) -> str:
    """Who asked for what, and below it how it stands."""
    lines = read(words_of(a_board(a_line(job, **more)))).splitlines()  # type: ignore[arg-type]
    return "\n".join(lines[3:5])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("worst", WORST)
def test_a_full_board_is_a_message_that_telegram_takes(language: str, worst: str) -> None:
    request = dataclasses.replace(GRID, prompt=worst)
    moves = (Move("flow", "Flow AI", 400), Move("other", "Another One", None))
    lines = [
        a_line(a_member(n, request=request), who=worst, is_paused=True, moves=moves)
        for n in range(SEATS)
    ]
    ended = tuple(a_member(n, state=JobState.DONE, is_muted=True) for n in range(99))
    words = words_of(a_board(*lines, ended=ended, language=language))
    assert units(words) <= 4096
    buttons = [button for row in words.keyboard for button in row]
    assert SEATS <= len(buttons) <= 100
    assert all(len(button.data.encode()) <= 64 for button in buttons)
    assert "/cancel" not in read(words)


def test_every_line_says_who_what_which_code_and_what_it_costs() -> None:
    job = a_member(request=GRID, held_vnd=400, held_free=0)
    assert "An K7QDZZ · a cat at the window\n⏳ sắp bắt đầu · 400 ₫" == line_of(job)


@pytest.mark.parametrize(
    ("changes", "more", "state"),
    [
        ({}, {"ahead": 3}, "⏳ sau 3 yêu cầu, khoảng 2 phút"),
        ({}, {"is_paused": True}, "⏸ đợi Midjourney hoạt động lại"),
        ({"attempts": 1}, {}, "⏳ mình sẽ tự thử lại"),
        ({"state": JobState.UNKNOWN}, {}, "🔎 đang kiểm tra"),
        ({"state": JobState.RUNNING}, {}, "🖌 đang tạo"),
        ({"state": JobState.RUNNING, "progress": 45}, {}, "▓▓░░░ 45%"),
        ({"state": JobState.READY}, {}, "📤 đang gửi"),
        ({"state": JobState.RUNNING, "is_muted": True}, {}, "🤫 không gửi vào đây nữa, vẫn tính"),
    ],
)
def test_how_a_request_stands_begins_its_second_line(
    changes: dict[str, Any], more: dict[str, Any], state: str
) -> None:
    assert state == line_of(a_member(**changes), **more).splitlines()[1].split(" · ")[0]


def test_what_is_free_of_it_and_what_is_paid_are_both_said() -> None:
    assert line_of(a_member(held_vnd=300, held_free=1)).endswith(" · 300 ₫ + 1 miễn phí")


def test_that_the_group_pays_is_said() -> None:
    job = a_member(held_vnd=400, held_free=0, payer_id=UserId(GROUP))
    assert line_of(job).endswith(" · 400 ₫, nhóm trả")


def test_what_costs_nothing_is_free() -> None:
    assert line_of(a_member(held_vnd=0, held_free=4)).endswith(" · miễn phí")


def test_what_is_past_cancelling_has_no_button() -> None:
    muted = a_member(1, state=JobState.RUNNING, is_muted=True)
    sending = a_member(2, state=JobState.DELIVERING)
    words = words_of(a_board(a_line(a_member(3)), a_line(muted), a_line(sending)))
    assert [["✖ K7QDZ3"]] == [[button.label for button in row] for row in words.keyboard]


def test_where_not_every_button_fits_the_command_is_said() -> None:
    moves = tuple(Move(f"p{n}", "Another", None) for n in range(5))
    lines = [a_line(a_member(n), is_paused=True, moves=moves) for n in range(SEATS)]
    words = words_of(a_board(*lines))
    assert "/cancel MÃ" in read(words)
    assert 60 == sum(len(row) for row in words.keyboard)


def test_the_end_is_a_short_summary_without_buttons() -> None:
    ended = (
        a_member(1, state=JobState.DONE),
        a_member(2, state=JobState.FAILED),
        a_member(3, state=JobState.NEEDS_REVIEW),
        a_member(4, state=JobState.CANCELLED),
        a_member(5, state=JobState.DONE, is_muted=True),
    )
    words = words_of(a_board(ended=ended, language="en"))
    assert (
        "📋 5 requests of this group\n"
        "✅ 1 done · ⚠️ 2 failed, not charged · ✖ 1 cancelled, not charged\n"
        "📦 1 is done and kept for who asked: /show K7QDZ5"
    ) == read(words)
    assert () == words.keyboard
