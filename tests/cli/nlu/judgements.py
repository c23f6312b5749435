"""A message that was understood in every part; tests change what they look at."""

from typing import Any

from api.cli.nlu.metrics import Judged


def judged(**changes: Any) -> Judged:
    """A complaint about a street lamp. A label that is changed is taken as understood, unless `said_…` says otherwise."""
    values: dict[str, Any] = {
        "text": "Đèn đường ngõ 12 Nguyễn Lương Bằng hỏng",
        "register": "clean",
        "type": "report",
        "category": "street_light",
        "procedure": None,
        "location": "ngõ 12 Nguyễn Lương Bằng",
        "latency_ms": 2.0,
    } | changes
    understood = {
        "said_type": values["type"],
        "said_category": values["category"],
        "said_procedures": (values["procedure"],) if values["procedure"] else (),
        "said_places": (values["location"],) if values["location"] else (),
    }
    return Judged(**(understood | values))
