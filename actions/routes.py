"""The door by which Rasa calls the actions. Rasa only: the bearer token is a signature that `langnghe up` hands it."""

import asyncio
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions import answers, earlier, emergency, linking, report, start, verdicts
from actions.turn import ServiceAction
from api.core.errors import Forbidden
from api.core.security import same, sign
from api.core.settings import get_settings

router = APIRouter(prefix="/bot", include_in_schema=False)


def all_actions() -> list[type[ServiceAction]]:
    """Every action class of this package."""
    modules = (answers, earlier, emergency, linking, report, start, verdicts)
    found = [thing for module in modules for thing in vars(module).values() if isinstance(thing, type)]
    return sorted(
        {cls for cls in found if issubclass(cls, ServiceAction) and cls is not ServiceAction}, key=lambda cls: cls.action_name
    )


@lru_cache(maxsize=1)
def executor() -> ActionExecutor:
    made = ActionExecutor()
    for action in all_actions():
        made.register_action(action())
    return made


def action_token() -> str:
    return sign(get_settings().secret, "actions")


@router.post("/actions")
def run_action(call: Annotated[dict[str, Any], Body()], authorization: Annotated[str, Header()] = "") -> JSONResponse:
    """One action of one turn. Runs in a thread: actions speak to the database."""
    if not same(authorization.removeprefix("Bearer "), action_token()):
        raise Forbidden
    try:
        result = asyncio.run(executor().run(call))
    except ActionExecutionRejection as rejected:
        return JSONResponse({"error": str(rejected), "action_name": rejected.action_name}, 400)
    except ActionNotFoundException as unknown:
        return JSONResponse({"error": str(unknown), "action_name": unknown.action_name}, 404)
    return JSONResponse(result.model_dump() if result else {})
