"""bot/models: the model in use, the last ones beside it, and what is known of each.

`langnghe.tar.gz` is what the bot loads. `kept/ID.tar.gz` are the models themselves (hard links where the disk allows), and
`models.json` says what each was made of, how it did on the frozen sets, and in which order they were in use.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from api.cli.trouble import Trouble

LIVE, MARK, CANDIDATE, CANDIDATE_MARK = "langnghe.tar.gz", "fingerprint.json", "candidate.tar.gz", "candidate.json"
KEPT = 5  # models, the one in use among them


class State(StrEnum):
    LIVE = "live"
    KEPT = "kept"  # was in use once
    REFUSED = "refused"  # worse than the one in use when it was made
    ROLLED_BACK = "rolled_back"  # was in use until somebody took it back


@dataclass
class Record:
    """One model. `sources` and `code`: fingerprints of bot.nlu.fingerprint. `figures`: measure → (right, of how many)."""

    id: str
    made_at: str  # ISO 8601
    sources: str
    code: str
    sha256: str
    nlu_only: bool = False
    state: State = State.KEPT
    figures: dict[str, tuple[int, int]] = field(default_factory=dict)
    note: str = ""  # the verdict in words


class ModelStore:
    """Everything that happens to the files. Hold `locked()` around whatever changes them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records: list[Record] = []  # oldest first
        self.history: list[str] = []  # ids in the order in which they came into use; the last one is in use

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One `langnghe train` or `rollback` at a time; what is known is read afresh."""
        (self.folder / "kept").mkdir(parents=True, exist_ok=True)
        with (self.folder / "store.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.read()
            yield

    def read(self) -> None:
        """What models.json says, and the model in use even if somebody else put it there."""
        path = self.folder / "models.json"
        known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self.records = [Record(**{**row, "state": State(row["state"])}) for row in known.get("models", [])]
        self.history = known.get("history", [])
        self._adopt()

    def _adopt(self) -> None:
        """A model that was trained or copied into place without us gets a record of its own."""
        file = self.folder / LIVE
        if not file.exists():
            return
        print_ = digest(file)
        known = next((r for r in self.records if r.sha256 == print_), None)
        if known is None:
            known = self._record(file, self._mark(MARK), "", print_)
            self.records.append(known)
        if self.live != known:
            self._into_use(known)

    def _mark(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"sources": "", "nlu_only": False}

    def _record(self, file: Path, mark: dict[str, Any], code: str, print_: str) -> Record:
        made = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        made_id = f"{made:%Y%m%d-%H%M%S}-{print_[:6]}"
        return Record(made_id, made.isoformat(timespec="seconds"), mark["sources"], code, print_, mark["nlu_only"])

    @property
    def live(self) -> Record | None:
        return self._by_id(self.history[-1]) if self.history and (self.folder / LIVE).exists() else None

    def previous(self) -> Record | None:
        """The model that was in use before, if it is still kept and nobody took it back."""
        earlier = [r for r in map(self._by_id, reversed(self.history[:-1])) if r]
        return next((r for r in earlier if r != self.live and r.state == State.KEPT and self.file(r).exists()), None)

    def _by_id(self, wanted: str) -> Record | None:
        return next((r for r in self.records if r.id == wanted), None)

    def find(self, name: str) -> Path:
        """The file of a model: `live`, `previous`, an id or its beginning, or a path. Raises `Trouble`."""
        if name.endswith(".tar.gz"):
            if Path(name).is_file():
                return Path(name).resolve()
            raise Trouble(f"Không có tệp mô hình {name}.")
        special = {"live": self.live, "previous": self.previous()}
        found = [special[name]] if name in special else [r for r in self.records if r.id.startswith(name)]
        if len(found) != 1 or found[0] is None or not self.file(found[0]).exists():
            raise Trouble(f"Không rõ mô hình “{name}”; `langnghe nlu models` liệt kê các mô hình đang giữ.")
        return self.file(found[0])

    def of_file(self, file: Path) -> Record | None:
        """The record of a kept file."""
        return next((r for r in self.records if self.file(r) == file), None)

    def file(self, record: Record) -> Path:
        return self.folder / "kept" / f"{record.id}.tar.gz"

    def settled(self, sources: str) -> bool:
        """Whether these sources need no training: they are in use, or their model was refused or taken back."""
        if self.live is None:
            return False
        answered = (State.LIVE, State.REFUSED, State.ROLLED_BACK)
        return any(r.sources == sources and r.state in answered and not r.nlu_only for r in self.records)

    def take_candidate(self, code: str) -> Record:
        """The freshly trained candidate gets its record and its place among the kept."""
        file = self.folder / CANDIDATE
        print_ = digest(file)
        self.records = [r for r in self.records if r.sha256 != print_]
        record = self._record(file, self._mark(CANDIDATE_MARK), code, print_)
        file.replace(self.file(record))
        (self.folder / CANDIDATE_MARK).unlink(missing_ok=True)
        self.records.append(record)
        return record

    def refuse(self, record: Record) -> None:
        """It stays beside the one in use, for whoever wants to compare them or to insist."""
        for other in self.records:
            if other.state == State.REFUSED:
                self.file(other).unlink(missing_ok=True)
        record.state = State.REFUSED
        self.write()

    def promote(self, record: Record, *, leaving: State = State.KEPT) -> None:
        """Put a kept model into use; the one that leaves stays for a rollback. A bot that starts now sees one or the other."""
        fresh = self.folder / f"{LIVE}.new"
        _link(self.file(record), fresh)
        fresh.replace(self.folder / LIVE)
        mark = {"sources": record.sources, "nlu_only": record.nlu_only}
        (self.folder / MARK).write_text(json.dumps(mark), encoding="utf-8")
        self._into_use(record, leaving)

    def _into_use(self, record: Record, leaving: State = State.KEPT) -> None:
        for other in self.records:
            if other.state == State.LIVE:
                other.state = leaving
        record.state = State.LIVE
        self.history.append(record.id)
        if not self.file(record).exists():
            _link(self.folder / LIVE, self.file(record))
        self.write()

    def write(self) -> None:
        """Forget the oldest beyond KEPT, then write models.json whole."""
        self._prune()
        data = {"history": self.history, "models": [asdict(r) for r in self.records]}
        new = self.folder / "models.json.new"
        new.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
        new.replace(self.folder / "models.json")

    def _prune(self) -> None:
        used = [r.id for r in (self.live, self.previous()) if r]
        others = [r.id for r in reversed(self.records) if r.id not in used]
        keep = {*used, *others[: KEPT - len(used)]}
        self.records = [r for r in self.records if r.id in keep]
        self.history = [i for i in self.history if i in keep]
        for path in (self.folder / "kept").glob("*"):
            if path.name.split(".")[0] not in keep:
                path.unlink()


def digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _link(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:  # a disk without hard links
        shutil.copy2(source, target)
