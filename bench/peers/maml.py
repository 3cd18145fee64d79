"""MAML's meta-step in Python, the way its users write it, for `npm run bench:maml`.

A server: one JSON request a line on standard input, one JSON answer a line on standard output.
  {"model": "mlp", "peer": "eager", "tasks": 32, "count": 3}  ->  {"ms": [..]} or {"error": ".."}

The workload: 5-way 5-shot, 15 queries a class, 5 inner steps of second order, Adam outside. The
models are those of bench/support/maml-models.ts. Peers: eager (a loop over tasks), func (torch.func
with vmap), compile (torch.compile of that), bmm (tasks batched by hand, the perceptron only),
learn2learn (its MAML on a module), jax (jax.jit of vmap).
"""
import json
import math
import sys
import time

THREADS = int(sys.argv[1])
WAYS, SHOTS, QUERIES, STEPS, RATE = 5, 5, 15, 5, 0.1
LENGTH, WIDTH, WINDOW, CHANNELS, HEADS, HIDDEN = 20, 64, 3, 100, 4, 128
SIZES = [300, 256, 128, 5]
INPUTS = {'mlp': [SIZES[0]], 'cnn': [LENGTH, WIDTH], 'transformer': [LENGTH, WIDTH]}
BLOCK = [(WIDTH, WIDTH)] * 4 + [(WIDTH, HIDDEN), (HIDDEN, WIDTH)]
LINEAR = {
    'mlp': list(zip(SIZES, SIZES[1:])),
    'cnn': [(WINDOW * WIDTH, CHANNELS), (CHANNELS, WAYS)],
    'transformer': BLOCK * 2 + [(WIDTH, WAYS)],
}


class Torch:
    """What the models need, of torch."""

    def __init__(self):
        import torch
        import torch.nn.functional as F

        self.linear, self.relu = F.linear, F.relu
        self.norm = lambda x, w, b: F.layer_norm(x, (WIDTH,), w, b)
        self.softmax = lambda x: F.softmax(x, -1)
        self.windows = lambda x: torch.cat([x[:, i : LENGTH - WINDOW + 1 + i] for i in range(WINDOW)], -1)
        self.max = lambda x: x.amax(1)


class Jax:
    """The same, of jax."""

    def __init__(self):
        import jax
        import jax.numpy as jnp

        self.linear = lambda x, w, b: x @ w.T + b
        self.relu = jax.nn.relu
        self.softmax = lambda x: jax.nn.softmax(x, -1)
        self.windows = lambda x: jnp.concatenate([x[:, i : LENGTH - WINDOW + 1 + i] for i in range(WINDOW)], -1)
        self.max = lambda x: x.max(1)

    def norm(self, x, weight, bias):
        mean = x.mean(-1, keepdims=True)
        variance = ((x - mean) ** 2).mean(-1, keepdims=True)
        return (x - mean) / (variance + 1e-5) ** 0.5 * weight + bias


def forward(lib, model, weights, x):
    pairs = [weights[i : i + 2] for i in range(0, len(weights), 2)]
    if model == 'mlp':
        for pair in pairs[:-1]:
            x = lib.relu(lib.linear(x, *pair))
        return lib.linear(x, *pairs[-1])
    if model == 'cnn':
        return lib.linear(lib.max(lib.relu(lib.linear(lib.windows(x), *pairs[0]))), *pairs[1])
    norms = pairs[-4:]
    for i in range(2):
        x = block(lib, pairs[6 * i : 6 * i + 6], norms[2 * i : 2 * i + 2], x)
    return lib.linear(x.mean(1), *pairs[12])


def block(lib, pairs, norms, x):
    rows = x.shape[0]

    def heads(pair):
        return lib.linear(normed, *pair).reshape(rows, LENGTH, HEADS, WIDTH // HEADS).swapaxes(1, 2)

    normed = lib.norm(x, *norms[0])
    query, key, value = (heads(pair) for pair in pairs[:3])
    scores = query @ key.swapaxes(-1, -2) / math.sqrt(WIDTH // HEADS)
    mixed = (lib.softmax(scores) @ value).swapaxes(1, 2).reshape(rows, LENGTH, WIDTH)
    x = x + lib.linear(mixed, *pairs[3])
    return x + lib.linear(lib.relu(lib.linear(lib.norm(x, *norms[1]), *pairs[4])), *pairs[5])


def episodes(torch, model, tasks):
    def examples(each):
        inputs = torch.randn(tasks, WAYS * each, *INPUTS[model])
        labels = torch.arange(WAYS).repeat_interleave(each).expand(tasks, -1).contiguous()
        return inputs, labels

    torch.manual_seed(1)
    return examples(SHOTS) + examples(QUERIES)


def parameters(torch, model):
    torch.manual_seed(0)
    layers = [torch.nn.Linear(a, b) for a, b in LINEAR[model]]
    if model == 'transformer':
        layers += [torch.nn.LayerNorm(WIDTH) for _ in range(4)]
    return [p for layer in layers for p in layer.parameters()]


def eager(model, tasks):
    import torch
    import torch.nn.functional as F

    lib, weights, data = Torch(), parameters(torch, model), episodes(torch, model, tasks)
    optimizer = torch.optim.Adam(weights)

    def step():
        optimizer.zero_grad()
        total = 0
        for xs, ys, xq, yq in zip(*data):
            fast = weights
            for _ in range(STEPS):
                loss = F.cross_entropy(forward(lib, model, fast, xs), ys)
                gradients = torch.autograd.grad(loss, fast, create_graph=True)
                fast = [w - RATE * g for w, g in zip(fast, gradients)]
            total = total + F.cross_entropy(forward(lib, model, fast, xq), yq)
        (total / tasks).backward()
        optimizer.step()

    return step


def learn2learn(model, tasks):
    import learn2learn as l2l
    import torch
    import torch.nn.functional as F

    lib, data = Torch(), episodes(torch, model, tasks)

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weights = torch.nn.ParameterList(parameters(torch, model))

        def forward(self, x):
            return forward(lib, model, list(self.weights), x)

    learner = l2l.algorithms.MAML(Model(), lr=RATE)
    optimizer = torch.optim.Adam(learner.parameters())

    def step():
        optimizer.zero_grad()
        total = 0
        for xs, ys, xq, yq in zip(*data):
            fast = learner.clone()
            for _ in range(STEPS):
                fast.adapt(F.cross_entropy(fast(xs), ys))
            total = total + F.cross_entropy(fast(xq), yq)
        (total / tasks).backward()
        optimizer.step()

    return step


def func(model, tasks, compiled=False):
    import torch
    import torch.nn.functional as F
    from torch.func import grad, vmap

    lib, weights, data = Torch(), parameters(torch, model), episodes(torch, model, tasks)
    optimizer = torch.optim.Adam(weights)

    def loss(fast, x, y):
        return F.cross_entropy(forward(lib, model, fast, x), y)

    def task(fast, xs, ys, xq, yq):
        for _ in range(STEPS):
            fast = tuple(w - RATE * g for w, g in zip(fast, grad(loss)(fast, xs, ys)))
        return loss(fast, xq, yq)

    def mean(start, *batch):
        return vmap(task, in_dims=(None, 0, 0, 0, 0))(start, *batch).mean()

    gradient = torch.compile(grad(mean)) if compiled else grad(mean)

    def step():
        for w, g in zip(weights, gradient(tuple(w.detach() for w in weights), *data)):
            w.grad = g
        optimizer.step()

    return step


def bmm(model, tasks):
    import torch
    import torch.nn.functional as F

    if model != 'mlp':
        raise ValueError('written for the perceptron only')
    weights, (xs, ys, xq, yq) = parameters(torch, model), episodes(torch, model, tasks)
    optimizer = torch.optim.Adam(weights)

    def batched(fast, x):
        for i in range(0, len(fast), 2):
            x = torch.baddbmm(fast[i + 1].unsqueeze(1), x, fast[i].mT)
            x = F.relu(x) if i + 2 < len(fast) else x
        return x.flatten(0, 1)

    def step():
        optimizer.zero_grad()
        fast = [w.expand(tasks, *w.shape) for w in weights]
        for _ in range(STEPS):
            loss = F.cross_entropy(batched(fast, xs), ys.flatten()) * tasks
            gradients = torch.autograd.grad(loss, fast, create_graph=True)
            fast = [w - RATE * g for w, g in zip(fast, gradients)]
        F.cross_entropy(batched(fast, xq), yq.flatten()).backward()
        optimizer.step()

    return step


def jax(model, tasks):
    import jax
    import jax.numpy as jnp
    import optax
    import torch

    lib = Jax()
    weights = tuple(jnp.asarray(w.detach().numpy()) for w in parameters(torch, model))
    data = [jnp.asarray(part.numpy()) for part in episodes(torch, model, tasks)]
    optimizer = optax.adam(1e-3)
    held = [weights, optimizer.init(weights)]

    def loss(fast, x, y):
        return optax.softmax_cross_entropy_with_integer_labels(forward(lib, model, fast, x), y).mean()

    def task(fast, xs, ys, xq, yq):
        for _ in range(STEPS):
            fast = tuple(w - RATE * g for w, g in zip(fast, jax.grad(loss)(fast, xs, ys)))
        return loss(fast, xq, yq)

    def mean(start, *batch):
        return jax.vmap(task, in_axes=(None, 0, 0, 0, 0))(start, *batch).mean()

    @jax.jit
    def update(start, state, *batch):
        updates, state = optimizer.update(jax.grad(mean)(start, *batch), state, start)
        return optax.apply_updates(start, updates), state

    def step():
        held[:] = update(held[0], held[1], *data)
        jax.block_until_ready(held[0])

    return step


PEERS = {
    'eager': eager,
    'func': func,
    'compile': lambda model, tasks: func(model, tasks, compiled=True),
    'bmm': bmm,
    'learn2learn': learn2learn,
    'jax': jax,
}
ready = {}


def answer(request):
    key = (request['model'], request['peer'], request['tasks'])
    if key not in ready:
        step = PEERS[request['peer']](request['model'], request['tasks'])
        # Compilation and the first allocations belong to nobody's time.
        step()
        step()
        ready[key] = step
    times = []
    for _ in range(request['count']):
        start = time.perf_counter()
        ready[key]()
        times.append((time.perf_counter() - start) * 1e3)
    return {'ms': times}


def main():
    import torch

    torch.set_num_threads(THREADS)
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception as error:  # one peer that is missing does not end the others
            reply = {'error': f'{type(error).__name__}: {error}'[:200]}
        print(json.dumps(reply), flush=True)


main()
