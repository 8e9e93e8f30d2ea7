"""Makes keras/*.safetensors: inputs, weights and what Keras makes of them, for keras_test.cpp.

    pip install keras==3.15.1 jax numpy && python tests/golden/make_golden.py

Each file holds `input`, `label` (int32), `weight/PATH` (float32), and computed in float64 from these: `prob`, `loss` (mean
sparse categorical cross-entropy) and `grad/PATH`, all with training=False; its metadata holds the model's `config`.
Only building and checking need these files; nothing needs Python. JAX and not torch: see pool_same, where Keras 3.15.1 on torch
divides an average by padding too.
"""

import json
import os
import pathlib
import struct
import zlib

os.environ["KERAS_BACKEND"] = "jax"

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import keras
import numpy as np
from keras import Input, Sequential
from keras import layers as L

FOLDER = pathlib.Path(__file__).parent / "keras"
DTYPES = {"float64": "F64", "float32": "F32", "int32": "I32"}


def write_safetensors(path, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for name in sorted(tensors, key=lambda name: (-tensors[name].itemsize, name)):
        tensor = np.ascontiguousarray(tensors[name])
        end = len(data) + tensor.nbytes
        header[name] = {"dtype": DTYPES[tensor.dtype.name], "shape": tensor.shape, "data_offsets": [len(data), end]}
        data += tensor.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def make(name, x, model):
    """`x(random)` makes the inputs, `model()` the network."""
    random = np.random.default_rng(zlib.crc32(name.encode()))
    keras.config.set_floatx("float64")
    keras.utils.clear_session()
    network = model()
    x = x(random)
    labels = random.integers(0, network.output_shape[-1], len(x)).astype("int32")
    weights = {}
    for variable in network.weights:
        path = variable.path.split("/", 1)[1]
        spread = np.prod(variable.shape[:-1]) ** -0.5 if len(variable.shape) > 1 else 0.3
        values = random.normal(size=variable.shape) * spread + (1 if path.endswith("scale") else 0)
        weights[path] = values.astype("float32")
    state = [variable.value for variable in network.non_trainable_variables]
    inputs = x if x.dtype == np.int32 else x.astype("float64")

    def loss(values):
        y, _ = network.stateless_call(values, state, inputs, training=False)
        return -jnp.mean(jnp.log(y[jnp.arange(len(labels)), labels])), y

    values = [jnp.asarray(value, dtype="float64") for value in weights.values()]
    (mean, y), gradients = jax.jit(jax.value_and_grad(loss, has_aux=True))(values)
    tensors = {"input": x, "label": labels, "prob": np.asarray(y), "loss": np.asarray([mean])}
    for path, gradient in zip(weights, gradients):
        tensors["weight/" + path] = weights[path]
        tensors["grad/" + path] = np.asarray(gradient)
    assert tensors["prob"].dtype == np.float64
    config = network.to_json().replace('"float64"', '"float32"')
    write_safetensors(FOLDER / f"{name}.safetensors", tensors, {"keras": keras.__version__, "config": config})
    print(f"{name}: loss {float(mean):.4f}, {len(weights)} weights", flush=True)


def pictures(*shape):
    return lambda random: random.normal(size=shape).astype("float32")


def words(time=7):
    """Padding on the left, in the middle, on the right, and between; a full row; one word."""

    def make_ids(random):
        x = random.integers(1, 12, (6, time)).astype("int32")
        x[0, :3] = 0
        x[1, 2:4] = 0
        x[2, time // 2 :] = 0
        x[3, [0, 3, 6]] = 0
        x[5, 1:] = 0
        return x

    return make_ids


def pictures_models():
    make(
        "conv_even_same",
        pictures(3, 9, 8, 3),
        lambda: Sequential(
            [
                Input((9, 8, 3)),
                L.Conv2D(5, (2, 4), padding="same", activation="tanh"),
                L.Conv2D(4, 4, strides=(2, 3), padding="same", activation="sigmoid"),
                L.Flatten(),
                L.Dense(3, activation="softmax"),
            ]
        ),
    )
    make(
        "conv_dilated",
        pictures(3, 11, 10, 2),
        lambda: Sequential(
            [
                Input((11, 10, 2)),
                L.Conv2D(5, (3, 2), dilation_rate=(2, 3), activation="relu"),
                L.Conv2D(4, 3, dilation_rate=2, padding="same", use_bias=False),
                L.ReLU(),
                L.Flatten(),
                L.Dense(3, activation="softmax"),
            ]
        ),
    )
    make(
        "pool_same",
        pictures(3, 9, 10, 3),
        lambda: Sequential(
            [
                Input((9, 10, 3)),
                L.Conv2D(6, 3, strides=(3, 1)),
                L.MaxPooling2D((3, 2), strides=(2, 3), padding="same"),
                L.AveragePooling2D((2, 3), strides=1, padding="same"),
                L.AveragePooling2D((2, 2), padding="same"),
                L.Flatten(),
                L.Dense(3, activation="softmax"),
            ]
        ),
    )
    make(
        "pool_overlap",
        pictures(3, 8, 7, 2),
        lambda: Sequential(
            [
                Input((8, 7, 2)),
                L.MaxPooling2D(2, strides=1),
                L.Conv2D(3, 1),
                L.AveragePooling2D(3, strides=2),
                L.Activation("tanh"),
                L.Flatten(),
                L.Dense(4, activation="relu"),
                L.Dense(3, activation="softmax"),
            ]
        ),
    )
    make(
        "source_cnn",
        pictures(3, 12, 12, 3),
        lambda: Sequential(
            [Input((12, 12, 3))]
            + [
                layer
                for filters, strides in ((4, 2), (6, 2), (8, 1))
                for layer in (L.Conv2D(filters, 3, padding="same"), L.ReLU(), L.MaxPooling2D(2, strides))
            ]
            + [L.Flatten(), L.Dropout(0.5), L.Dense(9, activation="relu"), L.Dropout(0.5), L.Dense(5), L.Activation("softmax")]
        ),
    )


def numbers_models():
    make(
        "names",
        lambda random: random.normal(size=(4, 6)).astype("float32"),
        lambda: Sequential(
            [
                Input((6,), name="in"),
                L.Dense(5, name="first one", activation="sigmoid"),
                L.RMSNormalization(name="norm", epsilon=1e-3),
                L.Activation("relu", name="act"),
                L.Dense(4, use_bias=False, name="dense_7"),
                L.RMSNormalization(),
                L.Dense(3, activation="softmax", name="out"),
            ],
            name="my_model",
        ),
    )
    make(
        "dense_rank3",
        lambda random: random.normal(size=(3, 4, 5)).astype("float32"),
        lambda: Sequential(
            [
                Input((4, 5)),
                L.Dense(6, activation="relu"),
                L.Activation("softmax"),
                L.LSTM(3),
                L.Dense(3, activation="softmax"),
            ]
        ),
    )


def text_models():
    def text(name, layers, mask=True, time=7):
        make(
            name,
            words(time),
            lambda: Sequential(
                [Input((time,), dtype="int32"), L.Embedding(12, 6, mask_zero=mask)]
                + layers()
                + [L.Dense(3, activation="softmax")]
            ),
        )

    for mode in ("concat", "sum", "ave", "mul"):
        for kind in (L.LSTM, L.SimpleRNN):
            text(
                f"bi_{kind.__name__.lower()}_{mode}",
                lambda: [
                    L.Bidirectional(kind(5, return_sequences=True), merge_mode=mode),
                    L.Dropout(0.2),
                    L.Bidirectional(kind(4), merge_mode=mode),
                ],
            )
    for kind in (L.LSTM, L.SimpleRNN):
        text(
            f"{kind.__name__.lower()}_stack",
            lambda: [
                kind(4, return_sequences=True),
                kind(5, return_sequences=True, go_backwards=True),
                L.Dropout(0.2),
                kind(6, use_bias=False),
            ],
        )
    text(
        "lstm_hard_sigmoid",
        lambda: [
            L.LSTM(4, recurrent_activation="hard_sigmoid", activation="sigmoid", return_sequences=True, unit_forget_bias=False),
            L.LSTM(3, activation="relu", go_backwards=True),
        ],
        mask=False,
    )
    text(
        "rnn_zero_output",
        lambda: [
            L.SimpleRNN(4, activation="relu", return_sequences=True, zero_output_for_mask=True),
            L.Dense(3, activation="tanh"),
            L.Flatten(),
        ],
    )
    text("lstm_carried_output", lambda: [L.LSTM(4, return_sequences=True), L.RMSNormalization(), L.Flatten()])
    text(
        "bi_named_backwards",
        lambda: [
            L.Bidirectional(
                L.LSTM(4, name="reader", go_backwards=True),
                backward_layer=L.LSTM(4, name="forward_again"),
                name="both",
            )
        ],
    )
    text(
        "bi_own_backward_layer",
        lambda: [
            L.Bidirectional(
                L.LSTM(4, return_sequences=True),
                backward_layer=L.LSTM(4, return_sequences=True, go_backwards=True, activation="sigmoid", name="other"),
            ),
            L.LSTM(3),
        ],
    )
    text("lstm_long", lambda: [L.LSTM(16, return_sequences=True), L.Bidirectional(L.LSTM(8))], time=60)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    pictures_models()
    numbers_models()
    text_models()
