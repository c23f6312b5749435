"""One measured number and the limit it must keep."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`limit` is a greatest value, or a least one if `least`; None: only told."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    least: bool = False

    @property
    def good(self) -> bool:
        if self.limit is None:
            return True
        return self.value >= self.limit if self.least else self.value <= self.limit

    def __str__(self) -> str:
        line = f"{self.what:<74} {self.value:>9.2f} {self.unit:<8}"
        if self.limit is None:
            return line
        return f"{line} {'≥' if self.least else '≤'} {self.limit:g}  {'đạt' if self.good else 'KHÔNG ĐẠT'}"
