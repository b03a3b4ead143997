"""What somebody's lists show in a group: what was asked for there before everybody, and no more."""

from choosing import choose
from story import Message, Person, Story, code_in, is_media, labels, words
from telling import forge, press

DRAW = "/img@easel_bot"


async def drawn(person: Person, prompt: str, chat: int | None = None) -> Message:
    asked = person.say(f"{DRAW} {prompt} --with flow", chat=chat)
    return await person.result_of(asked, chat=chat)


async def asked(person: Person, command: str, chat: int) -> Message:
    return await person.answer_to(person.say(f"{command}@easel_bot", chat=chat), chat=chat)


def pictures_in(person: Person, chat: int | None = None) -> list[Message]:
    return [message for message in person.from_bot(chat) if is_media(message)]


def links_in(message: Message) -> list[str]:
    rows = message["reply_markup"]["inline_keyboard"]
    return [button["url"] for row in rows for button in row if "url" in button]


async def test_history_in_a_group_lists_what_was_asked_for_there_and_links_to_the_rest(
    story: Story,
) -> None:
    an = story.person("An", "en")
    group, other = story.group("Painters", an), story.group("Sculptors", an)
    here = [code_in(await drawn(an, f"cat {number}", group)) for number in range(6)][::-1]
    for chat, prompt in ((None, "my secret"), (other, "a statue")):
        await drawn(an, prompt, chat)

    page = await asked(an, "/history", group)
    assert "my secret" not in words(page)
    assert "a statue" not in words(page)
    assert words(page).endswith(
        "\n\nThis is what you asked for in this group. The rest is in our private chat."
    )
    assert ["https://t.me/easel_bot?start=history"] == links_in(page)
    assert [f"🎨 {code}" for code in here[:5]] == [
        label for row in labels(page) for label in row if label.startswith("🎨")
    ]
    await press(an, page, "Older")
    older = await an.sees(lambda m: [f"🎨 {here[5]}"] in labels(m), chat=group)
    assert "my secret" not in words(older)
    assert "my secret" in words(await an.answer_to(an.say("/history")))


async def test_who_made_nothing_in_the_group_is_led_to_the_private_chat(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Painters", an)
    await drawn(an, "my secret")
    page = await asked(an, "/history", group)
    assert "Nothing you asked for in this group is finished yet." in words(page)
    assert ["https://t.me/easel_bot?start=history"] == links_in(page)


async def test_a_result_sent_privately_is_neither_listed_nor_shown_in_its_group(
    story: Story,
) -> None:
    an = story.person("An", "en")
    group = story.group("Painters", an)
    await choose(an, "private=on")
    an.say(f"{DRAW} my secret", chat=group)
    await an.sees("🔒 An:", chat=group)
    [picture] = pictures_in(an)

    page = await asked(an, "/history", group)
    assert "my secret" not in words(page)
    stub = await an.answer_to(an.say(f"/show@easel_bot {code_in(picture)}", chat=group), chat=group)
    assert "🔒 An: your pictures are in our private chat." == words(stub)
    await an.sees(lambda m: is_media(m) and m["message_id"] != picture["message_id"])
    assert [] == pictures_in(an, group)


async def test_a_code_on_a_page_of_before_sends_what_is_not_the_groups_to_the_private_chat(
    story: Story,
) -> None:
    an = story.person("An", "en")
    group = story.group("Painters", an)
    shown = await drawn(an, "a cat", group)
    secret = await drawn(an, "my secret")
    page = await asked(an, "/history", group)
    assert "private chat" in await forge(an, page, f"d:{code_in(secret)}::")
    await an.sees(lambda m: is_media(m) and m["message_id"] != secret["message_id"])
    assert [shown["message_id"]] == [m["message_id"] for m in pictures_in(an, group)]


async def test_what_one_wants_shown_in_the_group_is_shown_there(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Painters", an)
    code = code_in(await drawn(an, "a cat"))
    shown = await an.result_of(an.say(f"/show@easel_bot {code}", chat=group), chat=group)
    assert code == code_in(shown)


async def test_jobs_in_a_group_counts_what_is_made_elsewhere(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Painters", an)
    story.town.apiframe.never_finish()
    await an.answer_to(an.say("/img my secret"))
    told = await asked(an, "/jobs", group)
    assert "my secret" not in words(told)
    assert "1 request under way elsewhere; /jobs in our private chat lists it." == words(told)
    assert [] == labels(told)

    await an.answer_to(an.say(f"{DRAW} a cat", chat=group), chat=group)
    told = await asked(an, "/jobs", group)
    assert "a cat" in words(told)
    assert "my secret" not in words(told)
    assert 1 == len(labels(told))
    both = words(await an.answer_to(an.say("/jobs")))
    assert "a cat" in both
    assert "my secret" in both
