"""The invented history, in and out. What it is made of is in `demo_data`."""

import importlib
from typing import Any

from api.cli.database import available
from api.cli.trouble import Trouble
from api.core.clock import SystemClock
from api.core.db import transaction


def load() -> str:
    """Returns a sentence for the operator."""
    with available(), transaction() as session:
        count = _data().load(session, SystemClock().now())
    return f"Đã nạp {count} phản ánh minh họa." if count else "Dữ liệu minh họa đã có sẵn."


def remove() -> str:
    with available(), transaction() as session:
        _data().remove(session)
    return "Đã xóa toàn bộ dữ liệu minh họa."


def _data() -> Any:
    try:
        return importlib.import_module("api.cli.demo_data")
    except ModuleNotFoundError as error:
        raise Trouble("Bản cài đặt này không kèm dữ liệu minh họa.") from error
