"""Terms, fusion, confidence and shortening, without a database."""

import pytest

from api.core.text import fold
from api.knowledge import rules


def test_terms_are_the_same_with_and_without_diacritics() -> None:
    assert rules.terms("Làm SỔ ĐỎ ở đâu?") == rules.terms("lam so do o dau") == (["so"], ["lam_so", "so_do"])


def test_terms_know_short_forms_and_drop_empty_words() -> None:
    assert rules.terms("mở cty online") == (
        ["mo", "cong", "ty", "truc", "tuyen"],
        ["mo_cong", "cong_ty", "ty_truc", "truc_tuyen"],
    )
    assert rules.terms("cho em hỏi ạ") == ([], [])
    assert rules.terms("👍 ?!") == ([], [])


def test_a_lone_digit_says_something_only_beside_a_word() -> None:
    assert rules.terms("lớp 1") == (["lop"], ["lop_1"])


def test_terms_of_a_pasted_document_are_limited() -> None:
    single, pairs = rules.terms("đất " * 50_000)
    assert len(single) + len(pairs) <= 2 * rules.MAX_TERMS


def test_strength_grows_with_the_score_and_falls_with_the_length() -> None:
    assert rules.strength(0.0, 3, 6.0) == 0.0
    assert rules.strength(12.0, 3, 6.0) == 0.5
    assert rules.strength(12.0, 24, 6.0) < 0.5 < rules.strength(40.0, 3, 6.0) < 1.0


def test_fusion_without_hints_is_the_words_alone() -> None:
    assert rules.fuse({"a": 0.6, "b": 0.2, "c": 0.0}, []) == [("a", 0.6), ("b", 0.2)]


def test_fusion_lets_the_bot_decide_between_near_ones() -> None:
    ranked = rules.fuse({"a": 0.5, "b": 0.48, "c": 0.1}, [("b", 0.8), ("a", 0.1)])
    assert [code for code, _ in ranked] == ["b", "a", "c"]
    assert ranked[0][1] == pytest.approx(0.64)


def test_fusion_ignores_codes_without_an_article_and_impossible_probabilities() -> None:
    assert rules.fuse({"a": 0.6}, [("ghost", 0.9)]) == [("a", 0.6)]
    assert rules.fuse({"a": 0.6}, [("a", 7.0)])[0][1] == pytest.approx(0.8)


def test_equal_scores_keep_one_order() -> None:
    assert rules.fuse({"b": 0.5, "a": 0.5}, []) == rules.fuse({"a": 0.5, "b": 0.5}, [])


def test_nothing_weak_is_offered() -> None:
    assert rules.worth_offering([], hinted=False) == []
    assert rules.worth_offering([("a", 0.39)], hinted=False) == []
    assert rules.worth_offering([("a", 0.39)], hinted=True) == [("a", 0.39)]
    assert rules.worth_offering([("a", 0.6), ("b", 0.3), ("c", 0.1)], hinted=False) == [("a", 0.6), ("b", 0.3)]


def test_sure_asks_more_of_words_alone() -> None:
    assert rules.sure(0.5, hinted=False)
    assert not rules.sure(0.47, hinted=False)
    assert rules.sure(0.47, hinted=True)


@pytest.mark.parametrize(
    ("text", "count"),
    [("Một câu.", 1), ("Vào dichvucong.gov.vn, nộp 20.000 đồng. Xong!", 2), ("Chưa hết câu", 0), ("A. B? C…", 3)],
)
def test_sentences(text: str, count: int) -> None:
    assert rules.sentences(text) == count


def test_shorten_drops_brackets_then_cuts_at_a_clause() -> None:
    assert rules.shorten("Ngắn (giữ nguyên).", 40) == "Ngắn (giữ nguyên)."
    assert rules.shorten("Công an phường, xã (không cần đúng nơi cư trú) nơi ở", 30) == "Công an phường, xã nơi ở"
    cut = rules.shorten("Phần đầu khá dài đây; phần sau thì dài hơn nhiều nữa cơ", 30)
    assert cut == "Phần đầu khá dài đây …"
    assert rules.shorten("khôngcódấucáchnàoởđâycả", 10).endswith("…")


def test_joined_says_that_there_is_more() -> None:
    assert rules.joined(["Đơn", "Sổ (bản gốc)."], 40) == "Đơn; Sổ"
    assert rules.joined(["Đơn đề nghị", "Bản vẽ", "Bản gốc giấy chứng nhận"], 24) == "Đơn đề nghị; Bản vẽ …"
    assert len(rules.joined(["từ " * 200], 50)) <= 52
    papers = ["Tờ khai", "Giấy chứng sinh của cơ sở y tế; không có thì giấy cam đoan", "Bản án, quyết định", "Giấy kết hôn"]
    assert rules.joined(papers, 85) == "Tờ khai; Giấy chứng sinh của cơ sở y tế; Bản án, quyết định; Giấy kết hôn …"


def test_folding_twice_changes_nothing() -> None:
    text = "Đăng ký tạm trú ở phường Tứ Minh"
    assert rules.terms(fold(text)) == rules.terms(text)
