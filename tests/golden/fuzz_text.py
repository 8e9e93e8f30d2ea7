#!/usr/bin/env python3
"""keras.layers.TextVectorization against this library's: tokens, ids and adapted vocabularies.

    python tests/golden/fuzz_text.py [--texts 10000] [--seed 1] [--build build/native] [--shared ../shared]
    python tests/golden/fuzz_text.py --commit        writes tests/golden/texts.safetensors, which every run tests

Needs keras 3.15.1 and tensorflow. Keras's answers for NusaX (every split, where there is `shared`) and for random byte
strings (invalid UTF-8, all punctuation, control characters, zero bytes, every kind of space, very long tokens) go into
one file, which `lapis_tests_golden` compares (tests/golden/text_test.cpp, environment variable LAPIS_TEXTS). NusaX also
goes through the command line. Exit status 1 at the first difference.
"""

import argparse
import csv
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

ROOT = pathlib.Path(__file__).resolve().parents[2]
LENGTH = 24
SPACES = [b" ", b"\t", b"\n", b"\v", b"\f", b"\r", b"\x1c", b"\x1f", b"\x00", "\u00a0".encode(), "\u0085".encode(), "\u2003".encode(), "\u3000".encode()]
PUNCTUATION = [bytes([c]) for c in range(33, 127) if not chr(c).isalnum()] + ["“".encode(), "–".encode(), "¿".encode(), "…".encode()]


def write_file(path, texts, tokens, ids, adapted, vocabulary):
    tensors, header, data = {}, {}, b""
    for name, strings in {"text": texts, "tokens": tokens, "adapt": [t for case in adapted for t in case[0]]}.items():
        tensors[name + "/bytes"] = ("U8", np.frombuffer(b"".join(strings), "u1"))
        tensors[name + "/ends"] = ("I64", np.cumsum([len(s) for s in strings], dtype="<i8"))
    tensors["ids"] = ("I64", np.asarray(ids, "<i8"))
    # The widest first: every tensor begins at a multiple of its element's size.
    for name, (dtype, value) in sorted(tensors.items(), key=lambda item: item[1][0]):
        raw = value.tobytes()
        header[name] = {"dtype": dtype, "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    cases = [{"texts": len(case), "max_tokens": most or 0, "vocabulary": words} for case, most, words in adapted]
    header["__metadata__"] = {"keras": keras.__version__, "vocabulary": json.dumps(vocabulary), "adapt": json.dumps(cases)}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def random_texts(random, count, words):
    """Byte strings of many kinds, mixed from pieces."""

    def some_bytes(low, high, most):
        return random.integers(low, high, random.integers(0, most)).astype("u1").tobytes()

    def piece():
        kind = random.integers(0, 10)
        if kind <= 2:
            word = words[random.integers(0, len(words))].encode()
            return [word, word.upper(), word.title(), word + PUNCTUATION[random.integers(0, len(PUNCTUATION))]][random.integers(0, 4)]
        if kind == 3:
            return b"".join(PUNCTUATION[i] for i in random.integers(0, len(PUNCTUATION), random.integers(1, 6)))
        if kind == 4:
            return "".join(chr(c) for c in random.integers(0xA0, 0x2FFF, random.integers(1, 8))).encode("utf-8", "surrogatepass")
        if kind == 5:
            return some_bytes(0, 256, 20)
        if kind == 6:
            return some_bytes(0x80, 0x100, 6)
        if kind == 7:
            return some_bytes(0, 33, 5)
        if kind == 8:
            return some_bytes(32, 127, 30)
        return b"[UNK]"

    texts = [b"", b" ", b"\x00", b"...", b"a\x00b", b"\xff\xfe", bytes(range(256)), b"X" * 5000, b"[UNK] unk", "İI".encode()]
    while len(texts) < count:
        parts = []
        for _ in range(random.integers(0, 12)):
            parts += [piece(), SPACES[random.integers(0, len(SPACES))] * random.integers(0, 3)]
        if random.random() < 0.002:
            parts.append(some_bytes(97, 123, 100_000))
        texts.append(b"".join(parts))
    return texts[:count]


def answers(texts, vocabulary):
    """Keras's tokens (bytes, joined by line feeds) and ids of each text."""
    layer = keras.layers.TextVectorization(vocabulary=vocabulary[2:], output_sequence_length=LENGTH)
    column = tf.constant(texts, shape=(len(texts), 1))
    tokens = [b"\n".join(row) for row in layer._preprocess(column).to_list()]
    return tokens, np.asarray(layer(column))


def adapted_vocabularies(random, nusax):
    """Texts, max_tokens and what Keras makes of them; small alphabets, so that many counts are equal."""
    cases = [(nusax, most) for most in (None, 10, 500, 2000)] if nusax else []
    for most in (None, 3, 5, 12, 40):
        alphabet = ["a", "B", "c", "é", "Z", "9", "-", "ß", "日"]
        for size in (1, 7, 60):
            texts = [" ".join("".join(random.choice(alphabet, random.integers(1, 4))) for _ in range(random.integers(0, 9))) for _ in range(size)]
            cases.append(([text.encode() for text in texts], most))
    adapted = []
    for texts, most in cases:
        layer = keras.layers.TextVectorization(max_tokens=most, output_sequence_length=LENGTH)
        if not b"".join(texts).strip():
            continue
        layer.adapt(tf.constant(texts))
        adapted.append((texts, most, [str(word) for word in layer.get_vocabulary()]))
    return adapted


def read_nusax(shared):
    rows = []
    for path in sorted((shared / "data/nusax-senti").glob("**/*.csv")):
        with open(path, newline="", encoding="utf-8") as file:
            rows += [row["text"].encode() for row in csv.DictReader(file)]
    return rows


def check_command_line(lapis, rows):
    """The shipped LSTM's tokens and ids through `lapis predict --text-file`."""
    model = ROOT / "weights/nusax_lstm.safetensors"
    data = model.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    spec = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["input"])
    layer = keras.layers.TextVectorization(vocabulary=spec["vocabulary"][2:], output_sequence_length=spec["sequence_length"])
    expected = np.asarray(layer(tf.constant(rows, shape=(len(rows), 1))))
    lines = b"\n".join(row.replace(b"\r", b" ").replace(b"\n", b" ") for row in rows)
    run = subprocess.run([lapis, "predict", model, "--text-file", "-", "--json"], input=lines, capture_output=True, check=True)
    differ = 0
    for prediction, row in zip(json.loads(run.stdout)["predictions"], expected, strict=True):
        ids = [token["id"] for token in prediction["tokens"]]
        differ += ids + [0] * (len(row) - len(ids)) != row.tolist()
    print(f"command line: {len(rows)} rows of NusaX, {differ} differences")
    return differ


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/native")
    parser.add_argument("--shared", type=pathlib.Path, default=pathlib.Path(os.environ.get("LAPIS_SHARED", ROOT.parent / "shared")))
    parser.add_argument("--commit", action="store_true")
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    nusax = [] if options.commit else read_nusax(options.shared)
    words = ["enak", "tidak", "makanan", "unk", "é", "kue", "naïve", "日本", "a1", "x"]
    vocabulary = ["", "[UNK]", *words]
    texts = random_texts(random, 250 if options.commit else options.texts, words)
    if options.commit:
        texts = [text for text in texts if len(text) < 2000]
    tokens, ids = answers(texts + nusax, vocabulary)
    adapted = adapted_vocabularies(random, nusax)
    with tempfile.TemporaryDirectory() as folder:
        path = ROOT / "tests/golden/texts.safetensors" if options.commit else pathlib.Path(folder) / "texts.safetensors"
        write_file(path, texts + nusax, tokens, ids, adapted, vocabulary)
        if options.commit:
            print(f"{path}: {path.stat().st_size} bytes, {len(texts)} texts, {len(adapted)} vocabularies")
            return
        known = sum(token >= 2 for token in ids.flatten())
        print(f"{len(texts)} byte strings, {len(nusax)} rows of NusaX, {len(adapted)} vocabularies; {known} known words", flush=True)
        status = subprocess.run([options.build / "tests/lapis_tests_golden", "texts:*"], env={**os.environ, "LAPIS_TEXTS": str(path)}).returncode
    if nusax:
        status |= check_command_line(options.build / "lapis", nusax) > 0
    sys.exit(1 if status else 0)


if __name__ == "__main__":
    main()
