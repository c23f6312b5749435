"""What our trained components share: they are made empty, learn, and are filled again from the model's folder."""

from abc import abstractmethod
from pathlib import Path
from typing import Any, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

Own = TypeVar("Own", bound="Trained")


class Trained(GraphComponent):
    """Subclasses write into `self._storage` as they are trained, and `_read` it back; `_prepare` sets what is empty before."""

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._prepare()

    @classmethod
    def create(
        cls: type[Own],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Own:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls: type[Own],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Own:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._read(folder)
        return component

    @abstractmethod
    def _prepare(self) -> None: ...

    @abstractmethod
    def _read(self, folder: Path) -> None: ...
