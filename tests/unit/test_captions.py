"""Whatever people, providers and shops call things, captions, texts and buttons keep their limits."""

import dataclasses
import html
import re
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from market import BOTH
from shop import CLIP, GRID, a_job, outputs

from bot.delivery.captions import CAPTION_MAX, copy_word, result_caption, too_big
from bot.delivery.presentation import Button, Keyboard, result_keyboard, status, tile_keyboard
from bot.delivery.scene import Move, Scene
from bot.i18n import I18n
from bot.jobs.queue import Outlook
from bot.model import Job, JobState, Operation, Reason, Request

TONGUES = I18n.load()
TROUBLE = st.sampled_from(
    ["🐈", "👨‍👩‍👧‍👦", "e\u0301", "\u0338" * 9, "<b>", "&amp;", ">", "\n", "ắ", "x"]
)
WORDS = st.one_of(st.text(max_size=200), st.lists(TROUBLE, max_size=900).map("".join))
NAMES = st.one_of(st.text(min_size=1, max_size=400), st.lists(TROUBLE, min_size=1).map("".join))
PRICES = st.integers(0, 9_999_999_999)
FROM_WORDS = (Operation.IMAGE, Operation.REFERENCE_IMAGE, Operation.VIDEO, Operation.ENLARGE)
STEPS = tuple(each for each in Operation if each not in {Operation.IMAGE, Operation.VIDEO})


def requests(operations: Sequence[Operation]) -> st.SearchStrategy[Request]:
    return st.builds(
        Request,
        st.sampled_from(operations),
        prompt=WORDS,
        flags=WORDS,
        ratio=st.sampled_from([None, "1000:1001"]),
        count=st.integers(1, 10),
        mode=st.sampled_from([None, "turbo"]),
        hd=st.sampled_from([None, "4k"]),
        strength=st.sampled_from([None, "creative"]),
        direction=st.sampled_from([None, "left"]),
        factor=st.sampled_from([None, "1.75", "square"]),
        voice=st.sampled_from([None, "zubenelgenubi"]),
        tile=st.integers(1, 16),
    )


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    has_parent = draw(st.booleans())
    job = a_job(
        request=draw(requests(STEPS if has_parent else FROM_WORDS)),
        state=draw(st.sampled_from(JobState)),
        reason=draw(st.sampled_from([None, *Reason])),
        detail=draw(WORDS),
        charged_vnd=draw(PRICES),
        held_vnd=draw(PRICES),
    )
    parent = a_job(request=draw(requests(FROM_WORDS))) if has_parent else None
    moves = draw(st.lists(st.builds(Move, _provider_names(), NAMES, PRICES), max_size=3))
    return _scene(
        job,
        parent=parent,
        language=draw(st.sampled_from(TONGUES.languages)),
        title=draw(NAMES),
        tiles=draw(st.sampled_from([1, 4, 16])),
        moves=tuple(moves),
        prices_vnd=dict.fromkeys(Operation, draw(PRICES)),
        again_vnd=draw(PRICES),
    )


def _provider_names() -> st.SearchStrategy[str]:
    """As adapters name themselves: a word, which stands in settings and in data behind buttons."""
    return st.from_regex(r"[a-z][a-z0-9_]{0,30}", fullmatch=True)


def _scene(job: Job, *, language: str, title: str, tiles: int, **more: Any) -> Scene:
    plain = Scene(
        job=job,
        parent=None,
        assets=outputs(job, tiles),
        tongue=TONGUES.tongue(language),
        title=title,
        parent_title=title,
        offers=BOTH.offers(a_job(request=GRID)),
        outlook=Outlook(3, 95.0, 40),
        free_left=36,
        prices_vnd={},
        again_vnd=None,
        timezone=ZoneInfo("Asia/Ho_Chi_Minh"),
        contact="@shop",
        link="https://t.me/easel_bot?start=K7QD4X",
    )
    return dataclasses.replace(plain, **more)


def units(markup: str) -> int:
    """Telegram's measure, once it has read the markup."""
    plain = html.unescape(re.sub(r"</?(?:b|i|code|pre|blockquote)>", "", markup))
    return len(plain.encode("utf-16-le")) // 2


def flat(*keyboards: Keyboard) -> list[Button]:
    return [button for keyboard in keyboards for row in keyboard for button in row]


@given(scenes())
def test_every_caption_fits_and_names_its_code(scene: Scene) -> None:
    for asset in (None, scene.tiles[0]):
        for tile in (None, scene.tiles[-1].tile):
            caption = result_caption(scene, tile, too_big=asset, limit_bytes=50_000_000)
            assert units(caption) <= CAPTION_MAX
            assert f"<code>{scene.job.job_id}</code>" in caption
            if asset is not None:
                assert copy_word(scene, asset, 50_000_000) in caption


@given(scenes())
def test_every_status_fits_a_message(scene: Scene) -> None:
    assert 0 < units(status(scene).html) <= 4_096
    assert units(too_big(scene, scene.tiles[0], 50_000_000)) <= 4_096


@given(scenes())
def test_every_button_fits_its_64_bytes_whatever_it_costs(scene: Scene) -> None:
    found = flat(
        status(scene).keyboard, result_keyboard(scene), tile_keyboard(scene, scene.tiles[-1].tile)
    )
    assert found
    for button in found:
        assert len(button.data.encode()) <= 64
        assert button.label.strip()


def test_flags_and_seed_are_shown_in_status_and_caption() -> None:
    request = dataclasses.replace(GRID, flags="--seed 42 --chaos 20")
    scene = _scene(a_job(request=request), language="en", title="Midjourney", tiles=4)
    assert "--seed 42 --chaos 20" in result_caption(scene, None)
    assert "--seed 42 --chaos 20" in status(scene).html


def test_a_long_prompt_does_not_push_the_flags_out() -> None:
    request = dataclasses.replace(GRID, prompt="🐈" * 4_000, flags="--seed 42")
    scene = _scene(a_job(request=request), language="en", title="Midjourney", tiles=4)
    assert "--seed 42" in result_caption(scene, None)
    assert "--seed 42" in status(scene).html


def test_a_derived_result_names_its_family_its_tile_and_its_own_flags() -> None:
    parent = a_job(request=dataclasses.replace(GRID, flags="--niji 6"))
    request = Request(Operation.VARIATION, count=4, tile=2, flags="--seed 42")
    scene = _scene(
        a_job(request=request), language="en", title="Midjourney", tiles=4, parent=parent
    )
    caption = result_caption(scene, None)
    assert f"<code>{parent.job_id}</code>" in caption
    assert "picture 2" in caption
    assert "--seed 42" in caption


def test_one_of_several_is_told_by_its_number_and_not_by_how_many_there_are() -> None:
    for language, told in (("en", "picture 2 of 4"), ("vi", "ảnh 2 trong 4")):
        scene = _scene(a_job(request=GRID), language=language, title="Midjourney", tiles=4)
        [_, details, facts] = result_caption(scene, 2).splitlines()
        assert f"Midjourney · {told}" == details
        assert "2" not in facts.split(" · ")


@pytest.mark.parametrize(("contact", "named"), [("@shop", "ask @shop"), ("", "ask the shop")])
def test_whoever_keeps_the_original_is_named(contact: str, named: str) -> None:
    scene = _scene(a_job(request=CLIP), language="en", title="Veo", tiles=1, contact=contact)
    assert named in too_big(scene, scene.tiles[0], 50_000_000)
    assert named in copy_word(scene, scene.tiles[0], 50_000_000)


def test_a_copy_is_told_with_sizes_as_people_write_them() -> None:
    for language, expected in (("en", "1,234 MB"), ("vi", "1.234 MB")):
        scene = _scene(a_job(request=CLIP), language=language, title="Veo", tiles=1)
        big = dataclasses.replace(scene.tiles[0], size_bytes=1_234_000_000)
        word = copy_word(scene, big, 50_000_000)
        assert expected in word
        assert "50 MB" in word
