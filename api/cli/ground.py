"""What must be there before anything starts: a folder to write to, room on its disk, nobody else in it, free ports."""

import contextlib
import fcntl
import itertools
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from api.cli.trouble import Trouble
from api.core.settings import Settings

LEAST_FREE_BYTES = 500_000_000  # a fresh database, a model and a day of photos
LOGS_KEPT = 3


def writable(folder: Path) -> None:
    """Make the folder if need be. Raises `Trouble` if it cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".write-probe"
        probe.write_bytes(b"\n")
        probe.unlink()
    except OSError as error:
        raise Trouble(
            f"Không ghi được vào thư mục dữ liệu {folder} ({error.strerror}). "
            "Hãy kiểm tra ổ đĩa và quyền ghi, hoặc chọn thư mục khác bằng LANGNGHE_DATA_DIR."
        ) from error


def check_room(folder: Path) -> None:
    if shutil.disk_usage(folder).free < LEAST_FREE_BYTES:
        raise Trouble(f"Ổ đĩa chứa {folder} sắp đầy: cần còn trống ít nhất {LEAST_FREE_BYTES // 1_000_000} MB.")


def check_ports(settings: Settings, *, fake_channels: bool = False) -> None:
    """Raises `Trouble` naming the setting of the first port that is taken twice, or that somebody else listens on."""
    ports = [("LANGNGHE_PORT", settings.host, settings.port), ("LANGNGHE_BOT_PORT", "127.0.0.1", settings.bot_port)]
    if fake_channels:
        ports.append(("LANGNGHE_FAKES_PORT", "127.0.0.1", settings.fakes_port))
    for (one, _, port), (other, _, same) in itertools.combinations(ports, 2):
        if port == same:
            raise Trouble(f"{one} và {other} đang trùng nhau ({port}); hãy chọn hai cổng khác nhau.")
    for name, host, port in ports:
        if not _free(host, port):
            raise Trouble(
                f"Cổng {port} đang bị chương trình khác dùng. Hãy đóng chương trình đó, hoặc chọn cổng khác bằng {name}."
            )


def _free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # connections of the last run that only wait to be forgotten do not count as taken
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise Trouble(f"Không có quyền mở cổng {port}; hãy chọn một cổng từ 1024 trở lên.") from error
        except OSError:
            return False
    return True


@contextlib.contextmanager
def lock(folder: Path, *, wanted: bool = True) -> Iterator[bool]:
    """Hold the folder for this process; the lock dies with it. Yields whether we hold it; if `wanted`, `Trouble` if not."""
    with (folder / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if wanted:
                raise Trouble(_taken(folder, file.name)) from error
            yield False
            return
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield True


def _taken(folder: Path, name: str) -> str:
    number = Path(name).read_text().strip() or "?"
    return (
        f"Lắng Nghe đang chạy trên thư mục dữ liệu {folder} (tiến trình {number}). "
        "Hãy dừng nó trước, hoặc chọn thư mục khác bằng LANGNGHE_DATA_DIR."
    )


def fresh_log(folder: Path, name: str) -> Path:
    """A new log file; the last `LOGS_KEPT` runs stay beside it as name.log.1 and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.log"
    for number in range(LOGS_KEPT, 0, -1):
        older = path if number == 1 else path.with_name(f"{name}.log.{number - 1}")
        if older.exists():
            older.replace(path.with_name(f"{name}.log.{number}"))
    path.touch(mode=0o600)
    return path
