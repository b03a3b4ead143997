"""How a group's `/settings` read: a page with all its rules, and one for each choice. Pure.

Knows nothing of who asks, who is an admin, or how a choice is kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from bot import i18n
from bot.chat.talk import Label, Line, Link, counted, line
from bot.jobs.buttons import Act, Press
from bot.jobs.rules import GroupRules, Payer, Pressers, Users
from bot.model import ChatId

CAPS_VND: Final = (2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
"""What one member may spend of the group's wallet in a day, to choose from."""
ASKS_VND: Final = (500, 1_000, 5_000, 20_000)
"""Prices above which an admin's tap is asked for, to choose from."""
ON: Final = "on"
OFF: Final = "off"
NONE: Final = ""
"""As a value: no cap, never asked, each their own language, every topic."""
ALLOW: Final = "allow"
LEAVE_OUT: Final = "leave"
"""Choices about one topic, whose number is the value."""

Rows = list[list[Label | Link]]
Page = tuple[list[Line], Rows]


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """How things stand in a group, as its page tells them."""

    rules: GroupRules
    language: str | None
    """The group's; None: each member's own."""
    balance_vnd: int
    """In the group's wallet."""
    chat_id: ChatId
    topic: int | None
    """In which the page stands (`rules.GENERAL` among them); None: the group has no topics."""
    contact: str
    """Who fills the wallet by hand."""
    has_stars: bool
    """Anybody may fill it by `/buy`."""
    own_url: str
    """Opens a person's own settings, in private."""


def page(name: str, standing: Standing) -> Page:
    """The page of that choice; the first one where there is no such choice."""
    rules = standing.rules
    match name:
        case "users":
            return _choice(
                name, {str(each): f"group_rules.users_{each}" for each in Users}, rules.users
            )
        case "pressers":
            keys = {str(each): f"group_rules.pressers_{each}" for each in Pressers}
            return _choice(name, keys, rules.pressers)
        case "payer":
            return _payers(standing)
        case "cap":
            return _amounts(name, "group_rules.cap_none", CAPS_VND, rules.cap_vnd)
        case "ask":
            return _amounts(name, "group_rules.ask_never", ASKS_VND, rules.ask_above_vnd)
        case "language":
            keys = {code: f"lang.name_{code}" for code in i18n.LANGUAGES}
            return _choice(
                name, {**keys, NONE: "group_rules.language_each"}, standing.language or NONE
            )
        case "quiet":
            keys = {ON: "group_rules.quiet_on", OFF: "group_rules.quiet_off"}
            return _choice(name, keys, ON if rules.is_quiet else OFF)
        case "topics" if standing.topic is not None:
            return _topics(rules, standing.topic)
        case _:
            return _first(standing)


def lines_for_member(standing: Standing) -> list[Line]:
    """The rules that matter to somebody who cannot change them."""
    return [
        line("group_rules.title_for_member"),
        *_who_lines(standing.rules),
        *_money_lines(standing.rules),
        *_topic_lines(standing),
    ]


def _first(standing: Standing) -> Page:
    rules = standing.rules
    lines = [line("group_rules.title"), *_who_lines(rules), *_money_lines(rules)]
    if rules.payer is Payer.GROUP:
        lines.append(_balance_line(standing))
    lines += [
        line(f"group_rules.language_is_{standing.language or 'each'}"),
        line("group_rules.quiet_is_on" if rules.is_quiet else "group_rules.quiet_is_off"),
        *_topic_lines(standing),
        line("settings.which"),
    ]
    names = ["users", "pressers", "payer"]
    if rules.payer is Payer.GROUP:
        names += ["cap", "ask"]
    names += ["language", "quiet"]
    if standing.topic is not None:
        names.append("topics")
    own = Link("group_rules.open_own", standing.own_url)
    return lines, [*_in_twos([_open(f"group_rules.open_{name}", name) for name in names]), [own]]


def _who_lines(rules: GroupRules) -> list[Line]:
    return [
        line(f"group_rules.users_are_{rules.users}"),
        line(f"group_rules.pressers_are_{rules.pressers}"),
    ]


def _money_lines(rules: GroupRules) -> list[Line]:
    if rules.payer is Payer.MEMBER:
        return [line("group_rules.payer_is_member")]
    cap_vnd, ask_vnd = rules.cap_vnd, rules.ask_above_vnd
    return [
        line("group_rules.payer_is_group"),
        line("group_rules.cap_is_none")
        if cap_vnd is None
        else line("group_rules.cap_is", cap_vnd=cap_vnd),
        line("group_rules.ask_is_never")
        if ask_vnd is None
        else line("group_rules.ask_is", ask_vnd=ask_vnd),
    ]


def _balance_line(standing: Standing) -> Line:
    if standing.balance_vnd > 0:
        return line("group_rules.balance_is", balance_vnd=standing.balance_vnd)
    buy = "_buy" if standing.has_stars else ""
    values = {"contact": standing.contact, "group": str(standing.chat_id)}
    return line(f"group_rules.wallet_is_empty{buy}", **values)


def _topic_lines(standing: Standing) -> list[Line]:
    """Nothing in a group without topics."""
    topics = standing.rules.topics
    if standing.topic is None:
        return []
    if not topics:
        return [line("group_rules.topics_are_all")]
    others = len(topics) - (standing.topic in topics)
    if standing.topic not in topics:
        return [counted("group_rules.topics_are_others", others)]
    if others:
        return [counted("group_rules.topics_are_this_and", others)]
    return [line("group_rules.topics_are_this")]


def _payers(standing: Standing) -> Page:
    keys = {str(each): f"group_rules.payer_{each}" for each in Payer}
    lines, rows = _choice("payer", keys, standing.rules.payer)
    buy = "_buy" if standing.has_stars else ""
    wallet = line(
        f"group_rules.about_wallet{buy}",
        balance_vnd=standing.balance_vnd,
        contact=standing.contact,
        group=str(standing.chat_id),
    )
    return [*lines, wallet], rows


def _amounts(name: str, none: str, amounts: Sequence[int], chosen: int | None) -> Page:
    """``none``: the key of the label that takes the amount away."""
    labels = [
        Label(
            "group_rules.amount",
            _press(name, str(amount)),
            amount_vnd=amount,
            is_chosen=amount == chosen,
        )
        for amount in amounts
    ]
    labels.append(Label(none, _press(name, NONE), is_chosen=chosen is None))
    return [line(f"group_rules.about_{name}")], [*_in_twos(labels), _back()]


def _topics(rules: GroupRules, topic: int) -> Page:
    """Taken out is only one of several: the last one gone would mean everywhere."""
    labels = [Label("group_rules.topics_all", _press("topics", NONE), is_chosen=not rules.topics)]
    if not rules.topics:
        labels.append(Label("group_rules.topics_only_this", _press(ALLOW, str(topic))))
    elif topic not in rules.topics:
        labels.append(Label("group_rules.topics_allow_this", _press(ALLOW, str(topic))))
    elif len(rules.topics) > 1:
        labels.append(Label("group_rules.topics_leave_this", _press(LEAVE_OUT, str(topic))))
    else:
        only = Label("group_rules.topics_only_this", _press(ALLOW, str(topic)), is_chosen=True)
        labels.append(only)
    rows: Rows = [[label] for label in labels]
    return [line("group_rules.about_topics")], [*rows, _back()]


def _choice(name: str, keys: Mapping[str, str], chosen: str) -> Page:
    """A button for each value; ``keys``: the catalogue key of its label."""
    labels = [
        Label(key, _press(name, value), is_chosen=value == chosen) for value, key in keys.items()
    ]
    return [line(f"group_rules.about_{name}")], [*_in_twos(labels), _back()]


def _open(key: str, name: str) -> Label:
    return Label(key, Press(Act.GROUP, how=name))


def _back() -> list[Label | Link]:
    return [_open("settings.back", "")]


def _press(name: str, value: str) -> Press:
    return Press(Act.GROUP, how=f"{name}={value}")


def _in_twos(labels: Sequence[Label]) -> Rows:
    return [list(labels[start : start + 2]) for start in range(0, len(labels), 2)]
