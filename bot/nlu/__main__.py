"""python -m bot.nlu train [--nlu-only] [--force] [--candidate] | parse [--model PATH] | sources

The bot's own Python, PYTHONPATH at the root.
"""

import argparse
import json
import sys
from pathlib import Path

from bot.nlu import environment, fingerprint

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.nlu", description="Train the bot, or parse messages with it.")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train, if nlu_data/, bot/ or config.yml changed")
    train.add_argument("--nlu-only", action="store_true", help="understanding without dialogue")
    train.add_argument("--force", action="store_true", help="train even if nothing changed")
    train.add_argument("--candidate", action="store_true", help="leave the model in use alone, write candidate.tar.gz")
    commands.add_parser("sources", help="fingerprints of everything a model is made of, as JSON")
    parse = commands.add_parser(
        "parse", help='JSON lines {"text": …} on standard input, Rasa\'s parse output on standard output'
    )
    parse.add_argument("--model", type=Path, default=ROOT / "bot" / "models" / "langnghe.tar.gz")
    asked = parser.parse_args()
    if asked.command == "sources":
        print(json.dumps({"sources": fingerprint.of_sources(ROOT), "code": fingerprint.of_code(ROOT)}))
        return 0
    environment.quiet()
    if asked.command == "train":
        from bot.nlu.train import run as run_train

        return run_train(ROOT, asked.nlu_only, asked.force, asked.candidate)
    if not asked.model.exists():
        print(f"no model at {asked.model}: train first (python -m bot.nlu train)", file=sys.stderr)
        return 1
    from bot.nlu.parse import run as run_parse

    return run_parse(asked.model)


if __name__ == "__main__":
    sys.exit(main())
