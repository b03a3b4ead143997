"""The catalogues are complete, used and alike; numbers and times read as people write them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from catalogues import entries

import bot
from bot.i18n import LANGUAGES, I18n, Raw, Tongue, UnknownText, choose, read_catalogue

CALLS = {"text", "html", "plural", "html_plural"}
DYNAMIC_PREFIXES = ("menu.",)
"""Keys put together at run time in a way the scan below does not see."""


@pytest.fixture(scope="module")
def vi() -> Tongue:
    return I18n.load().tongue("vi")


@pytest.fixture(scope="module")
def en() -> Tongue:
    return I18n.load().tongue("en")


def source_strings() -> Iterator[tuple[str, bool, bool]]:
    """Every string in the source: its text, whether it is only a beginning, whether looked up."""
    root = Path(bot.__file__).parent
    for path in sorted(root.rglob("*.py")):
        if path.is_relative_to(root / "sandbox"):
            continue  # speaks to developers, knows no catalogue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        looked_up = {
            id(node.args[0])
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in CALLS
            and node.args
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and node.values:
                first = node.values[0]
                if isinstance(first, ast.Constant) and "." in str(first.value):
                    yield str(first.value), True, False
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, False, id(node) in looked_up


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_is_there_twice(language: str) -> None:
    # A second one would quietly take the place of the first.
    path = Path(bot.__file__).parent / "locales" / language / "LC_MESSAGES" / "easel.po"
    keys = re.findall(r'^msgid "(.+)"$', path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [] == sorted({key for key in keys if keys.count(key) > 1})


def test_every_key_in_the_source_exists_and_every_key_is_used() -> None:
    keys = set(entries(read_catalogue("en")))
    rooms = {key.split(".")[0] for key in keys}
    shape = re.compile(rf"(?:{'|'.join(sorted(rooms))})\.[a-z0-9_.]*[a-z0-9]")
    used: set[str] = set()
    prefixes = set(DYNAMIC_PREFIXES)
    for text, is_beginning, is_looked_up in source_strings():
        if is_beginning:
            prefixes.add(text)
        elif is_looked_up and "." in text:  # other things have a method called `text` too
            assert text in keys
            used.add(text)
        elif shape.fullmatch(text) and text in keys:
            used.add(text)
    unused = {key for key in keys - used if not key.startswith(tuple(prefixes))}
    assert set() == unused


def test_every_complaint_the_grammar_makes_has_its_sentence() -> None:
    keys = set(entries(read_catalogue("en")))
    made = {
        text
        for text, is_beginning, _ in source_strings()
        if not is_beginning and re.fullmatch(r"complaint\.[a-z_]*[a-z]", text)
    }
    assert set() == made - keys


def test_commands_are_described_in_a_length_telegram_takes() -> None:
    for language in LANGUAGES:
        for key, forms in entries(read_catalogue(language)).items():
            assert not key.startswith("menu.") or 1 <= len(forms[0]) <= 256


@pytest.mark.parametrize(
    ("own", "group", "code", "default", "expected"),
    [
        ("en", "vi", "vi", "vi", "en"),
        (None, "en", "vi", "vi", "en"),
        (None, None, "en-US", "vi", "en"),
        (None, None, "vi_VN", "en", "vi"),
        (None, None, "fr", "vi", "vi"),
        (None, "xx", None, "en", "en"),
        (None, None, None, "vi", "vi"),
    ],
)
def test_the_language_is_ones_own_then_the_groups_then_telegrams_then_the_default(
    own: str | None, group: str | None, code: str | None, default: str, expected: str
) -> None:
    assert expected == choose(own, group, code, default)


def test_a_sentence_carries_its_values_and_html_escapes_them(en: Tongue) -> None:
    key = "complaint.command_unknown"
    assert "<b>" in en.text(key, command="<b>", at="")
    assert "<code>&lt;b&gt; &amp; c</code>" in en.html(key, command="<b> & c", at="")
    assert "<code><b>x</b></code>" in en.html(key, command=Raw("<b>x</b>"), at="")


def test_an_unknown_key_is_an_error(en: Tongue) -> None:
    with pytest.raises(UnknownText):
        en.text("complaint.nothing")
    with pytest.raises(UnknownText):
        en.plural("menu.img", 2)
    with pytest.raises(UnknownText):
        en.text("unit.hours")


def test_plural_forms(vi: Tongue, en: Tongue) -> None:
    assert [en.plural("unit.hours", n) for n in (1, 2, 1000)] == [
        "1 hour",
        "2 hours",
        "1,000 hours",
    ]
    assert [vi.plural("unit.hours", n) for n in (1, 2, 1000)] == ["1 giờ", "2 giờ", "1.000 giờ"]


def test_money_numbers_and_per_cent(vi: Tongue, en: Tongue) -> None:
    assert (vi.money(150), en.money(150)) == ("150 ₫", "₫150")
    assert (vi.money(1_500_000), en.money(1_500_000)) == ("1.500.000 ₫", "₫1,500,000")
    minus = "\N{MINUS SIGN}"
    assert (vi.money(-1_500), en.money(-1_500)) == (f"{minus}1.500 ₫", f"{minus}₫1,500")
    assert (vi.number(1234), en.number(1234)) == ("1.234", "1,234")
    assert (vi.percent(40), en.percent(40)) == ("40%", "40%")


@pytest.mark.parametrize(
    ("seconds", "vietnamese", "english"),
    [
        (-1, "1 giây", "1 s"),
        (0.3, "1 giây", "1 s"),
        (20.4, "20 giây", "20 s"),
        (89.4, "89 giây", "89 s"),
        (90, "2 phút", "2 min"),
        (600, "10 phút", "10 min"),
        (7200, "2 giờ", "2 hours"),
    ],
)
def test_a_duration_is_said_as_one_would(
    vi: Tongue, en: Tongue, seconds: float, vietnamese: str, english: str
) -> None:
    assert (vietnamese, english) == (vi.duration(seconds), en.duration(seconds))


def test_a_moment_is_shown_on_the_operators_clock(vi: Tongue, en: Tongue) -> None:
    saigon = ZoneInfo("Asia/Ho_Chi_Minh")
    assert vi.date_time(1_750_000_000_000, saigon) == "22:06 15/06/2025"
    assert en.date_time(1_750_000_000_000, saigon) == "15 Jun 2025, 22:06"


def test_the_languages_are_vietnamese_and_english() -> None:
    assert I18n.load().languages == ("vi", "en")
