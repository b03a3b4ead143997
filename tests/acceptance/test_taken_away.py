"""To me only, under a result the group has seen: it goes to who asked and leaves the group."""

import pytest
from beside import handled, rows
from choosing import choose
from privately import TO_ME, follow, pictures_in
from story import Person, Story, code_in, is_media, labels, words
from telling import answers, later, press, until

from bot.sandbox.migrating import migrate_group

DRAW = "/img@easel_bot"
BUSY_S = 60


async def test_a_shown_result_goes_to_who_asked_and_leaves_the_group(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    await an.answer_to(an.say("/quota"))
    group = story.group("Nhóm vẽ", an, binh)
    asked = an.say(f"{DRAW} mèo", chat=group)
    shown = await an.result_of(asked, chat=group)
    assert "chat riêng" in await press(an, shown, TO_ME["vi"])
    stub = await binh.sees("🔒 An: ảnh đã gửi riêng.", chat=group)

    assert answers(stub, asked)
    assert [] == pictures_in(binh, group)
    [picture] = pictures_in(an)
    assert "mèo" in words(picture)
    assert [(4,)] == rows(story, "SELECT SUM(charged_free) FROM job")


async def test_who_likes_albums_sees_one_picture_in_the_group_and_the_album_privately(
    story: Story,
) -> None:
    an = story.person("An", "en")
    await choose(an, "form=album")
    group = story.group("Drawing", an)
    asked = an.say(f"{DRAW} a cat", chat=group)
    grid = await an.sees(lambda m: is_media(m) and answers(m, asked), chat=group)
    assert [grid["message_id"]] == [m["message_id"] for m in an.from_bot(group)]
    await press(an, grid, TO_ME["en"])
    stub = await an.sees("🔒 An: your pictures are in our private chat.", chat=group)

    left = [m["message_id"] for m in an.from_bot(group)]
    assert [stub["message_id"]] == left
    assert 4 == len(pictures_in(an))
    await an.sees(lambda m: ["1", "2", "3", "4"] in labels(m))
    assert ["1", "2", "3", "4"] == labels(an.from_bot()[-1])[0]


async def refused_for_now(story: Story, method: str) -> None:
    """What was asked for waits, for the group takes no more at the moment."""

    def is_refused() -> bool:
        return any(call.method == method and not call.ok for call in story.world.calls)

    await until(is_refused)


def busy_for_the_next(story: Story, method: str) -> None:
    story.world.fail_next(
        method, status=429, description="Too Many Requests", parameters={"retry_after": BUSY_S}
    )


async def busy_no_more(story: Story, person: Person) -> None:
    with later(BUSY_S + 1):
        await person.answer_to(person.say("/quota"))  # the bot looks at its clock
        await handled(story)


@pytest.mark.parametrize("who", ["An", "Bình"])
@pytest.mark.parametrize(("label", "method"), [("1", "sendPhoto"), ("📁", "sendMediaGroup")])
async def test_what_still_waits_for_a_busy_group_is_not_shown_once_its_result_was_taken_away(
    story: Story, label: str, method: str, who: str
) -> None:
    people = {name: story.person(name) for name in ("An", "Bình")}
    an = people["An"]
    await an.answer_to(an.say("/quota"))
    group = story.group("Nhóm vẽ", *people.values())
    shown = await an.result_of(an.say(f"{DRAW} mèo", chat=group), chat=group)
    busy_for_the_next(story, method)
    await press(people[who], shown, label)
    await refused_for_now(story, method)
    await press(an, shown, TO_ME["vi"])
    await an.sees("🔒 An: ảnh đã gửi riêng.", chat=group)
    await handled(story)
    assert [] == pictures_in(an, group)
    assert 1 == len(pictures_in(an))


async def test_a_result_shown_again_that_still_waits_is_not_shown_either(story: Story) -> None:
    an = story.person("An")
    await an.answer_to(an.say("/quota"))
    group = story.group("Nhóm vẽ", an)
    shown = await an.result_of(an.say(f"{DRAW} mèo", chat=group), chat=group)
    busy_for_the_next(story, "sendPhoto")
    an.say(f"/show@easel_bot {code_in(shown)}", chat=group)
    await refused_for_now(story, "sendPhoto")
    await press(an, shown, TO_ME["vi"])
    await an.sees("🔒 An: ảnh đã gửi riêng.", chat=group)
    await handled(story)
    assert [] == pictures_in(an, group)


@pytest.mark.parametrize("taken", [1, 2])
async def test_an_album_that_still_waits_comes_without_what_was_taken_away(
    story: Story, taken: int
) -> None:
    an = story.person("An")
    await an.answer_to(an.say("/quota"))
    group = story.group("Nhóm vẽ", an)
    busy_for_the_next(story, "sendMediaGroup")
    asked = an.say(f"{DRAW}\nmèo\nthuyền\nhồ", chat=group)
    await press(an, await an.answer_to(asked, chat=group), "✅")
    await refused_for_now(story, "sendMediaGroup")
    for result in pictures_in(an, group)[:taken]:
        await press(an, result, TO_ME["vi"])
    await until(lambda: [(taken,)] == rows(story, "SELECT SUM(to_private) FROM job"))
    await busy_no_more(story, an)
    left = 3 - taken
    albums = [m for m in pictures_in(an, group) if "media_group_id" in m]
    assert (left if left > 1 else 0) == len(albums)
    assert left + len(albums) == len(pictures_in(an, group))


async def test_an_album_on_its_way_loses_what_is_taken_away_meanwhile(story: Story) -> None:
    an = story.person("An")
    await an.answer_to(an.say("/quota"))
    group = story.group("Nhóm vẽ", an)
    held = story.world.hold_next("sendMediaGroup")
    asked = an.say(f"{DRAW}\nmèo\nthuyền", chat=group)
    await press(an, await an.answer_to(asked, chat=group), "✅")
    await held.arrived()
    await press(an, pictures_in(an, group)[0], TO_ME["vi"])
    await an.sees("🔒 An: ảnh đã gửi riêng.", chat=group)
    held.release()
    await until(lambda: rows(story, "SELECT 1 FROM outbox WHERE say = 'album' AND state = 'sent'"))
    await handled(story)
    [(private,)] = rows(story, "SELECT job_id FROM job WHERE to_private = 1")
    gone = rows(
        story, "SELECT message_id FROM message WHERE chat_id = ? AND job_id = ?", group, private
    )
    standing = {m["message_id"] for m in pictures_in(an, group)}
    assert 2 == len(standing)
    assert not standing & {number for (number,) in gone}


async def test_somebody_else_gets_a_copy_and_the_group_keeps_its_message(story: Story) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    await ben.answer_to(ben.say("/quota"))
    group = story.group("Nhóm vẽ", an, ben)
    shown = await an.result_of(an.say(f"{DRAW} mèo", chat=group), chat=group)
    assert "copy" in await press(ben, shown, TO_ME["vi"])
    copy = await ben.sees(is_media)
    await handled(story)

    assert "4 pictures" in words(copy)
    assert [shown["message_id"]] == [m["message_id"] for m in pictures_in(an, group)]
    assert [(1,)] == rows(story, "SELECT COUNT(*) FROM job")
    picked = await ben.answer_to(ben.say("2", to=copy))
    assert is_media(picked)


async def test_what_is_too_old_to_be_taken_away_stays_and_that_is_said(story: Story) -> None:
    an = story.person("An")
    await an.answer_to(an.say("/quota"))
    group = story.group("Nhóm vẽ", an)
    shown = await an.result_of(an.say(f"{DRAW} mèo", chat=group), chat=group)
    story.world.fail_next(
        "deleteMessage", status=400, description="Bad Request: message can't be deleted"
    )
    await press(an, shown, TO_ME["vi"])
    stub = await an.sees("đã gửi riêng", chat=group)
    assert "nhờ quản trị viên xóa giúp" in words(stub)
    assert 1 == len(pictures_in(an))


async def test_a_shown_result_stays_where_it_is_when_the_private_chat_is_not_open(
    story: Story,
) -> None:
    an = story.stranger("An")
    group = story.group("Nhóm vẽ", an)
    shown = await an.result_of(an.say(f"{DRAW} mèo", chat=group), chat=group)
    assert "bấm Start" in await press(an, shown, TO_ME["vi"])
    assert [shown["message_id"]] == [m["message_id"] for m in pictures_in(an, group)]
    await an.answer_to(an.say("/quota"))
    await press(an, shown, TO_ME["vi"])
    await an.sees("đã gửi riêng", chat=group)
    assert 1 == len(pictures_in(an))


async def test_a_shown_result_stays_when_telegram_refuses_the_private_chat(story: Story) -> None:
    an = story.person("An")
    await an.answer_to(an.say("/quota"))
    group = story.group("Nhóm vẽ", an)
    shown = await an.result_of(an.say(f"{DRAW} mèo", chat=group), chat=group)
    story.world.fail_next("sendPhoto", status=403, description="Forbidden: user is deactivated")
    await press(an, shown, TO_ME["vi"])
    told = await an.sees("kết quả vẫn ở đây", chat=group)

    assert [shown["message_id"]] == [m["message_id"] for m in pictures_in(an, group)]
    brought = await an.answer_to(follow(an, told))
    assert is_media(brought)


async def test_what_stands_in_the_chat_of_before_a_move_is_not_called_old(story: Story) -> None:
    an, world = story.person("An"), story.world
    await an.answer_to(an.say("/quota"))
    group = int(world.add_group("Nhóm vẽ", [an.user_id], chat_id=-4_000_002)["id"])
    shown = await an.result_of(an.say(f"{DRAW} mèo", chat=group), chat=group)
    moved = migrate_group(world, group)
    await until(lambda: [(moved,)] == rows(story, "SELECT chat_id FROM job"))
    await press(an, shown, TO_ME["vi"])
    stub = await an.sees("đã gửi riêng", chat=moved)
    assert "hai ngày" not in words(stub)
    assert "trước khi nhóm được nâng cấp" in words(stub)
