"""Files for spreadsheets: a citizen's words never become a formula, a phone number never leaves."""

import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy.orm import Session

from api.metrics.export import to_csv, to_xlsx
from api.metrics.rules import Period, Span
from api.metrics.scope import Scope
from api.metrics.service import report
from api.metrics.tables import Table, figure_tables, ticket_table, without_phones
from tests.metrics.conftest import History, at

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TRAPS = [
    "=1+1",
    "+84912345678",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1",
    "  =cmd|' /C calc'!A0",
    '=HYPERLINK("http://x")',
    "＝1+1",
]
WEEK = Period(Span.CUSTOM, at(16, "00:00"), at(23, "00:00"))


def table(*cells: object) -> Table:
    return Table("thu", "Thử", [f"Cột {i}" for i in range(len(cells))], [cells])  # type: ignore[list-item]


@pytest.mark.parametrize("trap", TRAPS)
def test_csv_disarms_formulas(trap: str) -> None:
    line = to_csv(table(trap), ZONE).decode("utf-8-sig").split("\r\n", 1)[1]
    assert line.lstrip('"').startswith("'")


@pytest.mark.parametrize("trap", TRAPS)
def test_xlsx_keeps_texts_as_texts(trap: str) -> None:
    cell = openpyxl.load_workbook(io.BytesIO(to_xlsx([table(trap)], ZONE)))["Thử"]["A2"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None


def test_csv_is_what_a_vietnamese_excel_opens() -> None:
    moment = datetime(2026, 11, 20, 9, 50, tzinfo=UTC)
    data = to_csv(table('Đèn; "hỏng"', 3.5, 1250, moment, date(2026, 11, 2), None), ZONE)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").split("\r\n")[1] == '"Đèn; ""hỏng""";3,5;1250;20/11/2026 16:50;02/11/2026;'


def test_xlsx_holds_numbers_and_local_times() -> None:
    moment = datetime(2026, 11, 20, 9, 50, tzinfo=UTC)
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx([table(3.5, moment, date(2026, 11, 2), None)], ZONE)))["Thử"]
    assert [cell.value for cell in sheet[2]][:2] == [3.5, datetime(2026, 11, 20, 16, 50)]  # noqa: DTZ001 - as a spreadsheet
    assert sheet["D2"].value is None


@pytest.mark.parametrize("said", ["gọi 0912345678 nhé", "sđt 0912.345.678", "+84 912 345 678", "84-912-345-678"])
def test_phone_numbers_in_words_are_left_out(said: str) -> None:
    kept = without_phones(said)
    assert kept is not None
    assert "345" not in kept
    assert "[số điện thoại]" in kept


@pytest.mark.parametrize("said", ["số nhà 12 ngõ 345", "hết 20.000 đồng, 1.250 người", "năm 2026", "HD-26-000123", None])
def test_other_numbers_stay(said: str | None) -> None:
    assert without_phones(said) == said


def test_the_tickets_of_the_period(db: Session, history: History) -> None:
    early = history.opened(at(20, "16:50"), description="=1+1 gọi 0912 345 678", place_text="nhà 0912345678")
    history.opened(at(23, "08:00"))
    history.resolved(early, at(23, "09:00"))
    made = ticket_table(db, WEEK, Scope(), at(23, "10:00"))
    assert len(made.rows) == 1
    row = dict(zip(made.headings, made.rows[0], strict=True))
    assert row["Mã phản ánh"] == early.number
    assert row["Nội dung"] == "=1+1 gọi [số điện thoại]"
    assert row["Địa điểm"] == "nhà [số điện thoại]"
    assert row["Đơn vị"] == "Xí nghiệp Chiếu sáng"
    assert row["Giải quyết lúc"] == at(23, "09:00")
    assert row["Muộn hạn"] == ""
    assert not {"Lan", "Phạm Thị Lan", "0912345678"} & {str(cell) for cell in made.rows[0]}


def test_a_late_and_an_invented_ticket_say_so(db: Session, history: History) -> None:
    history.opened(at(16, "08:00"), demo=True)
    made = ticket_table(db, WEEK, Scope(), at(26, "10:00"))
    row = dict(zip(made.headings, made.rows[0], strict=True))
    assert (row["Muộn hạn"], row["Ghi chú"]) == ("có", "dữ liệu mẫu")


def test_every_table_of_the_report_is_a_sheet(db: Session, history: History) -> None:
    history.resolved(history.opened(at(18, "08:00")), at(19, "08:00"))
    made = figure_tables(db, report(db, WEEK, Scope(), at(23, "00:00")))
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(made, ZONE)))
    assert book.sheetnames == ["Tổng hợp", "Đơn vị", "Lĩnh vực", "Địa bàn", "Kênh", "Thời gian"]
    assert [cell.value for cell in book["Tổng hợp"][2]] == ["Tiếp nhận", 1, None]
    assert [cell.value for cell in book["Lĩnh vực"][2]][:4] == ["Đèn chiếu sáng công cộng", 1, 1, 100]
