#!/usr/bin/env python3
"""Makes tests/golden/files: small files as Keras writes them, and what Keras predicts from them.

    python tests/golden/make_files.py

Needs keras 3.15.1, tensorflow (TextVectorization runs on nothing else) and h5py. `expected.safetensors` has for
each file FILE the tensors `FILE/input` and `FILE/output` (Keras in float64 where the network can be run in it), and
for text.keras the texts in its metadata. The files of Keras 2 are put together by hand, in the layouts of TF 2.4 and
TF 2.15: that Keras does not run beside this one.
"""

import json
import os
import pathlib
import shutil

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import keras
import numpy as np
from keras_reads import in_float64, write_safetensors

L, Input, Sequential = keras.layers, keras.Input, keras.Sequential
FOLDER = pathlib.Path(__file__).parent / "files"
TEXTS = ["Pelayanannya ramah, makanannya enak sekali!", "TIDAK enak", "kue-kue ini biasa saja", "zzz ramah zzz enak zzz tidak zzz"]


def spread(network, random):
    """Weights that differ from each other and from what Keras starts with."""
    for variable in network.weights:
        values = random.normal(scale=0.5, size=variable.shape)
        variable.assign(np.abs(values) + 0.5 if "variance" in variable.path else values)
    return network


def pictures_network():
    x = inputs = Input((6, 6, 2), name="picture")
    x = L.Conv2D(4, 3, padding="same", strides=2, name="first")(x)
    x = L.BatchNormalization(name="normal")(x)
    x = L.ReLU()(x)
    x = L.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, L.Dense(3, activation="softmax", name="last")(x))


def words_network():
    recurrent = L.Bidirectional(L.LSTM(3, return_sequences=True))
    layers = [L.Embedding(9, 4, mask_zero=True), recurrent, L.Dropout(0.2), L.LSTM(3), L.Dense(3, activation="softmax")]
    return Sequential([Input((7,), dtype="int32"), *layers])


def with_gzip(source, target):
    """The same HDF5 file, its data sets in chunks with shuffle and gzip."""
    with h5py.File(source) as old, h5py.File(target, "w") as new:

        def copy(name, item):
            if isinstance(item, h5py.Dataset):
                packed = {"chunks": True, "compression": "gzip", "shuffle": True, "fletcher32": True}
                made = new.create_dataset(name, data=item[()], **(packed if item.size >= 24 else {}))
            else:
                made = new.require_group(name)
            for key, value in item.attrs.items():
                made.attrs[key] = value

        old.visititems(copy)
        for key, value in old.attrs.items():
            new.attrs[key] = value


def write_keras2(path, version, config, layers):
    """`layers`: names, each with its variables' names and values, in order."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = version
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(config)
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [name.encode() for name in layers]  # fixed length, as Keras 2 has it
        group.attrs["backend"] = "tensorflow"
        group.attrs["keras_version"] = version
        for name, variables in layers.items():
            layer = group.create_group(name)
            layer.attrs["weight_names"] = [variable.encode() for variable in variables]
            for variable, value in variables.items():
                layer.create_dataset(variable, data=value)


def initializer(name, **config):
    return {"class_name": name, "config": config}


def keras2_pictures(random):
    """TF 2.4: no "module", the input's shape in the first layer and in an InputLayer."""
    shape = [None, 6, 6, 2]
    plain = {"trainable": True, "dtype": "float32"}
    none = dict.fromkeys(["kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint"])
    kernel = {"use_bias": True, "kernel_initializer": initializer("GlorotUniform", seed=None), "bias_initializer": initializer("Zeros"), **none}
    layers = [
        ("InputLayer", {"batch_input_shape": shape, "dtype": "float32", "sparse": False, "ragged": False, "name": "conv2d_input"}),
        ("Conv2D", {"name": "conv2d", "batch_input_shape": shape, **plain, "filters": 4, "kernel_size": [3, 3], "strides": [1, 1], "padding": "valid", "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1, "activation": "relu", **kernel}),
        ("MaxPooling2D", {"name": "max_pooling2d", **plain, "pool_size": [2, 2], "padding": "valid", "strides": [2, 2], "data_format": "channels_last"}),
        ("Flatten", {"name": "flatten", **plain, "data_format": "channels_last"}),
        ("Dropout", {"name": "dropout", **plain, "rate": 0.5, "noise_shape": None, "seed": None}),
        ("Dense", {"name": "dense", **plain, "units": 3, "activation": "softmax", **kernel}),
    ]
    config = {"class_name": "Sequential", "config": {"name": "sequential", "layers": [{"class_name": c, "config": o} for c, o in layers]}}
    network = spread(Sequential([Input((6, 6, 2)), L.Conv2D(4, 3, activation="relu"), L.MaxPooling2D(), L.Flatten(), L.Dense(3, activation="softmax")]), random)
    values = [np.asarray(variable) for variable in network.weights]
    names = {
        "conv2d": dict(zip(["conv2d/kernel:0", "conv2d/bias:0"], values[:2])),
        "max_pooling2d": {},
        "flatten": {},
        "dropout": {},
        "dense": dict(zip(["dense/kernel:0", "dense/bias:0"], values[2:])),
    }
    write_keras2(FOLDER / "keras2_4_cnn.h5", "2.4.0", config, names)
    return network


def keras2_words(random):
    """TF 2.15: objects with "module", options that only Keras 2 has."""

    def wrapped(name, **config):
        return {"module": "keras.initializers", "class_name": name, "config": config, "registered_name": None}

    def layer(name, config, shape):
        return {"module": "keras.layers", "class_name": name, "config": config, "registered_name": None, "build_config": {"input_shape": shape}}

    none = dict.fromkeys([f"{a}_{b}" for a in ("kernel", "recurrent", "bias") for b in ("regularizer", "constraint")] + ["activity_regularizer"])
    lstm = {"trainable": True, "dtype": "float32", "return_sequences": False, "return_state": False, "stateful": False, "unroll": False, "time_major": False, "units": 3, "activation": "tanh", "recurrent_activation": "sigmoid", "use_bias": True, "kernel_initializer": wrapped("GlorotUniform", seed=None), "recurrent_initializer": wrapped("Orthogonal", gain=1.0, seed=None), "bias_initializer": wrapped("Zeros"), "unit_forget_bias": True, **none, "dropout": 0.0, "recurrent_dropout": 0.0, "implementation": 2}
    embedding = {"name": "embedding", "trainable": True, "dtype": "float32", "batch_input_shape": [None, 7], "input_dim": 9, "output_dim": 4, "embeddings_initializer": wrapped("RandomUniform", minval=-0.05, maxval=0.05, seed=None), "embeddings_regularizer": None, "activity_regularizer": None, "embeddings_constraint": None, "mask_zero": True, "input_length": 7}
    dense = {"name": "dense", "trainable": True, "dtype": "float32", "units": 3, "activation": "softmax", "use_bias": True, "kernel_initializer": wrapped("GlorotUniform", seed=None), "bias_initializer": wrapped("Zeros"), **dict.fromkeys(["kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint"])}
    both = {"name": "bidirectional", "trainable": True, "dtype": "float32", "layer": layer("LSTM", {"name": "lstm", **lstm, "go_backwards": False}, [None, 7, 4]), "merge_mode": "concat"}
    del both["layer"]["build_config"]
    layers = [
        {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_input_shape": [None, 7], "dtype": "float32", "sparse": False, "ragged": False, "name": "embedding_input"}, "registered_name": None},
        layer("Embedding", embedding, [None, 7]),
        layer("Bidirectional", both, [None, 7, 4]),
        layer("Dense", dense, [None, 6]),
    ]
    config = {"class_name": "Sequential", "config": {"name": "sequential", "layers": layers}}
    network = spread(Sequential([Input((7,), dtype="int32"), L.Embedding(9, 4, mask_zero=True), L.Bidirectional(L.LSTM(3)), L.Dense(3, activation="softmax")]), random)
    values = [np.asarray(variable) for variable in network.weights]
    parts = [f"bidirectional/{side}_lstm/lstm_cell_{k}/{part}:0" for k, side in ((1, "forward"), (2, "backward")) for part in ("kernel", "recurrent_kernel", "bias")]
    names = {
        "embedding": {"embedding/embeddings:0": values[0]},
        "bidirectional": dict(zip(parts, values[1:7])),
        "dense": dict(zip(["dense/kernel:0", "dense/bias:0"], values[7:])),
    }
    write_keras2(FOLDER / "keras2_15_bilstm.h5", "2.15.0", config, names)
    return network


def text_network(random):
    vectorize = L.TextVectorization(output_sequence_length=6, max_tokens=12)
    vectorize.adapt(TEXTS)
    layers = [vectorize, L.Embedding(12, 4, mask_zero=True), L.GRU(3), L.Dense(3, activation="softmax")]
    network = Sequential([Input((1,), dtype="string"), *layers])
    return spread(network, random)


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    random = np.random.default_rng(2026)
    pictures = random.normal(size=(5, 6, 6, 2)).astype("float32")
    words = random.integers(1, 9, (5, 7)).astype("float32")
    words[1, 4:] = words[2, 1:] = words[3, 2:4] = 0
    expected = {}

    def expect(network, x, *files):
        for file in files:
            assert (FOLDER / file).stat().st_size < 40_000, file
            expected[f"{file}/input"] = x
            expected[f"{file}/output"] = np.asarray(in_float64(network).predict(x, verbose=0)).astype("float32")

    network = spread(pictures_network(), random)
    network.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    network.fit(pictures, np.array([0, 1, 2, 0, 1]), verbose=0)
    network.save(FOLDER / "functional_cnn.keras")
    network.save(FOLDER / "functional_cnn.h5")
    with_gzip(FOLDER / "functional_cnn.h5", FOLDER / "functional_cnn_gzip.h5")
    expect(network, pictures, "functional_cnn.keras", "functional_cnn.h5", "functional_cnn_gzip.h5")

    network = spread(words_network(), random)
    network.save(FOLDER / "masked_bilstm.keras")
    network.save(FOLDER / "masked_bilstm.h5")
    expect(network, words, "masked_bilstm.keras", "masked_bilstm.h5")

    expect(keras2_pictures(random), pictures, "keras2_4_cnn.h5")
    expect(keras2_words(random), words, "keras2_15_bilstm.h5")

    network = text_network(random)
    network.save(FOLDER / "text.keras")
    column = keras.ops.convert_to_tensor(np.array(TEXTS)[:, None])
    expected["text.keras/input"] = np.asarray(network.layers[0](column)).astype("int64")
    expected["text.keras/output"] = np.asarray(network(column)).astype("float32")
    metadata = {"keras": keras.__version__, "texts": json.dumps(TEXTS)}
    write_safetensors(FOLDER / "expected.safetensors", expected, metadata)
    for file in sorted(FOLDER.iterdir()):
        print(f"{file.stat().st_size:6} {file.name}")


if __name__ == "__main__":
    main()
