"""The weather table of docs/providers.md: every case of the issue has a row, every row a test."""

import ast
import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs" / "providers.md").read_text(encoding="utf-8").split("## Weather\n", 1)[1]
COLUMNS = 6
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| case |")
]
CASES = [
    "400",
    "401",
    "402",
    "403",
    "404 before completion",
    "404 after completion",
    "429 with Retry-After in seconds",
    "429 with Retry-After as an HTTP date",
    "429 without Retry-After",
    "daily 429",
    "5xx on submit",
    "5xx on read",
    "5xx on download",
    "HTML bodies",
    "empty bodies",
    "time-out before acceptance",
    "time-out after acceptance",
    "connection drop mid-download",
    "truncated or wrong-type file",
    "tiny body",
    "`percentage` in every form",
    "unknown status",
    "missing status",
    "`retrying`",
    "preview beside a running status",
    "completed-with-error",
    "more outputs than asked",
    "fewer outputs than asked",
    "`job_ids`",
    "result on another host",
    "redirects, followed",
    "redirects, a loop",
    "redirects, to a private address",
    "DNS failure",
    "deadline",
    "a result after the deadline",
    "webhook early",
    "webhook duplicate",
    "webhook forged",
]


@pytest.mark.parametrize("case", CASES)
def test_every_case_has_a_row(case: str) -> None:
    assert any(case in row[0] for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_row_is_whole_and_names_a_test_that_is_there(row: list[str]) -> None:
    assert COLUMNS == len(row)
    assert all(row)
    named = TEST.fullmatch(row[-1])
    assert named is not None, row
    tree = ast.parse((TOP / named[1]).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    assert named[2] in {node.name for node in tree.body if isinstance(node, functions)}
