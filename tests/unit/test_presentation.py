"""What people read: within Telegram's limits, escaped, in both languages, whatever they typed."""

import dataclasses
import html
import re
from datetime import UTC, tzinfo
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from market import BOTH
from shop import CLIP, GRID, NOON, a_job, outputs

from bot.chat.talk import line
from bot.delivery.answers import catalogue_text
from bot.delivery.captions import result_caption, too_big
from bot.delivery.presentation import (
    Keyboard,
    clip,
    result_keyboard,
    status,
    tile_keyboard,
)
from bot.delivery.scene import Scene
from bot.i18n import I18n, Tongue, read_catalogue
from bot.jobs.queue import Outlook
from bot.model import ChatId, Job, JobState, Operation, Reason, Request

TONGUES = I18n.load()
LANGUAGES = TONGUES.languages
PRICES = {Operation.VARIATION: 400, Operation.UPSCALE: 150, Operation.ENLARGE: 0}
LONGEST_FACTS: dict[str, Any] = {
    "ratio": "1000:1001",
    "mode": "turbo",
    "hd": "4k",
    "strength": "creative",
}
WORST = ["x" * 4_000, "🐈" * 4_000, "&<>" * 1_333, "<b>" * 1_333, "ắ" * 4_000, "\n" * 4_000]


def a_scene(
    job: Job, *, language: str = "vi", parent: Job | None = None, tiles: int = 4, ahead: int = 0
) -> Scene:
    return Scene(
        job=job,
        parent=parent,
        assets=outputs(job, tiles),
        tongue=TONGUES.tongue(language),
        title="Midjourney",
        parent_title="Midjourney" if parent else "",
        offers=BOTH.offers(job),
        outlook=Outlook(ahead, 95.0, job.progress),
        free_left=36,
        prices_vnd=PRICES,
        again_vnd=400,
        timezone=ZoneInfo("Asia/Ho_Chi_Minh"),
        contact="@shop",
        link="https://t.me/easel_bot?start=K7QD4X",
    )


def units(text: str) -> int:
    """Telegram's measure."""
    return len(text.encode("utf-16-le")) // 2


def read(markup: str) -> str:
    """What is left once Telegram has parsed it; a tag of ours has no attributes."""
    return html.unescape(re.sub(r"</?(?:b|i|code|pre|blockquote)>", "", markup))


def buttons(keyboard: Keyboard) -> list[tuple[str, str]]:
    return [(button.label, button.data) for row in keyboard for button in row]


@given(st.text(max_size=60), st.integers(1, 50))
def test_clipped_text_is_never_longer_than_asked_and_begins_like_the_whole(
    text: str, most: int
) -> None:
    clipped = clip(text, most)
    assert units(clipped) <= most
    assert clipped == text or (clipped.endswith("…") and text.startswith(clipped[:-1]))


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("🐈🐈", 4, "🐈🐈"),
        ("🐈🐈", 3, "🐈…"),
        ("🐈🐈", 2, "…"),
        ("mèo", 3, "mèo"),
        ("mèos", 3, "mè…"),
    ],
)
def test_an_emoji_counts_twice_and_is_never_cut_in_half(
    text: str, most: int, expected: str
) -> None:
    assert expected == clip(text, most)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("prompt", WORST)
def test_the_longest_prompt_leaves_room_in_every_caption(prompt: str, language: str) -> None:
    request = Request(Operation.IMAGE, prompt, count=4, **LONGEST_FACTS)
    parent = a_job(request=request)
    job = a_job(
        request=Request(Operation.VARIATION, count=4, tile=4, **LONGEST_FACTS),
        charged_vnd=5_000_000,
    )
    for each, origin in ((parent, None), (job, parent)):
        scene = a_scene(each, language=language, parent=origin)
        assert units(read(result_caption(scene, None))) <= 1_024
        assert units(read(result_caption(scene, 4))) <= 1_024


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", JobState)
@pytest.mark.parametrize("prompt", WORST)
def test_the_longest_prompt_and_the_longest_excuse_fit_into_every_status(
    prompt: str, state: JobState, language: str
) -> None:
    request = Request(Operation.IMAGE, prompt, count=4, **LONGEST_FACTS)
    for reason in (None, *Reason):
        job = a_job(request=request, state=state, reason=reason, detail=prompt, progress=50)
        words = status(a_scene(job, language=language, ahead=1_000))
        assert 0 < units(read(words.html)) <= 4_096


@pytest.mark.parametrize("prompt", ["<b>bold</b>", "a < b & c > d", "</code>", "&lt;"])
def test_what_was_typed_is_read_as_it_was_typed(prompt: str) -> None:
    job = a_job(request=Request(Operation.IMAGE, prompt, count=4, ratio=prompt))
    failed = a_job(request=job.request, state=JobState.FAILED, reason=Reason.REFUSED, detail=prompt)
    written = [
        result_caption(a_scene(job), None),
        status(a_scene(job)).html,
        status(a_scene(failed, language="en")).html,
    ]
    for text in written:
        assert prompt in read(text)
        assert html.escape(prompt, quote=False) in text
        assert [] == re.findall(r"<(?!/?(?:b|i|code|pre|blockquote)>)", text)
    assert 2 == written[2].count(html.escape(prompt, quote=False))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tiles", [1, 4])
def test_every_button_fits_its_64_bytes_and_says_something(language: str, tiles: int) -> None:
    scene = a_scene(a_job(), language=language, tiles=tiles)
    found = buttons(result_keyboard(scene)) + buttons(tile_keyboard(scene, 1))
    for state in JobState:
        found += buttons(status(a_scene(a_job(state=state), language=language)).keyboard)
    assert found
    for label, data in found:
        assert label.strip()
        assert len(data.encode()) <= 64


def test_what_costs_says_its_price() -> None:
    rows = [[button.label for button in row] for row in result_keyboard(a_scene(a_job()))]
    numbers, *varied, last = rows
    assert ["1", "2", "3", "4"] == numbers
    assert [[f"V{n} · 400 ₫" for n in pair] for pair in ((1, 2), (3, 4))] == varied
    assert [True, False] == ["400 ₫" in label for label in last]


def in_a_group(job: Job, *, tiles: int = 1, to_private: bool = False) -> list[list[str]]:
    job = dataclasses.replace(job, chat_id=ChatId(-7), to_private=to_private)
    scene = dataclasses.replace(a_scene(job, tiles=tiles), is_in_group=True)
    return [[button.label for button in row] for row in result_keyboard(scene)]


def test_in_a_group_to_me_only_stands_beside_a_button_that_is_alone() -> None:
    rows = in_a_group(a_job())
    assert ["🎬 Làm video", "🔒 Chỉ gửi cho tôi"] in rows
    assert len(result_keyboard(a_scene(a_job(), tiles=1))) == len(rows)
    assert ["🔒 Chỉ gửi cho tôi"] == in_a_group(a_job(), tiles=4)[-1]


def test_a_private_result_that_stands_in_a_group_does_not_offer_to_come_there() -> None:
    private = {label for row in in_a_group(a_job(), to_private=True) for label in row}
    assert not {label for label in private if label.startswith(("🔒", "👥"))}


@pytest.mark.parametrize(
    ("price_vnd", "widths"), [(0, [4, 4, 2]), (400, [4, 2, 2, 2]), (2_000_000, [4, 2, 2, 1, 1])]
)
def test_keys_stand_side_by_side_as_far_as_their_words_and_prices_are_short(
    price_vnd: int, widths: list[int]
) -> None:
    prices = dict.fromkeys(PRICES, price_vnd)
    scene = dataclasses.replace(a_scene(a_job()), prices_vnd=prices, again_vnd=price_vnd)
    assert widths == [len(row) for row in result_keyboard(scene)]


def test_what_costs_nothing_now_says_no_price_and_holds_to_it() -> None:
    scene = dataclasses.replace(a_scene(a_job()), prices_vnd=dict.fromkeys(PRICES, 0))
    [free] = [button for button in buttons(result_keyboard(scene)) if button[0] == "V1"]
    assert "v:K7QD4X:1::0" == free[1]


@pytest.mark.parametrize(
    ("progress", "bar"),
    [(0, "░░░░░░░░░░"), (40, "▓▓▓▓░░░░░░"), (94, "▓▓▓▓▓▓▓▓▓░"), (99, "▓▓▓▓▓▓▓▓▓░")],
)
def test_the_bar_grows_and_is_full_only_at_the_end(progress: int, bar: str) -> None:
    words = status(a_scene(a_job(state=JobState.RUNNING, progress=progress)))
    assert bar in words.html
    assert f"{progress}%" in read(words.html).replace("\xa0", "")


def test_without_a_per_cent_there_is_no_bar() -> None:
    words = status(a_scene(a_job(state=JobState.RUNNING, progress=None)))
    assert not set("▓░") & set(words.html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_muted_job_says_where_its_result_will_be_and_cannot_be_cancelled_twice(
    language: str,
) -> None:
    words = status(a_scene(a_job(state=JobState.RUNNING, is_muted=True), language=language))
    assert a_job().job_id in words.html
    assert () == tuple(words.keyboard)


@pytest.mark.parametrize(
    ("held_free", "held_vnd", "shown"), [(4, 0, "36"), (0, 400, "400 ₫"), (1, 300, "300 ₫")]
)
def test_the_status_says_what_is_set_aside(held_free: int, held_vnd: int, shown: str) -> None:
    words = status(a_scene(a_job(held_free=held_free, held_vnd=held_vnd)))
    assert shown in read(words.html)


def test_a_file_too_big_for_telegram_is_told_with_its_size_and_code() -> None:
    job = a_job(request=CLIP)
    (asset,) = outputs(job, 1)
    text = too_big(a_scene(job, tiles=1), asset, 50_000_000)
    assert "50" in text
    assert job.job_id in text


def text_of(tongue: Tongue, *lines: object, zone: tzinfo = UTC) -> str:
    return catalogue_text(
        tongue, {"lines": list(lines)}, zone, {"flow": "Flow AI"}, bot="easel_bot"
    ).html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("prompt", WORST)
def test_an_answer_that_repeats_the_longest_command_still_fits_a_message(
    prompt: str, language: str
) -> None:
    tongue = TONGUES.tongue(language)
    for lines in (
        [line("hint.no_command", command=f"/img {prompt}")],
        [
            line("hint.corrected", command=f"/img {prompt} --ar 16:9"),
            line("hint.corrected", command=f"/img {prompt} --ar 16:9"),
        ],
    ):
        text = text_of(tongue, *lines)
        assert 0 < units(read(text)) <= 4_096
        assert text.count("<code>") == text.count("</code>")


def test_a_command_that_fits_is_repeated_whole() -> None:
    command = f"/img {'cat ' * 900}--ar 16:9"
    assert command in read(text_of(TONGUES.tongue("en"), line("hint.corrected", command=command)))


def test_a_values_name_says_how_it_is_written() -> None:
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    tongue = TONGUES.tongue("vi")
    balance = text_of(tongue, line("receipts.balance_held", balance_vnd=12_000, held_vnd=400))
    assert "12.000 ₫" in balance
    assert "400 ₫" in balance
    assert "12:00" in text_of(tongue, line("quota.resets", reset_at=NOON), zone=zone)
    assert "&lt;i&gt;" in text_of(tongue, line("hint.corrected", command="<i>"))


@pytest.mark.parametrize(("language", "expected"), [("vi", "&lt;Vàng&gt;"), ("en", "Gold")])
def test_a_name_that_waited_is_written_in_the_language_of_who_reads_it(
    language: str, expected: str
) -> None:
    name = {"vi": "<Vàng>", "en": "Gold"}
    row = [{"key": "button.stop_renewing", "word": name, "data": "x"}]
    told = catalogue_text(
        TONGUES.tongue(language),
        {"lines": [line("quota.plan", plan=name)], "buttons": [row]},
        UTC,
        {},
        bot="easel_bot",
    )
    assert f"<b>{expected}</b>" in told.html
    assert html.unescape(expected) in told.keyboard[0][0].label


HOSTILE = '<a href="https://evil.example">&<b>'
FORMATTED = re.compile(r".*_(?:vnd|at|day|s)|percent")


def written_with(tongue: Tongue, key: str, names: set[str], value: str, n: int | None) -> str:
    sentence: dict[str, object] = {"key": key, "values": dict.fromkeys(names, value)}
    return text_of(tongue, sentence if n is None else {**sentence, "n": n})


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_value_of_any_sentence_becomes_markup(language: str) -> None:
    tongue = TONGUES.tongue(language)
    entries: list[Any] = [each for each in read_catalogue(language) if each.id]
    for entry in entries:
        key = entry.id[0] if entry.pluralizable else entry.id
        forms = entry.string if entry.pluralizable else [entry.string]
        names = {name for form in forms for _, name, _, _ in Formatter().parse(form) if name}
        if any(FORMATTED.fullmatch(name) for name in names - {"n"}):
            continue  # those are numbers
        names -= {"n"} if entry.pluralizable else set()
        n = 3 if entry.pluralizable else None
        tags = [written_with(tongue, key, names, value, n).count("<") for value in ("", HOSTILE)]
        assert tags[0] == tags[1], key


def test_where_the_plan_file_names_nobody_the_shop_is_asked() -> None:
    line = {"key": "access.refused", "values": {"contact": ""}}
    told = catalogue_text(TONGUES.tongue("en"), line, UTC, {}, bot="easel_bot")
    assert "Ask the shop to let you in." in told.html


def test_the_example_grid_has_four_tiles() -> None:
    assert GRID.count == len(a_scene(a_job()).tiles)


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("vi", 1, "từ ảnh này"),
        ("vi", 3, "từ 3 ảnh này"),
        ("en", 1, "from this picture"),
        ("en", 3, "from these 3 pictures"),
    ],
)
def test_how_many_of_ones_own_pictures_were_worked_from_is_said(
    language: str, count: int, expected: str
) -> None:
    references = tuple(f"references/{number}.jpg" for number in range(count))
    job = a_job(request=Request(Operation.REFERENCE_IMAGE, "in oil", references=references))
    scene = a_scene(job, language=language, tiles=1)
    assert expected in status(scene).html
    assert expected in result_caption(scene, None)


def test_a_picture_made_from_a_result_says_whose_and_not_how_many() -> None:
    job = a_job(request=Request(Operation.REFERENCE_IMAGE, "in oil", references=("a", "b"), tile=2))
    assert "from these" not in status(a_scene(job, language="en", parent=a_job())).html
