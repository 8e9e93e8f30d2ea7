"""Weights and inputs from a formula that drawn_values.cpp has too, so that golden files need not hold them.

The number i (from 0) of a key is made of 64 bits: FNV-1a (64 bits) of the key's UTF-8 bytes is the seed; SplitMix64's
finisher is applied to seed + (i + 1) * 0x9E3779B97F4A7C15 (mod 2^64); its upper 24 bits u are the draw. Signed: (2 u - 2^24) /
2^24, in [-1, 1), exact in float32. What is made of it takes one float32 rounding at most, so Python and C++ agree in every
bit:

    input            signed * 1.5
    gamma, scale     1 + signed / 2
    moving_variance  0.5 + u / 2^24
    other vectors    signed / 2                  (biases and the like; GRU's with two rows too)
    other weights    signed * float32(sqrt(3 / fan_in)), fan_in: product of all sizes but the last; embeddings: their width
"""

import numpy as np

MASK = (1 << 64) - 1


def bits24(key, count):
    seed = 0xCBF29CE484222325
    for byte in key.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & MASK
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.int64)


def signed(key, count):
    return ((2 * bits24(key, count) - (1 << 24)) / float(1 << 24)).astype(np.float32)


def drawn_input(key, shape):
    return (signed(key, int(np.prod(shape))) * np.float32(1.5)).reshape(shape)


def drawn_weight(key, path, shape, scale=1.0):
    """`path`: Keras's, without the model's name. `scale` (a power of two) makes matrices and biases smaller."""
    count = int(np.prod(shape))
    name = path.rsplit("/", 1)[-1]
    key = f"{key}/{path}"
    if name in ("gamma", "scale"):
        return (1 + signed(key, count) / np.float32(2)).reshape(shape)
    if name == "moving_variance":
        return (np.float32(0.5) + (bits24(key, count) / float(1 << 24)).astype(np.float32)).reshape(shape)
    if len(shape) == 1 or name == "bias":
        return (signed(key, count) * np.float32(scale / 2)).reshape(shape)
    fan_in = shape[-1] if name == "embeddings" else int(np.prod(shape[:-1]))
    return (signed(key, count) * np.float32(np.float32((3.0 / fan_in) ** 0.5) * np.float32(scale))).reshape(shape)
