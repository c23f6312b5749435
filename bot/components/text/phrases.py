"""What finding known phrases in a text needs to know of them."""

from collections.abc import Iterable, Sequence


def longest_by_first_word(phrases: Iterable[Sequence[str]]) -> dict[str, int]:
    """First word → number of words of the longest phrase that begins so: where none begins, nothing need be looked up.

    >>> longest_by_first_word([("cho",), ("cho", "phu", "yen"), ("cau",)])
    {'cho': 3, 'cau': 1}
    """
    longest: dict[str, int] = {}
    for phrase in filter(None, phrases):
        longest[phrase[0]] = max(len(phrase), longest.get(phrase[0], 0))
    return longest
