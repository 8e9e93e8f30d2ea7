"""Makes architectures.safetensors: the 25 networks of the source document's experiments, full-size, and what Keras (float64)
makes of them; for architectures_test.cpp.

    pip install keras==3.15.1 torch numpy && python tests/golden/make_architectures.py [--noise]

Weights and inputs come from the formula of drawn_values.py, so a network NAME takes: NAME/output, NAME/loss, NAME/label,
NAME/sgd and NAME/adam (losses of ten steps with Dropout's rate at 0, as its draws are each library's own;
the entry's `sgd` and `adam` are the learning rates), and NAME/gradients
[variables, 67]: of each gradient its largest value, its sum, the sum of its sizes, and 64 values at drawn places. Sentences:
row r has 10 + drawn words, then padding. --noise also prints how far Keras in float32 is from Keras in float64.
"""

import copy
import itertools
import json
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
from drawn_values import bits24, drawn_input
from keras_answers import ask, build_model, write_safetensors
from make_families import lean
from random_networks import Layer, Network

FILE = pathlib.Path(__file__).parent / "architectures.safetensors"
WORDS, TIME, BATCH = 2836, 40, 4
SAMPLES = 64
TRIALS = 24
CNN = {  # number: filters, kernel, dense
    1: ((32, 64), 3, 128), 2: ((32, 64, 128), 3, 256), 3: ((32, 64, 128, 256), 3, 512), 4: ((32, 64, 128), 2, 256),
    5: ((32, 64, 128), 3, 256), 6: ((32, 64, 128), 4, 256), 7: ((16, 32, 64), 3, 128), 8: ((32, 64, 128), 3, 256),
    9: ((64, 128, 256), 3, 512), 10: ((32, 64, 128), 3, 256), 11: ((32, 64, 128), 3, 256),
}  # fmt: skip
RECURRENT = ((64,), (64, 128), (64, 128, 256), (32,), (64,), (128,))


def picked(key, count, bound):
    return (bits24(key, count) * bound) >> 24


def network(name, x, layers, classes):
    labels = picked(name + "/label", BATCH, classes).astype("int32")
    dtype = "int32" if x.dtype == np.int32 else "float32"
    return Network(name, x.shape[1:], dtype, layers, x, labels, ("SparseCategoricalCrossentropy", {}))


def cnn(number, filters, kernel, dense):
    name = f"experiment_{number:02}"
    pooling = "AveragePooling2D" if number == 11 else "MaxPooling2D"
    layers = []
    for i, count in enumerate(filters):
        last = i == len(filters) - 1
        layers.append(Layer("Conv2D", {"filters": count, "kernel_size": kernel, "padding": "same"}))
        layers.append(Layer("ReLU", {}))
        layers.append(Layer(pooling, {"pool_size": 2, "strides": 1 if last else 2}))
    layers += [Layer("Flatten", {}), Layer("Dropout", {"rate": 0.5}), Layer("Dense", {"units": dense, "activation": "relu"})]
    layers += [Layer("Dropout", {"rate": 0.5}), Layer("Dense", {"units": 10, "activation": "softmax"})]
    return network(name, drawn_input(name + "/input", (BATCH, 32, 32, 3)), layers, 10)


def recurrent(number, kind, units, bidirectional):
    name = f"experiment_{number:02}"
    x = (1 + picked(name + "/input", BATCH * TIME, WORDS - 1)).reshape(BATCH, TIME).astype("int32")
    for row, length in enumerate(10 + picked(name + "/length", BATCH, TIME - 9)):
        x[row, length:] = 0
    layers = [Layer("Embedding", {"input_dim": WORDS, "output_dim": 100})]
    for i, count in enumerate(units):
        layer = Layer(kind, {"units": count, "return_sequences": i + 1 < len(units)})
        layers.append(Layer("Bidirectional", {"layer": layer}) if bidirectional else layer)
    layers += [Layer("Dropout", {"rate": 0.2}), Layer("Dense", {"units": 3, "activation": "softmax"})]
    return network(name, x, layers, 3)


def experiments():
    for number, (filters, kernel, dense) in CNN.items():
        yield cnn(number, filters, kernel, dense)
    for first, kind in ((12, "SimpleRNN"), (19, "LSTM")):
        for i, units in enumerate(RECURRENT):
            yield recurrent(first + i, kind, units, False)
        yield recurrent(first + 6, kind, (64,), True)


def summary(network, path, gradient):
    """Where an embedding was not looked up its gradient is 0: its places are words of x."""
    key = f"{network.name}/{path}/places"
    flat = gradient.ravel()
    if path.endswith("embeddings"):
        rows = network.x.ravel()[picked(key, SAMPLES, network.x.size)]
        places = rows * gradient.shape[1] + picked(key + "/column", SAMPLES, gradient.shape[1])
    else:
        places = picked(key, SAMPLES, flat.size)
    return np.concatenate([[np.abs(flat).max(), flat.sum(), np.abs(flat).sum()], flat[places]]).astype("float32")


def losses(network, optimizer, weights):
    trained = copy.deepcopy(network)
    trained.optimizer = optimizer
    for layer in trained.layers:
        if layer.kind == "Dropout":
            layer.options["rate"] = 0.0
    return np.asarray(ask(trained, weights)["losses"])


def moved(weights, seed):
    """Each weight two float32 roundings away, up or down."""
    random = np.random.default_rng(seed)
    return {k: w + 2 * np.spacing(np.abs(w), dtype=np.float32) * random.choice([-1.0, 1.0], w.shape) for k, w in weights.items()}


def determined_losses(network, kind, rate, weights):
    """Losses of ten steps, and the learning rate: `rate`, or the nearest below it at which no ReLU and no maximum hangs on a
    rounding. Where a rounding wakes a unit of a Dense layer, float32 has no right answer: the losses jump by 1e-4."""
    for rate in (rate * (1 - 0.05 * i) for i in itertools.count()):
        expected = losses(network, (kind, {"learning_rate": rate}), weights)
        if network.x.ndim == 2:
            return expected, rate
        others = (losses(network, (kind, {"learning_rate": rate}), moved(weights, seed)) for seed in range(TRIALS))
        if all(np.abs(other / expected - 1).max() < 2e-6 for other in others):
            return expected, rate
        print(f"    {network.name}: a rounding decides what {kind} at {rate:.3g} comes to")


def print_noise(network, answer):
    other = ask(network, answer["weights"], "float32")
    gradients = max(np.abs(other["gradients"][k] - g).max() / np.abs(g).max() for k, g in answer["gradients"].items())
    output = np.abs(other["output"] - answer["output"]).max()
    print(f"    Keras in float32: outputs {output:.1e}, loss {abs(other['loss'] - answer['loss']):.1e}, gradients {gradients:.1e}")


def main():
    tensors, metadata = {}, {"keras": f"{keras.__version__}, float64"}
    for network in experiments():
        answer = ask(network)
        name = network.name
        tensors[name + "/output"] = answer["output"].astype("float32")
        tensors[name + "/loss"] = np.asarray([answer["loss"]])
        tensors[name + "/label"] = network.labels.astype("uint8")
        tensors[name + "/gradients"] = np.stack([summary(network, path, g) for path, g in answer["gradients"].items()])
        # Small enough that no probability nears the 1e-7 where Keras clips, nor 1, where float32 has no digits left.
        rates = {"sgd": 0.001, "adam": 2e-5} if network.x.ndim == 4 else {"sgd": 0.01, "adam": 0.001}
        for kind in ("SGD", "Adam"):
            key = kind.lower()
            tensors[f"{name}/{key}"], rates[key] = determined_losses(network, kind, rates[key], answer["weights"])
        model = build_model(network, "float32")
        layers = [lean(keras.saving.serialize_keras_object(layer)) for layer in model.layers]
        metadata[name] = json.dumps({"layers": layers, "input_shape": network.input_shape, "x_shape": network.x.shape, **rates}, separators=(",", ":"))
        print(f"{name}: loss {answer['loss']:.4f}, SGD to {tensors[name + '/sgd'][-1]:.4f}, Adam to {tensors[name + '/adam'][-1]:.4f}", flush=True)
        if "--noise" in sys.argv:
            print_noise(network, answer)
    write_safetensors(FILE, tensors, metadata)
    print(f"{FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
