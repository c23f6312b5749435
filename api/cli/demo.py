"""The invented history, in and out. What it is made of is in `demo_data`."""

from api.cli import accounts, demo_data
from api.cli.database import available
from api.core.clock import SystemClock
from api.core.db import transaction


def load() -> str:
    """Returns a sentence for the operator. The invented clerks are the accounts of a new installation."""
    with available(), transaction() as session:
        accounts.make_cast(session)
        count = demo_data.load(session, SystemClock().now())
    return f"Đã nạp {_dotted(count)} phản ánh minh họa." if count else "Dữ liệu minh họa đã có sẵn."


def remove() -> str:
    with available(), transaction() as session:
        count = demo_data.remove(session)
    return f"Đã xóa {_dotted(count)} phản ánh minh họa." if count else "Không có dữ liệu minh họa nào để xóa."


def _dotted(count: int) -> str:
    return f"{count:,}".replace(",", ".")
