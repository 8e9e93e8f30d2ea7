"""Small HDF5 files for tests/node/hdf5_heaps.test.mjs: groups whose links or attributes lie in a heap.

    python3 tests/node/make_hdf5_heaps.py >tests/node/hdf5_heaps.mjs      # needs h5py and numpy
"""
import io
import h5py, numpy as np
from make_hdf5_files import data, legacy, text


def many_attributes(group):
    data()(group)
    for i in range(20):
        group.attrs[f"a{i}"] = i


def many_links(group):
    data()(group)
    for i in range(20):
        group.create_group(f"g{i}")


def other_letters(group):
    """As Keras saves layers with such names: from the ninth on HDF5 has a heap for them."""
    data()(group)
    weights = group.file["model_weights"]
    names = [f"слой_{i}" for i in range(11)]
    weights.attrs["layer_names"] = [*names, "dense"]
    for name in names:
        weights.create_group(name).attrs["weight_names"] = []


def numbered_links(count):
    """Data sets that hold their own numbers."""
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        for i in range(count):
            file[f"ключ_{i}"] = np.array(i, "float32")
    return memory.getvalue()


def attributes(texts):
    memory = io.BytesIO()
    with h5py.File(memory, "w", libver="latest") as file:
        for i, value in enumerate(texts):
            file.attrs[f"text_{i}"] = np.bytes_(value)
    return memory.getvalue()


def huge_attribute(group):
    many_attributes(group)
    group.attrs["huge"] = np.zeros(100_000, "uint8")


def tracked(fill):
    """Every group keeps the order in which its links and attributes were made, in a second tree."""
    h5py.get_config().track_order = True
    made = legacy(fill)
    h5py.get_config().track_order = False
    return made


MODELS = {
    "dense_attributes": legacy(many_attributes, libver="latest"),
    "dense_links": legacy(many_links, libver="latest"),
    "tracked_attributes": tracked(many_attributes),
    "tracked_links": tracked(many_links),
    "other_letters": legacy(other_letters),
}
TREES = {
    # One block and one node; a table of blocks and a tree of two levels; a tree of three.
    "nine_links": numbered_links(9),
    "hundreds_of_links": numbered_links(150),
    "hundreds_of_attributes": attributes(str(i) for i in range(580)),
    # The table of blocks leads to further tables.
    "much_text": attributes(chr(33 + i % 90) * 4_000 for i in range(200)),
}
REFUSED = {"huge_attribute": legacy(huge_attribute, libver="latest")}

if __name__ == "__main__":
    print("// Made by make_hdf5_heaps.py: HDF5 files that h5py wrote, gzip and base64.")
    for kind, files in {"models": MODELS, "trees": TREES, "refused": REFUSED}.items():
        print(f"export const {kind} = {{")
        for name, content in files.items():
            print(f"  {name}:{text(content)}")
        print("};")
