"""What a person chose once stays chosen; who chose nothing has what most people want."""

from shop import Shop

from bot.jobs.preferences import Form, Preferences, prefer, preferences_of
from bot.model import UserId

AN, BEN = UserId(1), UserId(2)


async def test_who_chose_nothing_has_the_defaults(shop: Shop) -> None:
    assert Preferences() == await preferences_of(shop.store, AN)


async def test_what_was_chosen_stays_and_is_nobody_elses(shop: Shop) -> None:
    chosen = Preferences(Form.ALBUM, "flow", "9:16", "tranh màu nước --s 50", pings=False)
    await shop.store.write(lambda tx: prefer(tx, AN, chosen))
    assert chosen == await preferences_of(shop.store, AN)
    assert Preferences() == await preferences_of(shop.store, BEN)
