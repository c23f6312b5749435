"""One citizen on several channels: a code to be typed in another chat, and the typed code."""

from typing import Any

from actions.turn import ServiceAction, Turn
from api.citizens.linking import LIFE, WrongCode, channels_of, count_wrong, issue_code
from api.conversations.turn import words
from api.tickets.linking import link


def _named(channels: list[str]) -> str:
    return ", ".join(words()["channels"].get(channel, channel) for channel in channels)


class LinkChannels(ServiceAction):
    """A fresh code, and what to do with it."""

    action_name = "action_link_channels"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        citizen_id = turn.conversation.citizen_id
        code = issue_code(turn.session, citizen_id, turn.now)
        known = channels_of(turn.session, citizen_id)
        if len(known) > 1:
            turn.say("utter_linked_already", channels=_named(known))
        turn.say("utter_link_code", code=code, minutes=int(LIFE.total_seconds() // 60))
        return []


class EnterCode(ServiceAction):
    """Six digits from a citizen while a code waits in another chat. A wrong one is counted, which an error would undo."""

    action_name = "action_enter_code"

    def act(self, turn: Turn) -> list[dict[str, Any]]:
        try:
            linked = link(turn.session, turn.conversation_id, turn.said.first("code") or "", turn.now)
        except WrongCode as wrong:
            count_wrong(turn.session, turn.conversation.citizen_id, turn.now)
            turn.dispatcher.utter_message(text=wrong.message)
            return []
        turn.say("utter_linked", channels=_named(linked.channels))
        return []
