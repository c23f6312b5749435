"""Leaves out of a trained model what only slows down its loading, and out of a parse what Rasa asks again at each message.

Rasa's choice of these parts cannot be configured, so it is replaced while we train; the model then names ours, and whoever
loads it has them.
"""

from __future__ import annotations

import dataclasses
import gc
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

import dask.core
from rasa.engine.graph import ExecutionContext, GraphModelConfiguration, GraphSchema
from rasa.engine.recipes import default_recipe
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelMetadata, ModelStorage
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain

_DOMAIN = "domain.json"
_GARBAGE = (100_000, 50, 100)  # Python's own (700, 10, 10) goes through a model's half million strings again and again


class KnownDomain(DomainProvider):  # type: ignore[misc]
    """Rasa reads the domain of a model four times, as YAML, and checks it again; training has checked it."""

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> KnownDomain:
        gc.set_threshold(*_GARBAGE)
        with model_storage.read_from(resource) as folder:
            domain = Domain.from_dict(json.loads((folder / _DOMAIN).read_text(encoding="utf-8")))
        _quicken()
        return cls(model_storage, resource, domain)

    def _persist(self, domain: Domain) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _DOMAIN).write_text(json.dumps(domain.as_dict(), ensure_ascii=False), encoding="utf-8")


def install() -> None:
    """For the trainings of this process."""
    default_recipe.DomainProvider = KnownDomain
    describe = LocalModelStorage._create_model_metadata

    def without_training(domain: Domain, model_configuration: GraphModelConfiguration) -> ModelMetadata:
        # to load a model Rasa imports every class of the graph that trained it: its own recognisers, matplotlib …
        return describe(domain, dataclasses.replace(model_configuration, train_schema=GraphSchema({})))

    LocalModelStorage._create_model_metadata = staticmethod(without_training)


def _quicken() -> None:
    """For the parses of this process: the nodes of Rasa's graph run in the calling thread, one after the other (a scheduler
    costs as much as half of them together), and a domain compares itself once instead of at each message with an empty one.
    """
    dask.get = dask.core.get
    Domain.is_empty = _once(Domain.is_empty)


def _once(ask: Callable[[Domain], bool]) -> Callable[[Domain], bool]:
    if hasattr(ask, "__wrapped__"):  # another model has been loaded before
        return ask

    @wraps(ask)
    def answer(domain: Domain) -> bool:
        known = vars(domain)
        if "_known_empty" not in known:
            known["_known_empty"] = ask(domain)
        return bool(known["_known_empty"])

    return answer
