"""One sample: its call of the dispatcher, results, gradients and gradients of gradients."""

import torch

from .resolve import bind, captured, execute, fresh, own_names, resolve, tensors_in, written
from .store import Unsupported, encode

LARGEST_TENSOR = 1 << 14
# The seed with which the database runs what is random.
SEED = 42
# Their elements are whatever memory held.
UNINITIALIZED = {"empty", "empty_like", "empty_strided", "empty_permuted", "new_empty"}
UNINITIALIZED |= {"new_empty_strided", "resize_", "resize_as_"}

# Methods of a form of their own in JavaScript: all arguments but the first go by name.
BY_NAME = {"to"}
COMPOSED = "written in Python over several operators"
# Where Python calls an overload that JavaScript hides, because it would be taken for Python's own.
AS_PUBLIC = {"stft"}


class Skip(Exception):
    """The sample is left out; the text says why."""


def flatten(value):
    """Results in order: tensors and numbers."""
    if isinstance(value, (list, tuple)):
        return [item for part in value for item in flatten(part)]
    return [value]


def unique(tensors):
    return list({id(tensor): tensor for tensor in tensors}.values())


def seeded(function, args, kwargs):
    torch.manual_seed(SEED)
    return flatten(function(*args, **kwargs))


def same(left, right):
    if isinstance(left, torch.Tensor) != isinstance(right, torch.Tensor):
        return False
    if not isinstance(left, torch.Tensor):
        return left == right or (left != left and right != right)
    if left.shape != right.shape or left.dtype != right.dtype or left.layout != right.layout:
        return False
    if left.layout != torch.strided:
        left, right = left.to_dense(), right.to_dense()
    return torch.allclose(left.detach(), right.detach(), equal_nan=True)


def contains(results, expected):
    """True if all that is expected is there in order; Python drops some, such as indices."""
    rest = iter(results)
    return all(any(same(result, value) for result in rest) for value in expected)


def calls_to_try(op, args, kwargs):
    """Calls that may be what the Python operator amounts to, and whether there are several."""
    try:
        calls = captured(op.op, args, kwargs)
    except Exception as error:  # some refuse any mode
        raise Skip(f"cannot be traced: {type(error).__name__}") from error
    # What comes before the operator's own call only prepares its arguments.
    own = [call for call in calls[-1:] if len(calls) == 1 or call[0] in own_names(op)]
    public = [(name, args, kwargs) for name in own_names(op)]
    return [*public, *own] if op.name in AS_PUBLIC else [*own, *public], len(calls) > 1


def call_of(op, args, kwargs, expected):
    """The one call of the dispatcher that gives what the Python operator gives, and its results."""
    calls, several = calls_to_try(op, args, kwargs)
    for overload, positional, keywords in (found for call in calls for found in resolve(*call)):
        try:
            results = seeded(execute, (overload, *fresh((positional, keywords), {})), {})
        except Exception:  # not the call that was meant
            continue
        loose = overload.overloadpacket.__name__ in UNINITIALIZED
        if loose or contains(results, expected):
            return overload, positional, keywords, results
    if several:
        raise Skip(COMPOSED)
    raise Skip("no operator of the dispatcher gives the same")


def cotangents(outputs, generator):
    made = []
    for output in outputs:
        weight = torch.randn(output.shape, generator=generator, dtype=torch.float64)
        if output.is_complex():
            other = torch.randn(output.shape, generator=generator, dtype=torch.float64)
            weight = torch.complex(weight, other)
        made.append(weight.to(output.dtype))
    return made


def differentiable(values):
    return [
        i
        for i, value in enumerate(values)
        if isinstance(value, torch.Tensor) and value.requires_grad and value.layout == torch.strided
    ]


def order(values, inputs, generator, store):
    """One order of differentiation: what it starts from, and the gradients or the refusal."""
    wanted = differentiable(values)
    if not wanted or not inputs:
        return None, []
    outputs = [values[i] for i in wanted]
    weights = cotangents(outputs, generator)
    facts = {"of": wanted, "weights": encode(weights, store)}
    try:
        gradients = torch.autograd.grad(
            outputs, inputs, weights, create_graph=True, allow_unused=True
        )
    except RuntimeError as error:
        return {**facts, "error": str(error).split("\n")[0][:200]}, []
    return {**facts, "gradients": encode(gradients, store)}, list(gradients)


def check_sizes(values):
    if any(tensor.numel() > LARGEST_TENSOR for tensor in tensors_in(values)):
        raise Skip(f"a tensor of more than {LARGEST_TENSOR} elements")


def record_sample(op, sample, store):
    args, kwargs = (sample.input, *sample.args), sample.kwargs
    check_sizes((args, kwargs))
    try:
        expected = seeded(op.op, *fresh((args, kwargs), {}))
    except Exception as error:
        raise Skip(f"Python refuses it: {type(error).__name__}") from error
    check_sizes(expected)
    call = call_of(op, *fresh((args, kwargs), {}), expected)
    try:
        return describe(*call, store)
    except (Unsupported, RuntimeError) as error:
        raise Skip(f"cannot be written: {str(error)[:100]}") from error


def describe(overload, args, kwargs, expected, store):
    schema, name = overload._schema, overload.overloadpacket.__name__
    if name in BY_NAME:
        pairs = bind(schema, args, kwargs)
        args, kwargs = args[:1], {argument.name: value for argument, value in pairs[1:]}
    inputs = unique(t for t in tensors_in((args, kwargs)) if t.requires_grad)
    self = schema.arguments[0] if schema.arguments else None
    record = {
        "name": name,
        "overload": overload._overloadname,
        "method": self is not None and self.name == "self" and str(self.type) == "Tensor",
        "written": written(schema),
        "seed": SEED,
        "args": encode(args, store, inputs),
        "kwargs": {key: encode(value, store, inputs) for key, value in kwargs.items()},
        "results": encode(expected, store),
        "compare": name not in UNINITIALIZED,
        "first": None,
        "second": None,
    }
    if record["compare"]:
        generator = torch.Generator().manual_seed(SEED)
        values = seeded(execute, (overload, args, kwargs), {})
        record["first"], gradients = order(values, inputs, generator, store)
        record["second"], _ = order(gradients, inputs, generator, store)
    return record
