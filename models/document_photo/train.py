"""Draws photographs of documents, learns what is wrong with them, and writes the model's TFLite file.

    python models/document_photo/train.py --out FOLDER [--pictures 1600] [--epochs 40]

Needs the `[edge,street,train]` extras. Pictures once drawn are kept in FOLDER as planes. Prints what
`evaluate.py` then measures again from the file.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edge_agent.reading.planes import CELLS, PLANES, SIZE
from models.document_photo.evaluate import LEARN, TUNE, Examples, drawn, outputs_of, thresholds_of
from models.document_photo.render import FAULTS

BATCH = 32
RATE = 2e-3


def main() -> None:
    """Draw, learn, write."""
    parser = argparse.ArgumentParser(prog="train.py", description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of the pictures and of the result")
    parser.add_argument("--pictures", type=int, default=1600, help="how many are learned from")
    parser.add_argument("--tune", type=int, default=300, help="how many set the thresholds")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(arguments.threads)
    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    learned = _kept(arguments.out / "learn.npz", LEARN, arguments.pictures)
    tuned = _kept(arguments.out / "tune.npz", TUNE, arguments.tune)
    network = _network(arguments.seed)
    _learn(network, learned, epochs=arguments.epochs, seed=arguments.seed)
    network.save_weights(arguments.out / "network.weights.h5")
    result = arguments.out / "document_photo.tflite"
    result.write_bytes(_to_tflite(network, learned.planes[:200]))
    thresholds = thresholds_of(outputs_of(result, tuned.planes), tuned.faults)
    sys.stdout.write(json.dumps({"thresholds": thresholds, "bytes": result.stat().st_size}) + "\n")


def _kept(path: Path, first: int, number: int) -> Examples:
    """Examples from a file, or drawn anew and kept there."""
    if path.exists():
        with np.load(path) as stored:
            if len(stored["planes"]) == number:
                return Examples(stored["planes"], stored["faults"])
    made = drawn(first, number, held_out=False)
    np.savez_compressed(path, planes=made.planes, faults=made.faults)
    return made


def _network(seed: int) -> tf.keras.Model:
    """A small convolutional network; the pools at its end tell what is anywhere, and how much of it."""
    tf.keras.utils.set_random_seed(seed)
    layers = tf.keras.layers
    entry = layers.Input((CELLS, CELLS, PLANES))
    found = entry
    for width, stride in ((16, 2), (24, 2), (32, 1), (32, 2)):
        found = layers.Conv2D(width, 3, strides=stride, padding="same", activation="relu")(found)
    seen = layers.Concatenate()([
        layers.GlobalAveragePooling2D()(found),
        layers.GlobalMaxPooling2D()(found),
        layers.Flatten()(layers.AveragePooling2D(2)(layers.Conv2D(8, 1, activation="relu")(found))),
    ])  # fmt: skip
    seen = layers.Dropout(0.2)(layers.Dense(32, activation="relu")(seen))
    return tf.keras.Model(entry, layers.Dense(len(FAULTS))(seen))


def _learn(network: tf.keras.Model, examples: Examples, *, epochs: int, seed: int) -> None:
    """Learn, from the pictures as they are and mirrored, at a falling rate."""
    chance = np.random.default_rng(seed)
    optimizer = tf.keras.optimizers.Adam(RATE)
    pictures, wanted = examples.planes, examples.faults.astype(np.float32)

    @tf.function(reduce_retracing=True)
    def step(picture: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            told = network(tf.cast(picture, tf.float32) / 255, training=True)
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(target * 0.96 + 0.02, told))
        optimizer.apply_gradients(
            zip(tape.gradient(loss, network.trainable_variables), network.trainable_variables, strict=True)
        )
        return loss

    for epoch in range(epochs):
        optimizer.learning_rate.assign(RATE * (0.5 + 0.5 * np.cos(np.pi * epoch / epochs)) + 1e-5)
        order = chance.permutation(len(pictures))
        losses = []
        for begin in range(0, len(order), BATCH):
            rows = order[begin : begin + BATCH]
            losses.append(float(step(_mirrored(pictures[rows], chance), wanted[rows])))
        sys.stderr.write(f"epoch {epoch + 1} of {epochs}: loss {np.mean(losses):.3f}\n")


def _mirrored(pictures: NDArray[np.uint8], chance: np.random.Generator) -> NDArray[np.uint8]:
    """By chance upside down, mirrored, and turned; and in a slightly different light."""
    turned = np.stack([
        np.rot90(picture[:, :: chance.choice((-1, 1))], int(chance.integers(4))) for picture in pictures
    ])  # fmt: skip
    light = chance.uniform(0.92, 1.08, (len(turned), 1, 1, 1))
    brighter = np.clip(turned[..., :3] * light, 0, 255).astype(np.uint8)
    return np.concatenate([brighter, turned[..., 3:]], axis=3)


def _to_tflite(network: tf.keras.Model, pictures: NDArray[np.uint8]) -> bytes:
    """The network in eight bits, from bytes to a number for each fault."""

    @tf.function(input_signature=[tf.TensorSpec((1, SIZE), tf.float32, name="planes")])
    def judge(entry: tf.Tensor) -> tf.Tensor:
        return network(tf.reshape(entry, (1, CELLS, CELLS, PLANES)), training=False)

    module = tf.Module()
    module.weights = [variable.value for variable in network.variables]  # what the converter makes constant
    converter = tf.lite.TFLiteConverter.from_concrete_functions([judge.get_concrete_function()], module)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.uint8
    converter.inference_output_type = tf.int8
    converter.representative_dataset = lambda: _shown(pictures)
    return bytes(converter.convert())


def _shown(pictures: NDArray[np.uint8]) -> Iterator[list[NDArray[np.float32]]]:
    for picture in pictures:
        share = picture.reshape(1, SIZE).astype(np.float32) / 255
        share[0, :2] = 0.0, 1.0  # the input's scale is then 1/255: a byte goes in as it is
        yield [share]


if __name__ == "__main__":
    main()
