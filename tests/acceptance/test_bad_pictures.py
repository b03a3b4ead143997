"""Pictures that cannot be worked from: refused in one sentence before anything is held."""

import asyncio
import io
import struct
import zlib
from collections.abc import Callable

import pytest
import samples
from bringing import ORANGE, PHOTO, TEAL, as_file, picture, send
from PIL import ExifTags, Image
from story import Message, Person, Story, words
from telling import said_to

LARGE_BYTES = 21 * 1024 * 1024
Bringing = Callable[[Person, str], Message]


def bring(data: bytes, name: str, *, as_document: bool = True) -> Bringing:
    def sent(person: Person, caption: str) -> Message:
        [message] = send(person, data, caption=caption, name=name, as_document=as_document)
        return message

    return sent


def bomb() -> bytes:
    """A header that announces a hundred megapixels."""
    data = bytearray(samples.picture(8, 8))
    data[16:24] = struct.pack(">II", 10_000, 10_000)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    return bytes(data)


def moving() -> bytes:
    buffer = io.BytesIO()
    frames = [picture(colour, 64, 48) for colour in (ORANGE, TEAL)]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=100)
    return buffer.getvalue()


UNUSABLE = {
    "words": (bring(b"just words", "a.doc"), "không phải là ảnh", "no picture I can read"),
    "heic": (
        bring(b"\0\0\0\x18ftypheic" + bytes(200), "a.heic"),
        "không phải là ảnh",
        "no picture I can read",
    ),
    "too large": (bring(bytes(LARGE_BYTES), "a.png"), "lớn hơn 20 MB", "larger than the 20 MB"),
    "cut short": (bring(PHOTO[:-2000], "a.jpg"), "bị hỏng", "damaged or cut short"),
    "animated": (bring(moving(), "a.gif", as_document=False), "ảnh động", "moving pictures"),
    "animated file": (bring(moving(), "a.gif"), "ảnh động", "moving pictures"),
    "video": (bring(samples.clip(), "a.mp4", as_document=False), "từ video", "not from videos"),
    "video file": (bring(samples.clip(), "a.mp4"), "từ video", "not from videos"),
    "hidden video": (bring(samples.clip(), "a.png"), "từ video", "not from videos"),
    "bomb": (bring(bomb(), "a.png"), "quá nhiều điểm ảnh", "too many pixels"),
}


@pytest.mark.parametrize("flaw", UNUSABLE)
async def test_a_file_that_cannot_be_worked_from_is_refused_in_one_sentence_and_holds_nothing(
    story: Story, flaw: str
) -> None:
    brought, vietnamese, english = UNUSABLE[flaw]

    async def ask(language: str, command: str, expected: str) -> None:
        person = story.person("Lan", language)
        before = await said_to(person, "/quota")
        answer = words(await person.answer_to(brought(person, command)))
        assert expected in answer
        assert "\n" not in answer
        assert before == await said_to(person, "/quota")

    await asyncio.gather(
        ask("vi", "/img sơn dầu", vietnamese), ask("en", "/video in the wind", english)
    )
    assert not story.town.flow.tasks
    assert [] == [path for path in (story.data_dir / "references").glob("*") if path.is_file()]


async def test_a_file_that_is_no_picture_is_not_asked_what_to_draw_from_it(story: Story) -> None:
    an = story.person("An", "en")
    for name in ("prices.csv", "notes.md", "offer.pdf"):
        [asked] = send(an, b"a,b", caption="/img", name=name, as_document=True)
        assert "That file is no picture I can read" in words(await an.answer_to(asked))


async def test_a_number_for_a_picture_without_numbers_is_not_passed_over(story: Story) -> None:
    an = story.person("An", "en")
    before = await said_to(an, "/quota")
    [own] = send(an, PHOTO, caption="/upscale 2 2k")
    for asked in (own, an.say("/upscale 2 2k", to=own)):
        answer = await an.answer_to(asked)
        assert "no result of mine" in words(answer)
        assert "/upscale 2k" in words(answer)
    assert before == await said_to(an, "/quota")


async def test_a_mistake_beside_a_picture_is_answered_before_anything_is_fetched(
    story: Story,
) -> None:
    an = story.person("An", "en")
    before = await said_to(an, "/quota")
    sayings = (
        ("/img in oil --ar 4:3", "4:3"),
        ("/video waving --voice nobody", "nobody"),
        ("/img in oil --with apiframe", "--with flow"),
        ("/img", "/img"),
        ("/upscale 8k", "8k"),
    )
    for caption, expected in sayings:
        [asked] = send(an, PHOTO, caption=caption)
        assert expected in words(await an.answer_to(asked))
    assert before == await said_to(an, "/quota")
    assert not [call for call in story.world.calls if call.method == "getFile"]


async def test_a_printers_colours_and_a_camera_held_sideways_are_put_right_without_a_word(
    story: Story,
) -> None:
    an = story.person("An")
    for_print = as_file(picture(ORANGE).convert("CMYK"))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    sideways = io.BytesIO()
    picture(TEAL).save(sideways, "JPEG", exif=exif)
    for data in (for_print, sideways.getvalue()):
        [asked] = send(an, data, caption="/img sơn dầu", as_document=True)
        assert (await an.result_of(asked))["photo"]

    uploads = sorted((story.town.flow._darkroom.folder / "uploads").iterdir())
    shapes = []
    for upload in uploads:
        with Image.open(upload) as taken:
            shapes.append((taken.mode, taken.size, dict(taken.getexif())))
    assert [("RGB", (480, 640), {}), ("RGB", (640, 480), {})] == sorted(shapes)
