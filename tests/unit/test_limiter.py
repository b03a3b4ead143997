"""Telegram's pace: never more than it allows, and nothing that matters waits behind progress."""

import itertools
import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.limiter import Limiter
from bot.model import ChatId, Urgency
from bot.sandbox.limits import Limits, Pace
from bot.sandbox.refusal import Refusal

GROUP, LAN = ChatId(-100), ChatId(7)


@dataclass
class Watch:
    """A clock in seconds that a test turns."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Post:
    """Everything that goes out, each as soon as it may."""

    limiter: Limiter
    watch: Watch

    def send(self, chat: ChatId, urgency: Urgency = Urgency.ANSWER, cost: int = 1) -> float:
        """Wait as long as it must, send, and tell when that was."""
        while (wait_s := self.limiter.wait_s(chat, urgency=urgency, cost=cost)) > 0:
            self.watch.now += max(wait_s, 1e-6)
        self.limiter.record(chat, cost=cost)
        return self.watch.now


def a_post() -> Post:
    watch = Watch()
    return Post(Limiter(watch), watch)


def most_within(times: list[float], period_s: float) -> int:
    """The most of ``times`` in any period of this length."""
    return max(
        (sum(1 for each in times if start <= each < start + period_s) for start in times),
        default=0,
    )


sends = st.lists(
    st.tuples(
        st.sampled_from([GROUP, ChatId(-200), LAN, ChatId(8)]),
        st.sampled_from(Urgency),
        st.sampled_from([0.0, 0.0, 0.01, 0.4, 3.0, 40.0]),
    ),
    max_size=80,
)


@given(sends)
def test_no_window_ever_holds_more_than_telegram_allows(
    wishes: list[tuple[ChatId, Urgency, float]],
) -> None:
    post = a_post()
    sent: dict[ChatId, list[float]] = {}
    for chat, urgency, pause_s in wishes:
        post.watch.now += pause_s
        sent.setdefault(chat, []).append(post.send(chat, urgency))
    assert most_within(list(itertools.chain(*sent.values())), 1.0) <= 30
    for chat, times in sent.items():
        assert most_within(times, 3.0) <= 3
        if chat < 0:
            assert most_within(times, 60.0) <= 20


def test_many_chats_share_thirty_a_second() -> None:
    post = a_post()
    times = [post.send(ChatId(number)) for number in range(1, 201)]
    assert most_within(times, 1.0) <= 30
    assert times[-1] - times[0] < 8  # and none of it is wasted


@given(st.lists(st.sampled_from([0.0, 0.5, 2.0, 5.0]), max_size=60))
def test_a_result_in_a_group_never_waits_behind_progress(pauses: list[float]) -> None:
    post = a_post()
    for pause_s in pauses:
        post.watch.now += pause_s
        if post.limiter.wait_s(GROUP, urgency=Urgency.PROGRESS) == 0.0:
            post.limiter.record(GROUP)
        assert 0.0 == post.limiter.wait_s(GROUP, urgency=Urgency.RESULT)


def test_progress_takes_half_of_a_groups_minute_and_answers_take_the_rest() -> None:
    post = a_post()
    begin = post.watch.now
    while post.watch.now < begin + 50:
        if post.limiter.wait_s(GROUP, urgency=Urgency.PROGRESS) == 0.0:
            post.limiter.record(GROUP)
        post.watch.now += 0.5
    assert post.limiter.wait_s(GROUP, urgency=Urgency.PROGRESS) > 0
    answers = [post.send(GROUP) for _ in range(10)]
    assert answers[-1] < begin + 61
    assert post.limiter.wait_s(GROUP, urgency=Urgency.ANSWER) > 0


def test_a_private_chat_has_no_minute() -> None:
    post = a_post()
    times = [post.send(LAN) for _ in range(40)]
    assert times[-1] - times[0] < 60


@given(st.integers(2, 10))
def test_an_album_pays_for_every_picture_in_it(length: int) -> None:
    post = a_post()
    album = post.send(LAN, cost=length)
    after = post.send(LAN)
    assert after - album >= length - 3
    assert after - album <= length + 3


def test_an_album_longer_than_the_window_goes_when_the_window_is_empty() -> None:
    post = a_post()
    first = post.send(LAN)
    assert 3.0 < post.send(LAN, cost=10) - first < 3.5


@given(st.lists(st.integers(1, 10), min_size=2, max_size=8))
def test_albums_in_a_group_stay_within_its_minute(lengths: list[int]) -> None:
    post = a_post()
    times: list[float] = []
    for length in lengths:
        times += [post.send(GROUP, Urgency.RESULT, cost=length)] * length
    assert most_within(times, 60.0) <= 20


def test_after_a_429_only_that_chat_is_silent_for_as_long_as_was_asked() -> None:
    post = a_post()
    post.send(LAN)
    post.limiter.pause(LAN, 30.0)
    assert 30.0 == post.limiter.wait_s(LAN, urgency=Urgency.ANSWER)
    assert 0.0 == post.limiter.wait_s(GROUP, urgency=Urgency.ANSWER)
    post.watch.now += 30.0
    assert 0.0 == post.limiter.wait_s(LAN, urgency=Urgency.ANSWER)


def test_a_pause_outlives_a_crowd_of_other_chats() -> None:
    post = a_post()
    post.send(LAN)
    post.limiter.pause(LAN, 3_600.0)
    for number in range(1_000, 3_000):
        post.watch.now += 0.1
        post.send(ChatId(number))
    assert post.limiter.wait_s(LAN, urgency=Urgency.ANSWER) > 3_000


def test_chats_that_fell_silent_are_forgotten() -> None:
    post = a_post()
    for number in range(1, 20_001):
        post.watch.now += 0.5
        post.send(ChatId(number))
        post.limiter.pause(ChatId(number), 1.0)
    assert len(post.limiter._chats) <= 1_000
    assert len(post.limiter._paused_until) <= 1_000


def test_a_call_under_way_keeps_its_places_until_a_whole_minute_after_its_answer() -> None:
    post = a_post()
    assert 0.0 == post.limiter.take(GROUP, urgency=Urgency.RESULT, cost=10)
    post.watch.now += 50  # a long upload: Telegram counts it when it has come
    assert post.limiter.wait_s(GROUP, urgency=Urgency.RESULT, cost=11) > 0
    post.limiter.end(GROUP, cost=10, sent=10)
    post.watch.now += 60
    assert post.limiter.wait_s(GROUP, urgency=Urgency.RESULT, cost=11) > 0
    post.watch.now += 1.1
    assert 0.0 == post.limiter.wait_s(GROUP, urgency=Urgency.RESULT, cost=11)


def test_answers_go_past_a_long_upload() -> None:
    post = a_post()
    assert 0.0 == post.limiter.take(GROUP, urgency=Urgency.RESULT, cost=4)
    for _ in range(2):
        assert 0.0 == post.limiter.take(GROUP, urgency=Urgency.ANSWER)
        post.limiter.end(GROUP)


def test_a_turn_that_was_not_used_costs_nothing() -> None:
    post = a_post()
    for _ in range(100):
        assert 0.0 == post.limiter.take(GROUP, urgency=Urgency.PROGRESS)
        post.limiter.end(GROUP, sent=0)


def test_what_was_sent_before_a_start_counts_for_the_rest_of_its_minute() -> None:
    post = a_post()
    post.limiter.record(GROUP, cost=15, ago_s=30.0)
    post.limiter.record(GROUP, cost=5, ago_s=50.0)
    assert 10.0 < post.limiter.wait_s(GROUP, urgency=Urgency.ANSWER) <= 11.0
    assert 0.0 == post.limiter.wait_s(LAN, urgency=Urgency.ANSWER)


@dataclass
class Far:
    """A Telegram at the other end of a slow wire, by a clock of its own."""

    watch: Watch
    chance: random.Random
    drift: float
    refused: int = 0
    calls: int = 0
    under_way: list[tuple[float, float, ChatId, int]] = field(default_factory=list)
    """When each arrives, when it is answered, and what it is."""

    def __post_init__(self) -> None:
        self.pace = Pace(Limits(), lambda: self.watch.now * self.drift)
        self.limiter = Limiter(self.watch)

    def send(self, chat: ChatId, urgency: Urgency, cost: int) -> None:
        """If it may go now."""
        if self.limiter.take(chat, urgency=urgency, cost=cost) > 0:
            return
        longest_s = 40.0 if urgency is Urgency.RESULT else 0.5
        arrives = self.watch.now + self.chance.uniform(0, longest_s)
        answered = arrives + self.chance.uniform(0, 0.5)
        self.under_way.append((arrives, answered, chat, cost))

    def is_busy(self, chat: ChatId, *, is_heavy: bool) -> bool:
        return any(each[2] == chat and (each[3] > 1) is is_heavy for each in self.under_way)

    def passes(self, seconds: float) -> None:
        began, until = self.watch.now, self.watch.now + seconds
        events = sorted(
            (at, number, each)
            for each in self.under_way
            for number, at in enumerate(each[:2])
            if began < at <= until
        )
        for at, number, each in events:
            self.watch.now = max(self.watch.now, at)
            if number == 0:
                self._arrive(each[2], each[3])
            else:
                self.limiter.end(each[2], cost=each[3], sent=each[3])
                self.under_way.remove(each)
        self.watch.now = until

    def _arrive(self, chat: ChatId, cost: int) -> None:
        self.calls += 1
        try:
            self.pace.spend(chat, cost)
        except Refusal:
            self.refused += 1


@pytest.mark.parametrize("drift", [0.99, 1.0, 1.01])
@pytest.mark.parametrize("seed", range(2))
def test_over_a_slow_wire_and_by_another_clock_telegram_refuses_one_in_a_hundred_at_most(
    seed: int, drift: float
) -> None:
    chance = random.Random(seed)
    far = Far(Watch(), chance, drift)
    chats = [ChatId(number) for number in (-1, -2, -3, 7, 8)]
    for _ in range(3_000):
        chat = chance.choice(chats)
        is_album = chance.random() < 0.2
        urgency = Urgency.RESULT if is_album else chance.choice([Urgency.ANSWER, Urgency.PROGRESS])
        if not far.is_busy(chat, is_heavy=is_album):
            far.send(chat, urgency, chance.randint(2, 10) if is_album else 1)
        far.passes(0.1)
    assert far.calls > 150
    assert far.refused <= 0.01 * far.calls  # words that met an album as it arrived
