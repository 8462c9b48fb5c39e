"""What the network is asked to make small: scores that tell the overlap of their box, and boxes that fit.

Scores: quality focal loss (Li et al., "Generalized focal loss", NeurIPS 2020); boxes: generalised overlap
(Rezatofighi et al., CVPR 2019).
"""

from typing import Annotated, NamedTuple

import tensorflow as tf

from models.street_sim.anchors import CENTRE_SCALE, SIZE_SCALE

BOX_WEIGHT = 2.0
_LOG_SIZE = 4.0
"""Sizes beyond e to the power of this, in anchors, are nonsense of the first steps."""


class Target(NamedTuple):
    """What the places of a batch are to learn; `rows` and `silent` are pairs of picture and place."""

    rows: Annotated[tf.Tensor, "P 2: the places that have an object"]
    anchors: Annotated[tf.Tensor, "P 4: centre y, centre x, height, width in pixels"]
    boxes: Annotated[tf.Tensor, "P 4: left, top, right, bottom in pixels"]
    labels: Annotated[tf.Tensor, "P"]
    silent: Annotated[tf.Tensor, "S 2: the places of which nothing is said"]


SPECS = Target(
    tf.TensorSpec((None, 2), tf.int32),
    tf.TensorSpec((None, 4), tf.float32),
    tf.TensorSpec((None, 4), tf.float32),
    tf.TensorSpec((None,), tf.int32),
    tf.TensorSpec((None, 2), tf.int32),
)


def loss(encodings: tf.Tensor, logits: tf.Tensor, target: Target) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """The loss of scores, that of boxes, and the mean overlap."""
    rows, anchors, boxes, labels, silent = target
    found = decode(tf.gather_nd(encodings, rows), anchors)
    overlap, generalised = _overlaps(found, boxes)
    quality = tf.stop_gradient(overlap)
    learned = tf.maximum(tf.reduce_sum(quality), 1.0)
    wanted = tf.scatter_nd(
        tf.concat([rows, labels[:, None]], axis=1), quality, tf.shape(logits, out_type=tf.int32)
    )
    score = tf.sigmoid(logits)
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=wanted, logits=logits)
    focal = tf.reduce_sum(tf.square(wanted - score) * entropy, axis=2)
    said = tf.tensor_scatter_nd_update(tf.ones_like(focal), silent, tf.zeros(tf.shape(silent)[0]))
    scores = tf.reduce_sum(focal * said) / learned
    weight = tf.maximum(quality, 0.2)
    fit = tf.reduce_sum((1.0 - generalised) * weight) / tf.maximum(tf.reduce_sum(weight), 1.0)
    return scores, BOX_WEIGHT * fit, tf.reduce_mean(overlap)


def decode(encodings: tf.Tensor, anchors: tf.Tensor) -> tf.Tensor:
    """Boxes (N, 4) left, top, right, bottom in pixels, as TFLite's post-processing decodes them."""
    y = encodings[:, 0] / CENTRE_SCALE * anchors[:, 2] + anchors[:, 0]
    x = encodings[:, 1] / CENTRE_SCALE * anchors[:, 3] + anchors[:, 1]
    height = tf.exp(tf.clip_by_value(encodings[:, 2] / SIZE_SCALE, -_LOG_SIZE, _LOG_SIZE)) * anchors[:, 2]
    width = tf.exp(tf.clip_by_value(encodings[:, 3] / SIZE_SCALE, -_LOG_SIZE, _LOG_SIZE)) * anchors[:, 3]
    return tf.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1)


def _overlaps(a: tf.Tensor, b: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    shared = _area(tf.maximum(a[:, :2], b[:, :2]), tf.minimum(a[:, 2:], b[:, 2:]))
    union = _area(a[:, :2], a[:, 2:]) + _area(b[:, :2], b[:, 2:]) - shared
    around = _area(tf.minimum(a[:, :2], b[:, :2]), tf.maximum(a[:, 2:], b[:, 2:]))
    overlap = shared / tf.maximum(union, 1e-6)
    return overlap, overlap - (around - union) / tf.maximum(around, 1e-6)


def _area(corner: tf.Tensor, opposite: tf.Tensor) -> tf.Tensor:
    size = tf.maximum(opposite - corner, 0.0)
    return size[:, 0] * size[:, 1]
