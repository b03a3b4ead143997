"""A clock for the sandbox to go by."""


class Clock:
    """Stands still until moved; `now` in seconds."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
