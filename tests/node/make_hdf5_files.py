"""Small HDF5 files for tests/node/keras_file.test.mjs: every way of storing that is read or refused.

    python3 tests/node/make_hdf5_files.py >tests/node/hdf5_files.mjs      # needs h5py and numpy
"""
import base64, gzip, io, json
import h5py, numpy as np

CONFIG = {
    "class_name": "Sequential",
    "config": {
        "name": "small",
        "layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": [None, 6], "dtype": "float32", "name": "input"}},
            {"class_name": "Dense", "config": {"name": "dense", "units": 5, "activation": "softmax", "use_bias": False}},
        ],
    },
}
KERNEL = (((np.arange(30) * 7919) % 61 - 30) / 64).astype("float32").reshape(6, 5)


def legacy(fill, **options):
    """A whole-model file whose one data set `fill` writes."""
    memory = io.BytesIO()
    with h5py.File(memory, "w", **options) as file:
        file.attrs["model_config"] = json.dumps(CONFIG)
        file.attrs["keras_version"] = "3.15.1"
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = ["dense"]
        group = weights.create_group("dense")
        group.attrs["weight_names"] = ["kernel"]
        fill(group)
    return memory.getvalue()


def data(values=KERNEL, **options):
    return lambda group: group.create_dataset("kernel", data=values, **options)


def soft(group):
    group.create_dataset("other", data=KERNEL)
    group["kernel"] = h5py.SoftLink("/model_weights/dense/other")


def external(group):
    group["kernel"] = h5py.ExternalLink("other.h5", "kernel")


def virtual(group):
    layout = h5py.VirtualLayout(shape=(6, 5), dtype="float32")
    layout[:] = h5py.VirtualSource("other.h5", "kernel", shape=(6, 5))
    group.create_virtual_dataset("kernel", layout)


def external_values(group):
    group.create_dataset("kernel", shape=(6, 5), dtype="float32", external=[("other.bin", 0, 120)])


def compact(group):
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((6, 5))
    made = h5py.h5d.create(group.id, b"kernel", h5py.h5t.IEEE_F32LE, space, plist)
    made.write(h5py.h5s.ALL, h5py.h5s.ALL, KERNEL)


def circle(group):
    data()(group)
    group["again"] = group


def no_values(group):
    group.create_dataset("kernel", shape=(6, 5), dtype="float32")


def sparse(group):
    made = group.create_dataset("kernel", shape=(6, 5), dtype="float32", chunks=(2, 5))
    made[:2] = 1


def bomb(group):
    shape = (1 << 11, 1 << 11)
    group.create_dataset("kernel", shape=shape, dtype="float32", chunks=shape, compression="gzip", compression_opts=9)[0, 0] = 1


def keras2(group):
    data()(group)
    root = group.file
    root.attrs["model_config"] = np.bytes_(json.dumps(CONFIG))
    root["model_weights"].attrs["layer_names"] = np.array([b"dense"])
    group.attrs["weight_names"] = np.array([b"kernel"])


def split_names(group):
    data()(group)
    del group.file["model_weights"].attrs["layer_names"]
    group.file["model_weights"].attrs["layer_names0"] = [f"empty_{i}" for i in range(3)]
    group.file["model_weights"].attrs["layer_names1"] = ["dense"]
    for i in range(3):
        group.file["model_weights"].create_group(f"empty_{i}").attrs["weight_names"] = []


def keras3():
    """A model.weights.h5 as Keras 3 writes it, with an optimizer's variables."""
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        file["layers/dense/vars/0"] = KERNEL
        file["optimizer/vars/0"] = 7
        file["optimizer/vars/1"] = KERNEL
    return memory.getvalue()


READ = {
    "contiguous": legacy(data()),
    "latest": legacy(data(), libver="latest"),
    "track_order": legacy(data(), track_order=True),
    "compact": legacy(compact),
    "chunked": legacy(data(chunks=(4, 2))),
    "gzip": legacy(data(chunks=(4, 2), compression="gzip")),
    "gzip_shuffle_fletcher32": legacy(data(chunks=(4, 5), compression="gzip", shuffle=True, fletcher32=True)),
    "fletcher32": legacy(data(chunks=(4, 5), fletcher32=True)),
    "float64": legacy(data(KERNEL.astype("float64"))),
    "float16": legacy(data(KERNEL.astype("float16"), chunks=(6, 5), compression="gzip")),
    "keras2": legacy(keras2),
    "split_names": legacy(split_names),
}
REFUSED = {
    "soft_link": (legacy(soft), "a soft link, which is not followed"),
    "external_link": (legacy(external), "an external link, which is not followed"),
    "new_soft_link": (legacy(soft, libver="latest"), "a soft link, which is not followed"),
    "new_external_link": (legacy(external, libver="latest"), "an external link, which is not followed"),
    "virtual": (legacy(virtual), "virtual data set"),
    "external_values": (legacy(external_values), "another file"),
    "circle": (legacy(circle), "reached in two ways"),
    "no_values": (legacy(no_values), "has no values"),
    "sparse": (legacy(sparse), "has 1 chunks of 3"),
    "bomb": (legacy(bomb), "declares 16777216 bytes but stores"),
    "lzf": (legacy(data(chunks=(6, 5), compression="lzf")), "filter 32000"),
    "big_endian": (legacy(data(KERNEL.astype(">f4"))), "little-endian"),
    "texts": (legacy(lambda g: g.create_dataset("kernel", data=["a", "b"])), "expected little-endian numbers"),
    "latest_chunks": (legacy(data(chunks=(4, 2)), libver="latest"), "laid out in a way"),
}


def text(content):
    packed = base64.b64encode(gzip.compress(content, 9, mtime=0)).decode()
    return "\n    '" + "' +\n    '".join(packed[i : i + 98] for i in range(0, len(packed), 98)) + "',"


if __name__ == "__main__":
    print("// Made by make_hdf5_files.py: HDF5 files that h5py wrote, gzip and base64.")
    print("export const read = {")
    for name, content in READ.items():
        print(f"  {name}:{text(content)}")
    print(f"}};\nexport const keras3_weights =\n    {text(keras3())[:-1].strip()};")
    print("export const refused = {")
    for name, (content, reason) in REFUSED.items():
        print(f"  {name}: [{text(content)}\n    {json.dumps(reason)},\n  ],")
    print("};")
