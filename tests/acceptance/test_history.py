"""Everything one ever asked for is a page away and comes back with its buttons, to nobody else."""

import re
from pathlib import Path

import pytest
from story import (
    Message,
    Person,
    Story,
    code_in,
    is_media,
    labels,
    living_bot,
    served_town,
    settings_for,
    words,
)
from telling import forge, next_result, press

from bot.sandbox.world import World

NOTHING = {
    "vi": "Chưa có gì xong cả. Bắt đầu với /img chú mèo bên cửa sổ",
    "en": "Nothing is finished yet. Begin with /img a cat at a window",
}


async def made(person: Person, *prompts: str, chat: int | None = None) -> list[str]:
    """The codes of pictures asked for one after the other."""
    codes = []
    for prompt in prompts:
        asked = person.say(f"/img@easel_bot {prompt} --with flow", chat=chat)
        codes.append(code_in(await person.result_of(asked, chat=chat)))
    return codes


async def history(person: Person, *, chat: int | None = None) -> Message:
    return await person.answer_to(person.say("/history@easel_bot", chat=chat), chat=chat)


def codes_on(page: Message) -> list[str]:
    """From the top."""
    return re.findall(r"^\S+ ([2-9A-Z]{6}) · ", words(page), re.MULTILINE)


def keys(codes: list[str]) -> list[str]:
    """Of pictures."""
    return [f"🎨 {code}" for code in codes]


async def turned(person: Person, page: Message, label: str) -> Message:
    """The same message, another page of it."""
    before = words(page)
    await press(person, page, label)

    def look(world: World) -> Message | None:
        now = world.message(page["chat"]["id"], page["message_id"])
        return now if words(now) != before else None

    return await person.world.wait_for(look, 60)


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_who_has_made_nothing_reads_how_to_begin(story: Story, language: str) -> None:
    an = story.person("An", language)
    assert NOTHING[language] == words(await history(an))


async def test_work_is_listed_newest_first_five_to_a_page_and_the_pages_turn_in_place(
    story: Story,
) -> None:
    an = story.person("An", "en")
    codes = (await made(an, *(f"cat {number}" for number in range(7))))[::-1]
    page = await history(an)
    assert codes[:5] == codes_on(page)
    assert [keys(codes[:3]), keys(codes[3:5]), ["Older ▶"]] == labels(page)
    assert words(page).startswith("🗂 Your work, newest first\n\n🎨 ")
    assert "· free\ncat 6\n" in words(page)
    second = await turned(an, page, "Older")
    assert codes[5:] == codes_on(second)
    assert [keys(codes[5:]), ["◀ Newer"]] == labels(second)
    assert codes[:5] == codes_on(await turned(an, second, "◀"))


async def test_a_code_pressed_brings_the_result_back_with_its_buttons(story: Story) -> None:
    an = story.person("An")
    grid = await an.result_of(an.say("/img mèo"))
    page = await history(an)
    assert "Có ngay!" == await press(an, page, f"🎨 {code_in(grid)}")
    again = await next_result(an, page, after=page)
    assert labels(grid) == labels(again)
    assert words(grid) == words(again)


async def test_a_line_says_whose_child_it_is_and_what_did_not_work_is_marked(story: Story) -> None:
    an = story.person("An", "en")
    grid = await an.result_of(an.say("/img a lake"))
    await press(an, grid, "V2")
    varied = await next_result(an, grid, after=grid)
    story.town.apiframe.fail_next("/imagine", status=400, body=b'{"error": "no"}')
    failed = await an.sees("did not take this request", after=an.say("/img a storm"))
    page = await history(an)
    assert [code_in(m) for m in (failed, varied, grid)] == codes_on(page)
    first, second, third = words(page).split("\n\n")[1:]
    assert re.fullmatch(r"⚠️ \w+ · .* · did not work, nothing charged\na storm", first)
    assert second.endswith(f"· free\na lake\nVariations of picture 2 from {code_in(grid)}")
    assert third.endswith("· free\na lake")
    assert [keys([code_in(varied), code_in(grid)])] == labels(page)


async def test_a_cancelled_request_is_listed_and_has_no_button(story: Story) -> None:
    an = story.person("An")
    story.town.apiframe.never_finish()
    for _ in range(3):  # the last one waits for a lane
        status = await an.answer_to(an.say("/img mèo"))
    await press(an, status, "✖")
    await an.sees("Đã hủy")
    page = await history(an)
    assert "✖ " in words(page)
    assert "đã hủy, không tính phí\nmèo" in words(page)
    assert [] == labels(page)


async def test_in_a_group_only_who_asked_turns_the_pages_and_takes_from_them(
    story: Story,
) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = story.group("Painters", an, ben)
    await made(ben, "a dog")
    codes = (await made(an, *(f"cat {number}" for number in range(6)), chat=group))[::-1]
    page = await history(an, chat=group)
    assert codes[:5] == codes_on(page)
    not_yours = "This button is not for you."
    assert [not_yours] * 2 == [
        await press(ben, page, label) for label in ("Older", f"🎨 {codes[0]}")
    ]
    assert codes[5:] == codes_on(await turned(an, page, "Older"))


async def test_a_forged_page_shows_nobody_elses_work_and_writes_over_no_result(
    story: Story,
) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = story.group("Painters", an, ben)
    grid = await an.result_of(an.say("/img@easel_bot a lake", chat=group), chat=group)
    code, not_yours = code_in(grid), "This button is not for you."
    forged = (
        f"d:{code}::",
        "d:::",
        "d:AAAAAA::",
        f"o:{code}::o.{an.user_id}.9000000000000",
        "o:::o.1.1",
        f"o:{code}::x.{ben.user_id}.1",
        f"o:{code}::o.{'9' * 30}.1",
    )
    assert [not_yours] * len(forged) == [await forge(ben, grid, data) for data in forged]
    for own in (f"o:{code}::o.{ben.user_id}.9000000000000", f"o:{code}::"):
        assert not await forge(ben, grid, own)
    await ben.sees("Nothing you asked for in this group is finished yet.", chat=group)
    assert words(grid) == words(story.world.message(group, grid["message_id"]))


async def test_a_page_of_before_a_restart_still_turns(tmp_path: Path) -> None:
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        an = story.person("An", "en")
        async with living_bot(settings_for(town, story.data_dir)):
            codes = (await made(an, *(f"cat {number}" for number in range(6))))[::-1]
            page = await history(an)
        async with living_bot(settings_for(town, story.data_dir)):
            last = await turned(an, page, "Older")
            assert codes[5:] == codes_on(last)
            newer = await made(an, "one more")
            page = await turned(an, last, "◀")
            assert codes[:5] == codes_on(page)
            assert [*newer, *codes[:4]] == codes_on(await turned(an, page, "◀"))


async def test_a_code_is_understood_however_it_is_written(story: Story) -> None:
    an = story.person("An", "en")
    [code] = await made(an, "a cat")
    lower = code.lower()
    written = (code, f"#{code}", lower, f"# {lower}", f"{lower[:3]} {lower[3:]}")
    for said in (*(f"/show {each}" for each in written), f"/start {code}", f"/start {lower}"):
        assert code == code_in(await an.result_of(an.say(said)))


async def test_a_strangers_code_and_no_code_are_answered_with_where_to_look(story: Story) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    [code] = await made(an, "a cat")
    told = await ben.answer_to(ben.say(f"/show {code}"))
    assert words(told) == (
        f"I know no result {code} of yours. The code stands under every result;"
        " /history lists yours."
    )
    which = await ben.answer_to(ben.say("/show"))
    assert words(which).startswith("Which result? Put its code after the command")
    assert not [message for message in ben.from_bot() if is_media(message)]


async def test_a_link_opens_the_history_the_help_or_the_welcome(story: Story) -> None:
    an = story.person("An", "en")
    for word, expected in (
        ("history", NOTHING["en"]),
        ("help", "What I can do"),
        ("K7QD4X", "I know no result K7QD4X of yours."),
        ("whatever", "Hi An!"),
    ):
        assert expected in words(await an.answer_to(an.say(f"/start {word}")))


def link_in(message: Message) -> str:
    [button] = [b for row in message["reply_markup"]["inline_keyboard"] for b in row if "url" in b]
    return str(button["url"])


async def test_what_was_kept_in_a_group_is_one_tap_away_in_the_private_chat(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Painters", an)
    held = story.town.apiframe.hold_next("/imagine", when="after")
    status = await an.answer_to(an.say("/img@easel_bot a lake", chat=group), chat=group)
    await held.arrived()
    await press(an, status, "✖")
    held.release()
    kept = await an.sees("Finished and kept for you", chat=group)
    assert [["💬 In our private chat"]] == labels(kept)
    code = link_in(kept).removeprefix("https://t.me/easel_bot?start=")
    assert code == code_in(await an.result_of(an.say(f"/start {code}")))


async def test_what_a_group_may_not_be_sent_is_one_tap_away_too(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Painters", an)
    no_media = "not enough rights to send photos to the chat"
    for method in ("editMessageMedia", "sendPhoto", "sendDocument"):
        story.world.fail_next(method, status=400, description=f"Bad Request: {no_media}", times=2)
    an.say("/img@easel_bot a lake", chat=group)
    told = await an.sees("I may not send photos here", chat=group)
    assert ["💬 In our private chat"] == labels(told)[0]
    assert link_in(told).startswith("https://t.me/easel_bot?start=")
