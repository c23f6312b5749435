"""`scripts/bench`: measures, prints each figure beside its limit, ends with 1 if a limit is passed."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import clone, intake, memory, nlu, places, soak, turns
from tests.bench.figures import Figure
from tests.product import Product, free_port

PARTS = ("nlu", "places", "memory", "turns", "intake", "soak", "clone")


def main(parts: list[str]) -> int:
    wanted = parts or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        sys.exit(f"Không có phép đo {', '.join(sorted(unknown))}; chọn trong: {', '.join(PARTS)}.")
    figures: list[Figure] = []
    if "nlu" in wanted:
        figures += nlu.measure()
    if "places" in wanted or "nlu" in wanted:
        figures += places.measure()
    if {"memory", "turns"} & set(wanted):
        figures += of_a_running_product(wanted)
    if "intake" in wanted:
        figures += intake.measure()
    if "soak" in wanted:
        figures += soak.measure()
    if "clone" in wanted:
        figures += clone.measure()
    print()
    for figure in figures:
        print(figure)
    return 0 if all(figure.good for figure in figures) else 1


def of_a_running_product(wanted: list[str]) -> list[Figure]:
    figures: list[Figure] = []
    with TemporaryDirectory(prefix="ln-bench", dir="/tmp", ignore_cleanup_errors=True) as folder:
        product = Product(Path(folder), free_port(), free_port())
        try:
            product.wait_ready()
            if "memory" in wanted:
                figures += memory.measure(product)
            if "turns" in wanted:
                figures += turns.measure(product)
        finally:
            product.interrupt()
    return figures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
