"""Telegram's pace: never more than it allows, and nothing that matters waits behind progress."""

import itertools
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.limiter import Limiter
from bot.model import ChatId, Urgency

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
