"""What every test needs before the first one runs."""

import asyncio

import pytest


def pytest_sessionstart(session: pytest.Session) -> None:
    # Else pytest-asyncio, before its first test on Python 3.11, makes Python create a loop to
    # remember, which nobody closes: a ResourceWarning, an error here, in whichever test comes next.
    asyncio.set_event_loop(None)
