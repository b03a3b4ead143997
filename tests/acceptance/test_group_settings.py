"""`/settings` and `/lang` in a group: its admins set the rules, its members read them."""

import pytest
from story import Message, Person, Story, labels, words
from telling import forge, later, press

SETTINGS = "/settings@easel_bot"
HOME = {
    "vi": [
        ["👥 Ai được dùng", "👆 Ai được bấm"],
        ["💳 Ai trả", "🌐 Ngôn ngữ"],
        ["🔔 Chuông"],
        ["👤 Cài đặt của riêng bạn"],
    ],
    "en": [
        ["👥 Who may use", "👆 Who may press"],
        ["💳 Who pays", "🌐 Its language"],
        ["🔔 Sound"],
        ["👤 Your own settings"],
    ],
}
UNKNOWN = "Bad Request: member list is inaccessible"


def four(story: Story, language: str = "vi", *, is_forum: bool = False) -> tuple[int, list[Person]]:
    """A group of an admin and three others."""
    people = [story.person(name, language) for name in ("An", "Bình", "Chi", "Dũng")]
    return story.group("Nhóm vẽ", *people, is_forum=is_forum), people


async def opened(
    person: Person, chat: int, line: str = SETTINGS, *, topic: int | None = None
) -> Message:
    return await person.answer_to(person.say(line, chat=chat, thread_id=topic), chat=chat)


async def turn(person: Person, page: Message, label: str, wanted: str) -> Message:
    """Press a button of the page; the page it turns to."""
    await press(person, page, label)
    return await shows(person, page, wanted)


async def shows(person: Person, page: Message, wanted: str) -> Message:
    return await person.sees(
        lambda m: m["message_id"] == page["message_id"] and wanted in words(m),
        chat=page["chat"]["id"],
    )


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "vi",
            [
                "⚙️ Cài đặt của nhóm",
                "👥 Ai trong nhóm cũng dùng được bot",
                "👆 Ai cũng bấm được nút dưới kết quả",
                "💳 Ai yêu cầu hay bấm nút thì dùng lượt và tiền của người đó",
                "🌐 Mình nói với mỗi người bằng tiếng của họ",
                "🔔 Mình báo như thường: có chuông, có tiến độ",
                "Bạn muốn đổi gì?",
            ],
        ),
        (
            "en",
            [
                "⚙️ This group's settings",
                "👥 Everybody in the group may use me",
                "👆 Everybody may press the buttons under a result",
                "💳 Who asks or presses pays, from their own allowance and balance",
                "🌐 I speak with each in their own language",
                "🔔 I tell as usual: with a sound, and with progress",
                "What would you like to change?",
            ],
        ),
    ],
)
async def test_an_admin_reads_in_plain_sentences_how_things_stand(
    story: Story, language: str, lines: list[str]
) -> None:
    group, (an, *_) = four(story, language)
    page = await opened(an, group)
    assert lines == words(page).splitlines()
    assert HOME[language] == labels(page)


async def test_an_admin_chooses_and_a_member_reads_what_was_chosen(story: Story) -> None:
    group, (an, binh, *_) = four(story)
    page = await opened(an, group)
    choice = await turn(an, page, "👆", "Ai được bấm nút dưới một kết quả?")
    assert [["✓ Mọi người", "Người đã yêu cầu"], ["Quản trị viên"], ["‹ Quay lại"]] == labels(
        choice
    )
    assert "Đã lưu" == await press(an, page, "Người đã yêu cầu")
    home = await shows(an, page, "Chỉ người đã yêu cầu bấm được nút")
    assert HOME["vi"] == labels(home)

    told = await opened(binh, group)
    assert [
        "⚙️ Quy định của nhóm này, do quản trị viên đặt:",
        "👥 Ai trong nhóm cũng dùng được bot",
        "👆 Chỉ người đã yêu cầu bấm được nút dưới kết quả",
        "💳 Ai yêu cầu hay bấm nút thì dùng lượt và tiền của người đó",
        "⚙️ Cài đặt của riêng bạn nằm trong chat riêng với mình; bạn mở ở đó nhé.",
    ] == words(told).splitlines()
    assert [["⚙️ Mở cài đặt"]] == labels(told)


async def test_the_groups_wallet_pays_up_to_a_cap_and_asks_above_a_price(story: Story) -> None:
    group, (an, *_) = four(story, "en")
    page = await opened(an, group, f"{SETTINGS} payer")
    assert f"with the group's number {group}" in words(page)
    home = await turn(an, page, "The group's wallet", "The group's wallet pays")
    assert [["💳 Who pays", "📏 Daily cap"], ["✋ Ask first", "🌐 Its language"]] == labels(home)[
        1:3
    ]
    choice = await turn(an, page, "📏", "How much of the group's wallet")
    assert [
        ["₫2,000", "₫5,000"],
        ["₫10,000", "₫20,000"],
        ["₫50,000", "₫100,000"],
        ["✓ No cap"],
        ["‹ Back"],
    ] == labels(choice)
    await turn(an, page, "₫5,000", "up to ₫5,000 of it a day")
    choice = await turn(an, page, "✋", "Above which price")
    assert [["₫500", "₫1,000"], ["₫5,000", "₫20,000"], ["✓ Never ask"], ["‹ Back"]] == labels(
        choice
    )
    await turn(an, page, "₫1,000", "more than ₫1,000 waits for an admin's tap")


async def test_a_member_who_presses_is_told_that_only_admins_may(story: Story) -> None:
    group, (an, binh, chi, dung) = four(story)
    page = await opened(an, group)
    for person in (binh, chi, dung):
        assert "Chỉ quản trị viên" in await press(person, page, "👥")
    assert "Chỉ quản trị viên" in await forge(binh, page, "j:::users=admins")
    assert words(page) == words(await opened(an, group))


async def test_two_admins_who_press_side_by_side_lose_nothing(story: Story) -> None:
    group, (an, binh, *_) = four(story)
    story.world.chats.rooms[group].members[binh.user_id] = "administrator"
    hers, his = await opened(an, group), await opened(binh, group)
    await turn(an, hers, "👥", "Ai trong nhóm được dùng bot?")
    await turn(binh, his, "👆", "Ai được bấm nút dưới một kết quả?")
    an.press(story.world.message(group, hers["message_id"]), "Quản trị viên")
    binh.press(story.world.message(group, his["message_id"]), "Quản trị viên")
    await shows(an, hers, "Chỉ quản trị viên dùng được bot")
    await shows(binh, his, "Chỉ quản trị viên bấm được nút")
    page = words(await opened(an, group))
    assert "Chỉ quản trị viên dùng được bot" in page
    assert "Chỉ quản trị viên bấm được nút" in page


async def test_an_anonymous_admin_opens_the_page_and_presses_as_themselves(story: Story) -> None:
    group, (an, binh, *_) = four(story)
    asked = story.world.send_text(an.user_id, group, SETTINGS, as_chat=True)
    page = await an.answer_to(asked, chat=group)
    assert HOME["vi"] == labels(page)
    await turn(an, page, "🔔", "Mình có nên giữ yên lặng trong nhóm?")
    await turn(an, page, "🔕 Yên lặng", "Mình giữ yên lặng")
    assert "Chỉ quản trị viên" in await press(binh, page, "🔔")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("vi", "chưa cho mình biết ai là quản trị viên"), ("en", "has not told me who")],
)
async def test_where_telegram_does_not_tell_who_the_admins_are_it_is_said_what_to_do(
    story: Story, language: str, sentence: str
) -> None:
    story.world.fail_next("getChatAdministrators", status=400, description=UNKNOWN)
    group, (an, *_) = four(story, language)
    told = await opened(an, group)
    assert sentence in words(told)
    assert sentence in await forge(an, told, "j:::users=admins")
    with later(60):
        assert HOME[language] == labels(await opened(an, group))  # Telegram tells it now


@pytest.mark.parametrize(
    ("language", "other", "wanted", "told", "member_reads"),
    [
        ("vi", "en", "English", "I speak English here", "Nothing is being made"),
        ("en", "vi", "Tiếng Việt", "Mình nói tiếng Việt ở đây", "Hiện"),
    ],
)
async def test_the_groups_language_is_spoken_with_who_chose_none(
    story: Story, language: str, other: str, wanted: str, told: str, member_reads: str
) -> None:
    group, (an, binh, chi, _) = four(story, language)
    await chi.answer_to(chi.say(f"/lang {language}"))
    page = await opened(an, group, f"{SETTINGS} language")
    await turn(an, page, wanted, told)
    assert member_reads in words(await opened(binh, group, "/jobs@easel_bot"))
    assert member_reads not in words(await opened(chi, group, "/jobs@easel_bot"))
    assert member_reads not in words(await binh.answer_to(binh.say("/jobs")))


@pytest.mark.parametrize("as_chat", [False, True])
async def test_lang_of_an_admin_is_the_groups_and_says_so(story: Story, *, as_chat: bool) -> None:
    group, (an, binh, *_) = four(story)
    asked = story.world.send_text(an.user_id, group, "/lang@easel_bot en", as_chat=as_chat)
    answer = words(await an.answer_to(asked, chat=group))
    assert "This is the group's language: from now on I speak English here" in answer
    assert "Nothing is being made" in words(await opened(binh, group, "/jobs@easel_bot"))
    assert "Hiện" in words(await an.answer_to(an.say("/jobs")))  # hers is what it was


async def test_lang_of_a_member_is_their_own_and_says_so(story: Story) -> None:
    group, (_, binh, chi, _) = four(story)
    answer = words(await opened(binh, group, "/lang@easel_bot en"))
    assert "This is for you alone; the group's language is set by its admins" in answer
    assert "Nothing is being made" in words(await opened(binh, group, "/jobs@easel_bot"))
    assert "Hiện" in words(await opened(chi, group, "/jobs@easel_bot"))


async def test_lang_alone_asks_an_admin_for_the_group_and_a_member_for_themselves(
    story: Story,
) -> None:
    group, (an, binh, chi, _) = four(story)
    page = await opened(an, group, "/lang@easel_bot")
    assert [["Tiếng Việt", "English"], ["✓ Tùy mỗi người"], ["‹ Quay lại"]] == labels(page)
    question = await opened(binh, group, "/lang@easel_bot")
    await press(an, question, "English")  # whoever presses it chooses for themselves
    assert "Hiện" in words(await opened(chi, group, "/jobs@easel_bot"))
    assert "Nothing is being made" in words(await opened(an, group, "/jobs@easel_bot"))


async def test_a_topic_is_allowed_from_a_page_that_stands_in_it(story: Story) -> None:
    group, (an, *_) = four(story, is_forum=True)
    cats, boats = (story.world.add_topic(group, name) for name in ("Mèo", "Thuyền"))
    page = await opened(an, group, topic=cats)
    assert "Mình trả lời ở mọi chủ đề" in words(page)
    choice = await turn(an, page, "💬", "Mình trả lời ở chủ đề nào?")
    assert [["✓ Mọi chủ đề"], ["Chỉ chủ đề này"], ["‹ Quay lại"]] == labels(choice)
    await turn(an, page, "Chỉ chủ đề này", "Mình chỉ trả lời ở chủ đề này")

    there = await opened(an, group, f"{SETTINGS} topics", topic=boats)
    assert [["Mọi chủ đề"], ["➕ Thêm chủ đề này"], ["‹ Quay lại"]] == labels(there)
    await turn(an, there, "➕", "Mình chỉ trả lời ở chủ đề này và 1 chủ đề khác")
    general = await opened(an, group)
    assert "2 chủ đề khác, không phải chủ đề này" in words(general)
    await turn(an, page, "💬", "Mình trả lời ở chủ đề nào?")
    await turn(an, page, "➖", "1 chủ đề khác, không phải chủ đề này")
    await turn(an, general, "💬", "Mình trả lời ở chủ đề nào?")
    await turn(an, general, "Mọi chủ đề", "Mình trả lời ở mọi chủ đề")


async def test_a_deleted_page_still_answers_with_a_new_one(story: Story) -> None:
    group, (an, *_) = four(story)
    page = await opened(an, group)
    story.world.delete_message(group, page["message_id"])
    assert "Đã lưu" == await forge(an, page, "j:::pressers=asker")
    anew = await an.sees("Chỉ người đã yêu cầu", chat=group, after=page)
    assert HOME["vi"] == labels(anew)
