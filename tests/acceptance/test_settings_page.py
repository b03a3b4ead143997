"""`/settings`: one page says all that a person prefers; a button changes it, and it stays."""

from pathlib import Path

import pytest
from bringing import PHOTO, send
from story import Message, Person, Story, labels, living_bot, served_town, settings_for, words
from telling import forge, in_code, press, said_to

HOME = {
    "vi": [
        ["🖼 Cách gửi ảnh", "📐 Khung hình"],
        ["✍️ Luôn thêm", "🎨 Dịch vụ vẽ"],
        ["🔔 Báo khi xong", "🔒 Riêng tư trong nhóm"],
        ["🌐 Ngôn ngữ"],
    ],
    "en": [
        ["🖼 How pictures come", "📐 Shape"],
        ["✍️ Always add", "🎨 Who draws"],
        ["🔔 Tell when done", "🔒 Privacy in groups"],
        ["🌐 Language"],
    ],
}


async def shows(person: Person, page: Message, wanted: str) -> Message:
    """The page, as soon as it has been turned to these words."""
    return await person.sees(lambda m: m["message_id"] == page["message_id"] and wanted in words(m))


async def turn(person: Person, page: Message, label: str, wanted: str) -> Message:
    """Press a button of the page; the page it turns to."""
    await press(person, page, label)
    return await shows(person, page, wanted)


async def opened(person: Person, command: str = "/settings") -> Message:
    return await person.answer_to(person.say(command))


def prompts_at_apiframe(story: Story) -> list[str]:
    return [
        str(task.body["prompt"])
        for task in story.town.apiframe.tasks.values()
        if "prompt" in task.body
    ]


def bodies_at_flow(story: Story) -> list[dict[str, object]]:
    return [dict(task.body) for task in story.town.flow.tasks.values()]


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "vi",
            [
                "⚙️ Cài đặt của bạn",
                "🖼 Nhiều ảnh được ghép thành một lưới",
                "📐 Khung hình: dịch vụ vẽ tự chọn",
                "✍️ Không thêm gì sau mô tả của bạn",
                "🎨 Dịch vụ vẽ: mình tự chọn, hiện là Midjourney",
                "🔔 Có báo “Xong ↑” khi bạn phải chờ lâu",
                "👥 Bạn nhờ trong nhóm thì kết quả hiện trong nhóm",
                "🌐 Tiếng Việt",
                "Bạn muốn đổi gì?",
            ],
        ),
        (
            "en",
            [
                "⚙️ Your settings",
                "🖼 Several pictures come as one grid",
                "📐 Shape: as the service likes it",
                "✍️ Nothing is added to your words",
                "🎨 Who draws: my choice, now Midjourney",
                "🔔 “Done ↑” tells you after a long wait",
                "👥 What you ask for in groups is shown there",
                "🌐 English",
                "What would you like to change?",
            ],
        ),
    ],
)
async def test_one_page_says_everything_in_plain_words(
    story: Story, language: str, lines: list[str]
) -> None:
    page = await opened(story.person("An", language))
    assert lines == words(page).splitlines()
    assert HOME[language] == labels(page)


async def test_a_press_opens_a_choice_and_the_choice_comes_back_with_the_new_value(
    story: Story,
) -> None:
    an = story.person("An")
    page = await opened(an)
    choice = await turn(an, page, "📐", "Ảnh của bạn để làm gì?")
    assert [
        ["1:1 · Avatar", "16:9 · YouTube"],
        ["9:16 · TikTok", "4:3 · Slide"],
        ["3:4 · Pinterest", "✓ Để dịch vụ tự chọn"],
        ["‹ Quay lại"],
    ] == labels(choice)
    assert "Đã lưu" == await press(an, page, "9:16")
    home = await shows(an, page, "Ảnh mới sẽ là 9:16, dọc, kiểu TikTok")
    assert HOME["vi"] == labels(home)
    choice = await turn(an, page, "📐", "Ảnh của bạn để làm gì?")
    assert ["✓ 9:16 · TikTok", "4:3 · Slide"] == labels(choice)[1]
    assert 1 == len(an.from_bot())


async def test_the_way_back_changes_nothing(story: Story) -> None:
    an = story.person("An", "en")
    page = await opened(an)
    for label, wanted in (
        ("🖼", "How shall several"),
        ("📐", "What are your pictures for"),
        ("✍️", "Words that always follow"),
        ("🎨", "Who draws when"),
        ("🔔", "after a long wait?"),
        ("🔒", "what you ask for in groups"),
        ("🌐", "Which language"),
    ):
        await turn(an, page, label, wanted)
        await turn(an, page, "‹ Back", "Your settings")
    assert words(await opened(an)) == words(await shows(an, page, ""))


async def test_every_choice_is_kept_through_a_restart(tmp_path: Path) -> None:
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        environ = settings_for(town, story.data_dir)
        an, ben = story.person("An", "vi"), story.person("Ben", "en")
        async with living_bot(environ):
            page = await opened(an)
            for label, question, choice, wanted in (
                ("🖼", "mình gửi thế nào?", "Album", "Nhiều ảnh được gửi thành album"),
                ("📐", "Ảnh của bạn để làm gì?", "4:3", "Ảnh mới sẽ là 4:3"),
                ("🎨", "ai vẽ?", "Flow AI", "Ảnh do Flow AI vẽ"),
                ("🔔", "Báo “Xong ↑”", "🔕", "Không báo khi xong"),
                ("🔒", "kết quả về đâu?", "🔒 Về chat này", "thì kết quả về chat này"),
            ):
                await turn(an, page, label, question)
                await turn(an, page, choice, wanted)
            await opened(an, "/settings suffix tranh màu nước")
        async with living_bot(environ):
            assert [
                "⚙️ Cài đặt của bạn",
                "🖼 Nhiều ảnh được gửi thành album",
                "📐 Ảnh mới sẽ là 4:3, ngang, hợp slide hay blog",
                "🎬 Video mới sẽ là 16:9, khung gần giống nhất",
                "✍️ Sau mỗi mô tả luôn thêm: tranh màu nước",
                "🎨 Ảnh do Flow AI vẽ",
                "🔕 Không báo khi xong",
                "🔒 Bạn nhờ trong nhóm thì kết quả về chat này",
                "🌐 Tiếng Việt",
                "Bạn muốn đổi gì?",
            ] == words(await opened(an)).splitlines()
            assert "Nothing is added to your words" in words(await opened(ben))


async def test_the_language_is_changed_and_the_page_speaks_it_at_once(story: Story) -> None:
    an = story.person("An", "vi")
    page = await opened(an)
    choice = await turn(an, page, "🌐", "Bạn muốn mình nói tiếng gì?")
    assert [["✓ Tiếng Việt", "English"], ["‹ Quay lại"]] == labels(choice)
    home = await turn(an, page, "English", "Your settings")
    assert HOME["en"] == labels(home)
    assert "What I can do" in words(await opened(an, "/help"))


async def test_new_pictures_and_videos_have_the_shape_that_was_chosen(story: Story) -> None:
    an = story.person("An", "en")
    page = await opened(an, "/settings ratio")
    await turn(an, page, "3:4", "New videos will be 9:16")
    picture = await an.result_of(an.say("/img a cat"))
    typed = await an.result_of(an.say("/img a cat --ar 1:1"))
    film = await an.result_of(an.say("/video waves"))
    assert ("· 3:4 ·", "· 1:1 ·", "· 9:16 ·") == tuple(
        next(part for part in ("· 3:4 ·", "· 1:1 ·", "· 9:16 ·") if part in words(message))
        for message in (picture, typed, film)
    )
    assert ["a cat --ar 3:4", "a cat --ar 1:1"] == prompts_at_apiframe(story)
    [body] = bodies_at_flow(story)
    assert "9:16" == body["aspect_ratio"]


async def test_whoever_was_chosen_makes_the_pictures_unless_another_is_named(
    story: Story,
) -> None:
    an = story.person("An", "en")
    page = await opened(an)
    choice = await turn(an, page, "🎨", "Who draws when you name nobody?")
    assert [["Midjourney", "Flow AI"], ["✓ You choose for me"], ["‹ Back"]] == labels(choice)
    await turn(an, page, "Flow AI", "Pictures are drawn by Flow AI")
    assert "Flow AI" in words(await an.result_of(an.say("/img a cat")))
    assert "Midjourney" in words(await an.result_of(an.say("/img a cat --with apiframe")))


async def test_nobody_draws_for_a_provider_that_is_gone_before_the_person_says_so(
    tmp_path: Path,
) -> None:
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        environ = settings_for(town, story.data_dir)
        an = story.person("An", "en")
        async with living_bot(environ):
            page = await opened(an, "/settings provider")
            await turn(an, page, "Flow AI", "Pictures are drawn by Flow AI")
        alone = {name: value for name, value in environ.items() if not name.startswith("FLOW")}
        async with living_bot(alone):
            told = words(await an.answer_to(an.say("/img a cat")))
            assert "not available now, so nothing was started. Choose again in /settings" in told
            assert "/img a cat --with apiframe" in told
            assert [] == prompts_at_apiframe(story)
            named = await an.result_of(an.say("/img a cat --with apiframe"))
            assert "Midjourney" in words(named)

            home = await opened(an)
            assert "🎨 The service you chose to draw is not available now" in words(home)
            assert "That choice is no longer there" == await forge(an, page, "s:::provider=flow")
            choice = await turn(an, home, "🎨", "Who draws when you name nobody?")
            assert [["Midjourney", "You choose for me"], ["‹ Back"]] == labels(choice)
            await turn(an, home, "Midjourney", "Your settings")
            assert "Midjourney" in words(await an.result_of(an.say("/img a dog")))


async def test_the_words_are_asked_for_and_stand_behind_every_prompt_once(story: Story) -> None:
    an = story.person("An", "vi")
    page = await opened(an)
    await turn(an, page, "✍️", "Lời luôn đi sau mô tả")
    await press(an, page, "✏️")
    asked = await an.sees("Bạn muốn luôn thêm gì sau mô tả?")
    saved = await an.answer_to(an.say("tranh màu nước\n—s 250", to=asked))
    assert "sẽ vẽ “con mèo tranh màu nước --s 250”" in words(saved)
    assert HOME["vi"] == labels(saved)

    grid = await an.result_of(an.say("/img con mèo"))
    assert "🎨 con mèo tranh màu nước --stylize 250" in words(grid)
    await press(an, grid, "🔄")
    await an.sees(lambda m: m["message_id"] > grid["message_id"] and "con mèo" in words(m))
    film = await an.result_of(an.say("/video sóng vỗ"))
    assert "🎬 sóng vỗ tranh màu nước\n" in words(film)
    [photo] = send(an, PHOTO, caption="/img nền trắng")
    drawn = await an.result_of(photo)
    assert "🎨 nền trắng tranh màu nước\n" in words(drawn)
    night = await an.result_of(an.say("/img ban đêm", to=drawn))
    assert "ban đêm tranh màu nước\n" in words(night)
    await story.world.wait_for(lambda _: len(prompts_at_apiframe(story)) == 2)
    assert ["con mèo tranh màu nước --stylize 250"] * 2 == prompts_at_apiframe(story)


async def test_the_words_are_taken_away_again_with_a_button(story: Story) -> None:
    an = story.person("An", "en")
    page = await opened(an, "/settings suffix watercolour")
    choice = await turn(an, page, "✍️", "Words that always follow yours")
    assert "Always added to your words: watercolour" in words(choice)
    assert [["✏️ New words", "🗑 Remove them"], ["‹ Back"]] == labels(choice)
    await turn(an, page, "🗑", "Nothing is added to your words")
    assert "🎨 a cat\n" in words(await an.result_of(an.say("/img a cat")))


async def test_flags_that_the_chosen_service_does_not_take_are_left_out_and_that_is_said(
    story: Story,
) -> None:
    an = story.person("An", "en")
    await opened(an, "/settings suffix watercolour --niji 6")
    page = await opened(an, "/settings provider")
    home = await turn(an, page, "Flow AI", "Pictures are drawn by Flow AI")
    assert "(but --niji 6 is left out: Flow AI does not take it)" in words(home)
    assert "🎨 a cat watercolour\n" in words(await an.result_of(an.say("/img a cat")))
    named = await an.result_of(an.say("/img a cat --with apiframe"))
    assert "🎨 a cat watercolour --niji 6\n" in words(named)


async def test_a_mistake_is_answered_with_what_was_typed_and_not_with_what_is_added(
    story: Story,
) -> None:
    an = story.person("An", "en")
    await opened(an, "/settings suffix watercolour --niji 6")
    answer = await an.answer_to(an.say("/img a cat --as 1:1"))
    assert "/img a cat --ar 1:1" == in_code(answer)[-1]


async def test_words_that_cannot_always_stand_there_are_answered_with_why(story: Story) -> None:
    an = story.person("An", "en")
    for suffix, sentence, corrected in (
        ("/img a dog", "can't be a command", None),
        ("a {red,blue} hat", "can't have curly braces", None),
        ("m" * 301, "301 characters, and 300 is the most", None),
        ("warm --ar 16:9", "--ar can't be among", "warm"),
        ("warm --chaso 5", "Did you mean --chaos", "warm --chaos 5"),
        ("warm --repeat 3", "--repeat", "warm"),
    ):
        answer = await opened(an, f"/settings suffix {suffix}")
        assert sentence in words(answer)
        assert ([] if corrected is None else [f"/settings suffix {corrected}"]) == [
            code for code in in_code(answer) if code.startswith("/")
        ]
    assert "Nothing is added to your words" in words(await opened(an))


async def test_a_forged_choice_is_not_there_and_is_not_kept(story: Story) -> None:
    an = story.person("An", "en")
    page = await opened(an)
    for how in (
        "form=poster",
        "provider=local",
        "provider=nobody",
        "ratio=7x5",
        "ratio=9",
        "pings=maybe",
        "language=xx",
        "suffix=--repeat 9",
        "nothing=at all",
        "=",
    ):
        assert "That choice is no longer there" == await forge(an, page, f"s:::{how}")
    assert words(page) == words(await opened(an))


async def test_a_forged_page_is_the_first_one_and_turns_no_message(story: Story) -> None:
    an = story.person("An", "en")
    page = await opened(an, "/settings pings")
    await forge(an, page, "s:::secrets")
    await an.sees("Your settings", after=page)
    await shows(an, page, "Say “Done ↑” after a long wait?")


async def test_in_a_group_ones_own_settings_are_a_link_to_the_private_chat(story: Story) -> None:
    an, admin = story.person("An", "vi"), story.person("Bình", "vi")
    chat = story.group("Nhóm vẽ", admin, an)
    answer = await an.answer_to(an.say("/settings@easel_bot", chat=chat), chat=chat)
    assert "nằm trong chat riêng" in words(answer)
    [[button]] = answer["reply_markup"]["inline_keyboard"]
    assert ("⚙️ Mở cài đặt", "https://t.me/easel_bot?start=settings") == (
        button["text"],
        button["url"],
    )
    page = await opened(an, "/start settings")
    assert HOME["vi"] == labels(page)
    assert "chat riêng" in await forge(an, answer, "s:::pings=off")
    assert "🔔 Có báo" in words(await opened(an))


async def test_what_one_prefers_goes_along_into_groups(story: Story) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    chat = story.group("Club", an, ben)
    await opened(an, "/settings suffix watercolour")
    his = await an.result_of(an.say("/img@easel_bot a cat", chat=chat), chat=chat)
    hers = await ben.result_of(ben.say("/img@easel_bot a dog", chat=chat), chat=chat)
    assert "🎨 a cat watercolour\n" in words(his)
    assert "🎨 a dog\n" in words(hers)


async def test_settings_of_no_name_open_the_first_page(story: Story) -> None:
    assert "⚙️ Your settings" in await said_to(story.person("An", "en"), "/settings colour")
