"""docs/providers.md says what the adapters do, and names tests that are there."""

import re
from pathlib import Path

import pytest

from bot.model import Operation
from bot.providers.apiframe import Apiframe
from bot.providers.flow import Flow
from bot.providers.local import Local
from bot.providers.port import Capabilities, Provider

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs" / "providers.md").read_text(encoding="utf-8")
PROVIDERS = ("apiframe", "flow", "local")
STATE = re.compile(r"done|exempt: \S.+")
SHOWN = re.compile(r"^\| (\w+) \| (.+) \| `(tests/[\w/]+\.py)::(\w+)` \|$", re.MULTILINE)


def rows(head: str) -> dict[str, dict[str, str]]:
    """The table whose first column is called ``head``: what stands under each provider."""
    table = PAGE.split(f"| {head} | {' | '.join(PROVIDERS)} |\n", 1)[1].split("\n\n", 1)[0]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[1:]]
    return {name.strip("`"): dict(zip(PROVIDERS, said, strict=True)) for name, *said in cells}


@pytest.fixture
async def providers(tmp_path: Path) -> dict[str, Provider]:
    apiframe = Apiframe(key="k", base_url="https://a.example/pro", fetch_url="https://a.example")
    flow = Flow(key="k", base_url="https://f.example/public/api/v1", offers_hd=True)
    for each in (apiframe, flow):
        await each.aclose()
    return {each.name: each for each in (apiframe, flow, Local(tmp_path))}


async def test_every_operation_has_a_row_that_tells_the_truth(
    providers: dict[str, Provider],
) -> None:
    table = rows("operation")

    assert set(Operation) == set(table)
    for operation, said in table.items():
        for name, state in said.items():
            is_made = Operation(operation) in providers[name].capabilities.operations
            assert STATE.fullmatch(state), (operation, name)
            assert is_made == (state == "done"), (operation, name)


async def test_every_other_part_of_the_port_has_a_row_that_tells_the_truth(
    providers: dict[str, Provider],
) -> None:
    def has(provider: Provider) -> dict[str, bool]:
        can: Capabilities = provider.capabilities
        return {
            "several tasks in one read": can.poll_batch > 1,
            "upload": can.uploads is not None,
            "find a lost order": can.can_find_submitted,
            "webhook": can.has_webhook,
            "account": type(provider).account is not Provider.account,
        }

    table = rows("part")
    for name, provider in providers.items():
        assert has(provider) == {part: said[name] == "done" for part, said in table.items()}
    assert all(STATE.fullmatch(state) for said in table.values() for state in said.values())


def test_everything_done_names_a_test_of_that_provider() -> None:
    shown = {(name, what) for name, what, _, _ in SHOWN.findall(PAGE)}
    done = {
        (name, row)
        for head in ("operation", "part")
        for row, said in rows(head).items()
        for name, state in said.items()
        if state == "done"
    }
    unshown = {
        (name, row)
        for name, row in done
        if not any(name == provider and row in what for provider, what in shown)
    }

    assert {("local", "several tasks in one read")} == unshown  # it reads nothing from anybody


@pytest.mark.parametrize(("file", "test"), [found[2:] for found in SHOWN.findall(PAGE)])
def test_the_tests_it_names_are_there(file: str, test: str) -> None:
    source = (TOP / file).read_text(encoding="utf-8")

    assert re.search(rf"^(async )?def {test}\(", source, re.MULTILINE)


def test_nobody_is_to_be_called_from_the_page() -> None:
    assert not re.search(r"\b0\d{8,10}\b|zalo", PAGE, re.IGNORECASE)
