"""A small soak in every run of the tests; the whole one is `scripts/bench soak`."""

import pytest

from tests.soak.crowd import KINDS
from tests.soak.soak import Soak


@pytest.mark.xdist_group("product")
def test_everybody_is_answered_once_and_in_order(committed: str) -> None:
    report = Soak(citizens=60, each=10).go()
    print(report)
    assert report.messages == 600
    assert report.killed == 4
    assert report.faults > 20, "nothing went wrong, so nothing was proved"
    assert report.deliveries > report.messages
    assert report.unknown < 60
    assert sum(KINDS.values()) < 20
