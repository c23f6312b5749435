"""Tables as files. A citizen's words are text in them, whatever they begin with: never a live formula.

CSV is UTF-8 with a byte order mark, cells apart by semicolons and decimals by a comma: what Excel with Vietnamese settings
opens by a double click. A text that a spreadsheet would take for a formula gets an apostrophe in front.
"""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import xlsxwriter

from api.core.words import day_words, moment
from api.metrics.tables import Cell, Table

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
WIDEST = 60  # characters


def to_csv(table: Table, zone: ZoneInfo) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([[_plain(cell, zone) for cell in row] for row in (table.headings, *table.rows)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _plain(cell: Cell, zone: ZoneInfo) -> str:
    if isinstance(cell, str):
        return "'" + cell if cell.lstrip(" ").startswith(_DANGEROUS) else cell
    if isinstance(cell, datetime):
        return moment(cell, zone)
    if isinstance(cell, date):
        return day_words(cell)
    return "" if cell is None else str(cell).replace(".", ",")


def to_xlsx(tables: Sequence[Table], zone: ZoneInfo) -> bytes:
    """One sheet a table, headings fixed and filtered."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        look = {
            "head": book.add_format({"bold": True, "bg_color": "#e2f0f1", "font_color": "#0a4650", "text_wrap": True}),
            "moment": book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
            "day": book.add_format({"num_format": "dd/mm/yyyy"}),
        }
        for table in tables:
            _sheet(book.add_worksheet(table.title), table, look, zone)
    return out.getvalue()


def _sheet(sheet: "xlsxwriter.worksheet.Worksheet", table: Table, look: dict[str, object], zone: ZoneInfo) -> None:
    for column, heading in enumerate(table.headings):
        sheet.write_string(0, column, heading, look["head"])
        lengths = [len(text) for row in table.rows[:500] if isinstance(text := row[column], str)]
        sheet.set_column(column, column, min(max([len(heading) * 0.7, 11, *lengths]) + 2, WIDEST))
    for line, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row):
            _write(sheet, line, column, cell, look, zone)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.headings) - 1)


def _write(
    sheet: "xlsxwriter.worksheet.Worksheet", line: int, column: int, cell: Cell, look: dict[str, object], zone: ZoneInfo
) -> None:
    if isinstance(cell, str):
        sheet.write_string(line, column, cell)
    elif isinstance(cell, datetime):
        # a spreadsheet knows no time zones
        sheet.write_datetime(line, column, cell.astimezone(zone).replace(tzinfo=None), look["moment"])
    elif isinstance(cell, date):
        sheet.write_datetime(line, column, datetime(cell.year, cell.month, cell.day), look["day"])  # noqa: DTZ001
    elif cell is not None:
        sheet.write_number(line, column, cell)
