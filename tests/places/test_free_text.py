"""Places as people write them, resolved by the pack's own names. Needs no database."""

from functools import cache

import pytest

from api.places.index import PlaceIndex
from api.places.pack import index_of_pack, reference
from api.places.resolve import Resolution, resolve
from tests.bench.places import addresses, judged, official_names


@cache
def index() -> PlaceIndex:
    return index_of_pack()


def found(words: str) -> Resolution:
    return resolve(words, index())


def name(words: str) -> str | None:
    """The unit found, by name."""
    code = found(words).unit_code
    return index().unit_names[code] if code else None


def asked(words: str) -> set[str]:
    """The units asked about, by name; none if one was decided."""
    answer = found(words)
    return set() if answer.unit_code else {index().unit_names[code] for code in answer.candidates}


def test_official_names_in_three_spellings() -> None:
    cases = judged(official_names())
    assert len(cases) == 3 * (114 + 375)
    assert sum(error is None for _, _, error in cases) >= 0.98 * len(cases)


def test_free_text_addresses() -> None:
    cases = judged(addresses())
    assert sum(error is None for _, _, error in cases) >= 0.95 * len(cases)


def test_a_split_ward_is_asked_whatever_stands_beside_it() -> None:
    known = reference()
    heirs: dict[str, set[str]] = {}
    for row in known.successions:
        heirs.setdefault(row.former_code, set()).add(row.unit_code)
    split = [old for old in known.former if len(heirs[old.code]) > 1]
    assert len(split) == 72
    for old in split:
        for words in (f"gần chợ, {old.name} cũ, {old.district}", f"ngõ 5 khu 2 {old.name.lower()} {old.district}"):
            answer = found(words)
            assert answer.unit_code is None, words
            assert heirs[old.code] <= set(answer.candidates), words


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("P.Bình Hàn, TPHD", "Phường Thành Đông"),
        ("F. Bình Hàn tp. hải dương", "Phường Thành Đông"),
        ("khu 3 Cẩm Thượng", "Phường Thành Đông"),
        ("x.Kỳ Sơn h.Tứ Kỳ", "Xã Tân Kỳ"),
        ("xã Kì Sơn huyện Tứ Kì", "Xã Tân Kỳ"),
        ("Hiệp Hoà Kinh Môn", "Phường Trần Liễu"),
        ("Hiệp Hòa, TX Kinh Môn", "Phường Trần Liễu"),
        ("tt nam sach", "Xã Nam Sách"),
        ("thị trấn Phú Thái", "Xã Phú Thái"),
        ("nhà tôi ở xã nam sách, đèn đường hỏng 3 hôm rồi", "Xã Nam Sách"),
        ("Nhân Huệ, CL", "Phường Chí Linh"),
    ],
)
def test_abbreviations_and_both_spellings_of_tones(words: str, unit: str) -> None:
    assert name(words) == unit


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("phuonwg Bihn Hàn", "Phường Thành Đông"),
        ("phường Bình Hàng", "Phường Thành Đông"),
        ("xa camvu camgiang", "Xã Tuệ Tĩnh"),
        ("xã Cẩm Vux, Cẩm Giàngg", "Xã Tuệ Tĩnh"),
        ("phường Vieejt Hoaf", "Phường Việt Hòa"),
        ("thij trấn Nam Sachs", "Xã Nam Sách"),
    ],
)
def test_typos_and_glued_words(words: str, unit: str) -> None:
    assert name(words) == unit


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("phường Bình Hàn nay là phường Thành Đông", "Phường Thành Đông"),
        ("Tứ Minh cũ nay là phường Việt Hòa", "Phường Việt Hòa"),
        ("phường Trần Hưng Đạo, thành phố Hải Dương cũ", "Phường Hải Dương"),
        ("phường Trần Hưng Đạo, Chí Linh", "Phường Trần Hưng Đạo"),
        ("phường Trần Hưng Đạo, gần chợ Phú Yên", "Phường Hải Dương"),
        ("xã Hồng Phong, Thanh Miện", "Xã Nam Thanh Miện"),
        ("xã Vĩnh Hòa, Ninh Giang", "Xã Ninh Giang"),
        ("xã Vĩnh Hòa, thành phố Hải Phòng", "Xã Vĩnh Hòa"),
        ("làng An Dương, Chi Lăng Nam", "Xã Nam Thanh Miện"),
        ("trường mầm non Nhật Quang, Gia Lộc", "Xã Trường Tân"),
        ("xã Kim Lương", "Xã Phú Thái"),  # merged before 2025
        ("xã An Châu, tp Hải Dương", "Phường Thành Đông"),
    ],
)
def test_what_stands_beside_a_name_decides(words: str, unit: str) -> None:
    assert name(words) == unit


@pytest.mark.parametrize(
    ("words", "units"),
    [
        ("phường Hải Tân và phường Bình Hàn", {"Phường Tân Hưng", "Phường Thành Đông"}),
        ("xã Vĩnh Hòa", {"Xã Ninh Giang", "Xã Vĩnh Hòa"}),
        ("xã Hồng Phong cũ, tỉnh Hải Dương", {"Xã Nam Sách", "Xã Khúc Thừa Dụ", "Xã Nam Thanh Miện"}),
        ("đường Nguyễn Văn Linh", {"Phường Lê Thanh Nghị", "Phường Thành Đông", "Phường Việt Hòa"}),
        ("km 70 QL5 đoạn qua Kim Thành", {"Xã Lai Khê", "Xã Phú Thái"}),
        ("gầm cầu Phú Lương", {"Phường Hải Dương", "Phường Nam Đồng"}),
    ],
)
def test_what_is_open_is_asked(words: str, units: set[str]) -> None:
    assert asked(words) == units


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("gần chợ Phú Yên", "Phường Hải Dương"),
        ("đối diện ngã 4 Đông Thị", "Phường Hải Dương"),
        ("cổng KCN Tân Trường", "Xã Mao Điền"),
        ("khu công nghiệp Lai Vu", "Xã Lai Khê"),
        ("trước trường cấp 3 Kinh Môn 2", "Phường Phạm Sư Mạnh"),
        ("chua Con Son", "Phường Trần Hưng Đạo"),
        ("bv đa khoa tỉnh", "Phường Lê Thanh Nghị"),
        ("ngõ 44 Nguyễn Hữu Cầu", "Phường Hải Dương"),
        ("đường Nguyễn Lương Bằng gần chợ Thanh Bình", "Phường Lê Thanh Nghị"),
        ("đầu thôn Đan Loan", "Xã Nguyễn Lương Bằng"),
        ("xóm 3 làng Đông Giao", "Xã Cẩm Giàng"),
    ],
)
def test_a_landmark_alone_finds_its_unit_and_a_rough_point(words: str, unit: str) -> None:
    answer = found(words)
    assert answer.unit_code is not None
    assert index().unit_names[answer.unit_code] == unit
    assert answer.reason == "landmark"
    assert answer.lat is not None
    assert answer.lon is not None
    assert 20.6 < answer.lat < 21.3
    assert 106.1 < answer.lon < 106.7


@pytest.mark.parametrize("words", ["phố Cao Bá Quát", "cạnh UBND xã Gia Tân cũ", "huyện Kim Thành"])
def test_only_the_district_is_known(words: str) -> None:
    assert found(words).reason == "district_only"


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("phường Đằng Hải, Hải An", "Phường Hải An"),
        ("xã Kiến Thiết Tiên Lãng", "Xã Tân Minh"),
        ("tt Cát Bà", "Đặc khu Cát Hải"),
    ],
)
def test_the_other_half_of_the_city_is_known_as_outside(words: str, unit: str) -> None:
    assert name(words) == unit
    assert found(words).reason == "outside"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "😀😀",
        "đèn đường hỏng",
        "năm hai rồi chưa sửa",
        "ông Bình Hàn nói",
        "nhà tôi",
        "zzzz qqqq",
        "12 34 56",
        ", , .",
        "a" * 5000,
    ],
)
def test_nonsense_is_unknown(words: str) -> None:
    assert found(words) == Resolution(None)


def test_every_split_name_lists_the_likely_unit_first() -> None:
    answer = found("chùa Côn Sơn, phường Cộng Hòa, Chí Linh")
    assert answer.unit_code is None
    assert index().unit_names[answer.candidates[0]] == "Phường Trần Hưng Đạo"
