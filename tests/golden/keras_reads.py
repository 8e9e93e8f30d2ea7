#!/usr/bin/env python3
"""Keras opens what `lapis convert` writes: every network of weights/ and of tests/golden/keras becomes a .keras
file by the command line, Keras loads it with keras.saving.load_model, and both predict the same numbers: Keras in
float64, with the weights that it loaded.

    KERAS_BACKEND=jax python tests/golden/keras_reads.py [--lapis build/native/lapis] [--tolerance 1e-6]

Needs an installed Keras (3.15), h5py and numpy. Exit status 1 where any network differs or does not load.
"""

import argparse
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
DTYPES = {"F32": "<f4", "F64": "<f8", "I32": "<i4", "I64": "<i8", "F16": "<f2"}


def read_safetensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[start:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors, metadata


def write_safetensors(path, tensors, metadata=None):
    header, data = ({"__metadata__": metadata} if metadata else {}), b""
    names = {value: key for key, value in DTYPES.items()}
    for name, value in tensors.items():
        raw = np.ascontiguousarray(value).tobytes()
        header[name] = {"dtype": names[value.dtype.str], "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def as_model_file(golden, folder):
    """A golden file's network as a .keras that Keras wrote, and its input."""
    tensors, metadata = read_safetensors(golden)
    network = keras.models.model_from_json(metadata["config"])
    for variable in network.variables:
        path = variable.path.removeprefix(network.name + "/")
        if "weight/" + path in tensors:
            variable.assign(tensors["weight/" + path])
    file = folder / (golden.stem + ".keras")
    network.save(file)
    return file, tensors["input"].astype("float32")


def input_for(path, random):
    """A hundred samples that the shipped network `path` may meet."""
    tensors, metadata = read_safetensors(path)
    spec = json.loads(metadata["input"])
    if spec["kind"] == "text":
        words = random.integers(1, len(spec["vocabulary"]), (100, spec["sequence_length"]))
        for row in words:
            row[random.integers(1, 40) :] = 0  # as long as sentences are
        return words.astype("float32")
    return random.normal(size=(100, spec["height"], spec["width"], spec["channels"])).astype("float32")


def in_float64(network):
    """What `network` is in float64: float32's own noise is not what is asked about."""
    exact = keras.models.model_from_json(network.to_json().replace('"float32"', '"float64"'))
    for variable, value in zip(exact.variables, network.variables, strict=True):
        variable.assign(np.asarray(value))
    return exact


def predict(network, x):
    return np.asarray(in_float64(network).predict(x.astype("float64"), verbose=0, batch_size=len(x)))


def lapis_predicts(lapis, model, x, folder):
    write_safetensors(folder / "input.safetensors", {"input": x})
    run = subprocess.run([lapis, "predict", model, "--input", folder / "input.safetensors", "--json"], capture_output=True, text=True)
    if run.returncode:
        return None, run.stderr.strip()
    return np.array([p["probabilities"] for p in json.loads(run.stdout)["predictions"]]), None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lapis", default=ROOT / "build/native/lapis")
    parser.add_argument("--tolerance", type=float, default=1e-6)
    options = parser.parse_args()
    random = np.random.default_rng(1)
    worst, failed, count = 0.0, 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        cases = [(path, input_for(path, random)) for path in sorted((ROOT / "weights").glob("*.safetensors"))]
        cases += [as_model_file(path, folder) for path in sorted((ROOT / "tests/golden/keras").glob("*.safetensors"))]
        for model, x in cases:
            count += 1
            written = folder / "written.keras"
            run = subprocess.run([options.lapis, "convert", model, written], capture_output=True, text=True)
            if run.returncode:
                print(f"{model.stem}: FAILED: {run.stderr.strip()}")
                failed += 1
                continue
            network = keras.saving.load_model(written)
            expected = predict(network, x)
            if model.suffix == ".keras":  # whose weights came from the golden file: Keras against Keras
                reference = predict(keras.saving.load_model(model), x)
                difference = float(np.abs(expected - reference).max())
            else:
                difference = 0.0
            if expected.ndim == 2:
                mine, error = lapis_predicts(options.lapis, written, x, folder)
                difference = max(difference, float("inf") if error else float(np.abs(expected - mine).max()))
            worst = max(worst, difference)
            good = difference <= options.tolerance
            failed += not good
            print(f"{model.stem:32} {difference:.1e}{'' if good else ' FAILED'}", flush=True)
    print(f"{count} networks, {failed} failed, largest difference {worst:.1e} (Keras {keras.__version__}, {keras.backend.backend()})")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
