"""Makes keras/*.safetensors: inputs, weights and what Keras makes of them, for keras_test.cpp; and
training/*.safetensors: ten training steps with each loss, optimizer, schedule and regulariser, for training_test.cpp.

    pip install keras==3.15.1 jax numpy && python tests/golden/make_golden.py

Each file holds `input`, `label` (int32), `weight/PATH` (float32), and computed in float64 from these: `prob`, `loss` (mean
sparse categorical cross-entropy, over the steps that the output's mask counts) and `grad/PATH`, with training=False unless
the metadata says `training`; then also `state/PATH`, the moving statistics after the step. The metadata holds the model's
`config`. The training files hold `input`, `label`, `weight/PATH`, the ten `losses` (each before its step, with what regularisers
add), and `final/PATH` after them; their metadata also `compile`: Keras's own serialisation of optimizer and loss.
Only building and checking need these files; nothing needs Python. JAX and not torch: see pool_same, where Keras 3.15.1 on torch
divides an average by padding too.
"""

import json
import os
import pathlib
import zlib

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import keras
import numpy as np
from keras import Input, Sequential
from keras import layers as L
from keras_answers import write_safetensors  # and float64 that stays so

FOLDER = pathlib.Path(__file__).parent / "keras"
TRAINING = pathlib.Path(__file__).parent / "training"


def start_values(random, variable, path):
    """Drawn, so that no bias is left at 0 and no scale at 1."""
    shape = variable.shape
    spread = np.prod(shape[:-1]) ** -0.5 if len(shape) > 1 else 0.3
    values = random.normal(size=shape) * spread
    if path.endswith(("scale", "gamma")):
        values += 1
    if path.endswith("moving_variance"):
        values = np.abs(values) + 0.5
    return values.astype("float32")


def philox(seed, stream, count):
    """Whole numbers below 2^24, as lapis's RandomStream(seed, stream) draws them."""
    low = np.uint64(0xFFFFFFFF)
    index = np.arange((count + 3) // 4, dtype="uint64")
    counter = [index & low, index >> np.uint64(32), index * 0 + np.uint64(stream & 0xFFFFFFFF), index * 0 + np.uint64(stream >> 32)]
    keys = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        products = [np.uint64(0xD2511F53) * counter[0], np.uint64(0xCD9E8D57) * counter[2]]
        counter = [
            (products[1] >> np.uint64(32)) ^ counter[1] ^ np.uint64(keys[0]),
            products[1] & low,
            (products[0] >> np.uint64(32)) ^ counter[3] ^ np.uint64(keys[1]),
            products[0] & low,
        ]
        keys = [(keys[0] + 0x9E3779B9) & 0xFFFFFFFF, (keys[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return np.stack(counter, axis=1).reshape(-1)[:count] >> np.uint64(8)


def dropout_masks(network, batch):
    """What lapis multiplies the recurrent layers' inputs and states by, with seed 0 in step 0, in the order in which Keras asks."""
    masks = []

    def draw(rate, gates, columns, seed, stream):
        kept = philox(seed, stream, gates * batch * columns) >= np.ceil(rate * 2**24)
        masks.extend(kept.reshape(gates, batch, columns) / (1 - rate))

    for i, layer in enumerate(network.layers):
        wrapped = isinstance(layer, L.Bidirectional)
        for seed, inner in [(0, layer.forward_layer), (0x6261636B77617264, layer.backward_layer)] if wrapped else [(0, layer)]:
            if not isinstance(inner, L.RNN):
                continue
            gates = getattr(inner.cell, "dropout_mask_count", 1)
            if inner.cell.dropout:
                draw(inner.cell.dropout, gates, inner.cell.kernel.shape[0], seed, i + 1)
            if inner.cell.recurrent_dropout:
                draw(inner.cell.recurrent_dropout, gates, inner.units, seed ^ 0x7374617465647270, i + 1)
    return masks


def make(name, x, model, training=False, mask=None, drops=False):
    """`x(random)` makes the inputs, `model()` the network; `mask(x)`: the steps of the output that count. `drops`: recurrent
    layers drop, what lapis drops."""
    random = np.random.default_rng(zlib.crc32(name.encode()))
    keras.config.set_floatx("float64")
    keras.utils.clear_session()
    network = model()
    x = x(random)
    shape = x.shape[:1] if len(network.output_shape) == 2 else x.shape[:2]
    labels = random.integers(0, network.output_shape[-1], shape).astype("int32")
    counts = np.ones(shape) if mask is None else mask(x).astype("float64")
    weights = {}

    def path_of(variable):
        return variable.path.removeprefix(network.name + "/")

    for variable in network.weights:
        weights[path_of(variable)] = start_values(random, variable, path_of(variable))
    state = [
        jnp.asarray(weights[path_of(variable)], dtype="float64") if path_of(variable) in weights else variable.value
        for variable in network.non_trainable_variables
    ]
    inputs = x if x.dtype == np.int32 else x.astype("float64")

    def loss(values):
        y, new_state = network.stateless_call(values, state, inputs, training=training)
        picked = jnp.take_along_axis(y, labels[..., None], axis=-1)[..., 0]
        return -jnp.sum(jnp.log(picked) * counts) / counts.sum(), (y, new_state)

    trainable = [path_of(variable) for variable in network.trainable_variables]
    values = [jnp.asarray(weights[path], dtype="float64") for path in trainable]
    masks = dropout_masks(network, len(x)) if drops else []
    asked = 0

    def next_mask(inputs, rate, noise_shape=None, seed=None):
        nonlocal asked
        asked += 1
        chosen = masks[(asked - 1) % len(masks)]
        assert chosen.shape == inputs.shape and 0 < rate < 1
        return jnp.asarray(chosen)

    drawn = keras.src.backend.random.dropout
    if drops:
        keras.src.backend.random.dropout = next_mask
    (mean, (y, new_state)), gradients = jax.jit(jax.value_and_grad(loss, has_aux=True))(values)
    keras.src.backend.random.dropout = drawn
    assert not drops or (asked > 0 and asked % len(masks) == 0)
    tensors = {"input": x, "label": labels, "prob": np.asarray(y), "loss": np.asarray([mean])}
    for path, weight in weights.items():
        tensors["weight/" + path] = weight
    for path, gradient in zip(trainable, gradients):
        tensors["grad/" + path] = np.asarray(gradient)
    if training:
        for variable, after in zip(network.non_trainable_variables, new_state):
            if path_of(variable) in weights:  # and no random generator's
                tensors["state/" + path_of(variable)] = np.asarray(after)
    assert tensors["prob"].dtype == np.float64
    config = network.to_json().replace('"float64"', '"float32"')
    metadata = {"keras": keras.__version__, "config": config}
    if training:
        metadata["training"] = "true"
    if drops:
        metadata["drops"] = "true"
    write_safetensors(FOLDER / f"{name}.safetensors", tensors, metadata)
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


def chain(shape, *layers):
    """A Sequential with a softmax of three behind what is given."""
    return lambda: Sequential([Input(shape)] + [layer() for layer in layers] + [L.Dense(3, activation="softmax")])


def normalization_models():
    for training in (False, True):
        ending = "_training" if training else ""
        make(
            "batch_norm" + ending,
            pictures(5, 7, 6, 3),
            chain(
                (7, 6, 3),
                lambda: L.Conv2D(4, 3, use_bias=False),
                lambda: L.BatchNormalization(momentum=0.6),
                L.ReLU,
                lambda: L.Conv2D(5, 2, use_bias=False),
                lambda: L.BatchNormalization(center=False, epsilon=0.01),
                L.GlobalAveragePooling2D,
            ),
            training,
        )
        make(
            "batch_norm_dense" + ending,
            lambda random: random.normal(size=(6, 5)).astype("float32"),
            chain(
                (5,),
                lambda: L.Dense(7, use_bias=False),
                lambda: L.BatchNormalization(scale=False),
                lambda: L.Activation("tanh"),
                lambda: L.BatchNormalization(center=False, scale=False, momentum=0.9),
            ),
            training,
        )
        make(
            "batch_norm_mask" + ending,
            words(),
            lambda: Sequential(
                [
                    Input((7,), dtype="int32"),
                    L.Embedding(12, 4, mask_zero=True),
                    L.BatchNormalization(),
                    L.LSTM(4, return_sequences=True),
                    L.BatchNormalization(momentum=0.5),
                    L.GRU(3),
                    L.Dense(3, activation="softmax"),
                ]
            ),
            training,
        )
    make(
        "layer_norm",
        pictures(3, 5, 6, 3),
        chain(
            (5, 6, 3),
            L.LayerNormalization,
            lambda: L.Conv2D(5, 2),
            lambda: L.LayerNormalization(center=False, epsilon=0.1),
            lambda: L.Conv2D(4, 2),
            lambda: L.LayerNormalization(scale=False, axis=3),
            L.Flatten,
            lambda: L.LayerNormalization(center=False, scale=False),
        ),
    )


def shape_models():
    make(
        "zero_padding_global_max",
        pictures(3, 5, 4, 2),
        chain(
            (5, 4, 2),
            lambda: L.ZeroPadding2D(((1, 2), (0, 3))),
            lambda: L.Conv2D(4, 3, strides=2, activation="relu"),
            lambda: L.ZeroPadding2D((2, 1)),
            lambda: L.Conv2D(5, 2),
            lambda: L.GlobalMaxPooling2D(keepdims=True),
            L.Flatten,
        ),
    )
    make(
        "rescaling_reshape",
        pictures(4, 4, 6, 2),
        lambda: Sequential(
            [
                Input((4, 6, 2)),
                L.Rescaling(0.5, offset=-0.25),
                L.GlobalAveragePooling2D(keepdims=True),
                L.Reshape((2,)),
                L.Dense(12),
                L.Reshape((3, -1)),
                L.Conv1D(4, 2),
                L.GlobalMaxPooling1D(),
                L.Dense(3),
                L.Softmax(),
            ]
        ),
    )
    for padding, strides, dilation in (("valid", 1, 2), ("valid", 2, 1), ("same", 1, 2), ("same", 3, 1), ("causal", 1, 3), ("causal", 2, 1)):
        make(
            f"conv1d_{padding}_{strides}_{dilation}",
            pictures(3, 10, 3),
            chain(
                (10, 3),
                lambda: L.Conv1D(5, 2, padding=padding, activation="tanh"),
                lambda: L.Conv1D(4, 3, padding=padding, strides=strides, dilation_rate=dilation, use_bias=False),
                L.GlobalAveragePooling1D,
            ),
        )


def activation_models():
    groups = (
        ("elu", "selu", "softplus", "softsign", "exponential"),
        ("gelu", "silu", "mish", "hard_silu", "tanh_shrink"),
        ("leaky_relu", "relu6", "hard_tanh", "log_sigmoid", "log_softmax"),
    )
    for group in groups:
        make(
            "activations_" + group[0],
            lambda random: (random.normal(size=(6, 5)) * 2).astype("float32"),
            chain((5,), *(lambda name=name: L.Dense(6, activation=name) for name in group)),
        )
        make(
            "activations_conv_" + group[0],
            pictures(3, 5, 6, 2),
            chain(
                (5, 6, 2),
                lambda: L.Conv2D(4, 2, activation=group[0]),
                lambda: L.Conv2D(3, 2, activation=group[1]),
                lambda: L.Activation(group[2]),
                lambda: L.Reshape((-1, 3)),
                lambda: L.Conv1D(3, 2, activation=group[3]),
                lambda: L.Activation(group[4]),
                L.Flatten,
            ),
        )
    make(
        "rectifiers",
        lambda random: (random.normal(size=(6, 5)) * 2).astype("float32"),
        chain(
            (5,),
            lambda: L.Dense(6),
            lambda: L.LeakyReLU(),
            lambda: L.Dense(6),
            lambda: L.LeakyReLU(negative_slope=0.01),
            lambda: L.Dense(6),
            lambda: L.ELU(alpha=0.7),
            lambda: L.Dense(6),
            lambda: L.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.2),
            lambda: L.Dense(6),
            lambda: L.ReLU(6),
        ),
    )


def sequence_models():
    def text(name, *layers, mask=True, **options):
        make(
            name,
            words(),
            lambda: Sequential(
                [Input((7,), dtype="int32"), L.Embedding(12, 5, mask_zero=mask)]
                + [layer() for layer in layers]
                + ([] if "mask" in options else [L.Dense(3, activation="softmax")])
            ),
            **options,
        )

    for mode in ("concat", "sum", "ave", "mul"):
        for reset_after in (True, False):
            text(
                f"bi_gru_{mode}" + ("" if reset_after else "_reset_before"),
                lambda: L.Bidirectional(L.GRU(4, return_sequences=True, reset_after=reset_after), merge_mode=mode),
                lambda: L.Bidirectional(L.GRU(3, reset_after=reset_after), merge_mode=mode),
            )
    for reset_after in (True, False):
        ending = "" if reset_after else "_reset_before"
        text(
            "gru_stack" + ending,
            lambda: L.GRU(4, return_sequences=True, reset_after=reset_after),
            lambda: L.GRU(5, return_sequences=True, go_backwards=True, reset_after=reset_after),
            lambda: L.Dropout(0.2),
            lambda: L.GRU(6, use_bias=False, reset_after=reset_after),
        )
        text(
            "gru_hard_sigmoid" + ending,
            lambda: L.GRU(4, return_sequences=True, zero_output_for_mask=True, recurrent_activation="hard_sigmoid", reset_after=reset_after),
            lambda: L.GRU(3, activation="relu", go_backwards=True, reset_after=reset_after),
        )
    text("gru_no_mask", lambda: L.GRU(4, return_sequences=True), lambda: L.GRU(3), mask=False)
    text("lstm_softsign", lambda: L.LSTM(4, activation="softsign", recurrent_activation="relu6", return_sequences=True), lambda: L.SimpleRNN(3, activation="elu"))
    # Carried on: by Dense, normalisations, activations, Dropout, TimeDistributed. The mean is over what counts.
    text("mean_of_words", lambda: L.Dense(4, activation="silu"), L.LayerNormalization, L.GlobalAveragePooling1D)
    text("mean_of_lstm", lambda: L.LSTM(4, return_sequences=True), lambda: L.GlobalAveragePooling1D(keepdims=True), L.Flatten)
    text(
        "mask_carried_on",
        lambda: L.Rescaling(1.5, 0.1),
        lambda: L.LeakyReLU(),
        lambda: L.TimeDistributed(L.Dense(4, activation="gelu")),
        lambda: L.ReLU(max_value=2),
        lambda: L.ELU(),
        lambda: L.BatchNormalization(),
        lambda: L.GRU(3),
    )
    # Dropped: by convolutions, poolings and Reshape, so that the LSTM sees every step.
    text("mask_dropped_by_conv", lambda: L.Conv1D(4, 3, padding="same"), lambda: L.LSTM(3))
    text("mask_dropped_by_reshape", lambda: L.Reshape((5, 7)), lambda: L.GRU(3))
    text("largest_of_words", lambda: L.GlobalMaxPooling1D())
    make(
        "tagger",
        lambda random: np.maximum(words()(random), np.array([1] + [0] * 6, dtype="int32")),
        lambda: Sequential(
            [
                Input((7,), dtype="int32"),
                L.Embedding(12, 5, mask_zero=True),
                L.Bidirectional(L.GRU(3, return_sequences=True)),
                L.TimeDistributed(L.Dense(4, activation="softmax")),
            ]
        ),
        mask=lambda x: x != 0,
    )

    def steps(value):
        def make_steps(random):
            x = random.normal(size=(6, 5, 3)).astype("float32")
            x[0, :2] = value
            x[1, 1:3] = value
            x[2, 3:] = value
            x[3, [0, 2, 4]] = value
            x[4, 2, 0] = value
            return x

        return make_steps

    for value in (0.0, -1.0):
        for kind in (L.LSTM, L.GRU):
            make(
                f"masking_{kind.__name__.lower()}" + ("" if value == 0 else "_value"),
                steps(value),
                chain((5, 3), lambda: L.Masking(value), lambda: L.Dense(4), lambda: kind(4, return_sequences=True), lambda: kind(3)),
            )
    make("masking_mean", steps(0.0), chain((5, 3), L.Masking, L.GlobalAveragePooling1D))
    make(
        "time_distributed_pictures",
        pictures(3, 4, 5, 6, 2),
        chain(
            (4, 5, 6, 2),
            lambda: L.TimeDistributed(L.Conv2D(3, 2, activation="relu")),
            lambda: L.TimeDistributed(L.MaxPooling2D(2)),
            lambda: L.TimeDistributed(L.Flatten()),
            lambda: L.TimeDistributed(L.Dense(4)),
            lambda: L.GRU(3),
        ),
    )


def functional_models():
    def apply(x, *layers):
        inputs = x
        for layer in layers:
            x = layer(x)
        return keras.Model(inputs, x, name="chain")

    make(
        "functional_pictures",
        pictures(3, 6, 5, 2),
        lambda: apply(
            Input((6, 5, 2)),
            L.Conv2D(4, 3, name="first"),
            L.BatchNormalization(),
            L.Activation("swish"),
            L.GlobalAveragePooling2D(),
            L.Dropout(0.5),
            L.Dense(3, activation="softmax"),
        ),
    )
    make(
        "functional_words",
        words(),
        lambda: apply(
            Input((7,), dtype="int32"),
            L.Embedding(12, 4, mask_zero=True),
            L.Bidirectional(L.LSTM(3, return_sequences=True)),
            L.Dense(4, activation="relu"),
            L.GRU(3),
            L.Dense(3, activation="softmax"),
        ),
    )


def dropout_models():
    def chain(*layers):
        return lambda: Sequential([Input((7,), dtype="int32"), L.Embedding(12, 4, mask_zero=True), *layers, L.Dense(3, activation="softmax")])

    make("dropped_lstm", words(), lambda: chain(L.LSTM(3, dropout=0.25, recurrent_dropout=0.5, return_sequences=True), L.LSTM(4, dropout=0.5))(), True, drops=True)
    make("dropped_gru", words(), lambda: chain(L.GRU(3, dropout=0.5, recurrent_dropout=0.25, return_sequences=True), L.GRU(4, recurrent_dropout=0.5, reset_after=False, go_backwards=True))(), True, drops=True)
    make("dropped_simplernn", words(), lambda: chain(L.SimpleRNN(3, dropout=0.5, recurrent_dropout=0.25, return_sequences=True), L.SimpleRNN(4, recurrent_dropout=0.5))(), True, drops=True)
    make(
        "dropped_bidirectional",
        words(),
        lambda: chain(L.Bidirectional(L.GRU(3, dropout=0.25, return_sequences=True)), L.Bidirectional(L.LSTM(2, dropout=0.5, recurrent_dropout=0.25, return_sequences=True)), L.Bidirectional(L.SimpleRNN(2, recurrent_dropout=0.5)))(),
        True,
        drops=True,
    )


STEPS = 10


def train(name, x, model, loss, optimizer):
    """Ten steps, each on all of x. Labels are classes; the loss gets them as it wants them."""
    random = np.random.default_rng(zlib.crc32(name.encode()))
    keras.config.set_floatx("float64")
    keras.utils.clear_session()
    network = model()
    x = x(random)
    outputs = network.output_shape[-1]
    labels = random.integers(0, max(outputs, 2), len(x)).astype("int32")
    if isinstance(loss, keras.losses.SparseCategoricalCrossentropy):
        targets = labels
    else:
        targets = labels[:, None].astype("float64") if outputs == 1 else np.eye(outputs)[labels]
    weights = {variable.path.removeprefix(network.name + "/"): variable for variable in network.weights}
    start = {path: start_values(random, variable, path) for path, variable in weights.items()}
    for path, variable in weights.items():
        variable.assign(start[path])
    inputs = x if x.dtype == np.int32 else x.astype("float64")
    compiled = {"optimizer": keras.optimizers.serialize(optimizer), "loss": keras.losses.serialize(loss)}
    optimizer.build(network.trainable_variables)

    @jax.jit
    def step(values, state, memory):
        def total(values):
            y, new_state, extra = network.stateless_call(values, state, inputs, training=True, return_losses=True)
            return loss(targets, y) + sum(extra), new_state

        (value, state_after), gradients = jax.value_and_grad(total, has_aux=True)(values)
        values, memory = optimizer.stateless_apply(memory, gradients, values)
        return value, values, state_after, memory

    values = [variable.value for variable in network.trainable_variables]
    state = [variable.value for variable in network.non_trainable_variables]
    memory = [variable.value for variable in optimizer.variables]
    losses = []
    for _ in range(STEPS):
        value, values, state, memory = step(values, state, memory)
        losses.append(float(value))
    tensors = {"input": x, "label": labels, "losses": np.asarray(losses)}
    variables = network.trainable_variables + network.non_trainable_variables
    for variable, value in zip(variables, list(values) + list(state)):
        path = variable.path.removeprefix(network.name + "/")
        if path in start:
            tensors["weight/" + path] = start[path]
            tensors["final/" + path] = np.asarray(value)
    config = network.to_json().replace('"float64"', '"float32"')
    metadata = {"keras": keras.__version__, "config": config, "compile": json.dumps(compiled)}
    write_safetensors(TRAINING / f"{name}.safetensors", tensors, metadata)
    print(f"{name}: losses {losses[0]:.4f} to {losses[-1]:.4f}", flush=True)


def training_runs():
    O, S, R = keras.optimizers, keras.optimizers.schedules, keras.regularizers

    def rows(random):
        return random.normal(size=(9, 4)).astype("float32")

    def small(outputs=3, activation="softmax"):
        return lambda: Sequential([Input((4,)), L.Dense(5, activation="tanh"), L.Dense(outputs, activation=activation)])

    def normalized():
        return Sequential([Input((4,)), L.Dense(5, use_bias=False), L.BatchNormalization(momentum=0.8), L.ReLU(), L.Dense(3, activation="softmax")])

    sparse = keras.losses.SparseCategoricalCrossentropy
    for name, optimizer in {
        "sgd": O.SGD(0.1),
        "sgd_momentum": O.SGD(0.1, momentum=0.9),
        "sgd_nesterov": O.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
        "adam": O.Adam(0.01),
        "adam_amsgrad": O.Adam(0.05, beta_2=0.6, amsgrad=True),
        "adamw": O.AdamW(0.01),
        "rmsprop": O.RMSprop(0.01),
        "rmsprop_momentum": O.RMSprop(0.01, rho=0.7, momentum=0.8, weight_decay=0.01),
        "rmsprop_centered": O.RMSprop(0.01, momentum=0.5, epsilon=1e-3, centered=True),
        "inverse_time_decay": O.SGD(S.InverseTimeDecay(0.3, 3, 0.5)),
        "inverse_time_decay_staircase": O.SGD(S.InverseTimeDecay(0.3, 3, 0.5, staircase=True)),
        "polynomial_decay": O.SGD(S.PolynomialDecay(0.3, 6, 0.05, power=2.0)),
        "polynomial_decay_cycle": O.SGD(S.PolynomialDecay(0.3, 4, 0.05, cycle=True)),
        "cosine_decay_restarts": O.Adam(S.CosineDecayRestarts(0.1, 2, t_mul=2.0, m_mul=0.7, alpha=0.1)),
        "cosine_decay_restarts_equal": O.SGD(S.CosineDecayRestarts(0.3, 3, t_mul=1.0, m_mul=0.5)),
        "cosine_decay_warmup": O.SGD(S.CosineDecay(0.01, 6, alpha=0.1, warmup_target=0.3, warmup_steps=3)),
        "exponential_decay": O.SGD(S.ExponentialDecay(0.3, 4, 0.5)),
        "piecewise_constant_decay": O.SGD(S.PiecewiseConstantDecay([2, 5], [0.3, 0.1, 0.01])),
    }.items():
        train(name, rows, small(), sparse(), optimizer)
    for name, optimizer in {
        "batch_norm_sgd": O.SGD(0.1, momentum=0.9),
        "batch_norm_adamw": O.AdamW(0.01, weight_decay=0.1),
        "batch_norm_clipnorm": O.SGD(0.5, clipnorm=0.1),
        "batch_norm_global_clipnorm": O.SGD(0.5, global_clipnorm=0.1),
        "batch_norm_clipvalue": O.SGD(0.5, clipvalue=0.02),
    }.items():
        train(name, rows, normalized, sparse(), optimizer)

    losses = keras.losses
    for name, outputs, activation, loss in (
        ("sparse_logits", 3, "linear", sparse(from_logits=True)),
        ("categorical", 3, "softmax", losses.CategoricalCrossentropy()),
        ("categorical_smoothed", 3, "softmax", losses.CategoricalCrossentropy(label_smoothing=0.2)),
        ("categorical_smoothed_logits", 4, "linear", losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)),
        ("binary", 1, "sigmoid", losses.BinaryCrossentropy()),
        ("binary_logits", 1, "linear", losses.BinaryCrossentropy(from_logits=True)),
        ("binary_smoothed", 3, "sigmoid", losses.BinaryCrossentropy(label_smoothing=0.2)),
        ("binary_smoothed_logits", 3, "linear", losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2)),
        ("binary_softmax", 3, "softmax", losses.BinaryCrossentropy()),
        ("mean_squared_error", 3, "sigmoid", losses.MeanSquaredError()),
        ("mean_squared_error_one", 1, "linear", losses.MeanSquaredError()),
    ):
        train(name, rows, small(outputs, activation), loss, O.SGD(0.3))

    train(
        "regularizers",
        rows,
        lambda: Sequential(
            [
                Input((4,)),
                L.Dense(5, kernel_regularizer=R.L1(0.02), bias_regularizer=R.L2(0.1)),
                L.BatchNormalization(gamma_regularizer="l2", beta_regularizer=R.L1L2(0.01, 0.03)),
                L.LayerNormalization(gamma_regularizer=R.L1(0.05), beta_regularizer="l1"),
                L.Dense(3, activation="softmax", kernel_regularizer=R.L1L2(0.01, 0.02)),
            ]
        ),
        sparse(),
        O.Adam(0.01),
    )
    def frozen(freeze, *layers):
        def network():
            model = Sequential(list(layers))
            freeze(model.layers)
            return model

        return network

    def freeze_first(layers):
        for layer in layers[:2]:
            layer.trainable = False

    def freeze_some(layers):
        layers[1].forward_layer.trainable = False
        layers[3].layer.trainable = False

    train(
        "frozen_batch_norm",
        rows,
        lambda: frozen(freeze_first, Input((4,)), L.Dense(5, kernel_regularizer="l2"), L.BatchNormalization(gamma_regularizer="l2"), L.Dense(4, use_bias=False, kernel_regularizer="l2"), L.BatchNormalization(), L.Dense(3, activation="softmax"))(),
        sparse(),
        O.AdamW(0.02, weight_decay=0.1, global_clipnorm=0.1),
    )
    train(
        "frozen_inside",
        words(),
        lambda: frozen(freeze_some, Input((7,), dtype="int32"), L.Embedding(12, 4, mask_zero=True), L.Bidirectional(L.LSTM(3, return_sequences=True)), L.BatchNormalization(), L.TimeDistributed(L.Dense(3)), L.GRU(3), L.Dense(3, activation="softmax"))(),
        sparse(),
        O.RMSprop(0.02, momentum=0.5),
    )
    train(
        "activity_regularizers",
        rows,
        lambda: Sequential(
            [
                Input((4,)),
                L.Dense(5, activation="tanh", activity_regularizer=R.L1(0.02)),
                L.ActivityRegularization(l1=0.01, l2=0.02),
                L.LeakyReLU(activity_regularizer=R.L2(0.05)),
                L.Dense(3, activation="softmax", activity_regularizer=R.L1L2(0.1, 0.3)),
            ]
        ),
        sparse(),
        O.SGD(0.2),
    )
    train(
        "activity_regularizers_text",
        words(),
        lambda: Sequential(
            [
                Input((7,), dtype="int32"),
                L.Embedding(12, 4, mask_zero=True, activity_regularizer="l2"),
                L.Bidirectional(L.LSTM(3, return_sequences=True, activity_regularizer=R.L1(0.02)), activity_regularizer=R.L2(0.03)),
                L.TimeDistributed(L.Dense(3, activity_regularizer="l2"), activity_regularizer=R.L1(0.02)),
                L.GRU(3, activity_regularizer="l2"),
                L.Flatten(activity_regularizer=R.L2(0.1)),
                L.Dense(3, activation="softmax"),
            ]
        ),
        sparse(),
        O.Adam(0.02),
    )
    train(
        "regularizers_conv",
        pictures(5, 5, 5, 2),
        lambda: Sequential(
            [
                Input((5, 5, 2)),
                L.Conv2D(3, 2, kernel_regularizer="l2", bias_regularizer="l1"),
                L.Reshape((-1, 3)),
                L.Conv1D(4, 3, kernel_regularizer=R.L2(0.03), bias_regularizer=R.L1(0.02)),
                L.GlobalAveragePooling1D(),
                L.Dense(3, activation="softmax"),
            ]
        ),
        sparse(),
        O.SGD(0.1),
    )
    train(
        "regularizers_text",
        words(),
        lambda: Sequential(
            [
                Input((7,), dtype="int32"),
                L.Embedding(12, 4, mask_zero=True, embeddings_regularizer=R.L2(0.01)),
                L.Bidirectional(L.LSTM(3, return_sequences=True, kernel_regularizer=R.L1(0.01), recurrent_regularizer=R.L2(0.02), bias_regularizer="l2")),
                L.GRU(3, kernel_regularizer="l2", recurrent_regularizer="l1", bias_regularizer=R.L1L2(0.01, 0.02)),
                L.Dense(3, activation="softmax"),
            ]
        ),
        sparse(),
        O.RMSprop(0.01),
    )


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    TRAINING.mkdir(exist_ok=True)
    training_runs()
    pictures_models()
    numbers_models()
    text_models()
    normalization_models()
    shape_models()
    activation_models()
    sequence_models()
    functional_models()
    dropout_models()
