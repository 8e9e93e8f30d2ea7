"""Training steps of lapis on a GPU beside PyTorch's: eager, compiled (torch.compile with CUDA graphs), and the whole eager step as
one CUDA graph; and an epoch of W1 on pictures of CIFAR-10's shape.

    python3 tests/bench/gpu.py [--lapis build/cuda/lapis] [--device cuda|cpu] [--quick] [--json FILE]

The same weights, inputs and labels for all; before anything is timed, the losses of five steps with SGD must agree to 1e-4
(PyTorch's Adam has its epsilon elsewhere: its losses drift apart); the steps that are timed are Adam's. Then all take turns, in
slices. Float32 strictly; PyTorch with TF32 in lines of its own. PyTorch has the data on the GPU, waits once in 32 steps, uses the
fused Adam and, of channels first and last, what is faster. Sentences are without padding. `--quick` is small and short. Exit
status: 0 compared, 1 something failed, 3 no GPU. The table alone says whether lapis was as fast as asked.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).parent / "python"))
from gpu_networks import NETWORKS, make_network, make_samples, write_model, write_pictures, write_safetensors
from torch_peer import to_torch

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
RATE = 1e-4
SGD_RATE = 0.01
STEPS_AT_ONCE = 32
MOST_DIFFERENCE = 1e-4


class Failed(Exception):
    pass


def lapis(options, *arguments):
    done = subprocess.run([options.lapis, *map(str, arguments), "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"lapis {arguments[0]}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}")
    return json.loads(done.stdout)


def set_tf32(on):
    torch.backends.cuda.matmul.allow_tf32 = on
    torch.backends.cudnn.allow_tf32 = on


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()


class TorchPeer:
    """One way to do training steps on PyTorch: `how` is eager, compiled or graph."""

    def __init__(self, how, name, batch, device, tf32=False, channels_last=True):
        self.how, self.device, self.tf32 = how, device, tf32
        config, weights = make_network(name)
        x, labels = make_samples(name, batch)
        model = to_torch(config, weights).train()
        layers = list(model)[:-1]  # the loss takes what the softmax would
        self.x = torch.from_numpy(x.astype(np.int64) if name == "W3" else x)
        if name != "W3" and not channels_last:
            self.x = self.x.permute(0, 3, 1, 2).contiguous()
            layers = layers[1:]
        self.scores = nn.Sequential(*layers)
        if not channels_last:
            self.scores = self.scores.to(memory_format=torch.contiguous_format)
        self.scores = self.scores.to(device)
        self.x, self.labels = self.x.to(device), torch.from_numpy(labels).to(device)
        capturable = {"capturable": True} if how == "graph" else {}
        # PyTorch's LSTM has a second bias, which stays 0 here: Keras has one.
        self.parameters = [value for path, value in self.scores.named_parameters() if "bias_hh" not in path]
        self.optimizer = torch.optim.Adam(self.parameters, RATE, eps=1e-7, fused=True, **capturable)
        if how == "compiled":
            self.forward = torch.compile(self.scores, mode="reduce-overhead" if device == "cuda" else "default")
        else:
            self.forward = self.scores
        self.step = self.plain_step
        set_tf32(tf32)
        if how == "graph":
            self.record()

    def plain_step(self):
        self.optimizer.zero_grad(set_to_none=self.how != "graph")
        loss = nn.functional.cross_entropy(self.forward(self.x), self.labels)
        loss.backward()
        self.optimizer.step()
        return loss

    def record(self):
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self.plain_step()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.plain_step()
        self.step = graph.replay

    def measure(self, seconds):
        """Milliseconds of a step, of each STEPS_AT_ONCE."""
        set_tf32(self.tf32)
        at_once = STEPS_AT_ONCE if self.device == "cuda" else 1
        for _ in range(3):
            self.step()
        wait(self.device)
        times, end = [], time.perf_counter() + seconds
        while not times or time.perf_counter() < end:
            start = time.perf_counter()
            for _ in range(at_once):
                self.step()
            wait(self.device)
            times.append((time.perf_counter() - start) * 1e3 / at_once)
        return times


class LapisPeer:
    def __init__(self, options, model, batch, device, *more):
        self.arguments = ["bench", model, "--train", "--batch", batch, "--device", device, *more]
        self.options, self.told = options, None

    def measure(self, seconds):
        self.told = lapis(self.options, *self.arguments, "--seconds", seconds)
        return [self.told["median_ms"]]


def compare_losses(options, name, batch, folder):
    """The largest relative difference of five losses, by `lapis parity` on PyTorch's answers."""
    config, weights = make_network(name)
    x, labels = make_samples(name, batch)
    peer = TorchPeer("eager", name, batch, options.device)
    with torch.no_grad():
        output = torch.softmax(peer.scores(peer.x), 1).cpu().numpy()
    peer.optimizer = torch.optim.SGD(peer.parameters, SGD_RATE)
    losses = np.asarray([peer.plain_step().item() for _ in range(5)])
    compile_ = {"optimizer": {"class_name": "SGD", "config": {"learning_rate": SGD_RATE}}, "loss": "sparse_categorical_crossentropy"}
    tensors = {"losses": losses, "loss": losses[:1], "label": labels.astype(np.float32), "input": x, "prob": output}
    write_safetensors(folder / f"{name}.golden", tensors, {"compile": json.dumps(compile_)})
    told = lapis(options, "parity", folder / f"{name}.safetensors", "--golden", folder / f"{name}.golden", "--device", options.device)
    first = abs(told["loss_diff"]) / abs(losses[0])
    return max(first, told["training"]["max_rel_diff"]), told["max_abs_diff"]


def peers_of(options, name, batch, folder):
    """{ name: peer }; one that cannot be made is a text that says why."""
    peers = {"lapis": LapisPeer(options, folder / f"{name}.safetensors", batch, options.device, "--threads", options.threads)}
    if options.device == "cuda":
        peers["lapis tf32"] = LapisPeer(options, folder / f"{name}.safetensors", batch, "cuda", "--precision", "tf32")
    channels_last = True
    if name != "W3":
        trial = {last: min(TorchPeer("eager", name, batch, options.device, channels_last=last).measure(options.seconds)) for last in (True, False)}
        channels_last = trial[True] <= trial[False]
    ways = [("eager", False), ("compiled", False)]
    if options.device == "cuda":
        ways += [("graph", False), ("eager", True), ("compiled", True), ("graph", True)]
    for how, tf32 in ways:
        try:
            peer = TorchPeer(how, name, batch, options.device, tf32, channels_last)
            peer.measure(0)  # compiles
        except Exception as error:
            peer = str(error).splitlines()[0] if str(error) else type(error).__name__
        peers[f"torch {how}{' tf32' if tf32 else ''}"] = peer
    return peers


def compare_network(options, name, folder):
    title, _, batch = NETWORKS[name]
    batch = 8 if options.quick else batch
    config, weights = make_network(name)
    sample = make_samples(name, 1)[0]
    with torch.no_grad():
        output = to_torch(config, weights).eval()(torch.from_numpy(sample.astype(np.int64) if name == "W3" else sample)).numpy()
    write_model(folder / f"{name}.safetensors", config, weights, sample, output)
    losses, outputs = compare_losses(options, name, batch, folder)
    result = {"title": title, "batch": batch, "losses": losses, "outputs": outputs, "ms": {}, "failed": {}}
    if not losses <= MOST_DIFFERENCE:
        raise Failed(f"{name}: losses differ by {losses:.1e}, expected at most {MOST_DIFFERENCE:.0e}")
    peers = peers_of(options, name, batch, folder)
    times = {who: [] for who, peer in peers.items() if not isinstance(peer, str)}
    result["failed"] = {who: why for who, why in peers.items() if isinstance(why, str)}
    for _ in range(options.rounds):
        for who, found in times.items():
            found += peers[who].measure(options.seconds)
    result["ms"] = {who: statistics.median(found) for who, found in times.items()}
    result["lapis"] = peers["lapis"].told
    if name == "W1" and options.device == "cuda":
        cpu = LapisPeer(options, folder / "W1.safetensors", batch, "cpu", "--threads", 2)
        result["cpu_ms"] = statistics.median(cpu.measure(options.seconds))
    return result


def time_epoch(options, folder):
    """Seconds of an epoch of W1 on 50,000 random pictures: the median of all but the first."""
    write_pictures(folder / "pictures", 100 if options.quick else 10_000)
    config, _ = make_network("W1")
    training = {
        "model": config,
        "compile": {"optimizer": {"class_name": "Adam", "config": {"learning_rate": RATE}}, "loss": "sparse_categorical_crossentropy"},
        "fit": {"epochs": 4, "batch_size": 256, "seed": 1, "validation": False},
        "data": {"kind": "cifar10", "image": {"width": 32, "height": 32}},
    }
    (folder / "epoch.json").write_text(json.dumps(training))
    arguments = ["train", folder / "epoch.json", "--data", folder / "pictures", "--out", folder / "epoch.safetensors", "--device", options.device]
    told = lapis(options, *arguments)
    return statistics.median(epoch["seconds"] for epoch in told["epochs"][1:])


def best_of(ms, *names):
    found = [ms[name] for name in names if name in ms]
    return min(found) if found else None


def rows_of(results):
    """(what, asked, measured, ok), for each thing that was asked for."""
    rows = []
    for name, result in results.items():
        if name == "epoch":
            rows.append(("epoch of W1, batch 256, 50,000 pictures", "<= 1.0 s", f"{result:.2f} s", result <= 1))
            continue
        ms = result["ms"]
        rows.append((f"{name}: losses, lapis and torch", "<= 1e-4", f"{result['losses']:.1e}", True))
        for what, least, peer in (("eager", 3, best_of(ms, "torch eager")), ("CUDA graphs", 1, best_of(ms, "torch compiled", "torch graph"))):
            if peer is not None and name != "W1":
                faster = peer / ms["lapis"]
                rows.append((f"{name}: step, times faster than torch {what}", f">= {least}x", f"{faster:.2f}x", faster >= least))
        if "cpu_ms" in result:
            faster = result["cpu_ms"] / ms["lapis"]
            rows.append(("W1: GPU against lapis on 2 threads", ">= 100x", f"{faster:.0f}x", faster >= 100))
    return rows


def print_times(results):
    names = [name for name in results if name in NETWORKS]
    print(f"\n{'ms a training step':<22}" + "".join(f"{name + ' batch ' + str(results[name]['batch']):>16}" for name in names))
    for who in dict.fromkeys(who for name in names for who in [*results[name]["ms"], *results[name]["failed"]]):
        cells = [results[name]["ms"].get(who) for name in names]
        print(f"{who:<22}" + "".join(f"{'failed' if cell is None else f'{cell:.3f}':>16}" for cell in cells))
    for name in names:
        for who, why in results[name]["failed"].items():
            print(f"{name}: {who}: {why}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lapis", default=str(REPOSITORY / "build/cuda/lapis"))
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--threads", type=int, default=2, help="of the CPU's, on both sides")
    parser.add_argument("--seconds", type=float, default=1.0, help="a slice")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", default=str(REPOSITORY / "build/bench/gpu.json"))
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.rounds = 0.2, 2
    if options.device == "cuda" and not torch.cuda.is_available():
        print("SKIPPED: no device: PyTorch finds no GPU")
        return 3
    torch.set_num_threads(options.threads)
    torch.backends.cudnn.benchmark = True
    results, failures = {}, []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name in NETWORKS:
            try:
                results[name] = compare_network(options, name, folder)
            except (Failed, RuntimeError) as error:
                failures.append(f"{name}: {str(error).splitlines()[0]}")
        try:
            results["epoch"] = time_epoch(options, folder)
        except Failed as error:
            failures.append(f"epoch: {error}")
    device = torch.cuda.get_device_name(0) if options.device == "cuda" else f"CPU, {options.threads} threads"
    print(f"{device}, PyTorch {torch.__version__}, medians of {options.rounds} slices of {options.seconds} s each, in turns")
    print_times(results)
    rows = rows_of(results)
    print(f"\n{'what':<52}{'asked':>10}{'measured':>12}  ok")
    for what, asked, measured, ok in rows:
        counts = "losses" in what or (options.device == "cuda" and not options.quick)
        print(f"{what:<52}{asked:>10}{measured:>12}  {'-' if not counts else 'yes' if ok else 'NO'}")
    for failure in failures:
        print(f"FAILED {failure}")
    path = pathlib.Path(options.json)
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {"device": device, "torch": torch.__version__, "results": results, "failures": failures}
    path.write_text(json.dumps({**told, "rows": rows}, indent=1) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
