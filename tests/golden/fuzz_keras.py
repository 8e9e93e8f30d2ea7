"""Random networks against an installed Keras: outputs, loss, every gradient, ten training steps.

    pip install keras==3.15.1 torch tensorflow-cpu jax numpy h5py
    python tests/golden/fuzz_keras.py --models 2000 [--seed 1] [--first 0] [--lapis build/native/lapis]

Each network (random_networks.py) is saved by Keras as .keras or .h5 in float32; Keras computes in float64 with the same
weights; `lapis parity --dump` computes from the file; the numbers are compared here. One in twenty has a layer or option that
lapis does not know: it must be refused by name. Keras's back end is PyTorch, which is fast; TensorFlow or JAX where Keras 3.15.1 on PyTorch
is wrong (AveragePooling2D with padding="same") or fails (masked recurrent layers with unroll=True), and as a second opinion
wherever lapis and PyTorch disagree. Where both disagree, Keras is asked again on both, in float32 and with its weights moved by
half a float32 rounding: an answer that this moves by at least a tenth of the difference is not determined in float32 (a value on
a kink, a gradient that all but cancels) and is counted apart. Exit status 1 on any disagreement.
"""

import argparse
import collections
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
OUTPUT, GRADIENT, LOSS, LOSSES = 1e-6, 1e-5, 1e-6, 1e-5
CANCELLED = 1e-9  # a tensor's gradient below this part of the model's largest is what cancelling left of 0
BATCH = 50


# --- The worker: a process with Keras on one back end, asked for one network a line --------------------------------------


def save(model, path):
    import contextlib
    import io
    import warnings

    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        model.save(path)


def make_refused(network, folder):
    from keras_answers import build_model

    path = f"{folder}/{network.name}{network.ending}"
    save(build_model(network, "float32"), path)
    return {"path": path, "expected": network.expected}


def make_model(network, folder):
    from keras_answers import ask_ordinary, build_model, set_weights, write_safetensors

    answer = ask_ordinary(network)
    if answer is None:
        return {"skipped": True}
    path = f"{folder}/{network.name}{network.ending}"
    model = build_model(network, "float32")
    set_weights(model, answer["weights"])
    save(model, path)
    tensors = {"input": network.x, "label": network.labels, "prob": answer["output"], "loss": np.asarray([answer["loss"]])}
    tensors.update({"grad/" + name: gradient for name, gradient in answer["gradients"].items()})
    if answer["losses"]:
        tensors["losses"] = np.asarray(answer["losses"])
    metadata = {"compile": json.dumps(answer["compile"])}
    if network.training:
        metadata["training"] = "true"
    write_safetensors(f"{folder}/{network.name}.safetensors", tensors, metadata)
    return {"path": path, "features": features(network)}


def make_answer(network, folder):
    """For make_families.py: all of it in one file."""
    from keras_answers import ask_ordinary

    answer = ask_ordinary(network)
    if answer is None:
        return {"skipped": True}
    path = f"{folder}/{network.name}.npz"
    arrays = {"grad/" + name: gradient for name, gradient in answer["gradients"].items()}
    np.savez(path, output=answer["output"], loss=answer["loss"], losses=answer["losses"] or [], **arrays)
    return {"path": path, "compile": answer["compile"], "trained": network.optimizer is not None}


def spread(network):
    """How far the answers move in float32, and with the weights moved by half a rounding: the largest of a few tries."""
    from keras_answers import ask

    base = ask(network)
    random = np.random.default_rng(0)
    moved = collections.defaultdict(float)

    def note(other):
        gradients = {"grad/" + name: gradient for name, gradient in other["gradients"].items()}
        found = {"prob": other["output"], "loss": [other["loss"]], "losses": other["losses"], **gradients}
        y = base["output"]
        for name, value in compare_answers(base, found, bool(y.min() >= 0 and y.max() <= 1)).items():
            moved[name] = max(moved[name], value)

    try:
        note(ask(network, base["weights"], "float32"))
    except OverflowError:  # while training: the untrained network's values are not that large
        moved["losses"] = math.inf
    for _ in range(6):
        weights = {path: value * (1 + random.uniform(-6e-8, 6e-8, value.shape)) for path, value in base["weights"].items()}
        x = network.x
        if x.dtype != np.int32 and network.masked_steps is None:  # a masked step must keep its value
            network.x = (x * (1 + random.uniform(-6e-8, 6e-8, x.shape))).astype("float64")
        note(ask(network, weights))
        network.x = x
    return moved


def worker():
    from random_networks import draw_network, refused_network

    for line in sys.stdin:
        task = json.loads(line)
        try:
            if task["kind"] == "refused":
                answer = make_refused(refused_network(task["seed"], task["index"]), task["folder"])
            else:
                network = draw_network(task["seed"], task["index"])
                network.weight_scale = task.get("scale", 1.0)
                make = {"spread": lambda network, _: dict(spread(network)), "model": make_model, "answer": make_answer}
                answer = make[task["kind"]](network, task["folder"])
                answer["scale"] = network.weight_scale
        except Exception:
            if task["kind"] == "spread":
                answer = {}
                print(json.dumps(answer), flush=True)
                continue
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


class Worker:
    def __init__(self, backend):
        environment = dict(
            os.environ, KERAS_BACKEND=backend, OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="", JAX_PLATFORMS="cpu",
            PYTHONWARNINGS="ignore",
        )
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--worker"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )

    def ask(self, **task):
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"error": "the worker died"}

    def close(self):
        self.process.stdin.close()
        self.process.wait()


# --- What a network is made of ------------------------------------------------------------------------------------------


def ends_in_softmax(layer):
    if layer.kind == "TimeDistributed":
        return ends_in_softmax(layer.options["layer"])
    return layer.kind == "Softmax" or layer.options.get("activation") == "softmax"


def features(network):
    """Words to count: layers, their options, what the network is asked for."""
    from random_networks import leaves

    found = set()
    for layer in leaves(network.layers):
        found.add(f"layer {layer.kind}")
        for key, value in layer.options.items():
            if isinstance(value, (bool, str)) and key != "name":
                found.add(f"{layer.kind} {key}={value}")
            elif key in ("strides", "dilation_rate", "keepdims", "max_value", "threshold", "negative_slope", "backward_layer", "name", "momentum", "epsilon") or key.endswith("regularizer"):
                found.add(f"{layer.kind} {key}")
        if layer.kind in ("TimeDistributed", "Bidirectional"):
            found.add(f"{layer.kind}({layer.options['layer'].kind})")
    found.update(f"mask {pattern}" for pattern in network.patterns)
    if network.patterns:
        found.add("mask in a model")
    found.add(f"loss {network.loss[0]}" + "".join(f" {key}" for key in sorted(network.loss[1])))
    found.add(f"outputs of rank {network.labels.ndim + 1}")
    found.add("Functional" if network.functional else "Sequential")
    found.add(f"file {network.ending}")
    if None in network.input_shape:
        found.add("open sizes")
    if network.loss[0] == "BinaryCrossentropy" and ends_in_softmax(network.layers[-1]):
        found.add("BinaryCrossentropy of a softmax")
    if network.training:
        found.add("gradients with training=True")
    if network.optimizer:
        found.add("ten training steps")
        rate = network.optimizer[1]["learning_rate"]
        found.add(f"optimizer {network.optimizer[0]}")
        found.add(f"schedule {rate[0] if isinstance(rate, tuple) else 'constant'}")
        found.update(f"optimizer option {key}" for key, value in network.optimizer[1].items() if key != "learning_rate" and value)
    return sorted(found)


def reference_for(names):
    """The back end that is right. PyTorch is fast, but Keras 3.15.1 divides such an average by the padding as well there, and it
    has no masks in unrolled layers."""
    unrolled = any(name.endswith("unroll=True") for name in names)
    if "AveragePooling2D padding=same" in names or (unrolled and "mask in a model" in names):
        return second_for(names)
    return "torch"


def second_for(names):
    """On TensorFlow Keras takes the scores before a softmax for scores before a sigmoid, where the loss is a binary one."""
    return "jax" if "BinaryCrossentropy of a softmax" in names else "tensorflow"


# --- Comparing ----------------------------------------------------------------------------------------------------------


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    kinds = {"F64": "<f8", "F32": "<f4", "I32": "<i4"}
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[8 + length + begin : 8 + length + end], kinds[entry["dtype"]]).reshape(entry["shape"]).astype("float64")
    return tensors


def compare_answers(answer, found, probabilities):
    """Differences by name, as the tolerances have them."""
    y = answer["output"]
    differences = {"output": float(np.abs(found["prob"] - y).max()) / (1 if probabilities else max(float(np.abs(y).max()), 1e-30))}
    scale = max(1.0, abs(answer["loss"]))
    differences["loss"] = abs(float(np.asarray(found["loss"]).ravel()[0]) - answer["loss"]) / scale
    largest = max((float(np.abs(g).max()) for g in answer["gradients"].values()), default=0)
    for name, gradient in answer["gradients"].items():
        own = float(np.abs(gradient).max())
        size = own if own > CANCELLED * largest else largest
        differences["grad/" + name] = float(np.abs(found["grad/" + name] - gradient).max()) / (size or 1)
    if answer["losses"] is not None:
        truth = np.asarray(answer["losses"])
        differences["losses"] = float((np.abs(np.asarray(found["losses"]) - truth) / np.maximum(np.abs(truth), 1e-30)).max())
    # NaN compares as neither larger nor smaller: what overflows in float32 and not in float64 is infinitely far off.
    return {name: math.inf if math.isnan(value) else value for name, value in differences.items()}


def limit(name):
    return {"output": OUTPUT, "loss": LOSS, "losses": LOSSES}.get(name, GRADIENT)


def same_classes(y, found, tolerance):
    if y.shape[-1] < 2:
        return True
    y, found = y.reshape(-1, y.shape[-1]), found.reshape(-1, y.shape[-1])
    best, ours = y.argmax(-1), found.argmax(-1)
    rows = np.arange(len(y))
    return bool(((best == ours) | (y[rows, best] - y[rows, ours] <= tolerance)).all())


def check(path, folder):
    """What lapis computed for the model file against what Keras did."""
    stem = pathlib.Path(path).stem
    golden = read_safetensors(f"{folder}/{stem}.safetensors")
    found = read_safetensors(f"{folder}/dump/{stem}.safetensors")
    answer = {
        "output": golden["prob"], "loss": float(golden["loss"][0]), "losses": golden.get("losses"),
        "gradients": {name[5:]: value for name, value in golden.items() if name.startswith("grad/")},
    }
    y = answer["output"]
    probabilities = bool(y.min() >= 0 and y.max() <= 1)
    differences = compare_answers(answer, found, probabilities)
    if not same_classes(y, found["prob"], OUTPUT * (1 if probabilities else np.abs(y).max())):
        differences["output"] = float("inf")
    return differences


def wrong(differences):
    return {name: value for name, value in differences.items() if not value <= limit(name)}


# --- The run ------------------------------------------------------------------------------------------------------------


class Fuzz:
    def __init__(self, options):
        self.options = options
        self.workers = {}
        self.counts = collections.Counter()
        self.worst = {}
        self.disagreements, self.undetermined, self.not_torch, self.failed_torch = [], [], [], []
        self.skipped = 0
        self.refused = collections.Counter()

    def ask(self, backend, **task):
        if backend not in self.workers:
            self.workers[backend] = Worker(backend)
        return self.workers[backend].ask(seed=self.options.seed, **task)

    def lapis(self, *arguments):
        return subprocess.run([self.options.lapis, *arguments], capture_output=True, text=True, errors="replace")

    def report(self, index, what):
        self.disagreements.append((index, what))
        print(f"DISAGREEMENT --seed {self.options.seed} --first {index} --models 1: {what}", flush=True)

    def check_refused(self, index, folder):
        answer = self.ask("torch", kind="refused", index=index, folder=folder)
        if "error" in answer:
            return self.report(index, answer["error"])
        result = self.lapis("info", answer["path"])
        lines = result.stderr.strip().splitlines()
        if result.returncode != 2 or len(lines) != 1 or not all(word in lines[0] for word in answer["expected"]):
            return self.report(index, f"expected to be refused naming {answer['expected']}: status {result.returncode}, {result.stderr.strip() or 'nothing said'}")
        self.refused[" ".join(answer["expected"][1:])] += 1

    def dump(self, paths, folder):
        os.makedirs(f"{folder}/dump", exist_ok=True)
        if len(paths) == 1:
            stem = pathlib.Path(paths[0]).stem
            return self.lapis("parity", paths[0], "--golden", f"{folder}/{stem}.safetensors", "--dump", f"{folder}/dump/{stem}.safetensors")
        return self.lapis("parity", *paths, "--golden-folder", folder, "--dump", f"{folder}/dump")

    def judge(self, index, path, folder, backend, scale):
        names = self.features(index)
        differences = check(path, folder)
        bad = wrong(differences)
        if bad and backend == "torch":
            second = f"{folder}/second"
            os.makedirs(second, exist_ok=True)
            other = second_for(names)
            answer = self.ask(other, kind="model", index=index, folder=second)
            if "path" in answer and self.dump([answer["path"]], second).returncode == 0:
                differences = check(answer["path"], second)
                if not wrong(differences):
                    self.not_torch.append((index, bad))
                    print(f"only PyTorch disagrees: {index}: {bad}", flush=True)
                bad = wrong(differences)
        if bad:
            moved = collections.Counter()
            for which in ("torch", second_for(names)):
                moved |= collections.Counter(self.ask(which, kind="spread", index=index, folder=folder, scale=scale))
            if all(value <= 10 * moved[name] for name, value in bad.items()):
                self.undetermined.append((index, bad))
                print(f"not determined in float32: {index}: {bad}, moves by {({name: moved[name] for name in bad})}", flush=True)
                return
            return self.report(index, f"{bad}; moves by {({name: moved[name] for name in bad})}")
        for name, value in differences.items():
            kind = name.split("/")[0]
            if value > self.worst.get(kind, (-1, 0))[0]:
                self.worst[kind] = (value, index)

    def batch(self, indices, folder):
        made = []
        for index in indices:
            if index % 20 == 19:
                self.check_refused(index, folder)
                continue
            backend = reference_for(self.features(index))
            answer = self.ask(backend, kind="model", index=index, folder=folder)
            if "error" in answer and backend == "torch":  # which has not all of its operations in float64
                self.failed_torch.append((index, answer["error"].strip().splitlines()[-1]))
                backend = second_for(self.features(index))
                answer = self.ask(backend, kind="model", index=index, folder=folder)
            if "error" in answer:
                self.report(index, answer["error"])
            elif answer.get("skipped"):
                self.skipped += 1
            else:
                self.counts.update(answer["features"] + [f"reference {backend}"])
                made.append((index, answer["path"], backend, answer["scale"]))
        together = self.dump([path for _, path, _, _ in made], folder) if made else None
        for index, path, backend, scale in made:
            if together.returncode != 0:
                alone = self.dump([path], folder)
                if alone.returncode != 0:
                    self.report(index, f"lapis: {alone.stderr.strip()}")
                    continue
            self.judge(index, path, folder, backend, scale)

    def features(self, index):
        from random_networks import draw_network

        return features(draw_network(self.options.seed, index))

    def summary(self, seconds):
        compared = sum(count for name, count in self.counts.items() if name.startswith("reference"))
        print(f"\n{compared} networks compared, {sum(self.refused.values())} refused as they should be, {self.skipped} left out (too "
              f"large values), {len(self.disagreements)} disagreements, {seconds:.0f} s")
        print("largest differences: " + ", ".join(f"{name} {value:.1e} (network {index})" for name, (value, index) in sorted(self.worst.items())))
        print(f"only Keras on PyTorch disagreed (the second back end and lapis agree): {[index for index, _ in self.not_torch]}")
        print(f"not for PyTorch, asked of another: {self.failed_torch}")
        print(f"not determined in float32: {[index for index, _ in self.undetermined]}")
        groups = collections.defaultdict(list)
        for name, count in sorted(self.counts.items()):
            first, _, rest = name.partition(" ")
            groups[first if rest else "model"].append(f"{rest or first} {count}")
        for first, items in sorted(groups.items()):
            print(f"  {first}: " + ", ".join(items))
        print("  refused: " + ", ".join(f"{name} {count}" for name, count in sorted(self.refused.items())))

    def run(self):
        started = time.time()
        first, last = self.options.first, self.options.first + self.options.models
        for start in range(first, last, BATCH):
            with tempfile.TemporaryDirectory() as folder:
                self.batch(range(start, min(start + BATCH, last)), folder)
                if self.options.keep:
                    subprocess.run(["cp", "-r", folder + "/.", self.options.keep], check=True)
            if (start - first) // BATCH % 5 == 4:
                for worker in self.workers.values():  # Keras keeps memory
                    worker.close()
                self.workers = {}
                print(f"{start + BATCH - first} of {self.options.models}, {time.time() - started:.0f} s", flush=True)
        for worker in self.workers.values():
            worker.close()
        self.summary(time.time() - started)
        return 1 if self.disagreements else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--lapis", default=str(HERE.parent.parent / "build/native/lapis"))
    parser.add_argument("--keep", help="folder that gets all files")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return worker()
    if options.keep:
        os.makedirs(options.keep, exist_ok=True)
    return Fuzz(options).run()


if __name__ == "__main__":
    sys.exit(main())
