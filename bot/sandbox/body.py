"""The body of a call to a provider, and the provider's no to what is in it.

Knows nothing of what either provider accepts.
"""

from typing import Any

from starlette.requests import Request


class Refused(Exception):  # a refusal is the service's answer, not an error of ours
    """The call is answered with this HTTP status and `detail`, in the provider's own envelope."""

    def __init__(self, status: int, detail: str | list[dict[str, Any]]) -> None:
        super().__init__(str(detail))
        self.status = status
        self.detail = detail


async def json_object(request: Request) -> dict[str, Any]:
    """The JSON object a call carries. Raises Refused (400) for anything else."""
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "The body must be a JSON object")
    return body
