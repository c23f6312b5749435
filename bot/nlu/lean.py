"""Leaves out of a trained model what only slows down its loading.

Rasa's choice of these parts cannot be configured, so it is replaced while we train; the model then names ours.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphModelConfiguration, GraphSchema
from rasa.engine.recipes import default_recipe
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelMetadata, ModelStorage
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain

_DOMAIN = "domain.json"


class _OnceAsked(Domain):  # type: ignore[misc]
    """Before each parse Rasa asks whether the domain is empty, and makes an empty one to compare it with."""

    _empty: bool | None = None

    def is_empty(self) -> bool:
        if self._empty is None:
            self._empty = super().is_empty()
        return self._empty


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
        with model_storage.read_from(resource) as folder:
            domain = _OnceAsked.from_dict(json.loads((folder / _DOMAIN).read_text(encoding="utf-8")))
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
