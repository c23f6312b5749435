"""Answers the `import tensorflow` that Rasa 3.6 makes even where no TensorFlow component is in use.

Rasa reads names (`tf.keras.layers.Layer`, `tf.Tensor`) while it defines classes and annotations: those answer with a
placeholder class. Whoever *uses* one, that is calls it or makes an instance of it or of a subclass, is told which parts
of Rasa are off in this installation.
"""

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

__version__ = "2.12.0+langnghe.2"

PARTS_THAT_ARE_OFF = (
    "DIETClassifier",
    "ResponseSelector",
    "LanguageModelFeaturizer",
    "ConveRTFeaturizer",
    "TEDPolicy",
    "UnexpecTEDIntentPolicy",
)


class TensorFlowIsOff(RuntimeError):
    """A part of Rasa that needs TensorFlow was used in an installation without it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} was used, but this installation runs Rasa without TensorFlow. "
            f"Off are: {', '.join(PARTS_THAT_ARE_OFF)}. Take them out of config.yml, "
            "or replace bot/tensorflow_stand_in by the real tensorflow 2.12 (on Python 3.10)."
        )


class _Off(type):
    """Metaclass of the placeholders: attributes are placeholders, calling one is an error."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(f"{cls.__module__}.{cls.__qualname__}.{name}")

    def __call__(cls, *_: Any, **__: Any) -> NoReturn:
        raise TensorFlowIsOff(f"{cls.__module__}.{cls.__qualname__}")


_placeholders: dict[str, _Off] = {}


def _placeholder(path: str) -> _Off:
    """The one placeholder class for a dotted path such as `tensorflow.keras.layers.Layer`."""
    if path not in _placeholders:
        module, _, name = path.rpartition(".")
        _placeholders[path] = _Off(name, (), {"__module__": module})
    return _placeholders[path]


class _StandInModule(ModuleType):
    """`tensorflow.anything.below`: a module whose every attribute is a placeholder."""

    __path__: list[str] = []  # noqa: RUF012 - what the import system looks for

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(f"{self.__name__}.{name}")


class _Submodules(MetaPathFinder, Loader):
    """Finds each `import tensorflow.x.y`, since real files for all of them would only be noise."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        # `keras` comes with the real tensorflow, and Rasa imports a piece of it directly
        return ModuleSpec(fullname, self, is_package=True) if fullname.split(".")[0] in (__name__, "keras") else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: attributes answer on demand."""


sys.meta_path.append(_Submodules())


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return _placeholder(f"{__name__}.{name}")
