#!/usr/bin/env python3
"""Files as one version of Keras itself writes them: random chains of layers, untrained and trained, as .keras and .h5.

    python tests/golden/make_version_files.py FOLDER --models 40 [--seed 1] [--first 0]

Run it with each Keras in turn (2.4 and 2.15 by `pip install tensorflow-cpu==2.15.1`, 3.0, 3.5, 3.10, 3.15 with
KERAS_BACKEND=jax); it needs numpy and h5py besides. NAME.keras or NAME.h5 is the model, NAME.safetensors holds `input` and
`prob`: what this Keras puts out in float64 for the weights of the file. check_version_files.py asks lapis.
What Keras 2 and 3 both have is drawn, with the options that people set: policies of mixed precision, input dtypes, frozen layers,
dropout of recurrent layers, initializers, constraints, regularizers, names; half of the networks are trained with metrics first.
"""

import argparse
import json
import os
import pathlib
import struct
import tempfile

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np

try:
    import keras
except ImportError:  # TensorFlow 2.4 has it inside only
    from tensorflow import keras

VERSION = tuple(int(part) for part in keras.__version__.split("-")[0].split(".")[:2])
if VERSION[0] == 3:  # see keras_answers.py: else Keras 3 makes float32 of float64 in some operations
    from keras.src.backend.common import dtypes

    getattr(dtypes, "BIT64_TO_BIT32_DTYPE", {}).clear()
L = keras.layers
DTYPES = {"float32": "F32", "float64": "F64", "int32": "I32"}

ACTIVATIONS = "linear relu sigmoid tanh softmax hard_sigmoid elu selu softplus softsign exponential gelu swish".split()
GATES = "sigmoid hard_sigmoid hard_sigmoid tanh softsign".split()
INITIALIZERS = "glorot_uniform he_normal lecun_normal lecun_uniform orthogonal variance_scaling truncated_normal".split()
# TensorFlow takes no other names for a layer of Keras 2 (those that it takes inside of a model are more).
NAMES = ("encoder", "block1.conv", "a/b", "x-y_" * 25) if VERSION[0] == 2 else ("encoder", "my layer", "Ebene_ä", "層", 'with "quotes"', "a b c d " * 12)


def write_safetensors(path, tensors):
    header, data, end = {}, [], 0
    for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].itemsize):
        header[name] = {"dtype": DTYPES[tensor.dtype.name], "shape": tensor.shape, "data_offsets": [end, end + tensor.nbytes]}
        end += tensor.nbytes
        data.append(np.ascontiguousarray(tensor).tobytes())
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))


class Draw:
    """One network: a list of functions that make its layers, so that it can be built again in another dtype."""

    def __init__(self, seed, index, policy):
        self.random = np.random.default_rng([seed, index])
        self.policy = policy
        self.makers = []
        self.number = 0

    def one_of(self, *choices):
        return choices[self.random.integers(len(choices))]

    def chance(self, part):
        return self.random.random() < part

    def size(self, low, high):
        return int(self.random.integers(low, high + 1))

    def common(self, options, weights=("kernel", "bias")):
        """What says nothing about the result."""
        self.number += 1
        if self.chance(0.2):
            options["name"] = self.one_of(*NAMES) + str(self.number)
        if self.chance(0.2):
            options["trainable"] = False
        for weight in weights:
            if self.chance(0.2):
                options[weight + "_initializer"] = self.one_of(*INITIALIZERS) if weight != "bias" else self.one_of("ones", "random_normal", keras.initializers.Constant(0.1))
            if self.chance(0.1):
                options[weight + "_constraint"] = self.one_of("max_norm", "non_neg", "unit_norm")
            if self.chance(0.1):
                options[weight + "_regularizer"] = self.one_of("l1", "l2")
        if weights and self.chance(0.08):
            options["activity_regularizer"] = self.one_of("l1", "l2")
        return options

    def add(self, make, **options):
        self.makers.append((make, options))

    def activation(self):
        return self.one_of(*ACTIVATIONS)

    def dense(self):
        self.add(L.Dense, units=self.size(2, 8), activation=self.activation(), **self.common({}))

    def between(self):
        kind = self.size(0, 8)
        if kind == 0:
            self.add(L.Dropout, rate=0.3, **self.common({}, ()))
        elif kind == 1:
            self.add(L.Activation, activation=self.activation())
        elif kind == 2:
            self.add(L.BatchNormalization, momentum=0.9, epsilon=self.one_of(1e-3, 1e-2), center=self.chance(0.8), scale=self.chance(0.8), **self.common({}, ()))
        elif kind == 3:
            self.add(L.LayerNormalization, **self.common({}, ()))
        elif kind == 4:
            key = "alpha" if VERSION[0] == 2 else "negative_slope"
            self.add(L.LeakyReLU, **({key: 0.1} if self.chance(0.5) else {}))
        elif kind == 5:
            self.add(L.ReLU, **self.one_of({}, {"max_value": 6.0}, {"negative_slope": 0.2, "threshold": 0.1}))
        elif kind == 6:
            self.add(L.ELU, alpha=self.one_of(1.0, 0.5))
        elif kind == 7 and VERSION >= (2, 9):
            self.add(L.Rescaling, scale=0.5, offset=0.1)
        else:
            self.dense()

    def recurrent(self, sequences):
        kind = self.one_of("SimpleRNN", "LSTM", "GRU")
        options = {"units": self.size(2, 6), "return_sequences": sequences}
        if self.chance(0.4):
            options["activation"] = self.one_of("tanh", "relu", "softsign", "hard_sigmoid", "sigmoid")
        if kind != "SimpleRNN" and self.chance(0.6):
            options["recurrent_activation"] = self.one_of(*GATES)
        if kind == "GRU" and self.chance(0.5):
            options["reset_after"] = self.chance(0.5)
        if kind == "LSTM" and self.chance(0.3):
            options["unit_forget_bias"] = False
        if self.chance(0.3):
            options["dropout"] = 0.2
        if self.chance(0.3):
            options["recurrent_dropout"] = 0.1
        if self.chance(0.2):
            options["go_backwards"] = True
        make = getattr(L, kind)
        if self.chance(0.4):
            options.pop("go_backwards", None)
            mode = self.one_of("concat", "sum", "mul", "ave")
            self.add(lambda make=make, mode=mode, **inner: L.Bidirectional(make(**inner), merge_mode=mode), **options)
        else:
            self.add(make, **self.common(options, ("kernel", "recurrent", "bias")))

    def pictures(self):
        shape = (self.size(9, 13), self.size(9, 13), self.size(1, 3))
        opened = (None, None, shape[2]) if self.chance(0.3) else shape
        dtype = self.one_of("float32", "float32", "uint8")
        x = self.random.integers(0, 256, (3,) + shape).astype("float32") if dtype == "uint8" else self.random.normal(size=(3,) + shape)
        if dtype == "uint8" and VERSION >= (2, 9):
            self.add(L.Rescaling, scale=1 / 255)
        for _ in range(self.size(1, 3)):
            self.add(L.Conv2D, filters=self.size(2, 6), kernel_size=self.size(1, 3), padding=self.one_of("same", "valid"), activation=self.activation(), **self.common({}))
            if self.chance(0.5):
                self.between()
        pool = self.one_of(L.MaxPooling2D, L.AveragePooling2D)
        self.add(pool, pool_size=2, padding=self.one_of("same", "valid") if pool is L.MaxPooling2D else "valid")
        if opened is shape and self.chance(0.5):
            self.add(L.Flatten)
        else:
            self.add(self.one_of(L.GlobalAveragePooling2D, L.GlobalMaxPooling2D))
        return opened, dtype, x

    def words(self):
        steps = self.size(5, 9)
        self.add(L.Embedding, input_dim=20, output_dim=self.size(3, 6), mask_zero=self.chance(0.6), **self.common({}, ()))
        x = self.random.integers(1, 20, (4, steps))
        for row in x[1:]:
            row[self.random.integers(2, steps) :] = 0
        if self.chance(0.4):
            self.between_masked()
        if self.chance(0.6):
            self.recurrent(True)
        if self.chance(0.3):
            self.add(lambda **inner: L.TimeDistributed(L.Dense(**inner)), units=self.size(2, 5), activation=self.activation())
        self.recurrent(False)
        return (None,) if self.chance(0.4) else (steps,), self.one_of("int32", "float32", "int64"), x

    def between_masked(self):
        self.one_of(
            lambda: self.add(L.Dropout, rate=0.2),
            lambda: self.add(L.Activation, activation="tanh"),
            lambda: self.add(L.LayerNormalization),
            lambda: self.add(L.Dense, units=5, activation="hard_sigmoid"),
        )()

    def series(self):
        shape = (self.size(12, 18), self.size(2, 4))
        for _ in range(self.size(1, 2)):
            self.add(L.Conv1D, filters=self.size(2, 6), kernel_size=self.size(1, 4), padding=self.one_of("same", "valid", "causal"), activation=self.activation(), **self.common({}))
        if self.chance(0.5):
            self.recurrent(True)
        if self.chance(0.5):
            self.recurrent(False)
        else:
            self.add(self.one_of(L.GlobalAveragePooling1D, L.GlobalMaxPooling1D))
        return ((None, shape[1]) if self.chance(0.3) else shape), "float32", self.random.normal(size=(3,) + shape)

    def table(self):
        shape = (self.size(3, 9),)
        for _ in range(self.size(1, 3)):
            self.dense()
            self.between()
        return shape, self.one_of("float32", "float64", "float16") if self.policy == "float32" else "float32", np.round(self.random.normal(size=(5,) + shape) * 64) / 64

    def network(self):
        self.shape, self.dtype, self.x = self.one_of(self.pictures, self.words, self.words, self.series, self.table)()
        for _ in range(self.size(0, 2)):
            self.between()
        self.add(L.Dense, units=3, activation=self.one_of("softmax", "sigmoid", "linear", "hard_sigmoid"), dtype="float32")
        self.functional = self.chance(0.5)
        return self

    def build(self, dtype):
        """dtype: a policy; "float64" also for the layers that name their own."""
        double = dtype == "float64"
        if VERSION[0] == 2:
            keras.mixed_precision.set_global_policy(dtype)
        else:
            keras.config.set_dtype_policy(dtype)
        keras.backend.set_floatx("float64" if double else "float32")
        layers = [make(**{key: "float64" if key == "dtype" and double else value for key, value in options.items()}) for make, options in self.makers]
        held = "float64" if double and self.dtype.startswith("float") else self.dtype
        first = keras.Input(self.shape, dtype=held)
        if not self.functional:
            return keras.Sequential([first, *layers])
        y = first
        for layer in layers:
            y = layer(y)
        return keras.Model(first, y)


def values_for(model, random):
    values = []
    for variable in model.weights:
        drawn = random.normal(scale=0.4, size=tuple(variable.shape))
        values.append(np.abs(drawn) + 0.5 if "variance" in variable.name else drawn)
    return [value.astype("float32") for value in values]


def train(model, network):
    """A few steps with what people compile: then the file carries metrics', optimizers' and losses' variables."""
    metrics = ["accuracy", keras.metrics.AUC(name="auc"), keras.metrics.MeanSquaredError()][: network.size(1, 3)]
    model.compile(optimizer=network.one_of("adam", "sgd", "rmsprop", "nadam"), loss=network.one_of("mse", "categorical_crossentropy", "mae"), metrics=metrics)
    targets = np.eye(3, dtype="float32")[network.random.integers(0, 3, len(network.x))]
    model.fit(network.x.astype(network.dtype), targets, epochs=1, batch_size=2, verbose=0)


def make(folder, seed, index):
    drawn = np.random.default_rng([seed, index, 1])
    policy = "float32" if drawn.random() < 0.75 else ("mixed_bfloat16" if drawn.random() < 0.5 else "mixed_float16")
    network = Draw(seed, index, policy).network()
    model = network.build(policy)
    model.set_weights(values_for(model, network.random))
    trained = drawn.random() < 0.5
    if trained:
        train(model, network)
        weights = [np.asarray(value, "float32") for value in model.get_weights()]
        if not all(np.isfinite(value).all() for value in weights):
            return None
        if policy != "float32":  # trained in 16 bits: the weights themselves are float32
            model.set_weights(weights)
    weights = model.get_weights()
    ending = ".h5" if drawn.random() < 0.5 else ".keras"
    if VERSION < (2, 13):
        ending = ".h5"
    name = f"keras{VERSION[0]}_{VERSION[1]}_{index}{'_trained' if trained else ''}"
    try:
        model.save(str(folder / (name + ending)))
    except (ValueError, TypeError):  # Keras 3.0 to 3.3 cannot save all that they can build
        (folder / (name + ending)).unlink(missing_ok=True)
        return None
    exact = network.build("float64")
    exact.set_weights([np.asarray(value, "float64") for value in weights])
    x = network.x.astype("int32") if network.dtype.startswith("int") else network.x.astype("float32")
    y = np.asarray(exact(network.x.astype("float64") if not network.dtype.startswith("int") else x, training=False), "float64")
    if not np.isfinite(y).all() or np.abs(y).max() > 1e4:
        (folder / (name + ending)).unlink()
        return None
    write_safetensors(folder / (name + ".safetensors"), {"input": x, "prob": y})
    return name


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--models", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    made = [make(options.folder, options.seed, index) for index in range(options.first, options.first + options.models)]
    print(f"Keras {keras.__version__}: {sum(name is not None for name in made)} networks, {made.count(None)} left out (values too large, or this Keras cannot save it)")


if __name__ == "__main__":
    main()
