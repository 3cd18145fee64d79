"""MAML's meta-step in Python, the way its users write it, for `npm run bench:maml`.

A server: one JSON request a line on standard input, one JSON answer a line on standard output.
  {"peer": "eager", "tasks": 32, "steps": 5, "count": 3}  ->  {"ms": [..]} or {"error": ".."}

The workload: 5-way 5-shot, 15 queries a class, 5 inner steps of second order, a perceptron
300-256-128-5, Adam outside. Peers: eager (a loop over tasks), func (torch.func with vmap), compile
(torch.compile of that), bmm (tasks batched by hand), jax (jax.jit of vmap).
"""
import json
import sys
import time

THREADS = int(sys.argv[1])
WAYS, SHOTS, QUERIES, STEPS, RATE = 5, 5, 15, 5, 0.1
SIZES = [300, 256, 128, 5]


def labels(torch, tasks, each):
    return torch.arange(WAYS).repeat_interleave(each).expand(tasks, -1).contiguous()


def episodes(torch, tasks):
    torch.manual_seed(1)
    support = torch.randn(tasks, WAYS * SHOTS, SIZES[0])
    query = torch.randn(tasks, WAYS * QUERIES, SIZES[0])
    return support, labels(torch, tasks, SHOTS), query, labels(torch, tasks, QUERIES)


def parameters(torch):
    torch.manual_seed(0)
    layers = [torch.nn.Linear(a, b) for a, b in zip(SIZES, SIZES[1:])]
    return [p for layer in layers for p in layer.parameters()]


def forward(F, weights, x):
    for i in range(0, len(weights), 2):
        x = F.linear(x, weights[i], weights[i + 1])
        x = F.relu(x) if i + 2 < len(weights) else x
    return x


def eager(tasks):
    import torch
    import torch.nn.functional as F

    weights, data = parameters(torch), episodes(torch, tasks)
    optimizer = torch.optim.Adam(weights)

    def step():
        optimizer.zero_grad()
        total = 0
        for xs, ys, xq, yq in zip(*data):
            fast = weights
            for _ in range(STEPS):
                loss = F.cross_entropy(forward(F, fast, xs), ys)
                gradients = torch.autograd.grad(loss, fast, create_graph=True)
                fast = [w - RATE * g for w, g in zip(fast, gradients)]
            total = total + F.cross_entropy(forward(F, fast, xq), yq)
        (total / tasks).backward()
        optimizer.step()

    return step


def func(tasks, compiled=False):
    import torch
    import torch.nn.functional as F
    from torch.func import grad, vmap

    weights, data = parameters(torch), episodes(torch, tasks)
    optimizer = torch.optim.Adam(weights)

    def loss(fast, x, y):
        return F.cross_entropy(forward(F, fast, x), y)

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


def bmm(tasks):
    import torch
    import torch.nn.functional as F

    weights, (xs, ys, xq, yq) = parameters(torch), episodes(torch, tasks)
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


def jax(tasks):
    import jax
    import jax.numpy as jnp
    import optax
    import torch

    weights = tuple(jnp.asarray(w.detach().numpy()) for w in parameters(torch))
    data = [jnp.asarray(part.numpy()) for part in episodes(torch, tasks)]
    optimizer = optax.adam(1e-3)
    held = [weights, optimizer.init(weights)]

    def apply(fast, x):
        for i in range(0, len(fast), 2):
            x = x @ fast[i].T + fast[i + 1]
            x = jax.nn.relu(x) if i + 2 < len(fast) else x
        return x

    def loss(fast, x, y):
        return optax.softmax_cross_entropy_with_integer_labels(apply(fast, x), y).mean()

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
    'compile': lambda tasks: func(tasks, compiled=True),
    'bmm': bmm,
    'jax': jax,
}
ready = {}


def answer(request):
    key = (request['peer'], request['tasks'])
    if key not in ready:
        step = PEERS[request['peer']](request['tasks'])
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
