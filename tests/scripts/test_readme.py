"""The README tells the truth: settings, folders, commands, links, screenshots."""

import re

import pytest
from pydantic_core import PydanticUndefined

from api.cli.commands import app
from api.core.settings import ROOT, Settings

README = (ROOT / "README.md").read_text(encoding="utf-8")
TABLE = dict(re.findall(r"^\| `LANGNGHE_(\w+)` \| (\S.*?) \|", README, re.MULTILINE))


def test_the_table_names_every_setting() -> None:
    assert sorted(TABLE) == sorted(name.upper() for name in Settings.model_fields)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_table_tells_the_default(name: str) -> None:
    default = Settings.model_fields[name].default
    assert default is not PydanticUndefined
    shown = str(default).removeprefix(f"{ROOT}/")
    assert TABLE[name.upper()] == (f"`{shown}`" if shown else "(trống)")


def test_every_folder_and_file_named_is_there() -> None:
    folders = re.findall(r"^\| `([\w./]+?)/?` \|", README, re.MULTILINE)
    assert folders
    links = [target for target in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in target]
    scripts = re.findall(r"(?<![\w/])(scripts/\w+)", README)
    for path in [f for f in folders if not f.startswith(("/", "LANGNGHE_"))] + links + scripts:
        assert (ROOT / path).exists(), path


def test_every_command_named_is_there() -> None:
    groups = {group.name: group.typer_instance for group in app.registered_groups}
    names = {(c.name or getattr(c.callback, "__name__", "")) for c in app.registered_commands}
    for words in re.findall(r"`langnghe ([a-z -]+)", README):
        first, *rest = words.split()
        assert first in names or first in groups
        if first in groups and rest:
            found = groups[first]
            assert found is not None
            assert rest[0] in {c.name for c in found.registered_commands}


def test_pictures_are_small() -> None:
    pictures = [ROOT / target for target in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)]
    assert len(pictures) >= 4
    assert [path.name for path in pictures if path.stat().st_size > 120_000] == []
