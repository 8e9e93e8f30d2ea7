"""Makes families/*.safetensors: a few hundred small networks of random_networks.py, chosen so that every layer, option, mask
pattern and kind of size is in at least two of them, with Keras's answers in float64; for families_test.cpp.

    pip install keras==3.15.1 torch tensorflow-cpu jax numpy && python tests/golden/make_families.py

Weights and float inputs come from the formula of drawn_values.py, so a network NAME takes: NAME/output, NAME/gradients (all
trainable variables one after another, in Keras's order; both float32 of float64), NAME/loss, NAME/losses (ten training steps,
where there are any; float64), NAME/label and NAME/ids or NAME/masked (bytes). The metadata's entry NAME: `layers` (Keras's
configs without what is at its default), `input_shape`, `x_shape`, `compile`, and where they differ from 1, none and false
`weight_scale`, `mask_value` and `training`. Keras computes on PyTorch, and on TensorFlow or JAX what PyTorch does wrong (fuzz_keras.py).
"""

import collections
import json
import os
import pathlib
import sys
import tempfile

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
from fuzz_keras import Worker, features, reference_for, second_for
from keras_answers import ask_ordinary, build_model, write_safetensors
from random_networks import RECURRENT, draw_network, leaves

FOLDER = pathlib.Path(__file__).parent / "families"
SEED = 4
WANTED = 2  # networks of each feature
MOST_VALUES = 2500  # of all gradients of a network
# Not determined in float32: Keras's own answers move by more than 1e-5 with float32, or half a rounding of the weights.
UNDETERMINED = {122, 207, 299, 342, 862, 903, 1435, 1494}
UNTOLD = ("module", "registered_name", "build_config", "dtype", "trainable", "seed", "shared_object_id")


def lean(value):
    """Keras's serialisation without defaults that say nothing."""
    if isinstance(value, dict):
        return {
            key: lean(each)
            for key, each in value.items()
            if each is not None and key not in UNTOLD and not key.endswith("_initializer") and key != "learning_rate_variable"
        }
    return [lean(each) for each in value] if isinstance(value, (list, tuple)) else value


def sizes_of(layer):
    """How a window lies on an odd or even size."""
    if layer.kind not in ("Conv2D", "MaxPooling2D", "AveragePooling2D", "Conv1D"):
        return []
    kernel = layer.options.get("kernel_size", layer.options.get("pool_size"))
    strides = layer.options.get("strides") or (1 if "kernel_size" in layer.options else kernel)
    pair = lambda value: value if isinstance(value, tuple) else (value,) * max(1, len(layer.shape) - 1)
    words = [f"{layer.kind} filters={layer.options.get('filters')}"]
    for size, reach, stride in zip(layer.shape, pair(kernel), pair(strides)):
        words.append(f"{layer.kind} {layer.options['padding']} size {size % 2} kernel {reach} stride {stride}")
    return words


def all_features(network):
    found = set(features(network)) - {"file .keras", "file .h5", "Functional", "Sequential"}
    for layer in network.layers:
        if layer.shape:
            found.add(f"{layer.kind} rank {len(layer.shape) + 1}")
        if layer.masked:
            found.add(f"{layer.kind} masked")
        core = layer.options["layer"] if layer.kind == "Bidirectional" else layer
        if core.kind in RECURRENT:
            how = layer.kind + ("" if core is layer else f"({core.kind})") + (" sequences" if core.options["return_sequences"] else "")
            found.update(f"{how} {pattern}" for pattern in (network.patterns if layer.masked else ["no mask"]))
            found.add(f"{core.kind} units {core.options['units']}")
            found.update(f"{core.kind} {key}={core.options[key]} {'masked' if layer.masked else ''}" for key in core.options if key not in ("units", "name"))
        found.update(sizes_of(layer))
    return {word for word in found if not word.endswith("regularizer=")}


def choose(candidates):
    """Indices of networks that bring something which fewer than WANTED earlier ones have."""
    counts = collections.Counter()
    chosen = []
    for index in range(candidates):
        found = all_features(draw_network(SEED, index))
        if any(counts[word] < WANTED for word in found):
            chosen.append(index)
            counts.update(found)
    # What later ones cover as well is taken out again, the largest first.
    for index in reversed(list(chosen)):
        found = all_features(draw_network(SEED, index))
        if all(counts[word] > WANTED for word in found):
            chosen.remove(index)
            counts.subtract(found)
    return chosen, counts


def family_of(network):
    kinds = {layer.kind for layer in leaves(network.layers)}
    if kinds & set(RECURRENT):
        return "recurrent"
    if "TimeDistributed" in kinds:
        return "time_distributed"
    if "Conv2D" in kinds or "MaxPooling2D" in kinds or "AveragePooling2D" in kinds or "ZeroPadding2D" in kinds:
        return "pictures"
    return "sequences" if network.x.ndim == 3 or network.x.dtype == np.int32 else "rows"


def pack(network, answer, tensors):
    model = build_model(network, "float64")
    layers = [lean(keras.saving.serialize_keras_object(layer)) for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    name = network.name
    tensors[name + "/output"] = answer["output"].astype("float32")
    tensors[name + "/gradients"] = np.concatenate([g.ravel() for g in answer["gradients"].values()]).astype("float32")
    tensors[name + "/loss"] = np.asarray([answer["loss"]])
    tensors[name + "/label"] = network.labels.astype("uint8")
    if answer["losses"]:
        tensors[name + "/losses"] = np.asarray(answer["losses"])
    entry = {"layers": layers, "input_shape": network.input_shape, "x_shape": network.x.shape, "compile": lean(answer["compile"])}
    if network.x.dtype == np.int32:
        tensors[name + "/ids"] = network.x.astype("uint8")
    if network.masked_steps:
        tensors[name + "/masked"] = network.masked_steps[0].astype("uint8")
        entry["mask_value"] = float(network.masked_steps[1])
    if network.weight_scale != 1:
        entry["weight_scale"] = network.weight_scale
    if network.training:
        entry["training"] = True
    return json.dumps(entry, separators=(",", ":"))


class Keras:
    """Answers on PyTorch or, in processes of their own, on TensorFlow and JAX."""

    def __init__(self):
        self.others = {}

    def ask(self, network, index):
        names = features(network)
        if reference_for(names) == "torch":
            try:
                return ask_ordinary(network)
            except Exception as error:  # PyTorch has not all of its operations in float64
                print(f"{network.name}: asked of another: {str(error).splitlines()[0]}")
        backend = second_for(names)
        worker = self.others.get(backend) or self.others.setdefault(backend, Worker(backend))
        with tempfile.TemporaryDirectory() as folder:
            told = worker.ask(kind="answer", seed=SEED, index=index, folder=folder)
            if "error" in told:
                raise RuntimeError(told["error"])
            if "skipped" in told:
                return None
            arrays = dict(np.load(told["path"]))
        network.weight_scale = told["scale"]
        if not told["trained"]:
            network.optimizer = None
        return {
            "output": arrays["output"],
            "loss": float(arrays["loss"]),
            "losses": list(arrays["losses"]) or None,
            "compile": told["compile"],
            "gradients": {name[5:]: value for name, value in arrays.items() if name.startswith("grad/")},
        }


def main():
    chosen, counts = choose(int(sys.argv[1]) if len(sys.argv) > 1 else 2500)
    print(f"{len(chosen)} networks, {len(counts)} features, {sum(count < WANTED for count in counts.values())} of them once", flush=True)
    families = collections.defaultdict(lambda: ({}, {"keras": f"{keras.__version__}, float64"}))
    done, keras_process = 0, Keras()
    for index in chosen:
        if index in UNDETERMINED:
            continue
        network = draw_network(SEED, index)
        answer = keras_process.ask(network, index)
        if answer is None or sum(g.size for g in answer["gradients"].values()) > MOST_VALUES:
            print(f"{network.name}: left out", flush=True)
            continue
        tensors, metadata = families[family_of(network)]
        metadata[network.name] = pack(network, answer, tensors)
        done += 1
        if done % 20 == 0:
            print(done, flush=True)
    FOLDER.mkdir(exist_ok=True)
    for name, (tensors, metadata) in families.items():
        write_safetensors(FOLDER / f"{name}.safetensors", tensors, metadata)
        print(f"{name}: {len(metadata) - 1} networks, {(FOLDER / f'{name}.safetensors').stat().st_size} bytes")


if __name__ == "__main__":
    main()
