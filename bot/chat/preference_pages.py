"""How `/settings` reads: a page with all choices and what comes of them, and one for each. Pure.

Knows nothing of who asks or of how a choice is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot import i18n
from bot.chat.preferred import parts_of, ratio_for
from bot.chat.talk import Label, Line, line
from bot.jobs.buttons import Act, Press
from bot.jobs.offers import Market
from bot.jobs.preferences import Form, Preferences
from bot.model import Operation

RATIOS: Final[Mapping[str, str]] = {
    "1x1": "1:1",
    "16x9": "16:9",
    "9x16": "9:16",
    "4x3": "4:3",
    "3x4": "3:4",
}
"""Those Flow AI's document names a purpose for; a colon would end a button's meaning."""
WRITE: Final = "write"
ON: Final = "on"
OFF: Final = "off"

Rows = list[list[Label]]
Page = tuple[list[Line], Rows]


def page(name: str, preferences: Preferences, market: Market, language: str) -> Page:
    """The page of that choice; the first one where there is no such choice."""
    match name:
        case "form":
            return _choice(name, {form: f"settings.form_{form}" for form in Form}, preferences.form)
        case "provider" if _is_choosable(preferences, market):
            return _providers(preferences, market)
        case "ratio":
            keys = {word: f"settings.ratio_{word}" for word in RATIOS}
            return _choice(name, {**keys, "": "settings.ratio_any"}, _word(preferences.ratio))
        case "suffix":
            return _suffix(preferences, market)
        case "pings":
            keys = {ON: "settings.pings_on", OFF: "settings.pings_off"}
            return _choice(name, keys, ON if preferences.pings else OFF)
        case "private":
            keys = {ON: "settings.private_on", OFF: "settings.private_off"}
            return _choice(name, keys, ON if preferences.to_private else OFF)
        case "language":
            names = {code: f"lang.name_{code}" for code in i18n.LANGUAGES}
            return _choice(name, names, language)
        case _:
            return _first(preferences, market)


def makers(market: Market) -> list[str]:
    """Who makes pictures of words, the operator's choice first."""
    return market.doing(Operation.IMAGE)


def _first(preferences: Preferences, market: Market) -> Page:
    lines = [
        line("settings.title"),
        line(f"settings.form_is_{preferences.form}"),
        *_ratio_lines(preferences, market),
        *_suffix_lines(preferences, market),
    ]
    labels = [_open("settings.open_form", "form"), _open("settings.open_ratio", "ratio")]
    labels.append(_open("settings.open_suffix", "suffix"))
    if _is_choosable(preferences, market):
        lines.append(_provider_line(preferences, market))
        labels.append(_open("settings.open_provider", "provider"))
    lines.append(line("settings.pings_are_on" if preferences.pings else "settings.pings_are_off"))
    lines.append(line(f"settings.private_is_{ON if preferences.to_private else OFF}"))
    lines += [line("settings.language_is"), line("settings.which")]
    labels.append(_open("settings.open_pings", "pings"))
    labels.append(_open("settings.open_private", "private"))
    labels.append(_open("settings.open_language", "language"))
    return lines, _in_twos(labels)


def _is_choosable(preferences: Preferences, market: Market) -> bool:
    """Whether there are several, or one is chosen that is gone and waited for."""
    return len(makers(market)) > 1 or preferences.provider not in {None, *makers(market)}


def _provider_line(preferences: Preferences, market: Market) -> Line:
    if preferences.provider in makers(market):
        return line("settings.provider_is", provider=preferences.provider)
    if preferences.provider is not None:
        return line("settings.provider_is_gone")
    return line("settings.provider_is_any", provider=makers(market)[0])


def _ratio_lines(preferences: Preferences, market: Market) -> list[Line]:
    """The shape, and that of videos where they have another."""
    if preferences.ratio is None:
        return [line("settings.ratio_is_any")]
    lines = [line(f"settings.ratio_is_{_word(preferences.ratio)}")]
    market = market.preferring(preferences.provider)
    for name in market.doing(Operation.VIDEO)[:1]:
        spec = market.spec(name, Operation.VIDEO)
        nearest = ratio_for(preferences.ratio, spec.ratios if spec else ())
        if nearest != preferences.ratio:
            lines.append(line("settings.ratio_of_videos", ratio=nearest))
    return lines


def _suffix_lines(preferences: Preferences, market: Market) -> list[Line]:
    """The words, and that the flags among them are for somebody else."""
    if not preferences.suffix:
        return [line("settings.suffix_is_none")]
    lines = [line("settings.suffix_is", suffix=preferences.suffix)]
    _, flags = parts_of(preferences.suffix)
    market = market.preferring(preferences.provider)
    for name in makers(market)[:1]:
        spec = market.spec(name, Operation.IMAGE)
        if flags and spec is not None and not spec.takes_flags:
            lines.append(line("settings.suffix_flags_idle", provider=name, flags=flags))
    return lines


def _suffix(preferences: Preferences, market: Market) -> Page:
    lines = [line("settings.about_suffix"), *_suffix_lines(preferences, market)]
    labels = [Label("settings.suffix_write", _press("suffix", WRITE))]
    if preferences.suffix:
        labels.append(Label("settings.suffix_remove", _press("suffix", "")))
    return lines, [labels, _back()]


def _providers(preferences: Preferences, market: Market) -> Page:
    chosen = preferences.provider or ""
    labels = [
        Label("settings.provider_named", _press("provider", name), name, is_chosen=name == chosen)
        for name in makers(market)
    ]
    anybody = Label("settings.provider_any", _press("provider", ""), is_chosen=not chosen)
    return [line("settings.about_provider")], [*_in_twos([*labels, anybody]), _back()]


def _choice(name: str, keys: Mapping[str, str], chosen: str) -> Page:
    """A button for each value; ``keys``: the catalogue key of its label."""
    labels = [
        Label(key, _press(name, value), is_chosen=value == chosen) for value, key in keys.items()
    ]
    return [line(f"settings.about_{name}")], [*_in_twos(labels), _back()]


def _word(ratio: str | None) -> str:
    """As buttons and keys write it."""
    return (ratio or "").replace(":", "x")


def _open(key: str, name: str) -> Label:
    return Label(key, Press(Act.SETTING, how=name))


def _back() -> list[Label]:
    return [_open("settings.back", "")]


def _press(name: str, value: str) -> Press:
    return Press(Act.SETTING, how=f"{name}={value}")


def _in_twos(labels: Sequence[Label]) -> Rows:
    return [list(labels[start : start + 2]) for start in range(0, len(labels), 2)]
