"""What is too large to be looked at comes as a file, and what is too large to send as a copy."""

import io
import struct
import zlib

import pytest
from bringing import TEAL, as_file, picture
from PIL import Image
from samples import clip
from story import Person, Story, code_in, labels, words
from telling import file_of, image_of, press

from bot.media.xmp import AI_SOURCE

FILLER_BYTES = 51_000_000


def heavy(film: bytes) -> bytes:
    """The same film with room behind it that nobody reads."""
    return film + struct.pack(">I4s", FILLER_BYTES + 8, b"free") + bytes(FILLER_BYTES)


def heavy_picture() -> bytes:
    """A PNG of few pixels and many bytes, by a chunk that viewers pass over."""
    png = as_file(picture(TEAL), "PNG")
    body = b"fiLl" + bytes(FILLER_BYTES)
    ends = struct.pack(">I", FILLER_BYTES), struct.pack(">I", zlib.crc32(body))
    return png[:-12] + ends[0] + body + ends[1] + png[-12:]


async def test_a_picture_beyond_a_photos_limits_comes_as_the_file_it_is(story: Story) -> None:
    wide = as_file(picture(TEAL, 9_000, 1_200), "PNG")
    story.town.flow.replace_next_download(wide, "image/png")
    an = story.person("An", "en")
    asked = an.say("/img a long wall --with flow")
    status = await an.answer_to(asked)
    result = await an.result_of(asked)

    assert status["message_id"] == result["message_id"]
    with Image.open(io.BytesIO(wide)) as drawn:
        assert drawn.tobytes() == image_of(story, result).tobytes()
    thumbnail = result["document"]["thumbnail"]
    assert max(thumbnail["width"], thumbnail["height"]) <= 320
    assert thumbnail["file_size"] <= 200_000
    assert labels(result)
    await press(an, result, "📁")
    file = await an.sees(lambda message: "document" in message, after=result)
    assert result["document"] == file["document"]


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "more than the 50 MB Telegram takes"), ("vi", "vượt mức 50 MB Telegram cho gửi")],
)
async def test_a_film_beyond_fifty_megabytes_plays_as_a_copy_and_says_so(
    story: Story, language: str, word: str
) -> None:
    story.town.flow.replace_next_download(heavy(clip()), "video/mp4")
    an = story.person("An", language)
    result = await an.result_of(an.say("/video waves"))

    assert word in words(result)
    assert "51 MB" in words(result)
    assert (64, 48) == (result["video"]["width"], result["video"]["height"])
    copy = story.world.file_bytes(result["video"]["file_id"])
    assert len(copy) < 1_000_000
    assert AI_SOURCE.encode() in copy
    kept = story.data_dir / "media" / code_in(result) / "1.mp4"
    assert FILLER_BYTES < kept.stat().st_size

    await _asks_for_the_file(story, an, word)


async def _asks_for_the_file(story: Story, person: Person, word: str) -> None:
    """Twice: the second time Telegram has it, and is told the same."""
    result = person.from_bot()[-1]
    for _ in range(2):
        last = person.from_bot()[-1]
        await press(person, result, "📁")
        file = await person.sees(lambda message: "document" in message, after=last)
        assert word in words(file)
        assert len(file_of(story, file)) < 1_000_000


async def test_a_picture_beyond_fifty_megabytes_is_shown_as_a_copy_and_says_so(
    story: Story,
) -> None:
    story.town.flow.replace_next_download(heavy_picture(), "image/png")
    an = story.person("An", "en")
    result = await an.result_of(an.say("/img a wall --with flow"))

    assert "photo" in result
    assert "a smaller copy" in words(result).lower()
    assert "51 MB" in words(result)
    await press(an, result, "📁")
    file = await an.sees(lambda message: "document" in message, after=result)
    assert "smaller copy" in words(file)
    assert file["document"]["file_name"].endswith(".jpg")
    assert AI_SOURCE.encode() in file_of(story, file)
