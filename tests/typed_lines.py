"""What people type, as the grammar reads it: somebody like Midjourney and somebody like Flow make it."""

from bot.chat.grammar import parse
from bot.chat.parsed import Complaint, ImageCommand, Parsed, Typed
from bot.model import Operation, Request
from bot.providers.port import Capabilities, OperationSpec

MIDJOURNEY = Capabilities(
    {
        Operation.IMAGE: OperationSpec(
            typical_s=60, default_count=4, max_count=4, modes=("fast", "turbo"), takes_flags=True
        ),
        Operation.VARIATION: OperationSpec(typical_s=60, default_count=4, max_count=4),
    },
    prompt_max=60,
    nicknames=("midjourney", "mj"),
)
FLOW = Capabilities(
    {
        Operation.IMAGE: OperationSpec(
            typical_s=30,
            max_count=4,
            ratios=("1:1", "16:9", "9:16", "4:3", "3:4"),
            hd=("2k", "4k"),
        ),
        Operation.VIDEO: OperationSpec(
            typical_s=90,
            ratios=("16:9", "9:16", "1:1"),
            lengths_s=(6, 8, 10),
            default_length_s=8,
        ),
    },
    prompt_max=4000,
    nicknames=("imagen", "veo", "google"),
)
BOTH = {"apiframe": MIDJOURNEY, "flow": FLOW}


def read(text: str, providers: dict[str, Capabilities] = BOTH) -> Parsed:
    default = {Operation.IMAGE: next(iter(providers), ""), Operation.VIDEO: "flow"}
    return parse(Typed(text), username="EaselBot", providers=providers, default_provider=default)


def reply(text: str) -> Parsed:
    return parse(
        Typed(text, is_reply=True),
        username="EaselBot",
        providers=BOTH,
        default_provider={Operation.IMAGE: "apiframe", Operation.VIDEO: "flow"},
    )


def image(text: str) -> Request:
    parsed = read(text)
    assert isinstance(parsed, ImageCommand), parsed
    return parsed.request


def complaint(text: str, providers: dict[str, Capabilities] = BOTH) -> Complaint:
    parsed = read(text, providers)
    assert isinstance(parsed, Complaint), parsed
    return parsed
