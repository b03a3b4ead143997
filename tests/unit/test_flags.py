"""Midjourney's flags: what is passed on, and what is said about the rest."""

import pytest

from bot.chat.flags import FLAGS, REFUSED, Fault, check, find


def checked(name: str, value: str = "") -> str | Fault:
    flag = find(name)
    assert flag is not None
    return check(flag, value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("s", "250", "--stylize 250"),
        ("c", "0", "--chaos 0"),
        ("q", ".5", "--quality 0.5"),
        ("w", "3000", "--weird 3000"),
        ("seed", "4294967295", "--seed 4294967295"),
        ("v", "6.1", "--v 6.1"),
        ("version", "7", "--v 7"),
        ("niji", "", "--niji"),
        ("niji", "6", "--niji 6"),
        ("tile", "", "--tile"),
        ("style", "raw", "--style raw"),
        ("no", "dogs, “big” birds", '--no dogs, "big" birds'),
        ("iw", "1.5", "--iw 1.5"),
        ("sref", "random", "--sref random"),
        ("sref", "https://e.com/a.png, 12345::2", "--sref https://e.com/a.png 12345::2"),
        ("oref", "https://e.com/a.png", "--oref https://e.com/a.png"),
        ("p", "", "--profile"),
        ("p", "m73abc", "--profile m73abc"),
    ],
)
def test_a_good_flag_goes_on_by_its_full_name(name: str, value: str, expected: str) -> None:
    assert expected == checked(name, value)


@pytest.mark.parametrize(
    ("name", "value", "key", "repaired"),
    [
        ("stylize", "", "value_missing", None),
        ("no", "", "value_missing", None),
        ("sref", "", "value_missing", None),
        ("v", "", "value_missing", None),
        ("style", "", "value_missing", None),
        ("stylize", "1500", "flag_whole_number", "1000"),
        ("stop", "5", "flag_whole_number", "10"),
        ("chaos", "12.5", "flag_whole_number", "12"),
        ("chaos", "lots", "flag_whole_number", None),
        ("chaos", "-3", "flag_whole_number", None),
        ("iw", "9", "flag_number", "3"),
        ("tile", "2", "flag_takes_nothing", ""),
        ("v", "seven", "flag_version", None),
        ("v", "0", "flag_version", None),
        ("style", "a/b", "flag_word", None),
        ("cref", "12345", "flag_link", None),
        ("sref", "blue", "flag_link_or_code", None),
        ("sref", "file:///etc/passwd", "flag_link_or_code", None),
    ],
)
def test_a_bad_value_is_named_with_what_could_be_meant(
    name: str, value: str, key: str, repaired: str | None
) -> None:
    fault = checked(name, value)
    assert isinstance(fault, Fault)
    assert f"complaint.{key}" == fault.key
    assert repaired == fault.repaired


def test_no_name_means_two_flags_and_none_is_both_passed_on_and_refused() -> None:
    names = [name for flag in FLAGS for name in (flag.name, *flag.aliases)] + list(REFUSED)
    assert len(names) == len(set(names))


def test_every_flag_people_type_is_passed_on() -> None:
    typed = (
        *("chaos", "no", "seed", "stylize", "weird", "iw", "sref", "cref", "oref", "ow"),
        *("quality", "tile", "raw", "style", "niji", "v", "stop", "draft"),
    )
    assert [] == [name for name in typed if find(name) is None]


def test_a_flag_that_multiplies_the_price_is_refused_by_name() -> None:
    assert find("repeat") is None
    assert REFUSED["repeat"] == "complaint.repeat_refused"
