"""What every test needs of the machinery below it."""

import asyncio


def pytest_configure() -> None:
    # pytest-asyncio asks for the loop before its own; Python below 3.14 then makes one that
    # nobody closes, and the first test to collect garbage is blamed. "None" is an answer too.
    asyncio.set_event_loop(None)
