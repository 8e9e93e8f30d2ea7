"""Random networks as files of other Kerases: whatever Keras runs this script saves them, untrained and trained, and lapis must
predict what that Keras predicts.

    pip install keras==3.0.5 jax h5py        (or tensorflow-cpu==2.15.1, whose Keras is 2.15)
    python tests/golden/fuzz_versions.py --models 50 [--seed 1] [--first 0] [--lapis build/native/lapis]

The networks are those of random_networks.py, as far as this Keras has their layers, with settings that say nothing about the
result: names of all kinds, initializers, constraints, dtypes of the input, mixed precision's policies. Half are trained for an
epoch with metrics. Keras 2's hard_sigmoid, its masks and its spelling of files are what this is for. Predictions are compared
in float32, relative to the largest. Exit status 1 on any disagreement.
"""

import argparse
import collections
import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from random_networks import Layer, draw_network, leaves

try:
    import tensorflow as tf
    from tensorflow import keras

    VERSION = keras.__version__ if hasattr(keras, "__version__") else tf.keras.__internal__.__dict__.get("version", "2.15")
except ImportError:
    import keras

    VERSION = keras.__version__
IS_KERAS2 = VERSION.startswith("2")
TOLERANCE = 3e-6  # two float32 computations, each with its own order of sums


class Settings:
    """What says nothing about the result."""

    INITIALIZERS = ("lecun_normal", "lecun_uniform", "he_normal", "glorot_normal", "random_normal", "truncated_normal")
    NAMES = ('the "last" one', "слой №1 – ☃", "  out put  ", "x" * 300, "a.b-c (d)", "conv1/conv")

    def __init__(self, random):
        self.random = random
        self.count = 0

    def chance(self, part):
        return self.random.random() < part

    def one_of(self, *choices):
        return choices[self.random.integers(len(choices))]

    def initializer(self):
        name = self.one_of(*self.INITIALIZERS, "VarianceScaling", "Constant")
        if name == "VarianceScaling":
            mode = self.one_of("fan_in", "fan_out", "fan_avg")
            return keras.initializers.VarianceScaling(2.0, mode, self.one_of("uniform", "truncated_normal", "untruncated_normal"))
        return keras.initializers.Constant(0.25) if name == "Constant" else name

    def constraint(self):
        return self.one_of("non_neg", "unit_norm", keras.constraints.MaxNorm(3), keras.constraints.MinMaxNorm(0.1, 2.0))

    def add(self, layer, options):
        if layer.kind in ("Dense", "Conv1D", "Conv2D", "LSTM", "GRU", "SimpleRNN"):
            if self.chance(0.3):
                options["kernel_initializer"] = self.initializer()
            if self.chance(0.2):
                options["kernel_constraint"] = self.constraint()
        if layer.kind in ("LSTM", "GRU", "SimpleRNN") and self.chance(0.2):
            options.update(dropout=0.2, recurrent_dropout=0.1)
        if self.chance(0.15):
            options["trainable"] = False
        if self.chance(0.2):
            self.count += 1
            name = self.one_of(*self.NAMES)
            # Keras 3 takes no slash; the scopes of TensorFlow's graphs take none but plain letters.
            plain = "x" * 300 if IS_KERAS2 and name != "conv1/conv" else name.replace("/", "" if not IS_KERAS2 else "/")
            options["name"] = f"{plain}{self.count}"
        return options


def build_layer(layer, settings):
    options = {}
    for key, value in layer.options.items():
        if isinstance(value, Layer):
            value = build_layer(value, settings)
        elif key.endswith("_regularizer"):
            value = getattr(keras.regularizers, value[0])(**value[1])
        options[key] = value
    if IS_KERAS2 and layer.kind == "LeakyReLU" and "negative_slope" in options:
        options["alpha"] = options.pop("negative_slope")
    return getattr(keras.layers, layer.kind)(**settings.add(layer, options))


def build_model(network, settings):
    keras.backend.clear_session()
    dtype = network.input_dtype
    if not dtype.startswith("int") and settings.chance(0.2):
        dtype = "float64"
    if dtype.startswith("int") and settings.chance(0.3):
        dtype = settings.one_of("uint8", "int16", "int32", "int64")
    inputs = keras.Input(network.input_shape, dtype=dtype)
    layers = [build_layer(layer, settings) for layer in network.layers]
    if not network.functional:
        return keras.Sequential([inputs] + layers)
    y = inputs
    for layer in layers:
        y = layer(y)
    return keras.Model(inputs, y)


def draw_weights(model, random):
    values = []
    for variable in model.weights:
        drawn = random.normal(scale=0.5, size=tuple(variable.shape))
        name = getattr(variable, "path", variable.name)
        values.append(np.abs(drawn) + 0.5 if "variance" in name else drawn)
    model.set_weights(values)


def train(model, x, random):
    """One step at a small rate, with what compile and fit leave in a file."""
    metrics = ["mae", keras.metrics.MeanSquaredError()] + ([keras.metrics.RootMeanSquaredError(name="rmse")] if random.random() < 0.5 else [])
    optimizer = [lambda: keras.optimizers.Adam(1e-3), lambda: keras.optimizers.SGD(1e-3, momentum=0.9), lambda: keras.optimizers.Adagrad(1e-3)]
    model.compile(optimizer[random.integers(3)](), "mse", metrics=metrics)
    y = np.zeros(np.asarray(model(x, training=False)).shape, "float32")
    model.fit(x, y, epochs=1, verbose=0)


def save_case(seed, index, folder):
    """Path, x and what this Keras predicts; nothing where it cannot have such a network."""
    random = np.random.default_rng([seed, index, 77])
    settings = Settings(random)
    network = draw_network(seed, index)
    x = network.x
    try:
        model = build_model(network, settings)
        draw_weights(model, random)
        if random.random() < 0.5:
            train(model, x, random)
        y = np.asarray(model.predict(x, verbose=0), "float32")
    except Exception as error:
        return None, str(error).splitlines()[-1][:100] if str(error) else type(error).__name__
    if not np.isfinite(y).all() or np.abs(y).max() > 1e4:
        return None, "overflows"
    path = f"{folder}/m{index}{network.ending}"
    model.save(path)
    return (path, x, y, sorted({layer.kind for layer in leaves(network.layers)})), None


def write_golden(path, x, y):
    tensors = {"input": x.astype("float32"), "prob": y, "label": np.zeros(y.shape[:-1], "int32"), "loss": np.zeros(1, "float32")}
    header, data, end = {"__metadata__": {"compile": json.dumps({"optimizer": "sgd", "loss": "mean_squared_error"})}}, [], 0
    for name, tensor in tensors.items():
        kind = "I32" if tensor.dtype == np.int32 else "F32"
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [end, end + tensor.nbytes]}
        end += tensor.nbytes
        data.append(np.ascontiguousarray(tensor).tobytes())
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(path).write_bytes(len(text).to_bytes(8, "little") + text + b"".join(data))


def read_outputs(path):
    data = pathlib.Path(path).read_bytes()
    length = int.from_bytes(data[:8], "little")
    entry = json.loads(data[8 : 8 + length])["prob"]
    begin, end = entry["data_offsets"]
    return np.frombuffer(data[8 + length + begin : 8 + length + end], "<f4").reshape(entry["shape"])


def compare(lapis, path, x, y, folder):
    """How far apart, or what lapis says."""
    golden, dump = f"{folder}/golden.safetensors", f"{folder}/dump.safetensors"
    write_golden(golden, x, y)
    pathlib.Path(dump).unlink(missing_ok=True)
    result = subprocess.run([lapis, "parity", path, "--golden", golden, "--dump", dump], capture_output=True, text=True)
    if not os.path.exists(dump):
        return None, result.stderr.strip() or f"status {result.returncode}"
    found = read_outputs(dump)
    return float(np.abs(found - y).max()) / max(1.0, float(np.abs(y).max())), None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--lapis", default="build/native/lapis")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    compared, bad, largest, skipped, kinds = 0, 0, 0.0, collections.Counter(), collections.Counter()
    index = options.first
    with tempfile.TemporaryDirectory() as folder:
        while compared + bad < options.models:
            with contextlib.redirect_stdout(io.StringIO()):
                case, why = save_case(options.seed, index, folder)
            index += 1
            if case is None:
                skipped[why] += 1
                continue
            path, x, y, layers = case
            difference, error = compare(options.lapis, path, x, y, folder)
            os.unlink(path)
            if error or not difference <= TOLERANCE:
                bad += 1
                print(f"DISAGREEMENT --seed {options.seed} --first {index - 1} --models 1: {error or difference}", flush=True)
                continue
            compared += 1
            largest = max(largest, difference)
            kinds.update(layers)
    print(f"Keras {VERSION}: {compared} networks agree, {bad} do not; largest difference {largest:.1e}; {sum(skipped.values())} that it cannot have")
    for why, count in skipped.most_common(3):
        print(f"  {count} x {why}")
    print("  " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
