"""The catalogues are whole and alike, and nothing people read stands anywhere else.

What looks is shown to find: each kind of mistake is made once, in a catalogue or a file of its own.
"""

import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from catalogues import differences, entries, has_words, literals_in, mistakes_of

import bot
from bot.i18n import LANGUAGES, read_catalogue

PLURALS = {"vi": 1, "en": 2}
ALIKE = {
    "lang.name_vi": "a language is named in itself",
    "lang.name_en": "a language is named in itself",
    "count.videos": "a word of both languages",
    "button.show_image": "a sign and a code",
    "button.show_video": "a sign and a code",
    "preset.button_banner": "a word of both languages",
    "settings.form_album": "a word of both languages",
    "settings.ratio_1x1": "a word of both languages",
    "settings.ratio_16x9": "a name",
    "settings.ratio_9x16": "a name",
    "settings.ratio_3x4": "a name",
}
"""Sentences that read the same in both languages, and why."""
ROOMS = ("chat", "delivery", "jobs")
"""What people read is put together here."""
NOT_FOR_PEOPLE = {
    "derived.py": "the words people use",
    "helping.py": "the words people use",
    "hints.py": "the words people use",
    "causes.py": "what providers say",
    "flags.py": "Midjourney's own notation",
    "downloading.py": "Telegram's words",
    "loop.py": "for the database",
    "sending.py": "Telegram's words",
    "meaning.py": "Telegram's words",
    "inbox.py": "for the log",
    "intake.py": "for /readyz and the log",
    "losses.py": "for the log",
    "listening.py": "for /readyz and the log",
}
"""Files whose words nobody in a chat reads, and what they are."""
HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


def catalogue_of(body: str) -> Catalog:
    return read_po(io.BytesIO(f"{HEADER}\n{body}".encode()), locale="en", abort_invalid=True)


def one(text: str, *, key: str = "a.key") -> Catalog:
    return catalogue_of(f'msgid "{key}"\nmsgstr "{text}"\n')


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wrong_with_a_catalogue(language: str) -> None:
    assert [] == list(mistakes_of(read_catalogue(language), PLURALS[language]))


def test_both_languages_say_the_same_things() -> None:
    vietnamese, english = (entries(read_catalogue(language)) for language in LANGUAGES)
    assert list(vietnamese) == list(english)  # in the same order, so that both are changed together
    assert [] == list(differences(vietnamese, english, ALIKE))


def test_everything_people_read_stands_in_the_catalogues() -> None:
    root = Path(bot.__file__).parent
    files = [path for room in ROOMS for path in sorted((root / room).glob("*.py"))]
    finding = {path.name: list(literals_in(path)) for path in files}
    found = {name: lines for name, lines in finding.items() if lines}
    assert [] == [line for name in found.keys() - NOT_FOR_PEOPLE for line in found[name]]
    assert set() == NOT_FOR_PEOPLE.keys() - found  # an exception nobody needs any more


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "it is empty"),
        (" hello", "it begins or ends with a space"),
        ("<b>bold", "<b> is not closed"),
        ("bold</b>", "</b> closes nothing"),
        ("<b><code>x</b></code>", "</b> closes nothing"),
        ("<u>x</u>", "<u> is no tag of ours"),
        ("a < b", "a < or > is no tag: write &lt;"),
        ("{price} ₫", "an amount is written by hand: give it to Babel as a value"),
        ("{done}%", "an amount is written by hand: give it to Babel as a value"),
        ("it costs 5,000 each", "an amount is written by hand: give it to Babel as a value"),
        ("until 23/09/2026", "a date is written by hand: give it to Babel as a value"),
    ],
)
def test_a_bad_sentence_is_found(text: str, found: str) -> None:
    assert [f"a.key: {found}"] == list(mistakes_of(one(text), 2))


def test_good_sentences_are_left_alone() -> None:
    for text in ("<b>{price}</b> for <code>/img --ar 16:9</code>", "100 words", "1.5× · {size} MB"):
        assert [] == list(mistakes_of(one(text), 2))


def test_plurals_short_of_a_form_and_doubtful_translations_are_found() -> None:
    short = catalogue_of('msgid "a.key"\nmsgid_plural "a.key"\nmsgstr[0] "{n} picture"\n')
    assert "a.key: it is empty" in list(mistakes_of(short, 2))
    assert "it should have 1 plurals, not 2" in list(mistakes_of(short, 1))
    doubtful = catalogue_of('#, fuzzy\nmsgid "a.key"\nmsgstr "hello"\n')
    assert ["a.key: its translation is marked as doubtful"] == list(mistakes_of(doubtful, 2))


@pytest.mark.parametrize(
    ("mine", "other", "found"),
    [
        ({"a": ["x"]}, {}, ["a: only one language has it"]),
        ({}, {"a": ["x"]}, ["a: only one language has it"]),
        ({"a": ["{n} ảnh"]}, {"a": ["{m} pictures"]}, ["a: the values differ"]),
        ({"a": ["<b>ảnh</b>"]}, {"a": ["picture"]}, ["a: the tags differ"]),
        ({"a": ["hello"]}, {"a": ["hello"]}, ["a: it is not translated"]),
        ({"a": ["🎨 <b>{prompt}</b>"]}, {"a": ["🎨 <b>{prompt}</b>"]}, []),
        ({"a": ["{n} ảnh"]}, {"a": ["{n} picture", "{n} pictures"]}, []),
        ({"same": ["Album"]}, {"same": ["Album"]}, []),
    ],
)
def test_what_differs_and_should_not_is_found(
    mine: dict[str, list[str]], other: dict[str, list[str]], found: list[str]
) -> None:
    alike = {"same": "the same word in both"} if "same" in mine else {}
    assert found == list(differences(mine, other, alike))


def test_an_exception_nobody_needs_any_more_is_found() -> None:
    both = ({"a": ["ảnh"]}, {"a": ["picture"]})
    assert ["a: it is said to be alike and is not"] == list(differences(*both, {"a": "why"}))


def test_values_tags_and_signs_are_no_words() -> None:
    assert not has_words("🎨 <code>{code}</code> · {percent}")
    assert has_words("mã {code}")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('say("Your picture is ready")', "a sentence in the code: 'Your picture is ready'"),
        ('say(f"Xin chào {name}")', "a sentence in the code: 'Xin chào '"),
        ('say(line("a.key", price=f"{price:,}"))', "a number formatted by hand"),
        ('say(line("a.key", size=f"{size:.1f}"))', "a number formatted by hand"),
        ('say(line("a.key", percent=f"{done}%"))', "an amount joined by hand"),
        ('say(at.strftime("%H"))', "a moment formatted by hand"),
    ],
)
def test_what_stands_in_the_code_instead_is_found(tmp_path: Path, code: str, found: str) -> None:
    file = tmp_path / "talk.py"
    file.write_text(code, encoding="utf-8")
    assert [f"talk.py:1: {found}"] == list(literals_in(file))


def test_documentation_and_what_operators_read_are_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "talk.py"
    file.write_text(
        '''"""What this is about."""
PAUSE_S = 3.0
"""Seconds between two of them."""
log.info("sent_again", why="nobody has seen it")
raise ValueError(f"there is no {name} here")
say(line("a.key", code=f"{first}-{second}"))
''',
        encoding="utf-8",
    )
    assert [] == list(literals_in(file))
