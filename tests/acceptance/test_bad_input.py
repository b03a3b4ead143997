"""Wrong commands: one clear sentence in one's own language, a line that works, nothing held."""

import asyncio

import pytest
from story import Person, Story, labels, words
from telling import in_code, said_to

LONG = "mèo " * 1_013  # with the command as much as Telegram takes
MISTAKES = [
    (
        "/img mèo --as 16:9",
        "Mình không biết tùy chọn --as. Có phải ý bạn là --ar?",
        "/img a cat --as 16:9",
        "I don't know the option --as. Did you mean --ar?",
        "--ar 16:9",
    ),
    (
        "/img mèo --with flow --ar 21:9",
        "Flow AI không có tỉ lệ 21:9. Bạn chọn một trong: 1:1, 16:9, 9:16, 4:3, 3:4.",
        "/img a cat --with flow --ar 21:9",
        "Flow AI does not offer 21:9. Choose one of: 1:1, 16:9, 9:16, 4:3, 3:4.",
        "--with flow --ar 16:9",
    ),
    (
        "/img mèo --n 9",
        "Midjourney luôn tạo 4 ảnh mỗi lần nên không chọn số lượng khác được.",
        "/img a cat --n 9",
        "Midjourney always makes 4 at a time; another number can't be chosen.",
        "",
    ),
    (
        "/imgg mèo",
        "Mình không có lệnh /imgg. Có phải ý bạn là /img?",
        "/imgg a cat",
        "There is no command /imgg. Did you mean /img?",
        "",
    ),
    (
        "/video sóng --len 7",
        "--len không nhận giá trị “7”. Bạn chọn một trong: 6, 8, 10.",
        "/video waves --len 7",
        "--len can't be “7”. Choose one of: 6, 8, 10.",
        "--len 6",
    ),
    (
        "/video sóng --voice charon",
        "Giọng nói cần có ảnh đi kèm. Bạn gửi lệnh kèm ảnh, hoặc bỏ --voice nhé.",
        "/video waves --voice charon",
        "A voice needs a picture to go with it. Send one along, or leave --voice out.",
        "",
    ),
    (
        "/img mèo -ar 16:9",
        "Tùy chọn bắt đầu bằng hai dấu gạch: --ar.",
        "/img a cat -ar 16:9",
        "Options begin with two dashes: --ar.",
        "--ar 16:9",
    ),
    (
        "/img mèo --with flow --n 9",
        "Mỗi lần tạo được từ 1 đến 4 ảnh, không phải “9”.",
        "/img a cat --with flow --n 9",
        "One request makes 1 to 4 pictures, not “9”.",
        "--with flow --n 4",
    ),
]
HOPELESS = [
    (
        f"/img {LONG}",
        "Mô tả hơi dài: 4.051 ký tự, tối đa là 4.000. Bạn bớt đi 51 ký tự giúp mình nhé.",
        f"/img {LONG}",
        "That is too long: 4,051 characters, and 4,000 is the most. Please shorten it by 51.",
    ),
]

REPLIES = [
    ("/upscale 7", "Chỉ có ảnh số 1 đến 4, không có số 7."),
    ("upscale 9", "Chỉ có ảnh số 1 đến 4, không có số 9."),
    ("/pan 2 lef", "Mình không hiểu “lef”. Sau lệnh là số ảnh (1–4) và một trong các hướng: left"),
    ("/zoom 2 3", "Mức “3” không dùng được: hãy chọn số lớn hơn 1 và không quá 2, hoặc square"),
    ("zoom 0.5", "Mức “0.5” không dùng được: hãy chọn số lớn hơn 1 và không quá 2, hoặc square"),
    ("/upscale 2 --ar 1:1", "Lệnh /upscale không nhận tùy chọn --ar."),
    ("/vary 2 stron", "Mình không hiểu “stron”. Có phải ý bạn là strong?"),
]


async def refused(story: Story, language: str, said: str, expected: str) -> tuple[Person, str]:
    """Somebody new makes the mistake; their account reads the same afterwards.

    Answers who, and the corrected line ("" when there is none).
    """
    person = story.person("Lan", language)
    before = await said_to(person, "/quota")
    answer = await person.answer_to(person.say(said))
    assert expected == words(answer).split("\n")[0]
    assert before == await said_to(person, "/quota")
    offered = [line.removeprefix("👉 ") for line in words(answer).split("\n")[1:]]
    assert offered == [line for line in in_code(answer) if line.startswith("/")][-1:] or not offered
    return person, offered[0] if offered else ""


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_a_mistake_is_answered_with_the_corrected_line_which_works_when_sent(
    story: Story, language: str
) -> None:
    story.town.apiframe.never_finish()
    story.town.flow.never_finish()

    async def make(mistake: tuple[str, ...]) -> None:
        said, expected = mistake[:2] if language == "vi" else mistake[2:4]
        person, corrected = await refused(story, language, said, expected)
        assert corrected.startswith(("/img ", "/video "))
        assert corrected.endswith(mistake[4])
        status = await person.answer_to(person.say(corrected))
        assert labels(status) in ([["✖ Hủy"]], [["✖ Cancel"]])

    await asyncio.gather(*(make(mistake) for mistake in MISTAKES))


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_what_only_the_person_can_put_right_is_said_in_one_sentence(
    story: Story, language: str
) -> None:
    async def make(mistake: tuple[str, ...]) -> None:
        said, expected = mistake[:2] if language == "vi" else mistake[2:4]
        assert not (await refused(story, language, said, expected))[1]

    await asyncio.gather(*(make(mistake) for mistake in HOPELESS))
    assert not story.town.apiframe.calls
    assert not story.town.flow.calls


async def test_a_wrong_reply_to_a_result_is_explained_and_holds_nothing(story: Story) -> None:
    an = story.person("An")
    grid = await an.result_of(an.say("/img mèo"))
    before = await said_to(an, "/quota")
    for said, expected in REPLIES:
        assert (await said_to(an, said, to=grid)).startswith(expected)
    assert before == await said_to(an, "/quota")


async def test_a_tile_beyond_what_the_result_has_is_named(story: Story) -> None:
    an = story.person("An", "en")
    pictures = await an.result_of(an.say("/img a lake --n 2 --with flow"))
    missing = "There is no picture 3; this result has 2."
    assert missing == await said_to(an, "3", to=pictures)
    wider = await said_to(an, "/pan 1 left", to=pictures)
    assert wider == (
        "Flow AI can't widen this. Try a variation, or send the words again with another --ar."
    )
    farther = await said_to(an, "zoom 1 1.5", to=pictures)
    assert farther == (
        "Flow AI can't zoom out of this. Try a variation, or send the words again with “wide shot”."
    )


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "vi",
            "Hãy trả lời (reply) bức ảnh bạn muốn với /upscale 2; 2 là số của ảnh.",
        ),
        ("en", "Reply to the picture you mean with /upscale 2; 2 is its number."),
    ],
)
async def test_a_reply_to_what_is_no_result_says_what_to_reply_to(
    story: Story, language: str, expected: str
) -> None:
    an = story.person("An", language)
    hello = await an.answer_to(an.say("/help"))
    assert expected == await said_to(an, "/upscale 2", to=hello)
    assert expected == await said_to(an, "/upscale 2")


async def test_a_command_without_words_shows_an_example(story: Story) -> None:
    an = story.person("An")
    for command in ("/img", "/video"):
        answer = await an.answer_to(an.say(command))
        [example] = in_code(answer)
        assert example.startswith(f"{command} ")


async def test_words_as_long_as_telegram_takes_are_answered_all_the_same(story: Story) -> None:
    words_ = "mèo " * 1_000
    blot = "x" * 4_000
    sayings = (
        words_,
        f"/cancel {blot}",
        f"/show {blot}",
        f"/img mèo --{blot}",
        f"/img mèo --ar {blot}",
        f"/img {words_[:3_950]} --as 16:9",
        f"/{blot}",
    )

    async def make(said: str) -> None:
        person = story.person("Lan", "en")
        assert await said_to(person, said)

    await asyncio.gather(*(make(said) for said in sayings))


async def test_a_prompt_of_markup_stays_text(story: Story) -> None:
    an = story.person("An")
    prompt = "<b>mèo</b> & <a href='tg://user?id=1'>chó</a>"
    asked = an.say(f"/img {prompt}")
    assert prompt in words(await an.answer_to(asked))
    assert prompt in words(await an.result_of(asked))


async def test_more_than_the_day_allows_says_what_is_left_and_whom_to_ask(story: Story) -> None:
    an = story.person("An", "en")
    await an.result_of(an.say("/video a boat --len 6"))
    await an.result_of(an.say("/video a boat --len 6"))
    answer = await said_to(an, "/video a boat")
    assert "@your_shop" in answer
    assert "Nothing was charged" in answer
    assert "0 of 2" in await said_to(an, "/quota")
