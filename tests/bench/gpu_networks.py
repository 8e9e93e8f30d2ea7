"""W1 to W3 of workloads.mjs (README.md) once more, for gpu.py: machines with a GPU need not have Node. Weights and inputs are
random; the files are lapis's model files and golden files (`lapis parity`)."""

import json
import struct

import numpy as np

TYPES = {"float32": "F32", "float64": "F64", "int64": "I64"}


def write_safetensors(path, tensors, metadata):
    header, data, end = {"__metadata__": metadata}, [], 0
    for name, tensor in tensors.items():
        bytes_ = np.ascontiguousarray(tensor).tobytes()
        header[name] = {"dtype": TYPES[tensor.dtype.name], "shape": tensor.shape, "data_offsets": [end, end + len(bytes_)]}
        end += len(bytes_)
        data.append(bytes_)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data))


def layer(kind, **config):
    return {"class_name": kind, "config": config}


def conv(number, filters):
    return layer("Conv2D", name=f"conv2d_{number}", filters=filters, kernel_size=3, padding="same", activation="relu")


def pool(number, strides):
    return layer("MaxPooling2D", name=f"max_pooling2d_{number}", pool_size=2, strides=strides)


def cnn(filters, units):
    a, b, c = filters
    return [
        layer("InputLayer", name="input", batch_shape=[None, 32, 32, 3]),
        *[conv(1, a), pool(1, 2), conv(2, b), pool(2, 2), conv(3, c), pool(3, 1)],
        layer("Flatten", name="flatten"),
        layer("Dense", name="dense_1", units=units, activation="relu"),
        layer("Dense", name="dense_2", units=10, activation="softmax"),
    ]


def bilstm():
    return [
        layer("InputLayer", name="input", batch_shape=[None, 100]),
        layer("Embedding", name="embedding", input_dim=3000, output_dim=100),
        layer("Bidirectional", name="bidirectional", layer=layer("LSTM", name="lstm", units=64)),
        layer("Dense", name="dense", units=3, activation="softmax"),
    ]


NETWORKS = {
    "W1": ("CNN 64-128-256", cnn([64, 128, 256], 512), 256),
    "W2": ("CNN 32-64-128", cnn([32, 64, 128], 256), 128),
    "W3": ("BiLSTM 64", bilstm(), 64),
}


def weight_shapes(layers):
    """Keras's paths and shapes, in its order."""
    shapes, width, height = {}, 0, 32
    for one in layers:
        kind, config = one["class_name"], one["config"]
        name = config["name"]
        if kind == "InputLayer":
            width = config["batch_shape"][-1]
        elif kind == "Conv2D":
            shapes[f"{name}/kernel"] = (3, 3, width, config["filters"])
            width = config["filters"]
            shapes[f"{name}/bias"] = (width,)
        elif kind == "MaxPooling2D":
            height = (height - 2) // config["strides"] + 1
        elif kind == "Flatten":
            width *= height * height
        elif kind == "Embedding":
            width = config["output_dim"]
            shapes[f"{name}/embeddings"] = (config["input_dim"], width)
        elif kind == "Bidirectional":
            units = config["layer"]["config"]["units"]
            for half in ("forward", "backward"):
                cell = f"{name}/{half}_lstm/lstm_cell"
                shapes[f"{cell}/kernel"] = (width, 4 * units)
                shapes[f"{cell}/recurrent_kernel"] = (units, 4 * units)
                shapes[f"{cell}/bias"] = (4 * units,)
            width = 2 * units
        elif kind == "Dense":
            shapes[f"{name}/kernel"] = (width, config["units"])
            width = config["units"]
            shapes[f"{name}/bias"] = (width,)
    return shapes


def make_network(name):
    """The Keras config, and weights by path."""
    _, layers, _ = NETWORKS[name]
    random = np.random.default_rng(1)
    weights = {}
    for path, shape in weight_shapes(layers).items():
        scale = 0.05 if len(shape) == 1 or path.endswith("embeddings") else (3 / np.prod(shape[:-1])) ** 0.5
        weights[path] = random.uniform(-scale, scale, shape).astype(np.float32)
    return {"class_name": "Sequential", "config": {"name": name, "layers": layers}}, weights


def make_samples(name, batch):
    """Inputs [batch, ...] as lapis takes them, and labels; words are from 1, so nothing is padding."""
    random = np.random.default_rng(2)
    classes = NETWORKS[name][1][-1]["config"]["units"]
    labels = np.arange(batch) % classes
    if name == "W3":
        return random.integers(1, 3000, (batch, 100)).astype(np.float32), labels
    return random.random((batch, 32, 32, 3), np.float32), labels


def write_model(path, config, weights, sample, output):
    """`sample` [1, ...] and what comes out are checked by whoever reads the file."""
    metadata = {"format": "lapis", "format_version": "1", "config": json.dumps(config), "input": json.dumps({"kind": "tensor"})}
    write_safetensors(path, {**weights, "selftest/input": sample, "selftest/output": output}, metadata)


def write_pictures(folder, records):
    """A folder in CIFAR-10's layout with random pictures: `records` in each of its six files."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(3)
    for name in [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]:
        rows = random.integers(0, 256, (records, 1 + 3 * 32 * 32), np.uint8)
        rows[:, 0] %= 10
        rows.tofile(folder / f"{name}.bin")
    (folder / "batches.meta.txt").write_text("\n".join("abcdefghij") + "\n")
