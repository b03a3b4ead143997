"""A small market for pure tests: somebody like Midjourney, somebody like Flow, and our own machine."""

from bot.jobs.offers import Market
from bot.model import Operation
from bot.providers.port import Capabilities, OperationSpec

PAINTER = Capabilities(
    {
        Operation.IMAGE: OperationSpec(45, default_count=4, max_count=4, takes_flags=True),
        Operation.VARIATION: OperationSpec(
            45, default_count=4, max_count=4, strengths=("strong", "subtle")
        ),
        Operation.UPSCALE: OperationSpec(30, strengths=("subtle", "creative")),
        Operation.PAN: OperationSpec(
            45, default_count=4, max_count=4, directions=("left", "right", "up", "down")
        ),
        Operation.ZOOM: OperationSpec(
            45, default_count=4, max_count=4, factors=("1.5", "2", "square"), factor_max=2.0
        ),
    },
    prompt_max=4000,
)
FILMER = Capabilities(
    {
        Operation.IMAGE: OperationSpec(30, max_count=4, ratios=("1:1", "16:9", "9:16")),
        Operation.REFERENCE_IMAGE: OperationSpec(
            30, ratios=("1:1", "16:9", "9:16"), min_references=1, max_references=6
        ),
        Operation.VIDEO: OperationSpec(90, lengths_s=(6, 8, 10), default_length_s=8),
        Operation.IMAGE_VIDEO: OperationSpec(
            90, ratios=("16:9", "9:16", "1:1"), min_references=1, max_references=1
        ),
    },
    prompt_max=4000,
)
HOUSE = Capabilities(
    {Operation.ENLARGE: OperationSpec(5, hd=("2k", "4k"), min_references=1, max_references=1)},
    prompt_max=4000,
)
BOTH = Market(
    {"apiframe": PAINTER, "flow": FILMER, "local": HOUSE},
    {Operation.IMAGE: "apiframe", Operation.VIDEO: "flow"},
)
PAINTER_ALONE = Market({"apiframe": PAINTER}, {Operation.IMAGE: "apiframe"})
FILMER_ALONE = Market({"flow": FILMER, "local": HOUSE}, {Operation.IMAGE: "flow"})
NOBODY = Market({}, {})
