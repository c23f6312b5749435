"""Words that stand before a name and say what it is. Folded; the longest that fits counts."""

UNIT = {
    "phuong": "phuong", "p": "phuong", "f": "phuong", "ph": "phuong", "fuong": "phuong", "phg": "phuong", "phuog": "phuong",
    "xa": "xa", "x": "xa",
    "thi tran": "thi_tran", "tt": "thi_tran", "t tran": "thi_tran", "ttr": "thi_tran",
    "dac khu": "dac_khu",
}  # fmt: skip
DISTRICT = {"huyen", "h", "thanh pho", "tp", "t pho", "thi xa", "tx", "quan", "q", "thi uy", "huyen uy"}
PROVINCE = {"tinh"}
STREET = {
    "duong", "pho", "ngo", "ngach", "hem", "kiet", "dai lo", "so nha", "so", "nga tu", "nga ba", "nga nam",
    "nga sau", "duong pho", "mat duong", "truc duong", "dau duong", "nha so", "cuoi duong", "doan duong", "d",
    "vong xuyen", "bung binh", "nut giao",
}  # fmt: skip
HAMLET = {
    "thon", "xom", "khu dan cu", "lang", "ap", "khu", "to dan pho", "khu pho", "doi", "xom moi", "lang nghe",
    "cum dan cu", "dan cu", "thon cu", "to dan cu", "xu dong",
}  # fmt: skip
# named after the commune they stand in more often than not
INSTITUTION = {
    "cho", "truong", "thcs", "thpt", "tieu hoc", "mam non", "truong hoc", "truong cap", "mau giao", "tram y te",
    "tram xa", "nha van hoa", "cong an", "tru so", "uy ban", "dinh", "ga", "nghia trang", "tram bom", "quy tin dung",
    "hop tac xa", "htx", "san van dong", "san bong", "buu dien", "nha tho", "trung tam", "bai rac",
    "cum cong nghiep", "khu cong nghiep", "ben do",
}  # fmt: skip
PERSON = {
    "ong", "ba", "anh", "chi", "em", "chu", "bac", "thay", "toi la", "ten", "ten la", "chau", "dong chi", "giam doc",
    "chu tich", "ho ten", "hoc sinh",
}  # fmt: skip
OTHER = {
    "cau", "ben xe", "ho", "song", "den", "chua", "benh vien", "cong ty", "quoc lo", "tinh lo", "khu do thi",
    "khu tap the", "toa nha", "chung cu", "nha thuoc", "sieu thi", "pho co", "vuon hoa", "quang truong", "cong vien",
    "thap", "nha hang", "nui", "khach san", "dai hoc", "cao dang", "hoc vien", "phong kham", "karaoke", "tiem",
    "cua hang", "nha may", "doanh nghiep", "dao", "ngan hang", "kenh", "mieu", "cty", "shop", "trung cap", "bia",
    "den tho", "tuong dai",
}  # fmt: skip
AFTER_OLD = {"cu", "xua"}  # "phường Bình Hàn cũ"

WORDS_BEFORE = frozenset(
    word
    for group in (UNIT, DISTRICT, PROVINCE, STREET, HAMLET, INSTITUTION, OTHER)
    for phrase in group
    for word in phrase.split()
)
