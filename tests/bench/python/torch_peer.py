"""PyTorch on the CPU: torch_peer.py THREADS [compile]. With "compile", what runs went through torch.compile."""

import sys

import torch
from torch import nn

from serve import serve


def from_keras(array):
    return torch.from_numpy(array.copy())


class ChannelsFirst(nn.Module):
    """Keras's pictures are channels last. A view: PyTorch's channels_last format is that layout."""

    def forward(self, x):
        return x.permute(0, 3, 1, 2)


class KerasFlatten(nn.Module):
    """Pixels first, then channels, as Keras's Dense behind it expects."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


class Sequence(nn.Module):
    """A recurrent layer that returns its whole sequence, or its last state (of both directions)."""

    def __init__(self, layer, return_sequences):
        super().__init__()
        self.layer = layer
        self.return_sequences = return_sequences

    def forward(self, x):
        sequence, state = self.layer(x)
        if self.return_sequences:
            return sequence
        last = state[0] if isinstance(state, tuple) else state  # [directions, batch, units]
        return torch.cat(tuple(last), dim=1) if len(last) == 2 else last[0]


def recurrent(kind, config, prefixes, weights):
    inputs = weights[f"{prefixes[0]}/kernel"].shape[0]
    layer = kind(inputs, config["units"], batch_first=True, bidirectional=len(prefixes) == 2)
    with torch.no_grad():
        for prefix, suffix in zip(prefixes, ["", "_reverse"]):
            # PyTorch's gates are in Keras's order (i, f, g, o), its matrices transposed, its second bias superfluous.
            for name, path in [("weight_ih_l0", "kernel"), ("weight_hh_l0", "recurrent_kernel"), ("bias_ih_l0", "bias")]:
                getattr(layer, name + suffix).copy_(from_keras(weights[f"{prefix}/{path}"].T))
            getattr(layer, f"bias_hh_l0{suffix}").zero_()
    return Sequence(layer, config.get("return_sequences", False))


def conv(config, kernel, bias):
    layer = nn.Conv2d(kernel.shape[2], kernel.shape[3], config["kernel_size"], padding=config["padding"])
    with torch.no_grad():
        layer.weight.copy_(from_keras(kernel).permute(3, 2, 0, 1))
        layer.bias.copy_(from_keras(bias))
    return layer


def dense(kernel, bias):
    layer = nn.Linear(*kernel.shape)
    with torch.no_grad():
        layer.weight.copy_(from_keras(kernel).T)
        layer.bias.copy_(from_keras(bias))
    return layer


def activation(config):
    return {"relu": [nn.ReLU()], "softmax": [nn.Softmax(dim=1)]}.get(config.get("activation"), [])


def layers_of(description, weights):
    kind, config = description["class_name"], description["config"]
    name = config["name"]
    if kind == "InputLayer":
        return [ChannelsFirst()] if len(config["batch_shape"]) == 4 else []
    if kind == "Conv2D":
        return [conv(config, weights[f"{name}/kernel"], weights[f"{name}/bias"]), *activation(config)]
    if kind == "MaxPooling2D":
        return [nn.MaxPool2d(config["pool_size"], config["strides"])]
    if kind == "Flatten":
        return [KerasFlatten()]
    if kind == "Dense":
        return [dense(weights[f"{name}/kernel"], weights[f"{name}/bias"]), *activation(config)]
    if kind == "Embedding":
        return [nn.Embedding.from_pretrained(from_keras(weights[f"{name}/embeddings"]), freeze=False)]
    if kind == "LSTM":
        return [recurrent(nn.LSTM, config, [f"{name}/lstm_cell"], weights)]
    if kind == "SimpleRNN":
        return [recurrent(nn.RNN, config, [f"{name}/simple_rnn_cell"], weights)]
    if kind == "Bidirectional":
        prefixes = [f"{name}/{half}_lstm/lstm_cell" for half in ["forward", "backward"]]
        return [recurrent(nn.LSTM, config["layer"]["config"], prefixes, weights)]
    raise ValueError(f"no {kind} here")


def to_torch(config, weights):
    layers = [one for layer in config["config"]["layers"] for one in layers_of(layer, weights)]
    # On the CPU, convolutions in this format are the faster ones.
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)


def make_prediction(config, weights, x):
    model = maybe_compiled(to_torch(config, weights).eval())
    x = torch.from_numpy(x)

    def run():
        with torch.inference_mode():
            return model(x).numpy()

    return run


def make_step(config, weights, x, labels, learning_rate):
    model = to_torch(config, weights).train()
    # The loss takes what the softmax would.
    scores = maybe_compiled(nn.Sequential(*list(model)[:-1]))
    # Keras's epsilon. PyTorch adds it elsewhere; the difference shows in no loss of the first steps.
    optimizer = torch.optim.Adam(model.parameters(), learning_rate, eps=1e-7, fused=True)
    x = torch.from_numpy(x)
    labels = torch.from_numpy(labels).long()

    def run():
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(scores(x), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return run


def maybe_compiled(model):
    return torch.compile(model) if "compile" in sys.argv[2:] else model


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[1]))
    torch.set_num_interop_threads(1)
    serve(make_prediction, make_step)
