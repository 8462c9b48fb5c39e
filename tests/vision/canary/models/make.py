"""Makes the small models beside it: a sound one, and one for each way in which a model may be bad.

`python tests/vision/canary/models/make.py`, with the `[train]` extra. Each takes a picture of 16x12 and
answers as an SSD does; none of them has learned anything.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import tensorflow as tf
from tensorflow.lite.tools import flatbuffer_utils

HEIGHT, WIDTH, ROWS = 12, 16, 10
Outputs = tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]


def answer(brightness: tf.Tensor, *, sides: int = 4) -> Outputs:
    """One object at a place of its own, the surer the brighter the picture is."""
    box = tf.constant([[[0.25, 0.25, 0.75, 0.5] + [0.0] * (sides - 4)]])
    first = tf.reshape(tf.one_hot(0, ROWS), (1, ROWS))
    return (
        tf.tile(box, (1, ROWS, 1)) + 0.0 * brightness,
        0.0 * first * brightness,
        first * brightness,
        tf.reshape(1.0 + 0.0 * brightness, (1,)),
    )


def sound(picture: tf.Tensor) -> Outputs:
    """What it should be."""
    return answer(tf.reduce_mean(picture))


def other(picture: tf.Tensor) -> Outputs:
    """Sound as well, but another file."""
    return answer(0.5 * tf.reduce_mean(picture))


def shape(picture: tf.Tensor) -> Outputs:
    """Boxes with five sides."""
    return answer(tf.reduce_mean(picture), sides=5)


def nan(picture: tf.Tensor) -> Outputs:
    """Sound answers to even pictures, no numbers to others."""
    return answer(tf.reduce_mean(picture) + tf.sqrt(-tf.math.reduce_variance(picture)))


def slow(picture: tf.Tensor) -> Outputs:
    """A good part of a second for each picture."""
    table = tf.fill((256, 256), tf.reduce_mean(picture) / 256)
    count = tf.constant(0)
    _, table = tf.while_loop(lambda n, _: n < 60, lambda n, t: (n + 1, tf.matmul(t, t)), (count, table))
    return answer(tf.reduce_mean(picture) + 0.0 * tf.reduce_max(table))


def endless(picture: tf.Tensor) -> Outputs:
    """Never done."""
    still = tf.reduce_mean(picture)
    (still,) = tf.while_loop(lambda s: s > -1.0, lambda s: (0.5 * s,), (still,))
    return answer(still)


def hungry(picture: tf.Tensor) -> Outputs:
    """Half a gigabyte for each picture."""
    room = tf.tile(picture, (200_000, 1, 1, 1))
    return answer(tf.reduce_mean(picture) + 1e-9 * tf.reduce_max(room))


def to_tflite(network: Callable[[tf.Tensor], Outputs]) -> bytes:
    """The file of a network, its outputs in their order, which the converter does not keep."""

    @tf.function(input_signature=[tf.TensorSpec((1, HEIGHT, WIDTH, 3), tf.uint8, name="picture")])
    def detect(picture: tf.Tensor) -> dict[str, tf.Tensor]:
        outputs = network(tf.cast(picture, tf.float32) / 255)
        return {f"output_{place}": output for place, output in enumerate(outputs)}

    with tempfile.TemporaryDirectory() as folder:
        module = tf.Module()
        module.detect = detect
        tf.saved_model.save(module, folder, signatures=detect.get_concrete_function())
        model = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
    tree = flatbuffer_utils.convert_bytearray_to_object(bytearray(model))
    named = sorted(tree.signatureDefs[0].outputs, key=lambda output: output.name)
    tree.subgraphs[0].outputs = [output.tensorIndex for output in named]
    tree.signatureDefs = []
    return bytes(flatbuffer_utils.convert_object_to_bytearray(tree))


if __name__ == "__main__":
    for network in (sound, other, shape, nan, slow, endless, hungry):
        Path(__file__).with_name(f"{network.__name__}.tflite").write_bytes(to_tflite(network))
