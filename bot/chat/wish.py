"""Reads `/img` and `/video`: a prompt and options become a provider and a complete request.

How many pictures came along decides which operation is meant. Knows nothing of the pictures
themselves, of other commands, of Telegram, of who asks or of money; it never guesses what would
change the price.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Final

from bot.chat import flags
from bot.chat.flags import Fault
from bot.chat.hints import OPTIONS, meant_by
from bot.chat.parsed import Edit, ImageCommand, Mistake, Span, Typed, VideoCommand
from bot.chat.values import (
    count_out_of_range,
    is_offered,
    looks_like_ratio,
    read_choice,
    read_count,
    read_hd,
    read_length,
    read_ratio,
    read_voice,
)
from bot.chat.words import Line, Option, Reach, is_visible, scan, word_behind
from bot.jobs.offers import Market
from bot.model import AssetKind, Operation, Request
from bot.providers.multipliers import find_multiplier
from bot.providers.port import OperationSpec

ALIASES: Final[Mapping[str, str]] = {"aspect": "ar"}
OWN: Final[Mapping[AssetKind, tuple[str, ...]]] = {
    AssetKind.IMAGE: ("ar", "n", "hd", "turbo", "fast", "with"),
    AssetKind.VIDEO: ("ar", "len", "voice", "with"),
}
MODES: Final = ("turbo", "fast")
OPTIONS_MAX: Final = 40
"""Of one line: more than there are, each of them once."""
COMMAND_OF: Final[Mapping[AssetKind, str]] = {AssetKind.IMAGE: "/img", AssetKind.VIDEO: "/video"}
_FROM_WORDS: Final = {AssetKind.IMAGE: Operation.IMAGE, AssetKind.VIDEO: Operation.VIDEO}
_FROM_PICTURES: Final = (
    Operation.REFERENCE_IMAGE,
    Operation.IMAGE_VIDEO,
    Operation.REFERENCE_VIDEO,
)


def reach_of(name: str) -> Reach:
    """Which words belong to an option, by its name as typed."""
    name = ALIASES.get(name, name)
    if any(name in names for names in OWN.values()):
        return Reach() if name in MODES else Reach(flags.ANYTHING)
    if flag := flags.find(name):
        return flags.reach(flag)
    return flags.REACH_OF_REFUSED if name in flags.REFUSED else Reach()


def read_image(typed: Typed, command: Span, market: Market) -> ImageCommand:
    """``command``: where the command word stands in the text. Raises Mistake."""
    return ImageCommand(*_Wish(AssetKind.IMAGE, typed, command, market).read())


def read_video(typed: Typed, command: Span, market: Market) -> VideoCommand:
    """``command``: where the command word stands in the text. Raises Mistake."""
    return VideoCommand(*_Wish(AssetKind.VIDEO, typed, command, market).read())


class _Wish:
    """One reading: every step may end it with a Mistake."""

    def __init__(self, kind: AssetKind, typed: Typed, command: Span, market: Market) -> None:
        self.kind = kind
        self.pictures = typed.pictures
        self.command = command
        self.market = market
        self.line: Line = scan(typed.text, command[1], reach_of)
        self.options: dict[str, Option] = {}
        # A result replied to has words of its own, which a video goes on from.
        self.may_be_wordless = kind is AssetKind.VIDEO and typed.is_reply and typed.pictures > 0

    def read(self) -> tuple[str, Request]:
        if (count := len(self.line.options)) > OPTIONS_MAX:
            at = (self.line.options[0].start, self.line.options[-1].end)
            raise Mistake("complaint.too_many_options", at, count=count, max=OPTIONS_MAX)
        for option in self.line.options:
            self._collect(option)
        if len(modes := [self.options[mode] for mode in MODES if mode in self.options]) > 1:
            spans = sorted(mode.span for mode in modes)
            raise Mistake("complaint.modes_conflict", (spans[0][0], spans[-1][1]))
        provider, spec = self._choose_provider()
        self._check_pictures(provider, spec)
        for name, option in self.options.items():
            self._check_offered(name, option, provider, spec)
        request = self._check_prompt(self._read_values(provider, spec), provider, spec)
        if self.operation is Operation.IMAGE and self.market.missed and "with" not in self.options:
            # another has another price, and nobody chose it
            raise Mistake("complaint.preferred_gone", self.command, self._switch(provider))
        return provider, request

    @property
    def operation(self) -> Operation:
        """What the command means with as many pictures; one with a voice is a reference."""
        if not self.pictures:
            return _FROM_WORDS[self.kind]
        if self.kind is AssetKind.IMAGE:
            return Operation.REFERENCE_IMAGE
        is_spoken = "voice" in self.options and bool(self._voices())
        if self.pictures > 1 or is_spoken:
            return Operation.REFERENCE_VIDEO
        return Operation.IMAGE_VIDEO

    def _collect(self, option: Option) -> None:
        """Keep the option under its one name, or say what is wrong with the name."""
        name = ALIASES.get(option.name, option.name)
        if option.dash == "-":
            raise Mistake("complaint.single_dash", option.span, option.renamed(option.name))
        if name in flags.REFUSED:
            raise Mistake(
                flags.REFUSED[name], option.span, self.line.without(option), option=f"--{name}"
            )
        flag = flags.find(name)
        if name == "tile" and self._has_ratio_behind(option):
            # without its accents the Vietnamese "tỉ lệ", which is no pattern of Midjourney's
            raise self._unknown(option, name)
        if flag is not None and name not in OWN[self.kind]:
            name = flag.name
        elif name not in OWN[self.kind]:
            raise self._unknown(option, name)
        if flag is not None and self.kind is not AssetKind.IMAGE:
            raise self._elsewhere(option, AssetKind.IMAGE)
        earlier = self.options.setdefault(name, option)
        if earlier.value != option.value:
            raise Mistake("complaint.option_twice", option.span, option=option.typed)

    def _unknown(self, option: Option, name: str) -> Mistake:
        for kind, names in OWN.items():
            if name in names:
                return self._elsewhere(option, kind)
        if (meant := self._meant(option)) is not None:
            return meant
        near = self._nearest(option)
        if near is not None:
            key = "complaint.option_near"
            return Mistake(key, option.span, near[1], option=option.typed, near=f"--{near[0]}")
        if option.dash.strip("-"):
            after = option.start + len(option.dash)
            return Mistake(
                "complaint.dash_word", option.span, Edit(after, after, " "), word=option.typed
            )
        return Mistake("complaint.option_unknown", option.span, option=option.typed)

    def _meant(self, option: Option) -> Mistake | None:
        """What is wrong with a name said in another language; None: it is none that we know."""
        behind = None if option.value else word_behind(self.line.text, option.end)
        hint = meant_by([option.name, *([behind.text] if behind else [])], OPTIONS)
        if hint is None or option.dash.strip("-"):  # a phone's long dash may be prose
            return None
        name, count = hint
        at = (option.start, behind.end if behind and count > 1 else option.name_end)
        typed = " ".join(self.line.text[slice(*at)].split())
        edit = Edit(*at, f"--{name}")
        return Mistake("complaint.option_near", at, edit, option=typed, near=f"--{name}")

    def _nearest(self, option: Option) -> tuple[str, Edit] | None:
        """The name that was meant, and the edit that puts it there."""
        if looks_like_ratio(option.name):
            return "ar", option.replaced("ar", option.name)
        if self._has_ratio_behind(option):
            return "ar", option.renamed("ar")
        names: list[str] = [*OWN[self.kind], *ALIASES]
        if self.kind is AssetKind.IMAGE:
            names += [name for flag in flags.FLAGS for name in (flag.name, *flag.aliases)]
        long_names = [name for name in names if len(name) > 1]
        close = difflib.get_close_matches(option.name, long_names, n=1)
        return (close[0], option.renamed(close[0])) if close else None

    def _has_ratio_behind(self, option: Option) -> bool:
        behind = word_behind(self.line.text, option.end)
        return looks_like_ratio(option.value or (behind.text if behind else ""))

    def _elsewhere(self, option: Option, kind: AssetKind) -> Mistake:
        # who typed `--len` wants a film: the line without it would be paid for and not wanted
        edits = [] if kind is AssetKind.VIDEO else [self.line.without(option)]
        return Mistake(
            "complaint.option_other_command",
            option.span,
            *edits,
            option=f"--{option.name}",
            command=COMMAND_OF[kind],
        )

    def _choose_provider(self) -> tuple[str, OperationSpec]:
        chosen = self.options.get("with")
        able = sorted(self.market.doing(self.operation), key=lambda name: not self._takes(name))
        if not able:
            raise Mistake(f"complaint.no_provider_{self.operation.value}", self.command)
        provider = able[0]
        if chosen is not None:
            provider = read_choice(chosen, "with", makers(self.market), nicknames(self.market))
        spec = self.market.spec(provider, self.operation)
        if spec is None:
            raise Mistake(
                f"complaint.provider_cannot_{self.operation.value}",
                chosen.span if chosen else self.command,
                self._switch(able[0]),
                provider=provider,
                other=able[0],
            )
        return provider, spec

    def _takes(self, provider: str) -> bool:
        """Whether it can be handed as many pictures."""
        spec = self.market.spec(provider, self.operation)
        return spec is not None and spec.min_references <= self.pictures <= spec.max_references

    def _voices(self) -> tuple[str, ...]:
        """All that can be chosen from for a video with pictures."""
        operation = Operation.REFERENCE_VIDEO
        specs = [self.market.spec(name, operation) for name in self.market.doing(operation)]
        return next((spec.voices for spec in specs if spec and spec.voices), ())

    def _check_pictures(self, provider: str, spec: OperationSpec) -> None:
        if self.pictures > spec.max_references:
            key, bound = "complaint.too_many_pictures", spec.max_references
        elif self.pictures < spec.min_references:
            key, bound = "complaint.too_few_pictures", spec.min_references
        else:
            return
        raise Mistake(key, self.command, provider=provider, count=self.pictures, bound=bound)

    def _check_offered(self, name: str, option: Option, provider: str, spec: OperationSpec) -> None:
        if name == "voice":
            self._check_voice(option, spec)
        if is_offered(name, option, spec):
            return
        typed = f"--{name} {option.value}" if name == "n" else f"--{name}"
        for other in self.market.doing(self.operation):
            its_spec = self.market.spec(other, self.operation)
            if its_spec is not None and is_offered(name, option, its_spec):
                if name == "hd" and option.value:
                    self._check_hd(option, its_spec, other)
                raise Mistake(
                    "complaint.option_other_provider",
                    option.span,
                    self._switch(other),
                    option=typed,
                    provider=provider,
                    other=other,
                )
        if name == "n" and (spec.max_count > 1 or not self.pictures):
            raise self._miscounted(option, provider, spec)
        key = "complaint.option_not_offered"
        if self.pictures:
            key = "complaint.option_not_with_pictures"
        raise Mistake(
            key,
            option.span,
            self.line.without(option),
            option=typed,
            provider=provider,
        )

    def _check_voice(self, option: Option, spec: OperationSpec) -> None:
        voices = spec.voices or self._voices()
        if voices and not option.value:
            raise Mistake("complaint.voice_missing", option.span, allowed=", ".join(voices))
        if voices and not self.pictures and not spec.voices:
            raise Mistake(
                "complaint.voice_without_pictures", option.span, self.line.without(option)
            )

    def _check_hd(self, option: Option, spec: OperationSpec, other: str) -> None:
        """A size that ``other`` has not either is what has to be mended first."""
        try:
            read_hd(option, spec.hd)
        except Mistake as mistake:
            if mistake.edits:
                mistake.edits = (*mistake.edits, self._switch(other))
            raise

    def _miscounted(self, option: Option, provider: str, spec: OperationSpec) -> Mistake:
        if spec.max_count > spec.default_count:
            return count_out_of_range(option, spec)
        return Mistake(
            "complaint.count_fixed",
            option.span,
            self.line.without(option),
            provider=provider,
            count=spec.default_count,
        )

    def _switch(self, provider: str) -> Edit:
        chosen = self.options.get("with")
        if chosen is not None:
            return chosen.replaced("with", provider)
        return self.line.with_added(f"--with {provider}")

    def _read_values(self, provider: str, spec: OperationSpec) -> Request:
        ratio, count, hd = (self.options.get(name) for name in ("ar", "n", "hd"))
        length, voice = self.options.get("len"), self.options.get("voice")
        return Request(
            self.operation,
            ratio=read_ratio(ratio, spec, provider) if ratio else None,
            count=read_count(count, spec) if count else spec.default_count,
            mode=next((mode for mode in MODES if mode in self.options), None),
            hd=read_hd(hd, spec.hd) if hd else None,
            length_s=read_length(length, spec.lengths_s) if length else spec.default_length_s,
            voice=read_voice(voice, spec.voices) if voice else None,
            flags=" ".join(self._checked_flags()),
        )

    def _checked_flags(self) -> Iterable[str]:
        for name, option in self.options.items():
            flag = flags.find(name)
            if flag is None or name in OWN[self.kind]:
                continue
            checked = flags.check(flag, option.value)
            if isinstance(checked, Fault):
                mended = checked.repaired
                edits = [] if mended is None else [option.replaced(name, mended)]
                raise Mistake(checked.key, option.span, *edits, **checked.values)
            yield checked

    def _check_prompt(self, request: Request, provider: str, spec: OperationSpec) -> Request:
        prompt = self.line.prompt if is_visible(self.line.prompt) else ""
        if not prompt and not self.may_be_wordless:
            raise Mistake(f"complaint.prompt_empty_{request.operation.value}", self.command)
        if spec.takes_flags:
            prompt = one_line(prompt)
        ratio = f"--ar {request.ratio}" if request.ratio and spec.takes_flags else ""
        sent = " ".join(filter(None, (prompt, request.flags, ratio)))
        if spec.takes_flags:
            self._refuse_multiplied(sent)
        longest = self.market.providers[provider].prompt_max
        if len(sent) > longest:
            raise Mistake(
                "complaint.prompt_too_long",
                (self.command[1], len(self.line.text)),
                length=len(sent),
                max=longest,
                over=len(sent) - longest,
            )
        return dataclasses.replace(request, prompt=prompt)

    def _refuse_multiplied(self, sent: str) -> None:
        """``sent``: all the provider is to read; options between two words bring them close."""
        if (found := find_multiplier(sent)) is None:
            return
        begin, text = self.command[1], self.line.text
        typed = find_multiplier(text[begin:])
        at = (begin + typed.start, begin + typed.end) if typed else (begin, len(text))
        words = sent[found.start : found.end]
        raise Mistake(f"complaint.{found.multiplier}_refused", at, option=words)


def makers(market: Market) -> list[str]:
    """Who can be named with `--with`: everybody who makes something of words or pictures."""
    wishes = {*_FROM_WORDS.values(), *_FROM_PICTURES}
    return [name for name, can in market.providers.items() if wishes & can.operations.keys()]


def nicknames(market: Market) -> dict[str, str]:
    """What people call the providers; only ever suggested, never taken."""
    return {word: name for name, can in market.providers.items() for word in can.nicknames}


def one_line(prompt: str) -> str:
    """As Midjourney reads it: one line, straight quotes; all else as typed."""
    return flags.straighten(re.sub(r"[^\S ]+", " ", prompt))
