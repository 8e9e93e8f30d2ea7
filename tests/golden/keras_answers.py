"""What Keras makes of a network of random_networks.py, in float64, on the back end that KERAS_BACKEND names: outputs, loss,
every gradient, and the losses of ten training steps."""

import json
import os
import struct

import keras
import numpy as np
from drawn_values import drawn_weight
from keras.src.backend.common import dtypes
from random_networks import Layer

# Keras 3.15.1 makes 64-bit results 32-bit ones in ops that promote (matmul and mean on PyTorch, mean on JAX), "to be aligned
# with JAX's default behavior", although floatx is float64 here: without this its answers have float32's digits.
dtypes.BIT64_TO_BIT32_DTYPE.clear()

BACKEND = os.environ["KERAS_BACKEND"]
if BACKEND == "jax":
    import jax

    jax.config.update("jax_enable_x64", True)
elif BACKEND == "tensorflow":
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
else:
    import torch

    torch.set_num_threads(1)

DTYPES = {"float64": "F64", "float32": "F32", "int32": "I32", "int64": "I64", "uint8": "U8"}
STEPS = 10


def write_safetensors(path, tensors, metadata):
    header, data, end = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors, key=lambda name: (-tensors[name].itemsize, name)):
        tensor = np.ascontiguousarray(tensors[name])
        header[name] = {"dtype": DTYPES[tensor.dtype.name], "shape": tensor.shape, "data_offsets": [end, end + tensor.nbytes]}
        end += tensor.nbytes
        data.append(tensor.tobytes())
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data))


def build_value(key, value):
    if isinstance(value, Layer):
        return build_layer(value)
    if key.endswith("_regularizer"):
        return getattr(keras.regularizers, value[0])(**value[1])
    return value


def build_layer(layer):
    options = {key: build_value(key, value) for key, value in layer.options.items()}
    return getattr(keras.layers, layer.kind)(**options)


def build_model(network, floatx):
    keras.config.set_floatx(floatx)
    keras.utils.clear_session(free_memory=False)
    dtype = network.input_dtype if network.input_dtype.startswith("int") else floatx
    layers = [build_layer(layer) for layer in network.layers]
    inputs = keras.Input(network.input_shape, dtype=dtype)
    if not network.functional:
        return keras.Sequential([inputs] + layers)
    y = inputs
    for layer in layers:
        y = layer(y)
    return keras.Model(inputs, y)


def path_of(model, variable):
    return variable.path.removeprefix(model.name + "/")


def start_weights(network, model):
    """By path; not of random generators."""
    return {
        path_of(model, variable): drawn_weight(network.name, path_of(model, variable), tuple(variable.shape), network.weight_scale)
        for variable in model.weights
    }


def set_weights(model, weights):
    for variable in model.weights:
        variable.assign(weights[path_of(model, variable)])


def make_loss(network):
    return getattr(keras.losses, network.loss[0])(**network.loss[1])


def make_optimizer(network):
    kind, options = network.optimizer
    options = dict(options)
    if isinstance(options["learning_rate"], tuple):
        schedule, settings = options["learning_rate"]
        options["learning_rate"] = getattr(keras.optimizers.schedules, schedule)(**settings)
    return getattr(keras.optimizers, kind)(**options)


def targets_of(network, outputs, floatx):
    if network.loss[0] == "SparseCategoricalCrossentropy":
        return network.labels
    return (network.labels[..., None] if outputs == 1 else np.eye(outputs)[network.labels]).astype(floatx)


class TorchRun:
    """The model with its own variables, changed in place."""

    def __init__(self, model, network, floatx):
        self.model, self.loss = model, make_loss(network)
        self.x = torch.tensor(network.x if network.x.dtype == np.int32 else network.x.astype(floatx))
        self.targets = torch.tensor(targets_of(network, model.output_shape[-1], floatx))

    def gradients(self, training):
        variables = self.model.trainable_variables
        for variable in variables:
            variable.value.grad = None
        y = self.model(self.x, training=training)
        if not bool(torch.isfinite(y).all()):
            raise OverflowError
        total = self.loss(self.targets, y) + sum(self.model.losses)
        total.backward()
        gradients = [torch.zeros_like(v.value) if v.value.grad is None else v.value.grad for v in variables]
        return y.detach().numpy(), float(total.detach()), [np.array(gradient.detach()) for gradient in gradients], gradients

    def train(self, optimizer):
        losses = []
        optimizer.build(self.model.trainable_variables)
        for _ in range(STEPS):
            _, value, _, gradients = self.gradients(training=True)
            losses.append(value)
            with torch.no_grad():
                optimizer.apply(gradients, self.model.trainable_variables)
        return losses


class TensorFlowRun:
    """The same, eagerly."""

    def __init__(self, model, network, floatx):
        self.model, self.loss = model, make_loss(network)
        self.x = tf.constant(network.x if network.x.dtype == np.int32 else network.x.astype(floatx))
        self.targets = tf.constant(targets_of(network, model.output_shape[-1], floatx))

    def gradients(self, training):
        values = [variable.value for variable in self.model.trainable_variables]
        with tf.GradientTape() as tape:
            y = self.model(self.x, training=training)
            if not np.isfinite(y.numpy()).all():
                raise OverflowError
            total = self.loss(self.targets, y) + sum(self.model.losses)
        gradients = [tf.convert_to_tensor(g) for g in tape.gradient(total, values, unconnected_gradients="zero")]
        return y.numpy(), float(total), [gradient.numpy() for gradient in gradients], gradients

    def train(self, optimizer):
        losses = []
        optimizer.build(self.model.trainable_variables)
        for _ in range(STEPS):
            _, value, _, gradients = self.gradients(training=True)
            losses.append(value)
            optimizer.apply(gradients, self.model.trainable_variables)
        return losses


class JaxRun:
    def __init__(self, model, network, floatx):
        self.model, self.loss = model, make_loss(network)
        self.x = network.x if network.x.dtype == np.int32 else network.x.astype(floatx)
        self.targets = targets_of(network, model.output_shape[-1], floatx)

    def start(self):
        values = [variable.value for variable in self.model.trainable_variables]
        return values, [variable.value for variable in self.model.non_trainable_variables]

    def value_and_gradients(self, training):
        def total(values, state):
            y, new_state, extra = self.model.stateless_call(values, state, self.x, training=training, return_losses=True)
            return self.loss(self.targets, y) + sum(extra), (y, new_state)

        return jax.value_and_grad(total, has_aux=True)

    def gradients(self, training):
        (value, (y, _)), gradients = jax.jit(self.value_and_gradients(training))(*self.start())
        return np.asarray(y), float(value), [np.asarray(gradient) for gradient in gradients], None

    def train(self, optimizer):
        optimizer.build(self.model.trainable_variables)

        @jax.jit
        def step(values, state, memory):
            (value, (_, state)), gradients = self.value_and_gradients(True)(values, state)
            values, memory = optimizer.stateless_apply(memory, gradients, values)
            return value, values, state, memory

        values, state = self.start()
        memory = [variable.value for variable in optimizer.variables]
        losses = []
        for _ in range(STEPS):
            value, values, state, memory = step(values, state, memory)
            losses.append(float(value))
        return losses


RUNS = {"torch": TorchRun, "tensorflow": TensorFlowRun, "jax": JaxRun}


def ask(network, weights=None, floatx="float64"):
    """Keras's answers: output, loss, gradients by path, losses (or None), the compile section, and the weights."""
    model = build_model(network, floatx)
    weights = weights or start_weights(network, model)
    set_weights(model, weights)
    run = RUNS[BACKEND](model, network, floatx)
    y, value, gradients, _ = run.gradients(network.training)
    assert str(y.dtype) == floatx
    answer = {"output": y, "loss": value, "weights": weights, "losses": None}
    answer["gradients"] = {path_of(model, v): g for v, g in zip(model.trainable_variables, gradients)}
    answer["compile"] = {"loss": keras.losses.serialize(make_loss(network))}
    if network.optimizer:
        set_weights(model, weights)
        optimizer = make_optimizer(network)
        answer["compile"]["optimizer"] = keras.optimizers.serialize(make_optimizer(network))
        answer["losses"] = run.train(optimizer)
    return answer


def is_ordinary(network, answer):
    """Nothing overflows, and no probability comes near to where Keras clips it (research: the gradient is 0 beyond)."""
    y = answer["output"]
    values = [y, np.asarray(answer["loss"]), *answer["gradients"].values()]
    if answer["losses"]:
        values.append(np.asarray(answer["losses"]))
        if max(answer["losses"]) > 100 * max(abs(answer["losses"][0]), 1e-3):
            return False
        # Learned by heart: 1 - p has no digits left in float32.
        if min(answer["losses"]) < 0.02:
            network.optimizer, answer["losses"] = None, None
    if not all(np.isfinite(value).all() for value in values) or np.abs(y).max() > 1e3:
        return False
    if network.loss[0].endswith("Crossentropy"):
        if network.loss[1].get("from_logits"):
            return np.abs(y).max() < 12
        if network.loss[0] == "SparseCategoricalCrossentropy":
            y = np.take_along_axis(y, network.labels[..., None], axis=-1)
        return y.min() > 1e-4 and y.max() < 1 - 1e-5
    return True


def ask_ordinary(network):
    """With smaller weights where the drawn ones lead too far; None where that does not help."""
    for scale in (1.0, 0.5, 0.25):
        network.weight_scale = scale
        try:
            answer = ask(network)
        except OverflowError:
            continue
        if is_ordinary(network, answer):
            return answer
    return None
