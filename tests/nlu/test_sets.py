"""The frozen test sets are well formed, and no sentence in them is a near copy of another or of a training sentence."""

import sqlite3
import unicodedata
from collections import Counter
from contextlib import closing

import pytest
import yaml

from api.core.settings import ROOT
from api.localities.pack import pack
from api.places.pack import _data_folder
from tests.nlu.near_copies import SETS, frozen_lines, near_copies, rows, training_lines

TAXONOMY = yaml.safe_load((ROOT / "api/localities/taxonomy.yml").read_text(encoding="utf-8"))
TYPES, CATEGORIES, PROCEDURES = (
    {entry["code"] for entry in TAXONOMY[part]} for part in ("message_types", "categories", "procedures")
)
REGISTERS = {"clean", "bare", "teencode", "typo", "dialect", "rambling"}
SPELLINGS = {"full", "abbreviated", "bare", "typo"}
FIELDS = {
    "messages": {"text", "type", "category", "procedure", "location", "register"},
    "strangers": {"text", "type", "category", "procedure", "location", "register"},
    "addresses": {"text", "unit", "spelling"},
    "procedures": {"text", "procedure", "register"},
    "signals": {"text", "signals", "register"},
}
FEWEST = {"messages": 640, "strangers": 500, "addresses": 220, "procedures": 220, "signals": 200}


@pytest.mark.parametrize("name", SETS)
def test_every_line_is_well_formed(name: str) -> None:
    lines = rows(name)
    assert len(lines) >= FEWEST[name]
    for row in lines:
        assert set(row) - {"candidates"} == FIELDS[name], row
        text = row["text"]
        assert text == unicodedata.normalize("NFC", text).strip(), row
        assert text
        assert len(text.split()) <= 90, row
        if "bare" in (row.get("register"), row.get("spelling")):
            assert text.isascii(), row


@pytest.mark.parametrize("name", ["messages", "strangers"])
def test_messages_bear_labels_that_exist(name: str) -> None:
    for row in rows(name):
        assert row["type"] in TYPES, row
        assert row["register"] in REGISTERS, row
        assert row["category"] in (CATEGORIES if row["type"] in {"report", "suggestion"} else {None}), row
        assert row["procedure"] in (PROCEDURES | {None} if row["type"] == "question" else {None}), row
        if (place := row["location"]) is not None:
            assert place == place.strip(), row
            assert place in row["text"], row


def test_messages_cover_every_label_and_register() -> None:
    lines = rows("messages")
    types = Counter(row["type"] for row in lines)
    assert not {code: types[code] for code in TYPES if types[code] < 25}
    for kind, fewest in (("report", 10), ("suggestion", 1)):
        found = Counter(row["category"] for row in lines if row["type"] == kind)
        assert not {code: found[code] for code in CATEGORIES if found[code] < fewest}
    assert {row["procedure"] for row in lines if row["procedure"]} == PROCEDURES
    shares = Counter(row["register"] for row in lines)
    assert not {register: shares[register] for register in REGISTERS if shares[register] < 0.06 * len(lines)}


def test_strangers_speak_of_every_label_in_every_register() -> None:
    lines = rows("strangers")
    types = Counter(row["type"] for row in lines)
    assert not {code: types[code] for code in TYPES if types[code] < 15}
    for kind, fewest in (("report", 8), ("suggestion", 1)):
        found = Counter(row["category"] for row in lines if row["type"] == kind)
        assert not {code: found[code] for code in CATEGORIES if found[code] < fewest}
    asked = [row["procedure"] is not None for row in lines if row["type"] == "question"]
    assert 0.4 < sum(asked) / len(asked) < 0.6
    shares = Counter(row["register"] for row in lines)
    assert not {register: shares[register] for register in REGISTERS if shares[register] < 0.06 * len(lines)}


def test_procedures_are_each_asked_five_times() -> None:
    lines = rows("procedures")
    assert {row["register"] for row in lines} == REGISTERS
    asked = Counter(row["procedure"] for row in lines)
    assert set(asked) == PROCEDURES
    assert min(asked.values()) >= 5


def test_signals_are_each_borne_and_not_borne_in_every_register() -> None:
    lines = rows("signals")
    known = [entry["code"] for entry in TAXONOMY["signals"]]
    assert {row["register"] for row in lines} == REGISTERS
    for row in lines:
        assert row["signals"] == [code for code in known if code in row["signals"]], row
    borne = Counter(code for row in lines for code in row["signals"])
    assert not {code: borne[code] for code in known if borne[code] < 40}
    assert sum(not row["signals"] for row in lines) >= 50
    assert {row["register"] for row in lines if not row["signals"]} == REGISTERS


def test_training_sentences_bear_enough_of_each_signal() -> None:
    """Of their own words: the noisy copies come on top."""
    found: Counter[str] = Counter()
    for path in sorted((ROOT / "nlu_data").rglob("*.yml")):
        for block in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("nlu") or []:
            said = (block.get("metadata") or {}).get("signals")
            if said is None:
                continue
            assert set(said.split()) <= {entry["code"] for entry in TAXONOMY["signals"]}, (path.name, said)
            for code in said.split() or ["none"]:
                found[code] += len(block["examples"].splitlines())
    assert not {entry["code"]: found[entry["code"]] for entry in TAXONOMY["signals"] if found[entry["code"]] < 120}
    assert found["none"] >= 200


def test_addresses_lead_to_units_of_today() -> None:
    units = _units_of_the_area()
    lines = rows("addresses")
    assert {row["spelling"] for row in lines} == SPELLINGS
    assert {row["unit"] for row in lines if row["unit"]} == {code for code, inside in units.items() if inside}
    for row in lines:
        if row["unit"] is None:
            assert len(set(row["candidates"])) >= 2, row
            assert set(row["candidates"]) <= set(units), row
        else:
            assert "candidates" not in row, row


def _units_of_the_area() -> dict[str, bool]:
    """Every unit of today's province: does it belong to the former Hải Dương?"""
    with closing(sqlite3.connect(f"file:{_data_folder() / 'dataset.db'}?mode=ro", uri=True)) as source:
        found = source.execute("select wardCode from admin_units where provinceCode = ?", (pack()["province_code"],))
        return {code: code < pack()["area_before_code"] for (code,) in found}


def test_nothing_is_nearly_written_twice() -> None:
    """Within the test sets, within the training data, and between them. Says where, not what: writers read no frozen line."""
    places = [f"{one[0]} ~ {other[0]}" for _, one, other in near_copies(frozen_lines() + training_lines())]
    assert places == []
