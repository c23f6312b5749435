"""The public summary: figures of the whole city, small numbers withheld."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from api.metrics.rules import Figures
from api.metrics.service import Overview, Row

SMALLEST = 3  # smaller counts could point at one person and are withheld (null)


class SummaryPart(BaseModel):
    """Shares between 0 and 1, times in working minutes; null: nothing to count, or too few to publish."""

    received: int | None = Field(examples=[312])
    solved: int | None = Field(examples=[287])
    on_time: float | None = Field(
        examples=[0.871], description="share of the solved ones that were solved before they were due"
    )
    median_first_answer_minutes: float | None = Field(examples=[142])
    median_solution_minutes: float | None = Field(examples=[1210])
    stars: float | None = Field(examples=[4.2], description="mean of the citizens' ratings, 1 to 5")
    satisfied: float | None = Field(examples=[0.81], description="share of ratings of 4 and 5 stars")

    @classmethod
    def of(cls, figures: Figures) -> "SummaryPart":
        solved_enough, rated_enough = figures.solved >= SMALLEST, figures.ratings >= SMALLEST
        return cls(
            received=withheld(figures.received),
            solved=withheld(figures.solved),
            on_time=rounded(figures.on_time, 3) if solved_enough else None,
            median_first_answer_minutes=figures.first_answer if figures.received >= SMALLEST else None,
            median_solution_minutes=figures.solution if solved_enough else None,
            stars=rounded(figures.stars, 2) if rated_enough else None,
            satisfied=rounded(figures.satisfied, 3) if rated_enough else None,
        )


class CategoryPart(BaseModel):
    code: str = Field(examples=["street_light"])
    name: str = Field(examples=["Đèn chiếu sáng công cộng"])
    received: int | None = Field(examples=[41])
    solved: int | None = Field(examples=[38])


class Summary(BaseModel):
    model_config = ConfigDict(title="MetricsSummary")
    start: datetime
    end: datetime
    total: SummaryPart
    previous: SummaryPart | None = Field(description="the period before, of the same length; null if it has nothing")
    categories: list[CategoryPart] = Field(description="in alphabetical order of the names")

    @classmethod
    def of(cls, overview: Overview, rows: list[Row], names: dict[str, str]) -> "Summary":
        known = sorted((row for row in rows if row.key), key=lambda row: names.get(row.key or "", ""))
        received = protected([row.figures.received for row in known])
        solved = protected([row.figures.solved for row in known])
        parts = [
            CategoryPart(code=row.key or "", name=names.get(row.key or "", ""), received=got, solved=done)
            for row, got, done in zip(known, received, solved, strict=True)
        ]
        return cls(
            start=overview.period.start,
            end=overview.period.end,
            total=SummaryPart.of(overview.figures),
            previous=SummaryPart.of(overview.earlier) if overview.earlier else None,
            categories=parts,
        )


def withheld(count: int) -> int | None:
    return None if 0 < count < SMALLEST else count


def protected(counts: list[int]) -> list[int | None]:
    """Counts beside their total: if exactly one is withheld, the smallest other goes too, or it could be subtracted.

    >>> protected([10, 2, 5, 0])
    [10, None, None, 0]
    """
    shown = [withheld(count) for count in counts]
    if shown.count(None) == 1:
        others = [place for place, count in enumerate(shown) if count]
        if others:
            shown[min(others, key=lambda place: counts[place])] = None
    return shown


def rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
