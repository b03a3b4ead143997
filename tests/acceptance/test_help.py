"""Help by topic: pages turned in one message, examples that work when they are sent."""

import re
from pathlib import Path

import pytest
from story import Message, Person, Story, labels, words
from telling import in_code, press
from town_rules import ruled_story


async def helped(person: Person, wanted: str = "") -> Message:
    return await person.answer_to(person.say(f"/help {wanted}".strip()))


def topics_of(index: Message) -> list[str]:
    return [label for row in labels(index) for label in row if not label.startswith("✨")]


async def turned(person: Person, page: Message, label: str, title: str) -> Message:
    """The same message, once its page is turned."""
    await press(person, page, label)
    return await person.sees(lambda m: m["message_id"] == page["message_id"] and title in words(m))


async def test_help_is_one_message_whose_pages_turn_and_turn_back(story: Story) -> None:
    an = story.person("An", "en")
    index = await helped(an)
    for topic in topics_of(index):
        page = await turned(an, index, topic, topic[0])
        assert [["‹ Back"]] == labels(page)
        await turned(an, index, "‹", "What I can do")
    assert 1 == len(an.from_bot())


@pytest.mark.parametrize(
    ("language", "wanted", "title"),
    [
        ("vi", "video", "🎬 Tạo video"),
        ("vi", "ảnh", "🎨 Tạo ảnh"),
        ("vi", "ANH", "🎨 Tạo ảnh"),
        ("vi", "hạn mức", "🎁 Lượt"),
        ("vi", "nhóm", "👥 Trong nhóm"),
        ("en", "upscale", "↩️ Go on"),
        ("en", "settings", "⚙️ Settings"),
        ("en", "something else", "What I can do"),
    ],
)
async def test_a_word_behind_help_goes_to_its_topic(
    story: Story, language: str, wanted: str, title: str
) -> None:
    an = story.person("An", language)
    assert words(await helped(an, wanted)).startswith(title)


async def test_without_a_video_service_help_tells_nothing_of_videos(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, without="flow") as story:
        an = story.person("An", "en")
        index = await helped(an)
        assert not [topic for topic in topics_of(index) if topic.startswith("🎬")]
        for topic in topics_of(index):
            page = await turned(an, index, topic, topic[0])
            assert not [line for line in in_code(page) if line.startswith("/video")]
            await turned(an, index, "‹", "What I can do")


async def test_a_page_that_is_made_up_is_the_first_page(story: Story) -> None:
    an = story.person("An", "en")
    index = await helped(an)
    await turned(an, index, "🎬", "Videos")
    assert "What I can do" in words(await helped(an, "tank"))


async def test_help_in_a_group_is_a_page_there_and_names_the_bot(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Painters", an)
    index = await an.answer_to(an.say("/help@easel_bot", chat=group), chat=group)
    await press(an, index, "👥")
    page = await an.sees("Call me by my name", chat=group)
    assert index["message_id"] == page["message_id"]
    [example] = in_code(page)
    await an.result_of(an.say(example, chat=group), chat=group)


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_example_that_begins_something_in_a_group_names_the_bot(
    story: Story, language: str
) -> None:
    an = story.person("An", language)
    group = story.group("Painters", an)
    for topic in ("", "image", "picture", "video", "bulk", "settings", "quota", "group"):
        asked = an.say(f"/help@easel_bot {topic}", chat=group)
        page = await an.answer_to(asked, chat=group)
        commands = re.findall(r"(?<!\S)/[a-z]+\S*", words(page))
        assert [] == [each for each in commands if "@easel_bot" not in each], topic


async def test_in_private_nobody_has_to_name_the_bot(story: Story) -> None:
    an = story.person("An")
    for topic in ("", "image", "picture", "video", "bulk", "settings", "quota"):
        assert "@easel_bot" not in words(await helped(an, topic))
