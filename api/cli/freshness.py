"""Whether the database wants any work at this start, told without loading what that work needs: `python -m api.cli.freshness`.

Every start runs it. It is a process of its own so that the memory of a migration is given back.
"""

import hashlib
import sys
from collections.abc import Sequence

import psycopg

from api.core.settings import ROOT, conninfo, get_settings

UNCHANGED = "Không có gì thay đổi."
_LOADED = """
    select 1 from loaded_pack join alembic_version on alembic_version.version_num = loaded_pack.revision
    where locality = %s and fingerprint = %s
"""


def fingerprint(*, fake_channels: bool) -> str:
    """Of all that decides what the database would hold: our code and packs, the packages (the units' names come from one),
    and whether fake platforms may be connected.
    """
    found = hashlib.sha256(b"with fake channels" if fake_channels else b"")
    ours = (path for path in (ROOT / "api").rglob("*") if path.suffix in {".py", ".yml"})
    for path in (ROOT / "uv.lock", *sorted(ours)):
        found.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def unchanged(*, fake_channels: bool) -> bool:
    """Whether the last start left just what this one would. A database that does not answer is nobody's yet."""
    try:
        with psycopg.connect(conninfo()) as connection:
            wanted = (get_settings().locality, fingerprint(fake_channels=fake_channels))
            return connection.execute(_LOADED, wanted).fetchone() is not None
    except psycopg.Error:
        return False


def main(arguments: Sequence[str]) -> None:
    fake_channels, with_demo = "--fake-channels" in arguments, "--demo" in arguments
    if not with_demo and unchanged(fake_channels=fake_channels):
        print(UNCHANGED)
        return
    from api.cli.prepare import prepare

    prepare(fake_channels=fake_channels, with_demo=with_demo)


if __name__ == "__main__":
    main(sys.argv[1:])
