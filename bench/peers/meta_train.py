"""Meta-training on frozen vectors by PyTorch, written by hand, for `npm run bench:train`.

A server: one JSON request a line on standard input, one JSON answer a line on standard output.
  {"data": file of safetensors, "learner": {"kind": ..}, "rate": α, "tasks": T,
   "training": [[support rows, support labels, query rows, query labels], ..], "test": [..]}
      ->  {"ms": [CPU time, mean accuracy of the test]}
  or {"error": ".."}
"""
import json
import sys
import time

THREADS = int(sys.argv[1])
WAYS = 5
SCALE = 3.6


def run(request):
    import torch
    import torch.nn.functional as F
    from safetensors.torch import load_file

    torch.set_num_threads(THREADS)
    data = load_file(request["data"])
    start = {k[6:]: v.clone().requires_grad_() for k, v in data.items() if k.startswith("start.")}
    learner = request["learner"]
    kind = learner["kind"]
    prefix = "" if "map.weight" in start else "encoder."

    def embed(p, x):
        y = F.linear(x, p[prefix + "map.weight"], p[prefix + "map.bias"])
        return SCALE * F.normalize(y, dim=-1)

    def prototypical(p, xs, ys, xq):
        s, q = embed(p, xs), embed(p, xq)
        means = torch.stack([s[ys == k].mean(0) for k in range(WAYS)])
        return -torch.cdist(q, means, compute_mode="donot_use_mm_for_euclid_dist") ** 2

    def ridge(p, xs, ys, xq):
        s, q = embed(p, xs), embed(p, xq)
        x, y = s.double(), F.one_hot(ys, WAYS).double()
        gram = x @ x.T + p["logLambda"].exp().double() * torch.eye(len(x), dtype=torch.float64)
        w = (x.T @ torch.linalg.solve(gram, y)).float()
        return p["alpha"] * (q @ w) + p["beta"]

    def descent(p, xs, ys, xq):
        s, q = embed(p, xs), embed(p, xq)
        weights = {k[6:]: v for k, v in p.items() if k.startswith("model.")}
        [w] = [k for k in weights if k.endswith("weight")]
        [b] = [k for k in weights if k.endswith("bias")]
        for _ in range(learner["innerSteps"]):
            loss = F.cross_entropy(F.linear(s, weights[w], weights[b]), ys)
            gradients = torch.autograd.grad(loss, list(weights.values()), create_graph=True)
            rates = [p["rates." + k] if kind == "meta-sgd" else learner["innerLearningRate"] for k in weights]
            weights = {k: v - r * g for (k, v), r, g in zip(weights.items(), rates, gradients)}
        return F.linear(q, weights[w], weights[b])

    answer = {"prototypical": prototypical, "r2d2": ridge}.get(kind, descent)

    def task(p, x, episode):
        s, ys, q, yq = map(torch.tensor, episode)
        return answer(p, x[s], ys, x[q]), yq

    optimizer = torch.optim.Adam(list(start.values()), lr=request["rate"])
    cpu = time.process_time()
    tasks = request["tasks"]
    for step in range(0, len(request["training"]), tasks):
        batch = request["training"][step : step + tasks]
        outputs = [task(start, data["features.training"], e) for e in batch]
        loss = torch.stack([F.cross_entropy(logits, y) for logits, y in outputs]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    right = []
    for episode in request["test"]:
        logits, y = task(start, data["features.test"], episode)
        right.append((logits.argmax(-1) == y).double().mean().item())
    return [(time.process_time() - cpu) * 1e3, sum(right) / len(right)]


for line in sys.stdin:
    try:
        answer = {"ms": run(json.loads(line))}
    except Exception as error:  # noqa: BLE001 told to the other side
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
