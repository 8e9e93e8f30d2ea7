"""Draws networks over every layer, option, mask pattern and odd size that lapis knows of Keras, and (refused_network) ones
with a layer or option that it does not. A network is plain data, the same for the same (seed, index) everywhere;
keras_answers.py builds it and asks Keras."""

import dataclasses

import numpy as np
from drawn_values import drawn_input

ACTIVATIONS = (
    "linear relu sigmoid tanh softmax hard_sigmoid relu6 leaky_relu elu selu softplus softsign exponential hard_tanh "
    "log_sigmoid log_softmax silu hard_silu gelu mish tanh_shrink swish"
).split()
RECURRENT_ACTIVATIONS = (
    "linear relu sigmoid tanh hard_sigmoid relu6 leaky_relu elu selu softplus softsign exponential hard_tanh log_sigmoid"
).split()
INSIDE_TIME = (
    "activation average_pooling2d conv1d conv2d dense elu flatten global_average_pooling2d global_max_pooling1d "
    "global_max_pooling2d layer_normalization leaky_relu max_pooling2d rms_normalization re_lu rescaling reshape zero_padding2d"
).split()
RECURRENT = ("SimpleRNN", "LSTM", "GRU")


@dataclasses.dataclass
class Layer:
    kind: str  # Keras's class
    options: dict
    shape: tuple = ()  # that it gets, without the batch
    masked: bool = False  # a mask reaches it


@dataclasses.dataclass
class Network:
    name: str
    input_shape: tuple  # without the batch; None: open
    input_dtype: str
    layers: list
    x: np.ndarray  # int32 ids, or float32 from drawn_input(NAME/input) with masked steps put in
    labels: np.ndarray
    loss: tuple  # class name, options
    optimizer: tuple = None  # of ten training steps; its learning_rate may be (schedule, options)
    training: bool = False  # outputs and gradients with training=True
    functional: bool = False
    ending: str = ".keras"
    weight_scale: float = 1.0
    patterns: tuple = ()  # of masked rows
    masked_steps: tuple = None  # of a float input: which steps are masked, [batch, time] bool, and the value they have
    expected: tuple = ()  # of a refused one: what its error must name


def leaves(layers):
    """All layers, also those inside others."""
    for layer in layers:
        yield layer
        yield from leaves(value for value in layer.options.values() if isinstance(value, Layer))


def window(size, kernel, stride, dilation, padding):
    reach = (kernel - 1) * dilation + 1
    if padding in ("same", "causal"):
        return -(-size // stride)
    return (size - reach) // stride + 1 if size >= reach else 0


class Walk:
    """From an input to a head, layer by layer; `shape` is what comes next, without the batch."""

    def __init__(self, random, name, regularized):
        self.random = random
        self.name = name
        self.regularized = regularized
        self.layers = []
        self.shape = ()
        self.masked = False  # a mask reaches the next layer
        self.empty_rows = False  # ... that hides all of some row
        self.drops = False
        self.exploded = False  # an exponential was used: one is enough
        self.masked_steps = None
        self.normalized = False  # a BatchNormalization is there

    # --- drawing ---------------------------------------------------------------------------------------------------

    def one_of(self, *choices):
        return choices[self.random.integers(len(choices))]

    def chance(self, part):
        return self.random.random() < part

    def size(self, low, high):
        return int(self.random.integers(low, high + 1))

    def number(self, low, high):
        return round(float(self.random.uniform(low, high)), 3)

    def activation(self, choices=ACTIVATIONS):
        while True:
            name = "linear" if self.chance(0.2) else self.one_of(*choices)
            if name == "exponential":
                if self.exploded:
                    continue
                self.exploded = True
            return name

    def regularizer(self):
        kind = self.one_of("L1", "L2", "L1L2")
        small = {"l1": self.number(0.001, 0.03), "l2": self.number(0.001, 0.03)}
        return (kind, {key: value for key, value in small.items() if kind == "L1L2" or key == kind.lower()})

    def layer(self, kind, options, regularizable=()):
        if self.regularized:
            for name in regularizable:
                if self.chance(0.2):
                    options[name + "_regularizer"] = self.regularizer()
        if self.chance(0.15) and kind in ("Dense", "Conv2D", "LSTM", "GRU", "Bidirectional", "Embedding", "BatchNormalization"):
            options["name"] = self.one_of("first", "reader", "my layer", "features-0", "lstm", "x_1", "Ebene") + f"_{len(self.layers)}"
        return Layer(kind, options)

    # --- layers: each gives the layer and the shape behind it, or None where it does not fit -----------------------

    def dense(self, shape, units=None):
        units = units or self.size(1, 9)
        options = {"units": units, "activation": self.activation()}
        if units == 1 and options["activation"] in ("softmax", "log_softmax"):
            options["activation"] = "tanh"
        if self.chance(0.2):
            options["use_bias"] = False
        return self.layer("Dense", options, ("kernel", "bias")), shape[:-1] + (units,)

    def conv2d(self, shape):
        if len(shape) != 3:
            return None
        kernel = self.one_of((3, 3), (2, 2), (1, 1), (self.size(1, 5), self.size(1, 5)))
        strides, dilation = (1, 1), (1, 1)
        if self.chance(0.4):
            strides = (self.size(1, 3), self.size(1, 3))
        elif self.chance(0.3):
            dilation = (self.size(1, 3), self.size(1, 3))
        padding = self.one_of("valid", "same")
        out = tuple(window(shape[i], kernel[i], strides[i], dilation[i], padding) for i in (0, 1))
        if min(out) < 1:
            return None
        filters = self.one_of(1, 2, 3, 4, 5, 7, 8, 9, 16)
        options = {"filters": filters, "kernel_size": kernel, "padding": padding, "activation": self.activation()}
        if filters == 1 and options["activation"] in ("softmax", "log_softmax"):
            options["activation"] = "relu"
        if strides != (1, 1) or self.chance(0.2):
            options["strides"] = strides[0] if strides[0] == strides[1] else strides
        if dilation != (1, 1):
            options["dilation_rate"] = dilation
        if self.chance(0.25):
            options["use_bias"] = False
        return self.layer("Conv2D", options, ("kernel", "bias")), out + (filters,)

    def conv1d(self, shape):
        if len(shape) != 2:
            return None
        kernel, strides, dilation = self.size(1, 5), 1, 1
        if self.chance(0.35):
            strides = self.size(1, 3)
        elif self.chance(0.4):
            dilation = self.size(1, 3)
        padding = self.one_of("valid", "same", "causal")
        out = window(shape[0], kernel, strides, dilation, padding)
        if out < 1:
            return None
        filters = self.size(2, 8)
        options = {"filters": filters, "kernel_size": kernel, "padding": padding, "activation": self.activation()}
        options.update({key: value for key, value in (("strides", strides), ("dilation_rate", dilation)) if value > 1})
        if self.chance(0.25):
            options["use_bias"] = False
        return self.layer("Conv1D", options, ("kernel", "bias")), (out, filters)

    def pooling(self, shape, kind):
        if len(shape) != 3:
            return None
        pool = self.one_of((2, 2), (3, 3), (self.size(1, 4), self.size(1, 4)))
        strides = self.one_of(None, None, 1, 2, (self.size(1, 3), self.size(1, 3)))
        pair = pool if strides is None else (strides, strides) if isinstance(strides, int) else strides
        padding = self.one_of("valid", "same")
        out = tuple(window(shape[i], pool[i], pair[i], 1, padding) for i in (0, 1))
        if min(out) < 1:
            return None
        return Layer(kind, {"pool_size": pool, "strides": strides, "padding": padding}), out + shape[2:]

    def max_pooling2d(self, shape):
        return self.pooling(shape, "MaxPooling2D")

    def average_pooling2d(self, shape):
        return self.pooling(shape, "AveragePooling2D")

    def global_pooling(self, shape, kind, axes):
        if len(shape) != axes + 1:
            return None
        if kind == "GlobalAveragePooling1D" and self.masked and self.empty_rows:
            return None  # Keras: 0 / 0
        keep = self.chance(0.25)
        return Layer(kind, {"keepdims": True} if keep else {}), ((1,) * axes if keep else ()) + shape[-1:]

    def global_average_pooling1d(self, shape):
        return self.global_pooling(shape, "GlobalAveragePooling1D", 1)

    def global_max_pooling1d(self, shape):
        return self.global_pooling(shape, "GlobalMaxPooling1D", 1)

    def global_average_pooling2d(self, shape):
        return self.global_pooling(shape, "GlobalAveragePooling2D", 2)

    def global_max_pooling2d(self, shape):
        return self.global_pooling(shape, "GlobalMaxPooling2D", 2)

    def zero_padding2d(self, shape):
        if len(shape) != 3:
            return None
        sides = [(self.size(0, 2), self.size(0, 2)), (self.size(0, 2), self.size(0, 2))]
        padding = self.one_of(tuple(sides), 1, 2, (1, 2))
        if isinstance(padding, int):
            sides = [(padding, padding)] * 2
        elif padding == (1, 2):
            sides = [(1, 1), (2, 2)]
        return Layer("ZeroPadding2D", {"padding": padding}), (shape[0] + sum(sides[0]), shape[1] + sum(sides[1]), shape[2])

    def batch_normalization(self, shape):
        if self.masked and len(shape) != 2:
            return None  # Keras refuses it
        self.normalized = True
        options = {}
        if self.chance(0.5):
            options["momentum"] = self.number(0.5, 0.95)
        if self.chance(0.3):
            options["epsilon"] = 0.01
        for key in ("center", "scale"):
            if self.chance(0.2):
                options[key] = False
        return self.layer("BatchNormalization", options, ("beta", "gamma")), shape

    def layer_normalization(self, shape):
        if shape[-1] < 3:
            return None
        options = {"epsilon": 0.02} if self.chance(0.3) else {}
        for key in ("center", "scale"):
            if self.chance(0.2):
                options[key] = False
        return self.layer("LayerNormalization", options, ("beta", "gamma")), shape

    def rms_normalization(self, shape):
        return None if shape[-1] < 3 else (Layer("RMSNormalization", {"epsilon": 1e-3} if self.chance(0.4) else {}), shape)

    def activation_layer(self, shape):
        name = self.activation()
        if shape[-1] == 1 and name in ("softmax", "log_softmax"):
            name = "tanh"
        return Layer("Activation", {"activation": name}), shape

    def softmax(self, shape):
        return None if self.masked or shape[-1] < 2 else (Layer("Softmax", {}), shape)

    def re_lu(self, shape):
        options = self.one_of(
            {},
            {"max_value": self.number(0.5, 2)},
            {"negative_slope": self.number(0.05, 0.5)},
            {"max_value": 6.0, "negative_slope": 0.1, "threshold": self.number(0.05, 0.3)},
        )
        return Layer("ReLU", options), shape

    def leaky_relu(self, shape):
        return Layer("LeakyReLU", {"negative_slope": self.number(0, 0.5)} if self.chance(0.6) else {}), shape

    def elu(self, shape):
        return Layer("ELU", {"alpha": self.number(0.3, 1.5)} if self.chance(0.5) else {}), shape

    def dropout(self, shape):
        self.drops = True
        return Layer("Dropout", {"rate": self.one_of(0.2, 0.5, 0.0)}), shape

    def rescaling(self, shape):
        options = {"scale": self.number(-1.5, 1.5) or 1.0}
        if self.chance(0.6):
            options["offset"] = self.number(-0.5, 0.5)
        return Layer("Rescaling", options), shape

    def flatten(self, shape):
        return Layer("Flatten", {}), (int(np.prod(shape)),)

    def reshape(self, shape, most_axes=3):
        count = int(np.prod(shape))
        sizes = [count]
        for _ in range(self.size(0, most_axes - 1)):
            divisors = [d for d in range(1, sizes[0] + 1) if sizes[0] % d == 0 and d <= 12]
            divisor = self.one_of(*divisors)
            sizes = [sizes[0] // divisor, divisor] + sizes[1:]
        order = self.random.permutation(len(sizes))
        sizes = [sizes[i] for i in order]
        target = list(sizes)
        if self.chance(0.4):
            target[self.size(0, len(target) - 1)] = -1
        return Layer("Reshape", {"target_shape": tuple(target)}), tuple(sizes)

    def recurrent(self, shape, kind=None, sequences=None, units=None, plain=False):
        if len(shape) != 2:
            return None
        kind = kind or self.one_of(*RECURRENT)
        units = units or self.one_of(1, 2, 3, 4, 5, 7, 8, 9, 16)
        sequences = self.chance(0.55) if sequences is None else sequences
        options = {"units": units, "return_sequences": sequences}
        if self.chance(0.4):
            options["activation"] = self.activation(RECURRENT_ACTIVATIONS)
        if kind != "SimpleRNN" and self.chance(0.4):
            options["recurrent_activation"] = self.one_of("hard_sigmoid", "sigmoid", "hard_sigmoid", "tanh", "relu6", "softsign")
        if self.chance(0.2):
            options["use_bias"] = False
        if not plain:
            if self.chance(0.25):
                options["go_backwards"] = True
            if self.chance(0.25):
                options["zero_output_for_mask"] = True
        if kind == "LSTM" and self.chance(0.3):
            options["unit_forget_bias"] = False
        if kind == "GRU" and self.chance(0.5):
            options["reset_after"] = False
        # Unrolled with a mask Keras's back ends differ: zero_output_for_mask (Bidirectional sets it) is ignored on JAX, applied
        # the wrong way round in time on TensorFlow.
        if self.chance(0.1) and not (self.masked and (plain or options.get("zero_output_for_mask"))):
            options["unroll"] = True
        layer = self.layer(kind, options, ("kernel", "recurrent", "bias"))
        return layer, (shape[0], units) if sequences else (units,)

    def simple_rnn(self, shape):
        return self.recurrent(shape, "SimpleRNN")

    def lstm(self, shape):
        return self.recurrent(shape, "LSTM")

    def gru(self, shape):
        return self.recurrent(shape, "GRU")

    def bidirectional(self, shape):
        inner = self.recurrent(shape, plain=True)
        if inner is None:
            return None
        forward, after = inner
        mode = self.one_of("concat", "sum", "ave", "mul")
        options = {"layer": forward, "merge_mode": mode}
        if self.chance(0.3):
            forward.options["go_backwards"] = self.chance(0.4)
            other, _ = self.recurrent(
                shape, forward.kind, forward.options["return_sequences"], forward.options["units"], plain=True
            )
            other.options["go_backwards"] = not forward.options["go_backwards"]
            other.options["name"] = f"other_{len(self.layers)}"
            options["backward_layer"] = other
        if mode == "concat":
            after = after[:-1] + (2 * after[-1],)
        return self.layer("Bidirectional", options), after

    def time_distributed(self, shape):
        if len(shape) < 2:
            return None
        inner = shape[1:]
        for _ in range(8):
            masked, self.masked = self.masked, False
            kind = self.one_of(*INSIDE_TIME)
            drawn = self.draw(kind, inner)
            self.masked = masked
            if drawn is None:
                continue
            layer, after = drawn
            if len(after) > 3:
                continue
            return Layer("TimeDistributed", {"layer": layer}), shape[:1] + after
        return None

    # --- the walk --------------------------------------------------------------------------------------------------

    def draw(self, kind, shape):
        name = {"activation": "activation_layer"}.get(kind, kind)
        return getattr(self, name)(shape)

    # RMSNormalization does not (3.15.1), which only makes `masked` too careful.
    KEEPS_MASK = {
        "Dense", "Dropout", "Activation", "ReLU", "LeakyReLU", "ELU", "BatchNormalization", "LayerNormalization",
        "RMSNormalization", "Rescaling", "TimeDistributed",
    }

    def add(self, drawn):
        layer, after = drawn
        layer.shape, layer.masked, self.shape = self.shape, self.masked, after
        self.layers.append(layer)
        core = layer.options.get("layer", layer) if layer.kind == "Bidirectional" else layer
        if core.kind in RECURRENT:
            self.masked = self.masked and core.options["return_sequences"]
        elif layer.kind not in self.KEEPS_MASK:
            self.masked = False

    def step(self, *kinds):
        for _ in range(30):
            drawn = self.draw(self.one_of(*kinds), self.shape)
            if drawn is not None and np.prod(drawn[1]) <= 1500:
                self.add(drawn)
                return

    ANY = (
        "dense batch_normalization layer_normalization rms_normalization activation re_lu leaky_relu elu dropout rescaling "
        "softmax"
    ).split()
    BY_RANK = {
        1: ["dense"] * 4 + ANY + ["reshape", "reshape"],
        2: (
            ["simple_rnn", "lstm", "gru", "bidirectional", "conv1d", "time_distributed"] * 4 + ANY
            + ["reshape", "global_average_pooling1d", "global_max_pooling1d", "flatten"]
        ),
        3: (
            ["conv2d"] * 8 + ["max_pooling2d", "average_pooling2d"] * 3 + ["zero_padding2d", "time_distributed"] * 2 + ANY
            + ["reshape", "flatten", "global_average_pooling2d", "global_max_pooling2d"]
        ),
        4: ["time_distributed"] * 6 + ["batch_normalization", "re_lu", "dense", "reshape"],
    }

    def middle(self, count):
        for _ in range(count):
            self.step(*self.BY_RANK[len(self.shape)])

    def leave(self):
        """To one row a sample."""
        while len(self.shape) > 1:
            if len(self.shape) == 2:
                self.step("flatten", "global_average_pooling1d", "global_max_pooling1d", "simple_rnn", "lstm", "gru", "bidirectional")
            elif len(self.shape) == 3:
                self.step("flatten", "flatten", "global_average_pooling2d", "global_max_pooling2d", "reshape")
            else:
                self.step("flatten", "time_distributed", "reshape")


def padded_ids(walk, batch, time, words):
    """Padding on the left, in the middle, on the right, between; whole rows of it; the first row is full."""
    x = walk.random.integers(1, words, (batch, time)).astype("int32")
    patterns = {"full"}
    for row in range(1, batch):
        pattern = walk.one_of("full", "left", "middle", "right", "between", "empty")
        if time < 3 and pattern in ("middle", "between"):
            pattern = "right"
        count = walk.size(1, max(1, time - 1))
        if pattern == "left":
            x[row, :count] = 0
        elif pattern == "right":
            x[row, time - count :] = 0
        elif pattern == "middle":
            x[row, 1 : 1 + max(1, min(count, time - 2))] = 0
        elif pattern == "between":
            x[row, ::2] = 0
        elif pattern == "empty":
            x[row] = 0
        if pattern != "full" and time == 1:
            pattern = "empty" if x[row, 0] == 0 else "full"
        patterns.add(pattern)
    return x, tuple(sorted(patterns))


def begin(walk, kind, batch):
    """The first layers; gives x, the dtype of the input and the patterns of its mask."""
    if kind == "ids":
        time, words = walk.one_of(1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13), walk.size(4, 15)
        x, patterns = padded_ids(walk, batch, time, words)
        options = {"input_dim": words, "output_dim": walk.one_of(1, 2, 3, 4, 5, 7, 8, 16), "mask_zero": walk.chance(0.7)}
        walk.shape = (time, options["output_dim"])
        walk.layers.append(walk.layer("Embedding", options, ("embeddings",)))
        walk.masked = options["mask_zero"]
        walk.empty_rows = "empty" in patterns
        if walk.masked and walk.chance(0.05):
            walk.layers.append(Layer("Masking", {}))
            walk.empty_rows = False
        return x, walk.one_of("int32", "int32", "int32", "int64", "float32"), patterns if options["mask_zero"] else ()
    if kind == "steps":
        time, width = walk.size(1, 10), walk.size(1, 6)
        x = drawn_input(walk.name + "/input", (batch, time, width))
        walk.shape = x.shape[1:]
        if walk.chance(0.25):
            walk.step("rescaling", "dropout")
            return x, "float32", ()
        if walk.chance(0.6):
            value = walk.one_of(0.0, -1.0, 0.5)
            marks, patterns = padded_ids(walk, batch, time, 3)
            x[marks == 0] = value
            walk.masked_steps = (marks == 0, value)
            walk.layers.append(Layer("Masking", {} if value == 0 and walk.chance(0.5) else {"mask_value": value}))
            walk.masked, walk.empty_rows = True, "empty" in patterns
            return x, "float32", patterns
        return x, "float32", ()
    sizes = {
        "rows": (walk.size(1, 9),),
        "pictures": (walk.size(1, 12), walk.size(1, 12), walk.size(1, 4)),
        "clips": (walk.size(1, 4), walk.size(2, 6), walk.size(2, 6), walk.size(1, 3)),
    }[kind]
    walk.shape = sizes
    return drawn_input(walk.name + "/input", (batch,) + sizes), "float32", ()


def finish(walk, per_step):
    """The head; gives the loss that suits it."""
    if not per_step:
        walk.leave()
    smoothing = {"label_smoothing": walk.number(0.05, 0.3)} if walk.chance(0.5) else {}
    head = walk.one_of("softmax", "softmax", "softmax", "logits", "sigmoid", "values", "none")
    if head == "none" and walk.layers and (len(walk.shape) == 1 or per_step):
        return ("MeanSquaredError", {})
    units = walk.size(2, 6)
    if head == "softmax":
        style = walk.one_of("dense", "dense", "activation", "layer", "time" if per_step else "dense")
        if style == "layer" and walk.masked:
            style = "dense"
        if style == "time":
            walk.add((Layer("TimeDistributed", {"layer": Layer("Dense", {"units": units, "activation": "softmax"})}), walk.shape[:-1] + (units,)))
        else:
            options = {"units": units} if style != "dense" else {"units": units, "activation": "softmax"}
            walk.add((walk.layer("Dense", options, ("kernel", "bias")), walk.shape[:-1] + (units,)))
        if style == "activation":
            walk.add((Layer("Activation", {"activation": "softmax"}), walk.shape))
        if style == "layer":
            walk.add((Layer("Softmax", {}), walk.shape))
        return walk.one_of(
            ("SparseCategoricalCrossentropy", {}),
            ("SparseCategoricalCrossentropy", {}),
            ("CategoricalCrossentropy", smoothing),
            ("BinaryCrossentropy", smoothing),
            ("MeanSquaredError", {}),
        )
    if head == "logits":
        walk.add((walk.layer("Dense", {"units": units}, ("kernel", "bias")), walk.shape[:-1] + (units,)))
        return walk.one_of(
            ("SparseCategoricalCrossentropy", {"from_logits": True}),
            ("CategoricalCrossentropy", {"from_logits": True, **smoothing}),
            ("BinaryCrossentropy", {"from_logits": True, **smoothing}),
        )
    units = walk.size(1, 4)
    options = {"units": units, "activation": "sigmoid" if head == "sigmoid" else walk.one_of("linear", "tanh")}
    walk.add((walk.layer("Dense", options, ("kernel", "bias")), walk.shape[:-1] + (units,)))
    return ("BinaryCrossentropy", smoothing) if head == "sigmoid" else ("MeanSquaredError", {})


def draw_optimizer(walk):
    rate = walk.number(0.005, 0.05)
    if walk.chance(0.4):
        rate = walk.one_of(
            ("ExponentialDecay", {"initial_learning_rate": rate, "decay_steps": walk.size(2, 6), "decay_rate": 0.7, "staircase": walk.chance(0.5)}),
            ("InverseTimeDecay", {"initial_learning_rate": rate, "decay_steps": walk.size(2, 6), "decay_rate": 0.5, "staircase": walk.chance(0.5)}),
            ("PolynomialDecay", {"initial_learning_rate": rate, "decay_steps": walk.size(3, 8), "end_learning_rate": 0.001, "power": walk.one_of(1.0, 2.0, 0.5), "cycle": walk.chance(0.5)}),
            ("CosineDecay", {"initial_learning_rate": rate, "decay_steps": walk.size(3, 9), "alpha": walk.one_of(0.0, 0.1)}),
            ("CosineDecay", {"initial_learning_rate": 0.001, "decay_steps": walk.size(3, 7), "warmup_target": rate, "warmup_steps": walk.size(1, 4)}),
            ("CosineDecayRestarts", {"initial_learning_rate": rate, "first_decay_steps": walk.size(2, 5), "t_mul": walk.one_of(1.0, 2.0), "m_mul": 0.7, "alpha": 0.05}),
            ("PiecewiseConstantDecay", {"boundaries": [2, 5], "values": [rate, rate / 2, rate / 10]}),
        )
    options = {"learning_rate": rate}
    kind = walk.one_of("SGD", "SGD", "Adam", "Adam", "AdamW", "RMSprop")
    if kind == "SGD" and walk.chance(0.6):
        options.update({"momentum": walk.number(0.3, 0.95), "nesterov": walk.chance(0.5)})
    if kind in ("Adam", "AdamW") and walk.chance(0.5):
        options.update({"beta_1": walk.number(0.5, 0.95), "beta_2": walk.number(0.6, 0.999), "amsgrad": walk.chance(0.5), "epsilon": walk.one_of(1e-7, 1e-4)})
    if kind == "RMSprop" and walk.chance(0.6):
        options.update({"rho": walk.number(0.5, 0.95), "momentum": walk.one_of(0.0, 0.5), "centered": walk.chance(0.5), "epsilon": walk.one_of(1e-7, 1e-3)})
    if walk.chance(0.25):
        options["weight_decay"] = walk.number(0.001, 0.1)
    clip = walk.one_of(None, None, None, "clipnorm", "global_clipnorm", "clipvalue")
    if clip:
        options[clip] = walk.number(0.02, 0.5)
    return (kind, options)


def draw_network(seed, index):
    for attempt in range(100):
        random = np.random.default_rng([seed, index, attempt])
        network = try_network(random, f"s{seed}m{index}")
        if network is not None:
            return network
    raise RuntimeError(f"no network for seed {seed}, index {index}")


def try_network(random, name):
    trained = random.random() < 0.35
    walk = Walk(random, name, regularized=trained and random.random() < 0.5)
    kind = walk.one_of("ids", "ids", "steps", "rows", "pictures", "pictures", "clips")
    batch = walk.size(2, 7)
    x, dtype, patterns = begin(walk, kind, batch)
    start = walk.shape if kind != "ids" else x.shape[1:]
    walk.middle(walk.size(0, 5))
    per_step = len(walk.shape) == 2 and walk.chance(0.5 if kind in ("ids", "steps") else 0.2)
    loss = finish(walk, per_step)
    if not walk.layers or len(walk.shape) != (2 if per_step else 1):
        return None
    kinds = {layer.kind for layer in leaves(walk.layers)}
    if kinds.isdisjoint({"Dense", "Conv2D", "Conv1D", "Embedding", "BatchNormalization", "LayerNormalization", "RMSNormalization", *RECURRENT}):
        return None  # nothing to learn
    rows = x.shape[:1] + walk.shape[:-1]
    classes = max(walk.shape[-1], 2)
    labels = random.integers(0, classes, rows).astype("int32")
    # Batches of one or two rows have statistics that cancel.
    drops = any(layer.kind == "Dropout" and layer.options["rate"] > 0 for layer in walk.layers)
    training = walk.normalized and batch >= 4 and not drops and walk.chance(0.5)
    optimizer = draw_optimizer(walk) if trained and not drops and (batch >= 4 or not walk.normalized) else None
    needs_sizes = {"Flatten", "Reshape", "TimeDistributed"} & kinds or any(layer.options.get("unroll") for layer in leaves(walk.layers))
    shape = start
    if not needs_sizes and walk.chance(0.2):
        shape = (None,) * (1 if kind in ("ids", "steps") else 2 if kind == "pictures" else 0) + start[(1 if kind in ("ids", "steps") else 2 if kind == "pictures" else 0) :]
    return Network(
        name=name,
        input_shape=tuple(shape),
        input_dtype=dtype,
        layers=walk.layers,
        x=x,
        labels=labels,
        loss=loss,
        optimizer=optimizer,
        training=training,
        functional=walk.chance(0.25),
        ending=walk.one_of(".keras", ".h5"),
        patterns=patterns,
        masked_steps=walk.masked_steps,
    )


# --- What lapis does not know and must refuse by name ----------------------------------------------------------------

PICTURES, STEPS, ROWS = (8, 8, 4), (6, 4), (5,)
REFUSED = (
    *((PICTURES, kind, options, (kind,)) for kind, options in (
        ("SeparableConv2D", {"filters": 3, "kernel_size": 2}), ("DepthwiseConv2D", {"kernel_size": 2}),
        ("Conv2DTranspose", {"filters": 3, "kernel_size": 2}), ("UpSampling2D", {}), ("Cropping2D", {"cropping": 1}),
        ("Permute", {"dims": (2, 1, 3)}), ("GroupNormalization", {"groups": 2}), ("SpatialDropout2D", {"rate": 0.2}),
        ("GaussianNoise", {"stddev": 0.1}), ("UnitNormalization", {}), ("PReLU", {}), ("RandomFlip", {}),
    )),
    *((STEPS, kind, options, (kind,)) for kind, options in (
        ("MaxPooling1D", {}), ("AveragePooling1D", {"pool_size": 2}), ("ZeroPadding1D", {}), ("UpSampling1D", {}), ("Cropping1D", {}),
        ("SeparableConv1D", {"filters": 3, "kernel_size": 2}), ("SpatialDropout1D", {"rate": 0.2}),
        ("Conv1DTranspose", {"filters": 3, "kernel_size": 2}),
    )),
    *((ROWS, kind, options, (kind,)) for kind, options in (
        ("RepeatVector", {"n": 3}), ("GaussianDropout", {"rate": 0.1}), ("AlphaDropout", {"rate": 0.1}), ("Identity", {}),
        ("Normalization", {"mean": 0.0, "variance": 1.0}),
    )),
    *((PICTURES, kind, options, (kind, word)) for kind, options, word in (
        ("Conv2D", {"filters": 4, "kernel_size": 2, "groups": 2}, "groups"),
        ("Conv2D", {"filters": 4, "kernel_size": 2, "data_format": "channels_first"}, "data_format"),
        ("MaxPooling2D", {"data_format": "channels_first"}, "data_format"),
        ("GlobalAveragePooling2D", {"data_format": "channels_first"}, "data_format"),
        ("BatchNormalization", {"axis": 1}, "axis"), ("LayerNormalization", {"axis": (1, 2)}, "axis"), ("Softmax", {"axis": 1}, "axis"),
        ("Dropout", {"rate": 0.2, "noise_shape": (None, 1, 1, 4)}, "noise_shape"),
    )),
    *((STEPS, kind, options, (kind, word)) for kind, options, word in (
        ("LSTM", {"units": 3, "stateful": True}, "stateful"), ("GRU", {"units": 3, "return_state": True}, "return_state"),
        ("LSTM", {"units": 3, "activation": "gelu"}, "gelu"), ("SimpleRNN", {"units": 3, "activation": "softmax"}, "softmax"),
        ("Conv1D", {"filters": 4, "kernel_size": 2, "groups": 2}, "groups"),
        ("TimeDistributed", {"layer": Layer("Dropout", {"rate": 0.2})}, "Dropout"),
        ("Bidirectional", {"layer": Layer("LSTM", {"units": 3}), "merge_mode": None}, "merge_mode"),
    )),
)


def refused_network(seed, index):
    """A small network with one layer or option that is refused; `expected`: what the message must name."""
    random = np.random.default_rng([seed, index, 1 << 20])
    shape, kind, options, expected = REFUSED[int(random.integers(len(REFUSED)))]
    name = f"refused {int(random.integers(100))}"
    before = [] if random.random() < 0.5 else [Layer("Activation", {"activation": "tanh"})]
    layers = before + [Layer(kind, {**options, "name": name}), Layer("Activation", {"activation": "linear"})]
    return Network(
        name=f"s{seed}m{index}", input_shape=shape, input_dtype="float32", layers=layers, x=None, labels=None, loss=None,
        ending=".keras" if random.random() < 0.5 else ".h5", expected=(name,) + expected,
    )
