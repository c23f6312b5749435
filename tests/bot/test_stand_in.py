"""The stand-in for TensorFlow lets Rasa be imported and says clearly what is off."""

import pytest
import tensorflow as tf


def test_names_answer_while_classes_are_defined() -> None:
    class Layer(tf.keras.layers.Layer):  # type: ignore[misc]
        pass

    assert tf.Tensor is not None
    assert isinstance(Layer, type)


def test_using_one_names_what_is_off() -> None:
    with pytest.raises(tf.TensorFlowIsOff, match="DIETClassifier"):
        tf.constant(1)
