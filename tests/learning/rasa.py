"""The bot's memory as Rasa keeps it: the table `rasa.events`, filled as a turn fills it."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.conversations.models import Conversation, Message

# rasa.core.tracker_store.SQLTrackerStore.SQLEvent of Rasa 3.6.21
TABLE = """
create schema rasa;
create table rasa.events (
    id serial primary key, sender_id varchar(255) not null, type_name varchar(255) not null, timestamp float,
    intent_name varchar(255), action_name varchar(255), data text);
create index on rasa.events (sender_id);
"""
Ranking = Sequence[tuple[str, float]]


class Memory:
    def __init__(self, db: Session, now: datetime) -> None:
        self.db, self.now = db, now
        db.execute(text(TABLE))

    def hear(
        self,
        thread: Conversation,
        words: str,
        intents: Ranking,
        *,
        category: Ranking = (),
        procedure: Ranking = (),
        entities: Sequence[tuple[str, str]] = (),
        fallback: bool = False,
        minutes: int = 0,
        model: str = "m1",
    ) -> Message:
        """A citizen's message as the platform and the bot both keep it. `entities`: (name, the words)."""
        at = self.now + timedelta(minutes=minutes)
        message = Message(
            conversation_id=thread.id, direction="in", author="citizen", kind="text", text=words, status="done", created_at=at
        )
        self.db.add(message)
        self.db.flush()
        rankings = {"intent_ranking": intents, "category_ranking": category, "procedure_ranking": procedure}
        parse: dict[str, Any] = {k: [{"name": n, "confidence": c} for n, c in v] for k, v in rankings.items()}
        if fallback:
            parse["intent_ranking"].insert(0, {"name": "nlu_fallback", "confidence": 0.7})
        parse["intent"] = parse["intent_ranking"][0]
        parse["entities"] = [_entity(words, *entity) for entity in entities]
        meta = {"message_id": message.id, "model_id": model}
        self._event(thread, "user", at, {"text": words, "parse_data": parse, "metadata": meta}, intent=parse["intent"]["name"])
        return message

    def ask(self, thread: Conversation, slot: str | None, minutes: int = 0) -> None:
        """The form asks for a slot, or for none any more."""
        self._event(
            thread,
            "slot",
            self.now + timedelta(minutes=minutes),
            {"name": "requested_slot", "value": slot},
            action="requested_slot",
        )

    def _event(
        self,
        thread: Conversation,
        kind: str,
        at: datetime,
        data: dict[str, Any],
        *,
        intent: str | None = None,
        action: str | None = None,
    ) -> None:
        statement = text(
            "insert into rasa.events (sender_id, type_name, timestamp, intent_name, action_name, data)"
            " values (:sender, :kind, :at, :intent, :action, :data)"
        )
        row = {"sender": str(thread.id), "kind": kind, "at": at.timestamp(), "intent": intent, "action": action}
        self.db.execute(statement, row | {"data": json.dumps({"event": kind, **data}, ensure_ascii=False)})


def _entity(words: str, name: str, value: str) -> dict[str, Any]:
    start = words.find(value)
    return {"entity": name, "value": value, **({"start": start, "end": start + len(value)} if start >= 0 else {})}


SURE = [("report", 0.93), ("suggestion", 0.03), ("question", 0.02)]
TORN = [("report", 0.48), ("question", 0.41), ("suggestion", 0.06)]
LIGHT = [("street_light", 0.9), ("electricity", 0.05), ("traffic_signal", 0.02)]
MUDDLED = [("drainage_flooding", 0.44), ("road_damage", 0.40), ("waste", 0.1)]
