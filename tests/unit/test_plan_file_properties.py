"""Whatever stands in a plan file is understood or named where it stands."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_files import GOLD, mistakes_of, plans_of

from bot.errors import SettingsError
from bot.money.plan_file import load_plans

KEYS = [
    *("threads", "price", "refund", "days", "priority", "prices", "min_topup", "title"),
    *("max_images_per_day", "free_images_per_day", "free_videos_per_day", "dayz", "a b"),
]
scalars = st.one_of(
    st.integers().map(str),
    st.booleans().map(lambda value: str(value).lower()),
    st.sampled_from(['"unlimited"', "nan", "-inf", "0.7", "[]", "[1, [2]]", "{ image = 1 }", "{}"]),
    st.sampled_from(["1e999999999999999999", "1979-05-27", "07:32:00", "0xfff", '"\\u0000"']),
)


@given(wish=st.lists(st.tuples(st.sampled_from(KEYS), scalars), unique_by=lambda line: line[0]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_stands_in_a_plan_is_understood_or_named_where_it_stands(
    tmp_path: Path, wish: list[tuple[str, str]]
) -> None:
    text = GOLD + "".join(f'"{key}" = {value}\n' for key, value in wish)
    mistakes = mistakes_of(tmp_path, text)
    places = {mistake.split(": ")[0].removeprefix("plans.gold.") for mistake in mistakes}
    within = {"prices.image"}
    if ("title", "{ image = 1 }") in wish or ("title", "{}") in wish:
        within |= {"title.vi", "title.en", "title.image"}
    assert places <= {key for key, _ in wish} | within
    if not mistakes:  # either way out is right here
        plan = plans_of(tmp_path, text).plans["gold"]
        assert plan.price is None or plan.min_topup is None
        assert plan.days is None or plan.price is not None
        assert 0 <= plan.refund <= 1
        assert plan.threads is None or plan.threads > 0


names = st.one_of(
    st.sampled_from(["plans", "free", "prices", "stars", "shop", "limits", "costs", "flow"]),
    st.sampled_from(["packs", "image", "vnd_per_star", "contact", "threads", "images_per_day"]),
    st.text(st.characters(codec="utf-8"), max_size=5),
)
values = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(st.characters(codec="utf-8")),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=4)),
    max_leaves=20,
)


@given(tables=st.dictionaries(names, values, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_file_at_all_is_a_plan_file_or_a_list_of_mistakes(
    tmp_path: Path, tables: dict[str, object]
) -> None:
    text = "".join(f"{in_quotes(key)} = {in_toml(value)}\n" for key, value in tables.items())
    assert all(len(mistake.splitlines()) == 1 for mistake in mistakes_of(tmp_path, text))


@given(text=st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_text_at_all_brings_the_reader_down(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(SettingsError):
        load_plans(path)


def in_quotes(text: str) -> str:
    return json.dumps(text).replace("\x7f", "\\u007f") if text.isascii() else _escaped(text)


def _escaped(text: str) -> str:
    return '"' + "".join(f"\\U{ord(letter):08x}" for letter in text) + '"'


def in_toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return in_quotes(value)
        case list():
            return "[" + ", ".join(map(in_toml, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{in_quotes(k)} = {in_toml(v)}" for k, v in value.items()) + "}"
        case _:
            return str(value)
