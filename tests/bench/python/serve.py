"""What PyTorch and Keras have in common as peers: the commands (native_peers.mjs says what they mean) and the files."""

import json
import sys
import time

import numpy as np


def read_safetensors(path):
    """{ name: array } in the file's order, and the metadata."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[start:end], np.float32).reshape(entry["shape"])
    return tensors, metadata


def read_model(name):
    """The Keras config and the weights, in Keras's order."""
    tensors, metadata = read_safetensors(f"{name}.safetensors")
    weights = {path: array for path, array in tensors.items() if not path.startswith("selftest/")}
    return json.loads(metadata["config"]), weights


def read_input(name, batch, config):
    """The first `batch` samples; ids of words as integers."""
    x = read_safetensors(f"{name}.input.safetensors")[0]["x"][:batch].copy()
    has_ids = any(layer["class_name"] == "Embedding" for layer in config["config"]["layers"])
    return x.astype(np.int32) if has_ids else x


def labels_for(batch, weights):
    """A class for each sample; the last weight is the classifier's bias."""
    return (np.arange(batch) % list(weights.values())[-1].shape[0]).astype(np.int32)


def time_slice(run, seconds):
    """As time_slice in measure.mjs."""
    run()
    times = []
    end = time.perf_counter() + seconds
    while True:
        before = time.perf_counter()
        run()
        after = time.perf_counter()
        times.append((after - before) * 1000)
        if after >= end:
            return times


def serve(make_prediction, make_step):
    """
    Obeys until standard input ends. `make_prediction(config, weights, x)` returns a function that returns the output as
    an array; `make_step(config, weights, x, labels, learning_rate)` one that trains and returns the loss.
    """
    run = None
    for line in sys.stdin:
        command, *words = line.split()
        if command == "run":
            answer = {"ms": time_slice(run, float(words[0]))}
        else:
            name, batch = words[0], int(words[1])
            config, weights = read_model(name)
            x = read_input(name, batch, config)
            if command == "predict":
                run = make_prediction(config, weights, x)
                np.ascontiguousarray(run(), np.float32).tofile(words[2])
                answer = {"ready": True}
            else:
                run = make_step(config, weights, x, labels_for(batch, weights), float(words[2]))
                answer = {"losses": [float(run()) for _ in range(int(words[3]))]}
        print(json.dumps(answer), flush=True)
