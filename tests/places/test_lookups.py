"""The bot's lookup tables and the pack name the same places."""

from pathlib import Path

from api.cli.place_lookups import FILE, add_missing, missing


def test_every_place_of_the_pack_is_in_the_lookup_tables() -> None:
    assert missing() == {}, "python -m api.cli.place_lookups"


def test_missing_names_are_added_once_and_nothing_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "places.yml"
    kept = [
        line
        for line in FILE.read_text(encoding="utf-8").splitlines()
        if "Chợ Phú Yên" not in line and "chợ Phú Yên" not in line
    ]
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert missing(file) == {"landmark": ["Chợ Phú Yên"]}
    add_missing(file)
    assert missing(file) == {}
    assert set(kept) <= set(file.read_text(encoding="utf-8").splitlines())
