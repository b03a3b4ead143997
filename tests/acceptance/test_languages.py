"""Two languages, whole: nobody ever reads a sentence of the other one."""

import re

import pytest
from story import Message, Person, Story, is_media, labels, words
from telling import press, until

from bot.i18n import LANGUAGES, read_catalogue

_TAG = re.compile(r"<[^>]+>")
_GAP = re.compile(r"\{\w+\}")
_JOINT = re.compile(r"\n| · ")
COMMANDS = {
    *("img", "video", "vary", "upscale", "pan", "zoom"),
    *("jobs", "cancel", "history", "show", "quota", "receipts", "plans", "buy", "help"),
}


def sentences_of(language: str) -> set[str]:
    """Every sentence of a catalogue in the pieces a message is joined from, gaps as `{}`."""
    texts: list[str] = []
    for message in read_catalogue(language):
        if message.id:
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            texts += [str(form) for form in forms]
    pieces = (piece for text in texts for piece in _JOINT.split(text.replace("\\n", "\n")))
    return {_GAP.sub("{}", _TAG.sub("", piece)).strip() for piece in pieces}


def foreign_to(language: str) -> list[re.Pattern[str]]:
    """How the sentences look that only the other language has."""
    [other] = set(LANGUAGES) - {language}
    pieces = sentences_of(other) - sentences_of(language)
    telling = [
        piece for piece in pieces if len(re.findall(r"[^\W\d_]", piece.replace("{}", ""))) > 2
    ]
    return [re.compile(re.escape(piece).replace(r"\{\}", ".+")) for piece in telling]


def strangers_in(said: list[str], language: str) -> list[str]:
    """The pieces of what was said that are sentences of the other language only."""
    patterns = foreign_to(language)
    pieces = [piece.strip() for text in said for piece in _JOINT.split(text)]
    return [piece for piece in pieces if any(pattern.fullmatch(piece) for pattern in patterns)]


async def tour(story: Story, person: Person) -> list[str]:
    """Much of what one can do and do wrong; every text and every label seen on the way."""
    heard: list[str] = []

    async def ask(line: str, *, to: Message | None = None) -> Message:
        answer = await person.answer_to(person.say(line, to=to))
        heard.append(words(answer))
        return answer

    for line in ("/start", "/help", "/quota", "/jobs", "/lang", "/cancel AAAAAA", "/show", "mèo"):
        await ask(line)
    for line in (
        "/img",
        "/video",
        "/img m --as 1:1",
        "/admin",
        "/history",
        "/upscale",
        "/nonsense",
    ):
        await ask(line)
    grid = await person.result_of(person.say("/img 123 --ar 3:2"))
    heard.append(await press(person, grid, "V1"))
    varied = await person.sees(is_media, after=grid)
    picked = await person.result_of(person.say("2", to=varied))
    larger = await person.result_of(person.say("upscale subtle", to=picked))
    await ask("/upscale", to=grid)
    await ask("/vary 9", to=grid)
    film = await person.result_of(person.say("/video 123 --len 6"))
    await ask("/vary", to=film)
    story.town.apiframe.fail_next("/imagine", status=400, body=b'{"errors":[{"msg":"123"}]}')
    failed = await person.answer_to(person.say("/img 456"))
    await person.sees("⚠️", after=failed.get("reply_to_message"))
    story.town.apiframe.never_finish()
    await ask("/img 789")
    waiting = await ask("/img 789")
    heard.append(await press(person, waiting, "✖"))
    await ask("/jobs")
    heard.append(await press(person, larger, "📁"))
    heard += [words(message) for message in person.from_bot()]
    heard += [label for message in person.from_bot() for row in labels(message) for label in row]
    return heard


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nobody_reads_a_sentence_of_the_other_language(story: Story, language: str) -> None:
    person = story.person("An", language)
    heard = await tour(story, person)
    [other] = set(LANGUAGES) - {language}
    assert [] == strangers_in(heard, language)
    assert len(strangers_in(heard, other)) > 40  # so that the looking is known to find


@pytest.mark.parametrize(
    ("language_code", "greeting"),
    [
        ("vi", "Mình làm được gì"),
        ("en", "What I can do"),
        ("en-GB", "What I can do"),
        ("fr", "Mình làm được gì"),  # BOT_LANGUAGE: nobody here speaks French
        ("", "Mình làm được gì"),
    ],
)
async def test_the_phones_language_is_spoken_where_it_is_one_of_ours(
    story: Story, language_code: str, greeting: str
) -> None:
    an = story.person("An", language_code)
    assert words(await an.answer_to(an.say("/help"))).startswith(greeting)


async def test_a_new_language_reaches_what_is_being_made_already(story: Story) -> None:
    an = story.person("An", "vi")
    story.town.apiframe.never_finish()
    status = await an.answer_to(an.say("/img 123"))
    await an.answer_to(an.say("/lang en"))
    await until(lambda: story.town.apiframe.tasks)
    story.town.apiframe.finish_now(next(iter(story.town.apiframe.tasks)))
    result = await an.sees(is_media)
    assert status["message_id"] == result["message_id"]
    assert "4 pictures" in words(result)


async def test_the_menus_stand_in_both_languages_and_for_both_kinds_of_chat(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)

    def menu(chat_id: int, language: str) -> dict[str, str]:
        listed = story.world.commands_for(chat_id, language)
        return {each["command"]: each["description"] for each in listed}

    for language, draw in (
        ("vi", "Tạo ảnh từ mô tả của bạn"),
        ("en", "Make pictures from your words"),
        ("fr", "Tạo ảnh từ mô tả của bạn"),
    ):
        assert {*COMMANDS, "lang", "settings", "paysupport", "terms"} == menu(
            an.user_id, language
        ).keys()
        assert COMMANDS == menu(group, language).keys()
        assert draw == menu(an.user_id, language)["img"] == menu(group, language)["img"]
