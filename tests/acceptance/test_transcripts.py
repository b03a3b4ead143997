"""Every chat story of tests/transcripts is told to the letter, in both languages."""

import difflib
from pathlib import Path

import pytest
from transcript import STORIES, told

from bot.i18n import LANGUAGES

FILES = sorted(STORIES.glob("*/*.txt"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
async def test_a_story_is_told_to_the_letter(file: Path, tmp_path: Path) -> None:
    written = file.read_text(encoding="utf-8").splitlines()
    played = (await told(file, tmp_path)).splitlines()
    name = f"{file.parent.name}/{file.name}"
    difference = difflib.unified_diff(written, played, f"{name}, as written", "as told", n=6)
    assert not (text := "\n".join([line.rstrip("\n") for line in difference])), f"\n{text}"


def test_every_story_is_told_in_every_language() -> None:
    names = {
        language: sorted(file.name for file in FILES if file.parent.name == language)
        for language in LANGUAGES
    }
    assert {*LANGUAGES} == {file.parent.name for file in FILES}
    assert names["vi"] == names["en"]
