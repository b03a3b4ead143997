"""The little language of chat stories, and how a message is written in one."""

import pytest
from transcript_lines import (
    OPERATOR,
    STRANGER,
    BadLine,
    Click,
    Deed,
    Delete,
    Door,
    Given,
    Group,
    Invited,
    Migrate,
    Paid,
    People,
    Place,
    Provider,
    Restart,
    Say,
    Send,
    Standing,
    Wait,
    read_story,
)
from transcript_words import Codes, body_of, button_of, marked, quote_of

STORY = """# A title.

An: /img a
  | cat

Bot #1 ↩ /img a
  An: told in the answer

  after an empty line

floats: Got it!

the provider finishes

Bot edits #1
  (photo)
"""


@pytest.mark.parametrize(
    ("line", "deed"),
    [
        ("An: /img mèo", Say("An", Place(), "", "/img mèo")),
        ("An replying to #2: 2", Say("An", Place(), "#2", "2")),
        ("An replying to “/img mèo”: đẹp", Say("An", Place(), "/img mèo", "đẹp")),
        ("An in “Hội vẽ”: xin: chào", Say("An", Place("Hội vẽ"), "", "xin: chào")),
        (
            "An in “Hội vẽ” › “Mèo” replying to #3: v2",
            Say("An", Place("Hội vẽ", "Mèo"), "#3", "v2"),
        ),
        ("An sends a photo", Send("An", Place(), "", "photo", 1, "")),
        ("An sends 3 photos: /img a", Send("An", Place(), "", "photo", 3, "/img a")),
        ("An sends a video", Send("An", Place(), "", "video", 1, "")),
        ("An sends a picture as a file", Send("An", Place(), "", "file", 1, "")),
        ("An sends 2 pictures as files", Send("An", Place(), "", "file", 2, "")),
        ("An presses [V1 · 400 ₫] under #12", Click("An", "V1 · 400 ₫", 12)),
        ("An sends a text file: /img", Send("An", Place(), "", "text", 1, "/img")),
        ("An blocks the bot", Door("An", shut=True)),
        ("An unblocks the bot", Door("An", shut=False)),
        ("An deletes #1", Delete("An", 1)),
        ("An pays 50000 đồng", Paid("An", 50_000)),
        (
            "people: An (vi), Lan (en, operator)",
            People((("An", "vi", ""), ("Lan", "en", OPERATOR))),
        ),
        ("group “Hội vẽ”: An, Ben", Group("Hội vẽ", (), ("An", "Ben"))),
        ("forum “Hội vẽ” (Mèo, Tàu): An", Group("Hội vẽ", ("Mèo", "Tàu"), ("An",))),
        ("free each day: 4 pictures, 0 videos", Given(4, 0)),
        ("the provider begins", Provider("begins")),
        ("the provider finishes", Provider("finishes")),
        ("the provider is at 45 %", Provider("is at", "45")),
        ("the provider fails: no way", Provider("fails", "no way")),
        ("the provider refuses: no way", Provider("refuses", "no way")),
        ("the provider has no credits", Provider("credits", "no")),
        ("20 seconds pass", Wait(20)),
        ("1 minute passes", Wait(60)),
        ("2 days pass", Wait(172_800)),
        ("the bot restarts", Restart()),
        ("people: Chi (vi, never started)", People((("Chi", "vi", STRANGER),))),
        ("basic group “Hội vẽ”: An", Group("Hội vẽ", (), ("An",), is_basic=True)),
        ("group “Hội vẽ”, without the bot: An", Group("Hội vẽ", (), ("An",), has_bot=False)),
        ("only who was invited may use the bot", Invited()),
        ("An as the group in “Hội vẽ”: mèo", Say("An", Place("Hội vẽ"), "", "mèo", as_group=True)),
        ("An pays 5000 đồng for “Hội vẽ”", Paid("An", 5_000, "Hội vẽ")),
        ("An brings the bot into “Hội vẽ”", Standing("An", "bring", "Hội vẽ")),
        ("An removes the bot from “Hội vẽ”", Standing("An", "remove", "Hội vẽ")),
        ("An makes the bot an admin of “Hội vẽ”", Standing("An", "promote", "Hội vẽ")),
        ("An makes the bot a member of “Hội vẽ”", Standing("An", "demote", "Hội vẽ")),
        ("An gives the bot all rights in “Hội vẽ”", Standing("An", "free", "Hội vẽ")),
        (
            "An takes from the bot in “Hội vẽ”: photos, files",
            Standing("An", "restrict", "Hội vẽ", ("can_send_photos", "can_send_documents")),
        ),
        ("“Hội vẽ” becomes a supergroup", Migrate("Hội vẽ")),
        ("the provider finishes <code 2>", Provider("finishes", code="<code 2>")),
        ("the provider fails <code 2>: no way", Provider("fails", "no way", "<code 2>")),
    ],
)
def test_a_line_says_what_is_done(line: str, deed: Deed) -> None:
    assert [deed] == [step.deed for step in read_story(line, "a story")]


def test_what_the_bot_says_is_no_deed() -> None:
    said, finished = read_story(STORY, "a story")
    assert Say("An", Place(), "", "/img a\ncat") == said.deed
    assert (["# A title."], ["An: /img a", "  | cat"], 3) == (said.remarks, said.lines, said.number)
    assert Provider("finishes") == finished.deed


@pytest.mark.parametrize(
    "line", ["the provider sleeps", "An says hello", "  lost in between", "people: An (fr)"]
)
def test_a_line_that_means_nothing_is_named_with_its_place(line: str) -> None:
    with pytest.raises(BadLine, match=r"vi/cat\.txt:3: "):
        read_story(f"# A title.\n\n{line}\n", "vi/cat.txt")


def test_a_remark_without_a_deed_is_a_mistake() -> None:
    with pytest.raises(BadLine, match="belongs to nothing"):
        read_story("An: hello\n# The end.\n", "a story")


def test_codes_are_numbered_as_they_appear_and_stay_the_same() -> None:
    codes = Codes()
    codes.learn(["K7QD4X", "AAAAAA", "BBBBBB"])
    assert "<code 1> from <code 2>" == codes.hide("BBBBBB from K7QD4X")
    assert "<code 2>, <code 3>, CCCCCC" == codes.hide("K7QD4X, AAAAAA, CCCCCC")
    assert "/show K7QD4X" == codes.show("/show <code 2>")
    with pytest.raises(KeyError):
        codes.show("/show <code 4>")


def test_formatting_is_written_as_marks() -> None:
    entities = [
        {"type": "bold", "offset": 3, "length": 3},
        {"type": "code", "offset": 7, "length": 1},
        {"type": "text_link", "offset": 9, "length": 1, "url": "https://a.example"},
    ]
    assert "🎨 **mèo** `x` [y](https://a.example)" == marked("🎨 mèo x y", entities)
    assert "plain" == marked("plain", [])


def test_a_message_is_written_with_its_picture_its_words_and_its_buttons() -> None:
    message = {
        "photo": [{}],
        "caption": "a\nb",
        "reply_markup": {
            "inline_keyboard": [
                [{"text": "1", "callback_data": "x"}, {"text": "2", "callback_data": "y"}],
                [{"text": "open", "url": "https://a.example"}],
            ]
        },
    }
    assert ["(photo)", "a", "b", "[1] [2]", "[open](https://a.example)"] == body_of(message)
    assert ["(file cat.png)"] == body_of({"document": {"file_name": "cat.png"}})


def test_a_message_is_called_by_its_beginning() -> None:
    assert "/img a cat" == quote_of({"text": "/img a cat\nasleep"})
    assert 40 == len(quote_of({"text": "x" * 50}))
    assert "a photo" == quote_of({"photo": [{}]})


def test_a_button_is_known_by_its_words_whatever_it_costs() -> None:
    row = [{"text": "V1 · 400 ₫", "callback_data": "a"}, {"text": "1", "callback_data": "b"}]
    message = {"reply_markup": {"inline_keyboard": [row]}}
    found = [button_of(message, label)["callback_data"] for label in ("V1", "V1 · 400 ₫", "1")]
    assert ["a", "a", "b"] == found
    with pytest.raises(ValueError, match=r"no \[V2\], but \[V1 · 400 ₫\] \[1\]"):
        button_of(message, "V2")


def test_lines_right_under_each_other_happen_at_one_moment() -> None:
    text = "An: /img a\n  | cat\nBen: /img b\n\nBot #1\n  Hi\n\nAn: 2\nBen: 3\n\nAn: 4\n"
    together = [step.is_with_former for step in read_story(text, "a story")]
    assert [False, True, False, True, False] == together
