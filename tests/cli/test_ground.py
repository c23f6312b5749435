"""What must be there before a start, and the sentence for each thing that is not."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli import ground
from api.cli.trouble import Trouble
from api.core.settings import Settings


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Trouble, match=r"Không ghi được vào thư mục dữ liệu .* LANGNGHE_DATA_DIR"):
        ground.writable(tmp_path / "file" / "var")


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "LEAST_FREE_BYTES", 10**18)
    with pytest.raises(Trouble, match="sắp đầy"):
        ground.check_room(tmp_path)


def test_a_taken_port_names_its_setting(taken: int) -> None:
    with pytest.raises(Trouble, match=f"Cổng {taken} .* LANGNGHE_PORT"):
        ground.check_ports(Settings(port=taken, bot_port=free_port()))
    with pytest.raises(Trouble, match=f"Cổng {taken} .* LANGNGHE_BOT_PORT"):
        ground.check_ports(Settings(port=free_port(), bot_port=taken))
    with pytest.raises(Trouble, match="trùng nhau"):
        ground.check_ports(Settings(port=8000, bot_port=8000))


def test_one_folder_has_one_master(tmp_path: Path) -> None:
    with ground.lock(tmp_path) as alone:
        assert alone
        with pytest.raises(Trouble, match="Lắng Nghe đang chạy trên thư mục"), ground.lock(tmp_path):
            pass
        with ground.lock(tmp_path, wanted=False) as second:
            assert not second
    with ground.lock(tmp_path) as again:
        assert again
