"""The bot brought in, thrown out, made an admin, its rights taken and given back: all explained."""

import dataclasses
import json

import pytest
from beside import change, handled, rows
from story import Message, Person, Story, code_in, is_media, words
from telling import until

from bot.jobs.rules import GroupRules, Payer
from bot.sandbox.members import RIGHTS

DRAW = "/img@easel_bot"
PICTURES = ("can_send_photos", "can_send_videos", "can_send_documents")


async def begun(story: Story, person: Person, group: int) -> Message:
    """A picture was asked for in the group and is being made; what asked for it."""
    story.town.apiframe.never_finish()
    asked = person.say(f"{DRAW} a cat", chat=group)
    await person.answer_to(asked, chat=group)
    await until(lambda: story.town.apiframe.tasks)
    return asked


async def finished(story: Story) -> None:
    apiframe = story.town.apiframe
    for task in list(apiframe.tasks):
        apiframe.finish_now(task)
    await until(lambda: rows(story, "SELECT 1 FROM job WHERE state = 'done'"))
    await handled(story)


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("vi", ("tạo", "Ai yêu cầu hay bấm nút thì dùng lượt", "bắt đầu bằng /")),
        ("en", ("right here", "Whoever asks uses their own", "what begins with /")),
    ],
)
async def test_brought_in_it_says_how_to_ask_who_pays_and_what_it_hears(
    story: Story, language: str, parts: tuple[str, ...]
) -> None:
    an = story.person("An", language)
    group = story.group("Painters", an)
    story.world.remove_bot(an.user_id, group)
    story.world.add_bot(an.user_id, group)
    hello = await an.sees(f"{DRAW} ", chat=group)
    assert [True] * len(parts) == [part in words(hello) for part in parts]


async def test_in_a_group_whose_wallet_pays_it_says_so(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Painters", an)
    rules = dataclasses.asdict(GroupRules(payer=Payer.GROUP))
    setting = "INSERT INTO setting (scope, name, value) VALUES (?, 'group', ?)"
    await change(story, setting, group, json.dumps(rules))
    hello = await an.answer_to(an.say("/start@easel_bot", chat=group), chat=group)
    assert "paid from the group's wallet" in words(hello)
    assert "their own allowance" not in words(hello)


@pytest.mark.parametrize(
    ("language", "promoted", "demoted"),
    [
        ("vi", "không có dấu /", "không còn là quản trị viên"),
        ("en", "hear messages without a slash", "no admin any more"),
    ],
)
async def test_made_an_admin_and_back_it_says_what_changes_each_time_once(
    story: Story, language: str, promoted: str, demoted: str
) -> None:
    an = story.person("An", language)
    group = story.group("Painters", an)
    for _ in range(2):  # the second time only its rights as an admin have changed
        story.world.add_bot(an.user_id, group, status="administrator")
    await an.sees(promoted, chat=group)
    story.world.add_bot(an.user_id, group)
    await an.sees(demoted, chat=group)
    assert 2 == len(an.from_bot(group))


@pytest.mark.parametrize(
    ("lacking", "vietnamese", "english"),
    [
        (("can_send_photos",), "không gửi được ảnh nữa", "cannot send photos here"),
        (("can_send_videos",), "không gửi được video nữa", "cannot send videos here"),
        (("can_send_documents",), "không gửi được tệp nữa", "cannot send files here"),
        (PICTURES[:1], "trong lúc đó ảnh đến đây dưới dạng tệp", "pictures come here as files"),
        (PICTURES[:2], "ảnh và video đến đây dưới dạng tệp", "until then they come here as files"),
        (PICTURES[::2], "ảnh làm xong chờ ở chat riêng", "pictures wait in our private chat"),
        (PICTURES, "không gửi được ảnh, video hay tệp", "cannot send photos, videos or files"),
    ],
)
async def test_a_right_taken_is_named_with_how_to_give_it_back(
    story: Story, lacking: tuple[str, ...], vietnamese: str, english: str
) -> None:
    for language, part in (("vi", vietnamese), ("en", english)):
        person = story.person("An", language)
        group = story.group("Painters", person)
        story.world.restrict_bot(person.user_id, group, *lacking)
        await person.sees(part, chat=group)
        story.world.add_bot(person.user_id, group)
        back = "gửi được mọi thứ" if language == "vi" else "send everything here again"
        await person.sees(back, chat=group)
        assert 2 == len(person.from_bot(group))


async def test_rights_that_do_not_matter_to_it_are_no_matter(story: Story) -> None:
    an = story.person("An")
    group = story.group("Painters", an)
    story.world.restrict_bot(an.user_id, group, "can_send_polls", "can_invite_users")
    story.world.add_bot(an.user_id, group)
    await handled(story)
    assert [] == an.from_bot(group)


@pytest.mark.parametrize(
    ("language", "missing", "back"),
    [
        ("vi", "không có quyền gửi ảnh", "có 1 kết quả đã xong mà không gửi được"),
        ("en", "I may not send photos here", "1 result was finished that could not be sent"),
    ],
)
async def test_a_picture_finished_without_the_right_says_what_is_missing_and_is_kept(
    story: Story, language: str, missing: str, back: str
) -> None:
    an = story.person("An", language)
    group = story.group("Painters", an)
    asked = await begun(story, an, group)
    story.world.restrict_bot(an.user_id, group, *PICTURES)
    await finished(story)
    kept = await an.answer_to(asked, chat=group)
    assert missing in words(kept)
    (link,) = (
        button["url"]
        for row in kept["reply_markup"]["inline_keyboard"]
        for button in row
        if "url" in button
    )
    assert link.startswith("https://t.me/easel_bot?start=")
    result = await an.sees(is_media, after=an.say(code_in(kept)))
    assert an.user_id == result["chat"]["id"]
    for _ in range(2):  # told once, however often rights come and go
        story.world.add_bot(an.user_id, group)
        story.world.restrict_bot(an.user_id, group, "can_send_videos")
    story.world.add_bot(an.user_id, group)
    await handled(story)
    assert 1 == sum(back in words(message) for message in an.from_bot(group))


async def test_where_files_are_allowed_and_photos_are_not_the_picture_comes_as_a_file(
    story: Story,
) -> None:
    an = story.person("An")
    group = story.group("Painters", an)
    asked = await begun(story, an, group)
    story.world.restrict_bot(an.user_id, group, "can_send_photos")
    await finished(story)
    assert "document" in await an.result_of(asked, chat=group)


@pytest.mark.parametrize(
    ("language", "told", "missed"),
    [
        ("vi", "không còn được nhắn vào nhóm “Họa sĩ & bạn”", "1 kết quả đã xong"),
        ("en", "may not write in the group “Họa sĩ & bạn”", "1 result was finished"),
    ],
)
async def test_without_the_right_to_words_who_did_it_hears_in_private_and_the_rest_waits(
    story: Story, language: str, told: str, missed: str
) -> None:
    boss, an = story.person("Boss", language), story.person("An", language)
    group = story.group("Họa sĩ & bạn", boss, an)
    await boss.answer_to(boss.say("/start"))
    await begun(story, an, group)
    story.world.restrict_bot(boss.user_id, group, *RIGHTS)
    await boss.sees(told)
    before = len(story.world.calls)
    await finished(story)
    tries = [call for call in story.world.calls[before:] if call.parameters.get("chat_id") == group]
    assert [] == tries
    ((code,),) = rows(story, "SELECT job_id FROM job")
    assert await an.result_of(an.say(f"/show {code}"))
    story.world.add_bot(boss.user_id, group)
    await an.sees(missed, chat=group)


async def test_who_never_wrote_to_it_is_not_written_to(story: Story) -> None:
    boss = story.person("Boss")
    group = story.group("Painters", boss)
    story.world.restrict_bot(boss.user_id, group, *RIGHTS)
    await handled(story)
    assert [] == boss.from_bot()
    assert [] == boss.from_bot(group)


async def test_brought_into_a_channel_it_does_nothing(story: Story) -> None:
    an = story.person("An")
    group = story.group("News", an)
    story.world.chats.rooms[group].info["type"] = "channel"
    story.world.remove_bot(an.user_id, group)
    story.world.add_bot(an.user_id, group, status="administrator")
    await handled(story)
    assert [] == an.from_bot(group)
    assert [] == rows(story, "SELECT 1 FROM chat WHERE chat_id = ?", group)
