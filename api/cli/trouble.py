"""What stops a command: one sentence for the person at the keyboard."""


class Trouble(Exception):
    """The command cannot go on. The text is a whole Vietnamese sentence that says what to do."""
