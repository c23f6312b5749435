"""The house rules as tests: style, types, the order of the slices, the length of files."""

import subprocess
import sys
from pathlib import Path

import pytest

from api.core.settings import ROOT

BIN = Path(sys.executable).parent
LONGEST, LONGEST_TEST = 400, 500  # lines; a walk through a page is long and simple
OURS = ("api", "admin", "actions", "bot/components", "bot/nlu", "bot/tensorflow_stand_in/tensorflow", "scripts", "tests")
CHECKS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "import order": ["lint-imports"],
}


# one worker: mypy and lint-imports share a cache folder with themselves
@pytest.mark.xdist_group("house")
@pytest.mark.parametrize("name", CHECKS)
def test_house_rule(name: str) -> None:
    tool, *arguments = CHECKS[name]
    done = subprocess.run([BIN / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_files_stay_short_enough_to_be_read() -> None:
    # a migration is history: it is never edited, so never split
    files = [path for folder in OURS for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]
    lengths = {str(p.relative_to(ROOT)): len(p.read_bytes().splitlines()) for p in files}
    assert lengths
    assert not {p: n for p, n in lengths.items() if n > (LONGEST_TEST if p.startswith("tests/") else LONGEST)}
