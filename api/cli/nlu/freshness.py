"""Whether there is anything to train, told without loading what training needs: `python -m api.cli.nlu.freshness`.

Every start runs it, and trains only if something changed.
"""

import subprocess
import sys
from json import loads

from api.cli.nlu.bot_python import call_bot
from api.cli.nlu.model_store import ModelStore
from api.cli.trouble import Trouble
from api.core.settings import ROOT

UNCHANGED = "Không có gì thay đổi, mô hình hiện tại vẫn dùng được."


def store() -> ModelStore:
    return ModelStore(ROOT / "bot" / "models")


def sources() -> dict[str, str]:
    """Fingerprints of what a model would be made of now: {"sources", "code"}."""
    answer = call_bot("sources", stdout=subprocess.PIPE)
    if answer.returncode:
        raise Trouble("Không đọc được nlu_data/, bot/ hoặc config.yml; nguyên nhân nằm ở các dòng ngay phía trên.")
    found: dict[str, str] = loads(answer.stdout)
    return found


def unchanged() -> bool:
    kept = store()
    with kept.locked():
        return kept.settled(sources()["sources"])


def main() -> None:
    try:
        if unchanged():
            print(UNCHANGED)
            return
    except Trouble as trouble:
        sys.exit(str(trouble))
    from api.cli.nlu.train import main as train

    train()


if __name__ == "__main__":
    main()
