"""Videos, and what a long wait looks like from a chat."""

import io
import itertools

import av
import pytest
from story import Message, Person, Story, is_media, labels, words
from telling import answers, edits_of, later, press, said_to, until

THUMBNAIL_SIDE = 320


def measured(data: bytes) -> tuple[int, int, int]:
    """Width, height and whole seconds of an MP4, by what is in it."""
    with av.open(io.BytesIO(data), "r") as film:
        picture = film.streams.video[0]
        assert film.duration is not None
        return picture.width, picture.height, round(film.duration / av.time_base)


@pytest.mark.parametrize(
    ("options", "ratio", "seconds"),
    [("", 16 / 9, 8), ("--ar 9:16 --len 6", 9 / 16, 6), ("--ar 1:1 --len 10", 1, 10)],
)
async def test_a_video_comes_with_its_real_size_and_length_and_a_small_thumbnail(
    story: Story, options: str, ratio: float, seconds: int
) -> None:
    an = story.person("An")
    result = await an.result_of(an.say(f"/video sóng biển {options}"))
    video = result["video"]
    told = video["width"], video["height"], video["duration"]
    assert measured(story.world.file_bytes(video["file_id"])) == told
    assert ratio == pytest.approx(video["width"] / video["height"], rel=0.02)
    assert seconds == video["duration"]
    thumbnail = video["thumbnail"]
    assert THUMBNAIL_SIDE >= max(thumbnail["width"], thumbnail["height"])
    assert ratio == pytest.approx(thumbnail["width"] / thumbnail["height"], rel=0.05)
    [edit] = [c for c in story.world.calls if c.method == "editMessageMedia"]
    assert edit.parameters["media"]["supports_streaming"] is True
    assert "video/mp4" == video["mime_type"]
    assert f"{seconds} giây" in words(result)


async def test_a_video_has_redo_and_its_file_and_takes_the_place_of_its_status(
    story: Story,
) -> None:
    an = story.person("An", "en")
    asked = an.say("/video waves at dawn --len 6")
    status = await an.answer_to(asked)
    assert "Flow AI · 6 s" in words(status)
    result = await an.result_of(asked)
    assert status["message_id"] == result["message_id"]
    assert [["🔄 Redo", "📁 File"]] == labels(result)
    assert "1 of 2" in await said_to(an, "/quota")
    await press(an, result, "📁")
    file = await an.sees(lambda m: "document" in m)
    served = story.world.file_bytes(result["video"]["file_id"])
    assert served == story.world.file_bytes(file["document"]["file_id"])


async def test_variations_and_upscales_of_a_video_are_declined_kindly(story: Story) -> None:
    an = story.person("An", "en")
    result = await an.result_of(an.say("/video a boat --len 6"))
    assert "This works on pictures, not on videos." == await said_to(an, "/upscale", to=result)
    assert "This works on pictures, not on videos." == await said_to(an, "/vary 1", to=result)


async def begun(person: Person, story: Story, *, chat: int | None = None) -> Message:
    """A video's status message, the provider working slowly."""
    story.town.pace.speed = 4
    status = await person.answer_to(person.say("/video@easel_bot sóng", chat=chat), chat=chat)
    await until(lambda: story.town.flow.tasks)
    return status


async def test_progress_moves_on_the_same_message_at_most_every_five_seconds(
    story: Story,
) -> None:
    an = story.person("An")
    status = await begun(an, story)
    story.town.pace.speed = 2  # it is not done before a slow machine has moved three bars

    def shown(seen: set[str]) -> str | None:
        now = words(story.world.message(an.user_id, status["message_id"]))
        bar = next((line for line in now.splitlines() if "▓" in line), None)
        return None if bar in seen else bar

    bars: set[str] = set()
    for jump_s in (6, 12, 18):
        with later(jump_s):
            bar = await story.world.wait_for(lambda _: shown(bars))
            assert bar is not None
            bars.add(bar)
    edited_at = [
        call.at
        for call in story.world.calls
        if call.method == "editMessageText"
        and call.parameters["message_id"] == status["message_id"]
    ]
    assert len(edited_at) >= 3
    # By everybody's clock, which this story moves. A call leaves a moment after it was due.
    gaps_s = [after - before for before, after in itertools.pairwise(edited_at)]
    assert [] == [gap_s for gap_s in gaps_s if gap_s < 4.5], gaps_s
    assert 1 == len(an.from_bot())
    story.town.pace.speed = 1_000
    with later(24):
        result = await an.sees(is_media)
    assert status["message_id"] == result["message_id"]


async def asked_again(story: Story) -> None:
    """The provider was asked some more times, and had more to tell each time."""
    wanted = len(story.town.flow.calls) + 5
    await until(lambda: len(story.town.flow.calls) >= wanted)


async def test_in_a_group_progress_is_shown_at_most_twice(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm phim", an)
    status = await begun(an, story, chat=group)
    await asked_again(story)
    assert [] == edits_of(story, status)
    for jump_s in (25, 50, 75, 100):
        with later(jump_s):
            await asked_again(story)
    story.town.pace.speed = 1_000
    with later(125):
        await an.sees(is_media, chat=group)
    edits = edits_of(story, status)
    assert 2 >= edits.count("editMessageText") >= 1
    assert "editMessageMedia" == edits[-1]


async def test_a_long_wait_ends_with_a_short_message_that_notifies(story: Story) -> None:
    an = story.person("An")
    story.town.apiframe.never_finish()
    status = await an.answer_to(an.say("/img mèo"))
    await until(lambda: story.town.apiframe.tasks)
    with later(25):
        story.town.apiframe.finish_now(next(iter(story.town.apiframe.tasks)))
        done = await an.sees("Xong ↑")
    assert answers(done, status)
    assert "photo" in story.world.message(an.user_id, status["message_id"])


async def test_a_quick_picture_needs_no_second_message(story: Story) -> None:
    an = story.person("An", "en")
    await an.result_of(an.say("/img a cat"))
    await an.answer_to(an.say("/jobs"))
    assert not [m for m in an.from_bot() if "Done ↑" in words(m)]
