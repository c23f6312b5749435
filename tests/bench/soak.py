"""The whole soak: 5,000 messages of 500 citizens over three platforms, a tenth of everything faulty, two SIGKILLs."""

from tests.bench.figures import Figure
from tests.bench.ground import own_database
from tests.soak.soak import Soak

CITIZENS, EACH = 500, 10


def measure() -> list[Figure]:
    """Raises AssertionError where a message was lost, doubled or answered out of order."""
    with own_database():
        report = Soak(citizens=CITIZENS, each=EACH).go()
    print(report)
    total = CITIZENS * EACH
    return [
        Figure("Tin được trả lời đúng một lần, đúng thứ tự", report.messages, "tin", total, least=True),
        Figure("Lần gọi webhook (có lặp, đảo, lạ)", report.deliveries, "lần"),
        Figure("Lần gửi gặp lỗi", report.faults, "lần"),
        Figure("Tiến trình bị SIGKILL", report.killed, "lần", 4, least=True),
        Figure("Tin không rõ đã tới chưa", report.unknown, "tin", total * 0.1),
        Figure("Trong đó cán bộ phải gửi lại", report.resent, "tin"),
        Figure("Thời gian", report.seconds, "giây"),
    ]
