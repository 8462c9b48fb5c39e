"""The state of a training, its step, and its file: what was interrupted goes on where it was."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from models.street_sim.anchors import FULL, WINDOW, Size
from models.street_sim.batches import Batch
from models.street_sim.loss import SPECS, Target, loss
from models.street_sim.network import Network

PEAK_RATE = 2e-3
WARM_STEPS = 200
DECAY = 0.02
_BETAS = (0.9, 0.99)
_MOST_GRADIENT = 5.0
_AVERAGED = 0.998
"""How much of the averaged weights a step keeps."""


class Learner(tf.Module):
    """A network with its moments and its averaged weights (AdamW: Loshchilov and Hutter, ICLR 2019)."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        self.step = tf.Variable(0, dtype=tf.int64)
        self.spent_s = tf.Variable(0.0, dtype=tf.float64)
        self._weights = network.trainable_variables
        self._first = [tf.Variable(tf.zeros_like(weight)) for weight in self._weights]
        self._second = [tf.Variable(tf.zeros_like(weight)) for weight in self._weights]
        self._average = [tf.Variable(weight) for weight in self._weights]
        self._learn = {size: self._step_for(size) for size in (FULL, WINDOW)}

    def _step_for(self, size: Size) -> tf.types.experimental.PolymorphicFunction:
        pictures = tf.TensorSpec((None, size[1], size[0], 3), tf.uint8)
        return tf.function(
            self._learn_eagerly, input_signature=[pictures, SPECS, tf.TensorSpec((), tf.float32)]
        )

    def learn(self, batch: Batch, *, progress: float) -> tuple[float, float, float]:
        """One step; `progress` (0 to 1) decides the rate. The loss of scores, of boxes, the mean overlap."""
        warm = min(1.0, (int(self.step) + 1) / WARM_STEPS)
        rate = PEAK_RATE * warm * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * min(progress, 1.0))))
        height, width = batch.pictures.shape[1:3]
        told = self._learn[width, height](batch.pictures, batch.target, rate)
        return float(told[0]), float(told[1]), float(told[2])

    def _learn_eagerly(
        self, pictures: tf.Tensor, target: Target, rate: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            encodings, logits = self.network(tf.cast(pictures, tf.float32) / 255)
            scores, fit, overlap = loss(encodings, logits, target)
            whole = scores + fit
        gradients, _ = tf.clip_by_global_norm(tape.gradient(whole, self._weights), _MOST_GRADIENT)
        self.step.assign_add(1)
        count = tf.cast(self.step, tf.float32)
        kept = tf.minimum(_AVERAGED, (1 + count) / (10 + count))
        for weight, gradient, first, second, average in zip(
            self._weights, gradients, self._first, self._second, self._average, strict=True
        ):
            first.assign(_BETAS[0] * first + (1 - _BETAS[0]) * gradient)
            second.assign(_BETAS[1] * second + (1 - _BETAS[1]) * tf.square(gradient))
            change = (first / (1 - _BETAS[0] ** count)) / (tf.sqrt(second / (1 - _BETAS[1] ** count)) + 1e-8)
            decay = DECAY if len(weight.shape) > 1 else 0.0
            weight.assign_sub(rate * (change + decay * weight))
            average.assign(kept * average + (1 - kept) * weight)
        return scores, fit, overlap

    def averaged(self) -> Network:
        """A network with the averaged weights, which is better than the last one."""
        network = Network(seed=0)
        for weight, average in zip(network.trainable_variables, self._average, strict=True):
            weight.assign(average)
        return network

    def save(self, path: Path) -> None:
        """Write all of it, whole or not at all."""
        beside = path.with_suffix(".new.npz")
        np.savez(beside, *(variable.numpy() for variable in self._all()))
        beside.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a file of `save`."""
        with np.load(path) as saved:
            for variable, name in zip(self._all(), saved.files, strict=True):
                variable.assign(saved[name])

    def _all(self) -> list[tf.Variable]:
        return [self.step, self.spent_s, *self._weights, *self._first, *self._second, *self._average]
