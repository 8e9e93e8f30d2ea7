#!/usr/bin/env python3
"""lapis against the files of make_version_files.py (or any NAME.keras|.h5 beside NAME.safetensors with `input` and `prob` or
`expected`): does each open, natively and in Node, and put out what its Keras did, to 1e-6 of the largest output?

    python tests/golden/check_version_files.py FOLDER... [--lapis build/native/lapis] [--node]

Needs numpy. Prints each file that is refused or differs; exit status 1 where one does.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
KINDS = {"F64": "<f8", "F32": "<f4", "I32": "<i4"}


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(data[start + entry["data_offsets"][0] : start + entry["data_offsets"][1]], KINDS[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()
    }


def natively(lapis, model, answer):
    """The output, or the line that refuses the file."""
    with tempfile.TemporaryDirectory() as folder:
        output = folder + "/output.safetensors"
        result = subprocess.run(
            [lapis, "predict", model, "--input", answer, "--tensor", "input", "--output", output, "--json"], capture_output=True, text=True, errors="replace"
        )
        if result.returncode != 0:
            return result.stderr.strip() or f"status {result.returncode}"
        (y,) = read_safetensors(output).values()
        return y


def in_node(pairs):
    """The same for many files, in one process."""
    request = json.dumps([[str(model), str(answer)] for model, answer in pairs])
    result = subprocess.run(["node", str(HERE / "predict_in_node.mjs")], input=request, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(result.stderr)
    for answer in json.loads(result.stdout):
        yield answer["error"] if "error" in answer else np.asarray(answer["data"])


def difference(y, expected):
    """Relative to the largest output; Node gives the numbers without their shape."""
    if y.size != expected.size or (y.ndim > 1 and y.shape != expected.shape):
        return float("inf")
    scale = max(1.0, float(np.abs(expected).max()))
    return float(np.abs(y.ravel() - expected.ravel()).max()) / scale


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--lapis", default=str(HERE.parent.parent / "build/native/lapis"))
    parser.add_argument("--node", action="store_true", help="also through the npm package (wasm/build makes it)")
    parser.add_argument("--tolerance", type=float, default=1e-6)
    options = parser.parse_args()
    pairs = []
    for folder in options.folders:
        models = sorted(path for path in folder.rglob("*") if path.suffix in (".keras", ".h5"))
        pairs += [(path, path.with_suffix(".safetensors")) for path in models if path.with_suffix(".safetensors").exists()]
    ways = {"native": [natively(options.lapis, str(model), str(answer)) for model, answer in pairs]}
    if options.node:
        ways["node"] = list(in_node(pairs))
    bad = 0
    for way, answers in ways.items():
        worst, refused, wrong = 0.0, 0, 0
        for (model, path), y in zip(pairs, answers):
            tensors = read_safetensors(path)
            expected = tensors["prob"] if "prob" in tensors else tensors["expected"]
            if isinstance(y, str):
                refused += 1
                print(f"{way}: {model.name} refused: {y}")
                continue
            off = difference(y, expected)
            if not off <= options.tolerance:
                wrong += 1
                print(f"{way}: {model.name} DIFFERS by {off:.1e}")
            else:
                worst = max(worst, off)
        print(f"{way}: {len(pairs)} files, {len(pairs) - refused - wrong} equal (largest difference {worst:.1e}), {refused} refused, {wrong} wrong")
        bad += refused + wrong
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
