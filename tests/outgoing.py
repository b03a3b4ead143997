"""A Telegram whose turns are always free, for tests of the outbox loop. Knows nothing of pace."""

from bot.model import ChatId, Urgency


class Telegram:
    """Takes everything at once."""

    def take_turn(self, chat_id: ChatId, *, urgency: Urgency, cost: int) -> float:
        return 0.0

    def end_turn(self, chat_id: ChatId, *, cost: int, sent: int) -> None:
        pass

    def remember(self, chat_id: ChatId, *, cost: int, ago_s: float) -> None:
        pass
