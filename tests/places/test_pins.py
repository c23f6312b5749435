"""A pin on the map finds its unit, or the two or three units that it may lie in."""

from dataclasses import replace

import pytest

from api.places.distance import km
from api.places.pins import units_at
from tests.bench.places import index


def test_a_centre_finds_its_own_unit_alone() -> None:
    for code, (lat, lon) in index().centres.items():
        assert units_at(lat, lon, index()) == (code,)


def test_between_two_sites_both_are_offered_the_nearer_one_first() -> None:
    two = replace(index(), sites=((20.0, 106.0, "a"), (20.0, 106.1, "b"), (20.0, 106.001, "a")))
    assert units_at(20.0, 106.049, two) == ("a", "b")
    assert units_at(20.0, 106.052, two) == ("b", "a")
    assert units_at(20.0, 106.02, two) == ("a",)


def test_at_most_three_are_offered() -> None:
    ring = replace(index(), sites=tuple((20.0 + 0.01 * (i % 2), 106.0 + 0.01 * (i // 2), str(i)) for i in range(4)))
    assert len(units_at(20.005, 106.005, ring)) == 3


@pytest.mark.parametrize(("lat", "lon"), [(10.77, 106.7), (0.0, 0.0), (21.03, 105.85)])
def test_a_point_outside_the_city_has_no_unit(lat: float, lon: float) -> None:
    assert units_at(lat, lon, index()) == ()


def test_misplaced_points_of_former_units_are_left_out() -> None:
    """The package sets some of them tens of kilometres away (Nam Đồng of Hải Dương in Kim Thành)."""
    assert all(km(lat, lon, *index().centres[unit]) < 20 for lat, lon, unit in index().sites)
    assert len(index().sites) > 2 * len(index().centres)


def test_the_centres_that_the_package_changed_round_are_put_right() -> None:
    assert index().centres["10999"][0] > index().centres["11050"][0]  # Gia Lộc lies north of Gia Phúc
