"""The trained network as a TFLite file in eight bits, with TensorFlow's post-processing at its end."""

import tempfile
from collections.abc import Iterator

import numpy as np
import tensorflow as tf
from tensorflow.lite.tools import flatbuffer_utils

from models.street_sim.anchors import CENTRE_SCALE, FULL, HEIGHT, SIZE_SCALE, WIDTH, Field
from models.street_sim.network import LABELS, Network

MOST = 100
"""Objects that are told of one picture."""
LEAST_SCORE = 0.05
MOST_OVERLAP = 0.55
"""Of two boxes that overlap more, the one with the lower score goes."""


def to_tflite(network: Network, pictures: np.ndarray) -> bytes:
    """The file of `network`, whose weights become constants; `pictures` (N H W 3) set the ranges."""
    network.fold()
    finish = _post_processing()

    @tf.function(input_signature=[tf.TensorSpec((1, HEIGHT, WIDTH, 3), tf.float32, name="picture")])
    def detect(picture: tf.Tensor) -> tuple[tf.Tensor, ...]:
        encodings, logits = network(picture)
        return finish(encodings, tf.sigmoid(logits), tf.constant(Field(FULL).anchors()))

    with tempfile.TemporaryDirectory() as folder:  # concrete functions would lose the post-processing
        module = tf.Module()
        module.detect = detect
        tf.saved_model.save(module, folder, signatures=detect.get_concrete_function())
        return _ordered(_convert(folder, pictures))


def _convert(folder: str, pictures: np.ndarray) -> bytes:
    converter = tf.lite.TFLiteConverter.from_saved_model(folder)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.allow_custom_ops = True
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.uint8
    converter.representative_dataset = lambda: _representative(pictures)
    return bytes(converter.convert())


def _representative(pictures: np.ndarray) -> Iterator[list[np.ndarray]]:
    for picture in pictures:
        share = picture.astype(np.float32) / 255
        # Black and white in each, so that the input's scale is 1/255 and a byte goes in as it is.
        share[0, 0], share[0, 1] = 0.0, 1.0
        yield [share[np.newaxis]]


def _post_processing() -> tf.types.experimental.PolymorphicFunction:
    """What the converter replaces by the operator TFLite_Detection_PostProcess (tensorflow/lite/kernels)."""
    attributes = {
        "max_detections": f"i: {MOST}",
        "max_classes_per_detection": "i: 1",
        "use_regular_nms": "b: false",
        "nms_score_threshold": f"f: {LEAST_SCORE}",
        "nms_iou_threshold": f"f: {MOST_OVERLAP}",
        "y_scale": f"f: {CENTRE_SCALE}",
        "x_scale": f"f: {CENTRE_SCALE}",
        "h_scale": f"f: {SIZE_SCALE}",
        "w_scale": f"f: {SIZE_SCALE}",
        "num_classes": f"i: {len(LABELS)}",
    }
    told = " ".join(f'attr {{ key: "{key}" value {{ {value} }} }}' for key, value in attributes.items())

    @tf.function(experimental_implements=f'name: "TFLite_Detection_PostProcess" {told}')
    def finish(encodings: tf.Tensor, scores: tf.Tensor, places: tf.Tensor) -> tuple[tf.Tensor, ...]:  # noqa: ARG001
        nothing = tf.constant(0.0)
        return tuple(tf.identity(nothing, name=name) for name in ("boxes", "classes", "scores", "count"))

    return finish


def _ordered(model: bytes) -> bytes:
    """The same file with its outputs in the operator's order: the converter sorts them by a hash."""
    tree = flatbuffer_utils.convert_bytearray_to_object(bytearray(model))
    graph = tree.subgraphs[0]
    custom = [
        operator
        for operator in graph.operators
        if tree.operatorCodes[operator.opcodeIndex].customCode == b"TFLite_Detection_PostProcess"
    ]
    if len(custom) != 1:
        raise ValueError("the converter did not keep the post-processing")
    graph.outputs = list(custom[0].outputs)
    tree.signatureDefs = []
    return bytes(flatbuffer_utils.convert_object_to_bytearray(tree))
