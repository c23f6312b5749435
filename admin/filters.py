"""The queue's query string: what a person narrowed the list to, cleaned of what cannot be."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from api.core.text import nfc
from api.localities.taxonomy import categories, signals
from api.tickets.models import Priority, Status
from api.tickets.queries import Filters, normal_number
from api.tickets.rules import OPEN_STATES

FIELDS = ("tim", "han", "trang_thai", "uu_tien", "cua_toi", "linh_vuc", "don_vi", "kenh", "xa", "dau_hieu")
LONGEST_SEARCH = 200
_NUMBER = re.compile(r"[a-z]{1,4}[- ]?\d{2}[- ]?\d{1,6}", re.IGNORECASE)
ALL = "all"


@dataclass(frozen=True)
class Asked:
    """`values`: field → value as in the address, only those that narrow; `query` makes the address of a changed list."""

    values: Mapping[str, str]

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Asked":
        kept = {name: nfc(params.get(name, "")).strip()[:LONGEST_SEARCH] for name in FIELDS}
        return cls({name: value for name, value in kept.items() if value and _known(name, value)})

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def narrowed(self) -> int:
        """How many of the fields behind "Lọc thêm" are in use."""
        return len(
            [name for name in self.values if name in {"trang_thai", "uu_tien", "linh_vuc", "don_vi", "kenh", "xa", "dau_hieu"}]
        )

    def query(self, **changes: str) -> str:
        """The query string with some fields changed, "?" included; empty if nothing narrows."""
        merged = {name: value for name, value in {**self.values, **changes}.items() if value}
        return "?" + urlencode(merged) if merged else ""

    def filters(self, soon_before: datetime) -> Filters:
        return Filters(
            states=self._states(),
            department=self["don_vi"] or None,
            category=self["linh_vuc"] or None,
            unit_code=self["xa"] or None,
            channel=self["kenh"] or None,
            priority=self["uu_tien"] or None,
            signal=self["dau_hieu"] or None,
            due=self["han"] or None,
            mine=bool(self["cua_toi"]),
            search=self._search(),
            soon_before=soon_before,
        )

    def _states(self) -> tuple[str, ...]:
        if self["trang_thai"] == ALL:
            return ()
        return (self["trang_thai"],) if self["trang_thai"] else tuple(OPEN_STATES)

    def _search(self) -> str:
        said = self["tim"]
        return normal_number(said) if _NUMBER.fullmatch(said) else said


def _known(name: str, value: str) -> bool:
    closed = {
        "han": {"overdue", "soon", "ok"},
        "trang_thai": {*Status, ALL},
        "uu_tien": set(Priority),
        "linh_vuc": categories().keys(),
        "dau_hieu": signals().keys(),
        "cua_toi": {"1"},
    }
    return name not in closed or value in closed[name]
