"""The public figures. Staff see theirs in the console, which holds their session: this API has no staff token.

Invented demo history is never published.
"""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.core.settings import get_settings
from api.core.web import DB, Now, rate_limit
from api.localities.taxonomy import categories
from api.metrics.rules import Span, period
from api.metrics.schemas import Summary
from api.metrics.scope import Scope
from api.metrics.service import report

router = APIRouter(prefix="/api/v1/metrics", tags=["metrics"])


class PublicSpan(StrEnum):
    DAYS30 = Span.DAYS30
    QUARTER = Span.QUARTER
    YEAR = Span.YEAR
    MONTHS12 = Span.MONTHS12


def _client(request: Request) -> str:
    return request.client.host if request.client else "?"


@router.get("/summary", dependencies=[rate_limit("30/minute", _client)])
def summary(
    db: DB,
    clock: Now,
    span: Annotated[PublicSpan, Query(description="the running period; it ends now")] = PublicSpan.DAYS30,
) -> Summary:
    """How citizens' reports are answered, for the whole city. Counts of one and two are withheld."""
    over = period(span, clock.now(), get_settings().zone)
    made = report(db, over, Scope(demo=False), clock.now())
    return Summary.of(made.overview, made.by["category"], categories())
