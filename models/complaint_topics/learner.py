"""The network that learns topics, and its TFLite file: one hidden layer over hashed grams."""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edge_agent.reading.grams import SIZE, features

HIDDEN = 32
EPOCHS = 25
BATCH = 32
RATE = 2e-3
DROP = 0.5
SMOOTH = 0.1
DECAY = 1e-4
OFF_WEIGHT = 0.5
"""What a text without a topic weighs in learning; it teaches that all topics are alike unlikely."""


class Learner:
    """A network of one hidden layer. Rare grams weigh more (idf), which becomes a part of the first layer."""

    def __init__(self, outputs: int, *, seed: int) -> None:
        tf.keras.utils.set_random_seed(seed)
        self._chance = np.random.default_rng(seed)
        self._rarity = tf.Variable(tf.ones(SIZE), trainable=False)
        self._layers = [
            tf.Variable(tf.random.normal((SIZE, HIDDEN), stddev=0.05)),
            tf.Variable(tf.zeros(HIDDEN)),
            tf.Variable(tf.random.normal((HIDDEN, outputs), stddev=(2 / HIDDEN) ** 0.5)),
            tf.Variable(tf.zeros(outputs)),
        ]

    def learn(self, entries: NDArray[np.uint8], targets: NDArray[np.float32]) -> None:
        """Learn from texts' features (N SIZE) and what to say of them (N K); uniform rows: no topic."""
        found = (entries > 0).sum(axis=0)
        self._rarity.assign((np.log((1 + len(entries)) / (1 + found)) + 1).astype(np.float32) / 2)
        weights = np.where(targets.max(axis=1) > targets.min(axis=1), 1.0, OFF_WEIGHT).astype(np.float32)
        smooth = targets * (1 - SMOOTH) + SMOOTH / targets.shape[1]
        optimizer = tf.keras.optimizers.Adam(RATE)

        @tf.function(reduce_retracing=True)
        def step(entry: tf.Tensor, target: tf.Tensor, weight: tf.Tensor) -> None:
            first, bias, second, last = self._layers
            with tf.GradientTape() as tape:
                shown = tf.nn.dropout(tf.cast(entry, tf.float32) / 255 * self._rarity, DROP)
                hidden = tf.nn.dropout(tf.nn.relu(shown @ first + bias), DROP)
                losses = tf.nn.softmax_cross_entropy_with_logits(target, hidden @ second + last)
                loss = tf.reduce_mean(losses * weight)
                loss += DECAY * (tf.nn.l2_loss(first) + tf.nn.l2_loss(second))
            optimizer.apply_gradients(zip(tape.gradient(loss, self._layers), self._layers, strict=True))

        for epoch in range(EPOCHS):
            optimizer.learning_rate.assign(RATE * (1 - epoch / EPOCHS))
            order = self._chance.permutation(len(entries))
            for begin in range(0, len(order), BATCH):
                rows = order[begin : begin + BATCH]
                step(entries[rows], smooth[rows], weights[rows])

    def answer(self, entries: NDArray[np.uint8]) -> NDArray[np.float64]:
        """What it says of texts' features, before it is made smaller."""
        return np.asarray(self._run(tf.constant(entries, tf.float32) / 255), np.float64)

    def to_tflite(self, entries: NDArray[np.uint8]) -> bytes:
        """The network in eight bits, taking bytes; `entries` set the ranges."""
        run = tf.function(self._run, input_signature=[tf.TensorSpec((1, SIZE), tf.float32, name="grams")])
        module = tf.Module()
        module.layers = [self._rarity, *self._layers]
        converter = tf.lite.TFLiteConverter.from_concrete_functions([run.get_concrete_function()], module)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.uint8
        converter.inference_output_type = tf.int8
        converter.representative_dataset = lambda: _shown(entries)
        return bytes(converter.convert())

    def _run(self, entry: tf.Tensor) -> tf.Tensor:
        first, bias, second, last = self._layers
        return tf.nn.relu(entry @ (first * self._rarity[:, tf.newaxis]) + bias) @ second + last


def _shown(entries: NDArray[np.uint8]) -> Iterator[list[NDArray[np.float32]]]:
    for entry in entries:
        share = entry[np.newaxis].astype(np.float32) / 255
        share[0, np.flatnonzero(entry == 0)[0]] = (
            1.0  # so that the input's scale is 1/255, and a byte goes in as it is
        )
        yield [share]


def stacked(texts: list[str]) -> NDArray[np.uint8]:
    """The features of texts, a row for each."""
    return np.frombuffer(b"".join(map(features, texts)), np.uint8).reshape(len(texts), SIZE)
