"""What stops a command: one sentence for the person at the keyboard."""


class Trouble(Exception):
    """The command cannot go on. The text is a whole Vietnamese sentence that says what to do."""


NO_DATABASE = "Không kết nối được PostgreSQL ở LANGNGHE_DATABASE_URL; hãy kiểm tra địa chỉ, tài khoản và máy chủ đó."
