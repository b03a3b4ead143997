"""Keeps looptime from leaving an event loop open in every test that needs none."""

import asyncio


def pytest_configure() -> None:
    # looptime asks the policy for the current loop around every test, and a policy that was
    # never told "none" answers by making one, which nobody closes (warnings are errors here).
    asyncio.set_event_loop(None)
