"""All training files as one: for each file, however small, Rasa takes a tenth of a second and merges all that came before."""

from pathlib import Path

import yaml


def write(folder: Path, target: Path) -> None:
    """Every Rasa file (`*.yml` with `nlu:`) below `folder`, in the order of their names, as one file at `target`.

    A file that is no YAML keeps its own name in the error.
    """
    items = [item for path in sorted(folder.rglob("*.yml")) for item in _items(path)]
    merged = {"version": "3.1", "nlu": items}
    target.write_text(yaml.dump(merged, Dumper=_Blocks, allow_unicode=True, sort_keys=False, width=10_000), encoding="utf-8")


class _Blocks(yaml.SafeDumper):
    """Many lines as a literal block, which Rasa's reader takes whole; quoted it would spell them letter by letter."""


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Blocks.add_representer(str, _block)


def _items(path: Path) -> list[object]:
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: {error}") from error
    return list(document.get("nlu") or [])
