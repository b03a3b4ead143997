"""Every original says that AI made it, beside its pixels: what the provider drew is untouched."""

import io

import av
import pytest
from bringing import ORANGE, PHOTO, as_file, picture, send
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from samples import clip
from story import Message, Person, Story
from telling import file_of, press

from bot.media.marking import is_marked
from bot.media.xmp import AI_SOURCE, marked

PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


async def original_of(person: Person, result: Message) -> Message:
    await press(person, result, "📁")
    return await person.sees(lambda message: "document" in message, after=result)


async def one_flow_picture(person: Person) -> Message:
    return await person.result_of(person.say("/img a cat --with flow --n 1"))


@pytest.mark.parametrize("kind", PICTURES)
async def test_an_original_carries_the_mark_and_the_pixels_the_provider_drew(
    story: Story, kind: str
) -> None:
    drawn = as_file(picture(ORANGE), kind)
    story.town.flow.replace_next_download(drawn, PICTURES[kind])
    an = story.person("An", "en")

    got = file_of(story, await original_of(an, await one_flow_picture(an)))

    assert AI_SOURCE.encode() in got
    with Image.open(io.BytesIO(drawn)) as before, Image.open(io.BytesIO(got)) as after:
        assert (kind, before.tobytes()) == (after.format, after.tobytes())


@pytest.mark.parametrize("kind", PICTURES)
async def test_a_picture_its_provider_marked_arrives_byte_for_byte(story: Story, kind: str) -> None:
    drawn = _marked_by_its_provider(kind)
    story.town.flow.replace_next_download(drawn, PICTURES[kind])
    an = story.person("An", "en")

    assert drawn == file_of(story, await original_of(an, await one_flow_picture(an)))


def _marked_by_its_provider(kind: str) -> bytes:
    buffer = io.BytesIO()
    if kind == "PNG":
        said = PngInfo()
        said.add_itxt("XML:com.adobe.xmp", marked(None).decode(), zip=True)
        picture(ORANGE).save(buffer, kind, pnginfo=said)
    else:
        picture(ORANGE).save(buffer, kind, xmp=marked(None))
    return buffer.getvalue()


async def test_a_film_carries_the_mark_and_every_frame_it_had(story: Story) -> None:
    shot = clip()
    story.town.flow.replace_next_download(shot, "video/mp4")
    an = story.person("An", "en")
    film = await an.result_of(an.say("/video waves"))

    got = file_of(story, await original_of(an, film))

    assert AI_SOURCE.encode() in got
    assert _frames(shot) == _frames(got)
    assert got.startswith(shot)
    # and a provider that sends this very film marks it itself
    story.town.flow.replace_next_download(got, "video/mp4")
    again = await an.result_of(an.say("/video waves once more"))
    assert got == file_of(story, await original_of(an, again))


def _frames(film: bytes) -> list[bytes]:
    with av.open(io.BytesIO(film), "r") as container:
        return [bytes(frame.planes[0]) for frame in container.decode(video=0)]


async def test_an_enlarged_result_is_marked_and_somebodys_enlarged_photo_is_not(
    story: Story,
) -> None:
    an = story.person("An", "en")
    drawn = await one_flow_picture(an)
    larger = await an.result_of(an.say("upscale 2k", to=drawn))
    assert AI_SOURCE.encode() in file_of(story, await original_of(an, larger))

    [photo] = send(an, PHOTO, caption="/upscale 2k")
    mine = await an.result_of(photo)
    assert AI_SOURCE.encode() not in file_of(story, await original_of(an, mine))
    larger = await an.result_of(an.say("upscale 4k", to=mine))
    assert AI_SOURCE.encode() not in file_of(story, await original_of(an, larger))


async def test_what_people_bring_goes_to_the_provider_unmarked(story: Story) -> None:
    an = story.person("An", "en")
    [asked] = send(an, PHOTO, caption="/img a cat like this --with flow")
    await an.result_of(asked)
    brought = list((story.data_dir / "references").rglob("*.*"))
    assert brought
    assert [] == [path for path in brought if is_marked(path)]
