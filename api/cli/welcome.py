"""What the operator reads when everything is up: addresses and accounts."""

from pathlib import Path

from api.core.settings import Settings


def welcome(settings: Settings, seconds: float, *, fake_channels: bool = False) -> list[str]:
    base = settings.public_address
    return [
        "",
        f"Lắng Nghe đã sẵn sàng sau {seconds:.0f} giây.",
        "",
        f"  Trò chuyện với bot    {base}/",
        f"  Trang quản trị        {base}/admin",
        f"  Tài liệu API          {base}/docs",
        f"  Tình trạng hệ thống   {base}/health",
        *([f"  Zalo, Telegram giả lập {settings.fakes_address}/"] if fake_channels else []),
        "",
        *_accounts(settings.data_dir / "accounts.txt"),
        "Nhấn Ctrl-C để dừng.",
    ]


def _accounts(path: Path) -> list[str]:
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [f"Tài khoản dùng thử (lưu ở {path}):", *(f"  {line}" for line in lines), ""]
