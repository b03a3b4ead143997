"""Formatted text becomes plain text and entities, counted as Telegram counts."""

import pytest

from bot.sandbox.entities import parse_html, trim, utf16_length, with_commands
from bot.sandbox.refusal import Json, Refusal


@pytest.mark.parametrize(
    ("source", "plain", "entities"),
    [
        ("a &lt;b&gt; &amp; &quot;c&quot; &#233; &x;", 'a <b> & "c" é &x;', []),
        ("<b>a<i>b</i></b>", "ab", [("italic", 1, 1), ("bold", 0, 2)]),
        ("😀<u>x</u>", "😀x", [("underline", 2, 1)]),
        ("<tg-spoiler>x</tg-spoiler>", "x", [("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
        ("<b></b>x", "x", []),
        ("<B>x</b>", "x", [("bold", 0, 1)]),
    ],
)
def test_html_is_read(source: str, plain: str, entities: list[tuple[str, int, int]]) -> None:
    text, found = parse_html(source)
    assert plain == text
    assert entities == [(e["type"], e["offset"], e["length"]) for e in found]


def test_a_link_keeps_its_address() -> None:
    _, found = parse_html('<a href="https://a.test/?x=1&amp;y=>">x</a>')
    assert found == [
        {"type": "text_link", "offset": 0, "length": 1, "url": "https://a.test/?x=1&y=>"}
    ]


def test_code_in_pre_names_the_language() -> None:
    _, found = parse_html('<pre><code class="language-python">x</code></pre>')
    assert found == [{"type": "pre", "offset": 0, "length": 1, "language": "python"}]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b x", "Unclosed start tag at byte offset 0"),
        ("é<b>x</b", "Unclosed end tag at byte offset 6"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_html_that_cannot_be_read_says_where(source: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_html(source)
    assert f"Bad Request: can't parse entities: {reason}" == refused.value.description


def test_white_space_around_goes_and_entities_move_along() -> None:
    entities: list[Json] = [
        {"type": "bold", "offset": 0, "length": 4},
        {"type": "italic", "offset": 5, "length": 2},
    ]
    assert trim("  abc  ", entities) == ("abc", [{"type": "bold", "offset": 0, "length": 2}])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/img a", ["/img"]),
        ("x /img@easel_bot, /quota", ["/img@easel_bot", "/quota"]),
        ("a/b https://x.test/img /ảnh //img", []),
    ],
)
def test_commands_are_found(text: str, found: list[str]) -> None:
    entities = with_commands(text, [])
    assert found == [text[e["offset"] : e["offset"] + e["length"]] for e in entities]


def test_a_command_in_code_is_none() -> None:
    code: list[Json] = [{"type": "code", "offset": 0, "length": 6}]
    assert code == with_commands("/img a", code)


def test_an_emoji_beyond_the_basic_plane_is_two_units() -> None:
    assert utf16_length("ả😀é!") == 5
