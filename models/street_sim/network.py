"""The network: plain convolutions on four pixels at once, a light path back to the small things, three heads.

It has no batch normalisation, which costs half of the training's time on a CPU: weights are standardised
instead (Brock et al., "Characterizing signal propagation to close the performance gap in unnormalized
ResNets", ICLR 2021), which the export folds into plain weights.
"""

import numpy as np
import tensorflow as tf

from models.street_sim.anchors import LEVELS

LABELS = ("person", "vehicle")
RARE = 0.01
"""The score of every place before anything was learned."""
_RELU_GAIN = 1.7139588594436646
"""Of a standard normal variable after ReLU: one over its standard deviation."""


class Convolution(tf.Module):
    """A convolution with standardised weights, and ReLU6 unless `linear`."""

    def __init__(
        self, taken: int, given: int, size: tuple[int, int], *, chance: np.random.Generator,
        stride: tuple[int, int] = (1, 1), linear: bool = False, gain: float = 1.0, name: str,
    ) -> None:  # fmt: skip
        super().__init__(name=name)
        shape = (*size, taken, given)
        self._fan = float(size[0] * size[1] * taken)
        # Standardised weights may have any size, but what a step of Adam changes is large only to small ones.
        kernel = chance.normal(0, self._fan**-0.5, shape).astype(np.float32)
        self._kernel = tf.Variable(kernel, name="kernel")
        self._gain = tf.Variable(np.full(given, gain, np.float32), name="gain")
        self._bias = tf.Variable(np.zeros(given, np.float32), name="bias")
        self._stride, self._linear, self._share = stride, linear, gain
        self.settling = False
        self._folded: tuple[np.ndarray, np.ndarray] | None = None

    def weights(self) -> tuple[tf.Tensor, tf.Tensor]:
        """The plain kernel and bias."""
        if self._folded is not None:
            return tf.constant(self._folded[0]), tf.constant(self._folded[1])
        mean, variance = tf.nn.moments(self._kernel, axes=[0, 1, 2], keepdims=True)
        scale = tf.math.rsqrt(variance * self._fan + 1e-4) * _RELU_GAIN
        return (self._kernel - mean) * scale * self._gain, self._bias.read_value()

    def fold(self) -> None:
        """From now on the weights are constants."""
        kernel, bias = self.weights()
        self._folded = (kernel.numpy(), bias.numpy())

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        if self.settling:
            self._settle(x)
        kernel, bias = self.weights()
        x = tf.nn.bias_add(tf.nn.conv2d(x, kernel, self._stride, "SAME"), bias)
        return x if self._linear else tf.nn.relu6(x)

    def _settle(self, x: tf.Tensor) -> None:
        kernel, _ = self.weights()
        mean, variance = tf.nn.moments(tf.nn.conv2d(x, kernel, self._stride, "SAME"), axes=[0, 1, 2])
        scale = self._share * tf.math.rsqrt(variance + 1e-6)
        self._gain.assign(self._gain * scale)
        self._bias.assign(-mean * scale)


def _small(chance: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return chance.normal(0, 0.01, shape).astype(np.float32)


class Predictor(tf.Module):
    """The last, plain convolution of a head."""

    def __init__(
        self, taken: int, given: int, *, chance: np.random.Generator, bias: float, name: str
    ) -> None:
        super().__init__(name=name)
        self._kernel = tf.Variable(
            chance.normal(0, 0.01, (1, 1, taken, given)).astype(np.float32), name="kernel"
        )
        self._bias = tf.Variable(np.full(given, bias, np.float32), name="bias")
        self._folded: tuple[np.ndarray, np.ndarray] | None = None

    def fold(self) -> None:
        """From now on the weights are constants."""
        self._folded = (self._kernel.numpy(), self._bias.numpy())

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        kernel, bias = (
            (tf.constant(self._folded[0]), tf.constant(self._folded[1]))
            if self._folded is not None
            else (self._kernel, self._bias)
        )
        return tf.nn.bias_add(tf.nn.conv2d(x, kernel, 1, "SAME"), bias)


class Network(tf.Module):
    """Pictures (B H W 3), RGB from 0 to 1, to encodings (B, places, 4) and logits (B, places, labels)."""

    CHANNELS = (32, 64, 96, 128)
    NECK = 48
    HEADS = (80, 48, 48)
    """The first answers for four places of each cell, and most objects are small."""

    def __init__(self, *, seed: int) -> None:
        super().__init__(name="street_sim")
        self._chance = np.random.default_rng(seed)
        four, eight, sixteen, deep = self.CHANNELS
        neck = self.NECK
        # Four pixels side by side are one cell of twelve channels: a reshape that costs nothing.
        self._stem = self._conv(12, four, (6, 3), stride=(4, 1), name="stem")
        self._stem_in = self._conv(four, four // 2, name="stem_in")
        self._stem_out = self._conv(four // 2, four, (3, 3), gain=0.5, name="stem_out")
        self._down8 = self._conv(four, eight, (3, 3), stride=(2, 2), name="down8")
        self._at8 = self._stage(eight, 1, name="at8")
        self._down16 = self._conv(eight, sixteen, (3, 3), stride=(2, 2), name="down16")
        self._at16 = self._stage(sixteen, 2, name="at16")
        self._down32 = self._conv(sixteen, deep, (3, 3), stride=(2, 2), name="down32")
        self._at32 = self._stage(deep, 2, name="at32")
        self._side8 = self._conv(eight, neck, linear=True, gain=0.7, name="side8")
        self._side16 = self._conv(sixteen, neck, linear=True, gain=0.7, name="side16")
        self._side32 = self._conv(deep, neck, name="side32")
        self._mix16 = self._conv(neck, neck, (3, 3), name="mix16")
        self._heads = [
            self._conv(neck, head, (3, 3), name=f"head{level.stride_px}")
            for level, head in zip(LEVELS, self.HEADS, strict=True)
        ]
        self._boxes, self._scores = [], []
        for level, head in zip(LEVELS, self.HEADS, strict=True):
            places = level.split**2
            self._boxes.append(
                Predictor(head, 4 * places, chance=self._chance, bias=0.0, name=f"box{level.stride_px}")
            )
            self._scores.append(
                Predictor(
                    head, len(LABELS) * places, chance=self._chance, bias=float(np.log(RARE / (1 - RARE))),
                    name=f"score{level.stride_px}",
                )
            )  # fmt: skip

    def _conv(
        self, taken: int, given: int, size: tuple[int, int] = (1, 1), *, name: str,
        stride: tuple[int, int] = (1, 1), linear: bool = False, gain: float = 1.0,
    ) -> Convolution:  # fmt: skip
        return Convolution(
            taken, given, size, chance=self._chance, stride=stride, linear=linear, gain=gain, name=name
        )

    def _stage(self, channels: int, depth: int, *, name: str) -> list[Convolution]:
        half = channels // 2
        return [
            self._conv(channels, half, name=f"{name}_left"),
            self._conv(channels, half, name=f"{name}_right"),
            *(self._conv(half, half, (3, 3), name=f"{name}_{i}") for i in range(depth)),
            self._conv(half * (2 + depth), channels, name=f"{name}_out"),
        ]

    def settle(self, pictures: tf.Tensor) -> None:
        """Set gains and biases so that what `pictures` excite has zero mean and unit variance everywhere.

        Otherwise faint pictures stay faint through all layers, and little is learned from them (Salimans and
        Kingma, "Weight normalization", NeurIPS 2016).
        """
        convolutions = [module for module in self.submodules if isinstance(module, Convolution)]
        for convolution in convolutions:
            convolution.settling = True
        self(pictures)
        for convolution in convolutions:
            convolution.settling = False

    def fold(self) -> None:
        """From now on all weights are constants."""
        for module in self.submodules:
            if isinstance(module, Convolution | Predictor):
                module.fold()

    def __call__(self, pictures: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        cells = tf.reshape(pictures, (-1, pictures.shape[1], pictures.shape[2] // 4, 12))
        four = self._stem(cells)
        four = four + self._stem_out(self._stem_in(four))
        eight = _run(self._at8, self._down8(four))
        sixteen = _run(self._at16, self._down16(eight))
        deep = _run(self._at32, self._down32(sixteen))
        neck32 = self._side32(deep)
        neck16 = self._mix16(self._side16(sixteen) + _double(neck32))
        neck8 = self._side8(eight) + _double(neck16)
        boxes, scores = [], []
        for level, x, head, box, score in zip(
            LEVELS, (neck8, neck16, neck32), self._heads, self._boxes, self._scores, strict=True
        ):
            read = head(x)
            places = x.shape[1] * x.shape[2] * level.split**2
            boxes.append(tf.reshape(box(read), (-1, places, 4)))
            scores.append(tf.reshape(score(read), (-1, places, len(LABELS))))
        return tf.concat(boxes, axis=1), tf.concat(scores, axis=1)


def _run(stage: list[Convolution], x: tf.Tensor) -> tf.Tensor:
    left, right, *steps, out = stage
    parts = [left(x), right(x)]
    for step in steps:
        parts.append(step(parts[-1]))
    return out(tf.concat(parts, axis=3))


def _double(x: tf.Tensor) -> tf.Tensor:
    return tf.image.resize(x, (x.shape[1] * 2, x.shape[2] * 2), method="nearest")
