"""`/doctor`: somebody in a group, and the operator, ask how things stand."""

from pathlib import Path

from story import Person, Story, living_bot, served_town, settings_for, words

DOCTOR = "/doctor@easel_bot"


async def test_a_member_reads_how_the_bot_stands_in_their_group(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình", "en")
    group = story.group("Nhóm vẽ", an, binh)
    said = words(await binh.answer_to(binh.say(DOCTOR, chat=group), chat=group))
    assert "Privacy mode is on" in said
    assert "I may send messages, photos, videos and files" in said
    assert "pays, from their own allowance" in said
    vietnamese = words(await an.answer_to(an.say(DOCTOR, chat=group), chat=group))
    assert "Chế độ riêng tư đang bật" in vietnamese


async def test_what_the_group_forbids_is_told_with_how_to_allow_it(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Nhóm vẽ", an)
    story.world.forbid(group, "can_send_photos", "can_send_videos")
    said = words(await an.answer_to(an.say(DOCTOR, chat=group), chat=group))
    assert "I may not send photos. An admin can allow them" in said
    assert "I may not send videos" in said
    assert "I may not send files" not in said
    story.world.add_bot(an.user_id, group, status="administrator")
    said = words(await an.answer_to(an.say(DOCTOR, chat=group), chat=group))
    assert "I am an admin here" in said
    assert "I may send messages, photos, videos and files" in said


async def test_what_was_taken_from_the_bot_alone_is_mended_in_its_profile(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Nhóm vẽ", an)
    story.world.restrict_bot(an.user_id, group, "can_send_photos")
    said = words(await an.answer_to(an.say(DOCTOR, chat=group), chat=group))
    assert "open my profile in this group and switch on “Send photos”" in said
    assert "Permissions" not in said


async def test_in_a_forum_it_speaks_of_the_topics(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Nhóm vẽ", an, is_forum=True)
    topic = story.world.add_topic(group, "Ảnh")
    answer = await an.answer_to(an.say(DOCTOR, chat=group, thread_id=topic), chat=group)
    assert "I answer in every topic" in words(answer)
    assert topic == answer["message_thread_id"]


async def test_when_telegram_does_not_answer_it_says_so_and_the_rest(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Nhóm vẽ", an)
    story.world.fail_next("getChat", status=500, description="Internal Server Error")
    said = words(await an.answer_to(an.say(DOCTOR, chat=group), chat=group))
    assert "Telegram has not answered" in said
    assert "pays, from their own allowance" in said
    said = words(await an.answer_to(an.say(DOCTOR, chat=group), chat=group))
    assert "Telegram has not answered" not in said


async def test_in_private_it_says_where_it_belongs_and_offers_to_come_along(story: Story) -> None:
    an = story.person("An", "en")
    answer = await an.answer_to(an.say("/doctor"))
    assert "add me to one" in words(answer)
    [[button]] = answer["reply_markup"]["inline_keyboard"]
    assert "https://t.me/easel_bot?startgroup=true" == button["url"]


async def test_the_operator_reads_how_the_whole_bot_stands(tmp_path: Path) -> None:
    async with served_town(tmp_path / "town") as town:
        boss = town.world.add_user("Chủ", language_code="en")["id"]
        story = Story(town, tmp_path / "data")
        environ = settings_for(town, story.data_dir, BOT_ADMIN_IDS=str(boss))
        async with living_bot(environ):
            an = Person(town.world, boss)
            said = words(await an.answer_to(an.say("/pause flow")))
            assert "Flow AI" in said
            said = words(await an.answer_to(an.say("/doctor")))
    assert "0 being made, 0 waiting" in said
    assert "Updates: 0 still at Telegram, 0 not handled yet" in said  # this one is no other
    assert "of disk are free" in said
    assert "Midjourney" in said
