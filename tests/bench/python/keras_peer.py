"""
Keras on the CPU: keras_peer.py BACKEND THREADS, BACKEND being jax or tensorflow. What is timed is the compiled function
that Keras's own predict and fit call, without what they do around it.
"""

import os
import sys

BACKEND, THREADS = sys.argv[1], int(sys.argv[2])
os.environ["KERAS_BACKEND"] = BACKEND
os.environ["NPROC"] = str(THREADS)  # size of JAX's thread pool
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
import numpy as np  # noqa: E402

from serve import serve  # noqa: E402


def to_keras(config, weights):
    def with_modules(layer):
        if "layer" in layer["config"]:
            layer["config"]["layer"] = with_modules(layer["config"]["layer"])
        return {"module": "keras.layers", "registered_name": None, **layer}

    layers = [with_modules(layer) for layer in config["config"]["layers"]]
    model = keras.Sequential.from_config({**config["config"], "layers": layers})
    model.set_weights(list(weights.values()))
    return model


def compiled_for_training(config, weights, learning_rate):
    model = to_keras(config, weights)
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)
    return model


def jax_prediction(config, weights, x):
    import jax

    model = to_keras(config, weights)
    state = [[variable.value for variable in group] for group in (model.trainable_variables, model.non_trainable_variables)]
    predict = jax.jit(lambda trainable, rest, x: model.stateless_call(trainable, rest, x, training=False)[0])
    return lambda: np.asarray(predict(*state, x))


def jax_step(config, weights, x, labels, learning_rate):
    import jax

    model = compiled_for_training(config, weights, learning_rate)
    step = jax.jit(model.train_step, donate_argnums=0)
    groups = (model.trainable_variables, model.non_trainable_variables, model.optimizer.variables)
    state = tuple([variable.value for variable in group] for group in groups)
    # Keras reports the mean of all losses since its metrics were zero: they are at every step.
    metrics = [np.zeros(variable.shape, variable.dtype) for variable in model.metrics_variables]

    def run():
        nonlocal state
        logs, (*state, _) = step((*state, metrics), (x, labels, None))
        return float(logs["loss"])

    return run


def tensorflow_prediction(config, weights, x):
    import tensorflow as tf

    model = to_keras(config, weights)
    predict = tf.function(lambda x: model(x, training=False), jit_compile=False)
    x = tf.constant(x)
    return lambda: predict(x).numpy()


def tensorflow_step(config, weights, x, labels, learning_rate):
    import tensorflow as tf

    model = compiled_for_training(config, weights, learning_rate)
    x, labels = tf.constant(x), tf.constant(labels)

    @tf.function(jit_compile=False)
    def step():
        with tf.GradientTape() as tape:
            loss = model.compute_loss(y=labels, y_pred=model(x, training=True))
        model.optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    return lambda: float(step())


if BACKEND == "tensorflow":
    import tensorflow

    tensorflow.config.threading.set_intra_op_parallelism_threads(THREADS)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    serve(tensorflow_prediction, tensorflow_step)
else:
    serve(jax_prediction, jax_step)
