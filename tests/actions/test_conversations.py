"""Whole conversations with the trained bot and its real hands, as a citizen has them in the web chat."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.cast import jpeg
from tests.product import Citizen, Product, free_port

pytestmark = [pytest.mark.bot, pytest.mark.xdist_group("product")]
LIGHT = "Đèn đường ngõ 12 Nguyễn Lương Bằng phường Thanh Bình hỏng 3 hôm rồi"
TWO = "Đèn đường ngõ 12 Nguyễn Lương Bằng phường Thanh Bình hỏng cả tuần và rác chất đống đầu ngõ không ai dọn"
LINES_ON_A_PHONE = (
    4  # of about 42 characters with a long place or name filled in; tests/bot/test_dialogue.py measures the bare words
)


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    # pytest's own folders are too long for PostgreSQL's socket
    with TemporaryDirectory(prefix="ln-talk", dir="/tmp", ignore_cleanup_errors=True) as name:
        run = Product(Path(name), free_port(), free_port())
        run.wait_ready()
        yield run
        run.interrupt()


class Chat:
    """One citizen. Every method returns all that was answered, as one text."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.web = Citizen(product.address)
        self.last: list[dict[str, Any]] = []

    def says(self, text: str) -> str:
        return self._heard(self.web.send(text))

    def presses(self, title: str) -> str:
        payload = next(b["payload"] for m in self.last for b in m["buttons"] if b["title"] == title)
        return self._heard(self.web.send(title, payload))

    def shows_a_photo(self, text: str = "") -> str:
        files = {"file": ("a.jpg", jpeg(), "image/jpeg")}
        photo = self.web.client.post("/photos", files=files).raise_for_status().json()["media_id"]
        body = {"client_id": uuid.uuid4().hex, "text": text, "media_ids": [photo]}
        return self._heard(int(self.web.client.post("/messages", json=body).raise_for_status().json()["id"]))

    def reports(self, text: str = LIGHT) -> str:
        """One whole report without photo and contact. Returns its number."""
        for words in (text, "không có ảnh", "không"):
            self.says(words)
        self.presses("Đồng ý gửi")
        return self.numbers()[-1]

    def numbers(self) -> list[str]:
        return [m["card"]["number"] for m in self.last if (m["card"] or {}).get("kind") == "ticket"]

    def buttons(self) -> list[str]:
        return [b["title"] for m in self.last for b in m["buttons"]]

    def ticket(self, number: str) -> tuple[Any, ...]:
        query = "select category, status, description, (select count(*) from ticket_photo p where p.ticket_id = t.id)"
        ((*row,),) = self.product.query(f"{query} from ticket t where number = %s", number)
        return tuple(row)

    def words_added(self, number: str) -> list[str]:
        query = "select e.data->>'text' from ticket_event e join ticket t on t.id = e.ticket_id"
        return [text for (text,) in self.product.query(f"{query} where t.number = %s and e.kind = 'add'", number)]

    def _heard(self, message: int) -> str:
        self.last = self.web.answers_to(message)
        for said in self.last:
            if not said["text"].startswith("Em tóm tắt") and not said["card"]:
                lines = sum(-(-len(line) // 42) for line in said["text"].split("\n"))
                assert lines <= LINES_ON_A_PHONE, said["text"]
        return "\n".join(said["text"] for said in self.last)


@pytest.fixture
def lan(product: Product) -> Chat:
    return Chat(product)


def test_it_says_that_it_is_a_machine(lan: Chat) -> None:
    assert "trợ lý tự động" in lan.says("xin chào")
    assert "gặp cán bộ" in lan.says("bạn là người hay máy")


def test_nothing_of_the_first_sentence_is_asked_again(lan: Chat) -> None:
    assert "có ảnh thì gửi em" in lan.says(LIGHT)
    assert "tên và số điện thoại" in lan.says("ko có")
    summary = lan.says("Nam 0987654321")
    assert "Đèn chiếu sáng công cộng" in summary
    assert "Nam, 0987654321" in summary
    assert "đã tới Xí nghiệp Chiếu sáng" in lan.says("1")
    assert lan.ticket(lan.numbers()[0])[:3] == ("street_light", "new", LIGHT)


def test_a_question_in_the_middle_and_back(lan: Chat) -> None:
    lan.says(LIGHT)
    answer = lan.says("à mà làm khai sinh cho con cần giấy tờ gì")
    assert "Đăng ký khai sinh" in answer
    assert answer.endswith("cán bộ xử lý sẽ nhanh hơn.")
    # asked on, it is still about that
    assert "Đăng ký khai sinh: Lệ phí: " in lan.says("phí bao nhiêu")
    assert "tên và số điện thoại" in lan.says("không có ảnh")


def test_every_part_can_be_corrected(lan: Chat) -> None:
    for words in (LIGHT, "không", "không"):
        lan.says(words)
    assert "ở đâu" in lan.says("sai địa chỉ rồi")
    # the same street stays in its ward
    assert "số 9 ngõ 12 Nguyễn Lương Bằng (Phường Lê Thanh Nghị)" in lan.says("số 9 ngõ 12 Nguyễn Lương Bằng")
    lan.presses("Sửa lại")
    lan.presses("Lĩnh vực")
    assert len(lan.buttons()) == 4
    assert "Điện lực" in lan.says("điện lực")
    lan.presses("Sửa lại")
    lan.presses("Ảnh")
    assert "Ảnh: 1" in lan.shows_a_photo()
    lan.presses("Sửa lại")
    lan.presses("Nội dung")
    assert "Cột đèn đổ nghiêng" in lan.says("Cột đèn đổ nghiêng")
    lan.presses("Sửa lại")
    lan.presses("Liên hệ")
    assert "Mai, 0911222444" in lan.says("Mai 0911222444")
    lan.says("đúng rồi")
    assert len(lan.numbers()) == 1


def test_cancelled_and_nothing_is_kept(lan: Chat) -> None:
    lan.says(LIGHT)
    assert "đã hủy" in lan.says("thôi không gửi nữa")
    assert "không có gì đang làm dở" in lan.says("hủy")


def test_two_problems_become_two_tickets_after_one_confirmation(lan: Chat) -> None:
    assert "2 việc: Đèn đường · Rác thải" in lan.says(TWO)
    assert lan.buttons() == ["Tách thành 2 phản ánh", "Gửi chung một"]
    assert "có ảnh thì gửi em" in lan.presses("Tách thành 2 phản ánh")
    lan.shows_a_photo()
    summary = lan.says("Lan 0912345678")
    assert "1. Đèn đường ngõ 12" in summary
    assert "2. rác chất đống đầu ngõ" in summary
    lan.says("ok")
    light, waste = lan.numbers()
    assert lan.ticket(light)[0::3] == ("street_light", 1)
    assert lan.ticket(waste) == ("waste", "new", "rác chất đống đầu ngõ không ai dọn", 1)


def test_two_problems_may_go_as_one(lan: Chat) -> None:
    lan.says(TWO)
    lan.says("gửi chung")
    lan.says("k")
    lan.says("k")
    lan.says("ok")
    (number,) = lan.numbers()
    assert lan.ticket(number)[2] == TWO


def test_one_problem_and_what_it_leads_to_is_one(lan: Chat) -> None:
    assert "2 việc" not in lan.says("Cống tắc ở phường Tân Bình. Nước bẩn tràn ra mùi hôi thối kinh khủng")


def test_a_photo_without_words_is_asked_about(lan: Chat) -> None:
    assert lan.shows_a_photo() == "Dạ em nhận được ảnh rồi. Trong ảnh là việc gì, ở đâu ạ?"
    assert "tên và số điện thoại" in lan.says("rác đổ bừa bãi trước cổng chợ, phường Tân Bình")
    lan.says("không")
    lan.presses("Đồng ý gửi")
    assert lan.ticket(lan.numbers()[0])[0::3] == ("waste", 1)


def test_a_number_that_comes_before_it_is_asked_for_is_taken_and_said_so(lan: Chat) -> None:
    lan.says(LIGHT)
    heard = lan.says("Lan 0912345678")
    assert heard.startswith("Dạ em đã ghi số điện thoại của anh/chị.")
    assert "ảnh" in heard
    assert "Lan, 0912345678" in lan.says("không có ảnh")


def test_like_before_adds_to_the_running_ticket(lan: Chat) -> None:
    number = lan.reports()
    assert number in lan.says("lại thế rồi em ơi")
    assert lan.buttons() == ["Đúng, bổ sung thêm", "Việc khác, gửi mới"]
    assert f"ghi thêm vào phản ánh {number}" in lan.says("đúng rồi")
    assert lan.words_added(number) == ["lại thế rồi em ơi"]
    # said later it answers nothing any more
    assert "cần em giúp gì" in lan.says("đúng rồi")
    assert len(lan.words_added(number)) == 1


def test_like_yesterday_finds_yesterdays_ticket_and_opens_it_again(lan: Chat) -> None:
    yesterday, today = lan.reports(), lan.reports("Rác đầy ngõ 5 phường Tân Bình không ai thu")
    with_time = "opened_at = opened_at - interval '1 day', resolved_at = now(), status = 'resolved', answer = 'Đã thay bóng.'"
    lan.product.query(f"update ticket set {with_time} where number = %s returning 1", yesterday)
    answer = lan.says("như hôm qua em ạ")
    assert yesterday in answer
    assert today not in answer
    assert f"mở lại phản ánh {yesterday}" in lan.presses("Đúng, mở lại")
    assert lan.ticket(yesterday)[1] == "in_progress"


def test_like_before_may_be_a_new_matter(lan: Chat) -> None:
    number = lan.reports()
    assert number in lan.says("đèn đường lại hỏng như hôm trước")
    assert "ở đâu" in lan.presses("Việc khác, gửi mới")
    lan.says("ngõ 3 phường Tân Bình")
    lan.says("không")
    lan.says("không")
    lan.says("ok")
    assert lan.numbers() != [number]
    assert lan.ticket(lan.numbers()[0])[0] == "street_light"


def test_like_before_without_any_ticket(lan: Chat) -> None:
    assert "chưa thấy phản ánh nào trước đây" in lan.says("lại thế nữa rồi")


def test_after_two_failures_a_person(lan: Chat) -> None:
    lan.says("asdfgh qwer")
    assert "nói chuyện với cán bộ" in lan.says("zzzz")
    assert "cán bộ sẽ trả lời" in lan.presses("Gặp cán bộ")
    lan.says(LIGHT)
    assert "chưa hiểu ý này" in lan.says("asdfgh")
    answer = lan.says("zxcvb qwe")
    assert "gặp cán bộ" in answer
    assert "có ảnh thì gửi em" in answer
    assert "Gặp cán bộ" in lan.buttons()


def test_anger_is_met_with_regret_once_and_then_with_action(lan: Chat) -> None:
    answer = lan.says("bọn mày làm ăn chán quá, rác 1 tuần không ai dọn")
    assert "xin lỗi" in answer
    assert "ở đâu" in answer
    assert "xin lỗi" not in lan.says("ngõ 8 phường Tân Bình, chúng mày xem đi")


def test_who_is_in_a_hurry_is_not_asked_what_may_stay_open(lan: Chat) -> None:
    lan.says(LIGHT)
    assert "Em tóm tắt lại" in lan.says("gửi luôn đi, hỏi lắm thế")
    lan.says("gửi đi")
    assert len(lan.numbers()) == 1


def test_why_it_is_asked(lan: Chat) -> None:
    lan.says(LIGHT)
    assert "không có ảnh vẫn gửi được" in lan.says("tại sao cần ảnh").lower()
    lan.says("k")
    assert "chỉ người xử lý thấy" in lan.says("lấy số điện thoại của tôi làm gì")


def test_repeated_on_request(lan: Chat) -> None:
    first = lan.says("xin chào")
    assert lan.says("nói lại đi") == first
    lan.says(LIGHT)
    assert lan.says("em nói lại đi") == "Anh/chị có ảnh thì gửi em, cán bộ xử lý sẽ nhanh hơn."


def test_the_law_in_the_middle_of_a_report(lan: Chat) -> None:
    lan.says(LIGHT)
    answer = lan.says("tôi muốn khiếu nại quyết định xử phạt của phường")
    assert "Luật Khiếu nại 2011" in answer
    assert "có ảnh thì gửi em" in answer
    answer = lan.says("tôi tố cáo ông chủ tịch xã nhận hối lộ 50 triệu")
    assert "Luật Tố cáo 2018" in answer
    assert "có ảnh thì gửi em" not in answer
    assert lan.numbers() == []


def test_danger_in_the_middle_of_a_report_takes_its_place_over(lan: Chat) -> None:
    lan.says(LIGHT)
    answer = lan.says("ối có người bị điện giật ngay chỗ đó")
    assert answer.startswith("Gọi ngay 113")
    assert "ở đâu" not in answer
    (number,) = lan.numbers()
    query = "select priority, unit_code is not null, message_type from ticket where number = %s"
    assert lan.product.query(query, number) == [("urgent", True, "emergency")]


def test_danger_without_a_place_is_asked_for_it(lan: Chat) -> None:
    assert "ở đâu" in lan.says("cháy nhà cứu với")
    (number,) = lan.numbers()
    assert f"gửi ảnh vào tin khẩn {number}" in lan.shows_a_photo()
    assert f"địa điểm vào tin khẩn {number}" in lan.says("số 3 phố Bắc Kinh phường Trần Phú")
    assert lan.words_added(number) == ["(ảnh)", "số 3 phố Bắc Kinh phường Trần Phú"]


def test_a_false_alarm_is_taken_back_and_becomes_a_report(lan: Chat) -> None:
    lan.says("cháy nhà cứu với")
    (number,) = lan.numbers()
    answer = lan.says("nhầm rồi, không phải khẩn cấp đâu em")
    assert f"rút tin khẩn {number}" in answer
    assert lan.ticket(number)[1] == "withdrawn"
    assert "ở đâu" in answer


def test_a_contact_nobody_asked_for_goes_to_the_report_without_one(lan: Chat) -> None:
    assert "chưa ghi liên hệ này" in lan.says("Lan 0987 654 321")
    number = lan.reports()
    assert f"vào phản ánh {number}" in lan.says("Lan 0987 654 321")
    query = "select contact_name, contact_phone from ticket where number = %s"
    assert lan.product.query(query, number) == [("Lan", "0987654321")]
    assert lan.words_added(number) == ["Người gửi đã để lại liên hệ."]


def test_a_low_rating_is_asked_for_its_reason_and_left_for_anything_else(lan: Chat, product: Product) -> None:
    number = lan.reports()
    lan.product.query("update ticket set status = 'resolved', resolved_at = now() where number = %s returning 1", number)
    lan.says("sửa xong rồi em ạ")
    assert "chưa hài lòng ở điểm nào" in lan.presses("2 sao")
    answer = lan.presses("Chưa xong")
    assert f"mở lại phản ánh {number}" in answer
    assert "chưa hài lòng" not in answer


def test_status_by_the_way_it_is_asked(lan: Chat) -> None:
    assert "chưa thấy phản ánh nào" in lan.says("phản ánh của tôi đến đâu rồi")
    number = lan.reports()
    for words in ("bao giờ sửa xong vậy", "phản ánh của tôi sao rồi", number):
        assert number in lan.says(words)
    stranger = Chat(lan.product)
    assert "không tìm thấy" in stranger.says(number)
