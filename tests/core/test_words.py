"""Days as people write them."""

from datetime import date

import pytest

from api.core.words import NotADay, day_words, read_day

DAYS = ("05/11/2026", "5/11/2026", " 5 / 11 / 2026 ", "5-11-2026", "05.11.2026", "05112026", "2026-11-05")
NO_DAYS = ("hôm qua", "31/02/2026", "11/23/2026", "5/11/26", "5/11-2026", "20261105", "2026-W45-4", "0/0/0000", "٠٥/١١/٢٠٢٦")


@pytest.mark.parametrize("typed", DAYS)
def test_a_day_is_understood(typed: str) -> None:
    found = read_day(typed)
    assert found == date(2026, 11, 5)
    assert day_words(found) == "05/11/2026"


def test_nothing_is_no_day() -> None:
    assert read_day("  ") is None


@pytest.mark.parametrize("typed", NO_DAYS)
def test_what_is_no_day_is_said(typed: str) -> None:
    with pytest.raises(NotADay, match=r"chưa đúng\. Anh/chị viết ngày/tháng/năm, ví dụ 23/11/2026\."):
        read_day(typed)
