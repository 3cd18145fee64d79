"""Which operator of the dispatcher a Python call amounts to, and with which arguments."""

import sys

import torch
from torch.overrides import TorchFunctionMode

# Python's own names of arguments and operators, where they differ from the dispatcher's.
ARGUMENTS = {"input": "self", "axis": "dim", "keepdims": "keepdim"}
PYTHON_ONLY = {"requires_grad", "as_tuple"}
OPERATORS = {
    "T": "numpy_T",
    "H": "matrix_H",
    "__radd__": "add",
    "__rmul__": "mul",
    "__rsub__": "rsub",
    "__rmod__": "remainder",
    "__rpow__": "pow",
    "__rand__": "bitwise_and",
    "__ror__": "bitwise_or",
    "__rxor__": "bitwise_xor",
    "__rmatmul__": "matmul",
}
SWAPPED = {"__rmatmul__", "__rpow__", "__rmod__"}
CHECKS = ("has_torch_function", "has_torch_function_unary", "has_torch_function_variadic")


# TorchScript has operators of its own beside them.
DISPATCHER = {name.split(".")[0] for name in torch._C._dispatch_get_all_op_names()}


def has_operator(name):
    return f"aten::{name}" in DISPATCHER


def own_names(op):
    """What the database calls the operator, also as the dispatcher would spell it."""
    short = op.aten_name.removeprefix("nn.functional.").removeprefix("torch.ops.aten.")
    short = short.removesuffix(".default").replace(".", "_")
    return {op.aten_name, short, f"{short}_", op.name}


def exists_in_dispatcher(op):
    return any(map(has_operator, own_names(op)))


def fresh(value, memo):
    """A copy with memory of its own; tensors that need gradients are leaves."""
    if isinstance(value, torch.Tensor):
        if id(value) not in memo:
            memo[id(value)] = (fresh_tensor(value), value)
        return memo[id(value)][0]
    if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        items = [fresh(item, memo) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    if isinstance(value, dict):
        return {key: fresh(item, memo) for key, item in value.items()}
    return value


def fresh_tensor(tensor):
    bare = tensor.detach()
    if bare.layout != torch.strided or bare._is_zerotensor():
        copy = bare.clone()
    else:
        copy = bare.resolve_conj().resolve_neg()
        storage = copy.untyped_storage().clone()
        copy = torch.empty(0, dtype=bare.dtype).set_(
            storage, copy.storage_offset(), copy.shape, copy.stride()
        )
    return copy.requires_grad_(tensor.requires_grad)


def tensors_in(value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in tensors_in(item)]
    if isinstance(value, dict):
        return [tensor for item in value.values() for tensor in tensors_in(item)]
    return []


class Calls(TorchFunctionMode):
    """Notes every call of a compiled function that gives tensors, with the arguments before it."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        with torch._C.DisableTorchFunction():
            before = fresh((args, kwargs or {}), {})
        result = func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "")
        if name == "__get__":
            name = getattr(func.__self__, "__name__", "")
        name = name.split(".")[0]
        if tensors_in(result) or name in ("item", "equal", "allclose", "is_nonzero"):
            self.calls.append((name, *before))
        return result


class open_python_functions:
    """While it lasts, functions written in Python do not stand for one call: their bodies show."""

    def __enter__(self):
        self.saved = []
        for name, module in list(sys.modules.items()):
            if not name.startswith("torch"):
                continue
            for check in CHECKS:
                if check in vars(module) and module is not torch._C:
                    self.saved.append((module, check, vars(module)[check]))
                    setattr(module, check, lambda *_: False)

    def __exit__(self, *_):
        for module, check, function in self.saved:
            setattr(module, check, function)


def captured(op, args, kwargs):
    """The compiled functions that the Python operator calls."""
    with open_python_functions(), Calls() as mode:
        op(*args, **kwargs)
    return mode.calls


def variants(name, args, kwargs):
    """The call as it is, and as Python's own argument parser would also read it."""
    yield name, args, kwargs
    renamed = {
        ARGUMENTS.get(key, key): value for key, value in kwargs.items() if key not in PYTHON_ONLY
    }
    if renamed != kwargs and "self" in renamed and not args:
        self = renamed.pop("self")
        args = (self,)
    yield name, args, renamed
    ints = args[1:]
    if ints and all(isinstance(item, int) for item in ints):
        yield name, (args[0], list(ints)), renamed
    if args and all(isinstance(item, int) for item in args):
        yield name, (list(args),), renamed
    if args and all(isinstance(item, torch.Tensor) for item in args):
        yield name, (list(args),), renamed
    if name in OPERATORS:
        yield OPERATORS[name], tuple(reversed(args)) if name in SWAPPED else args, renamed


def bind(schema, args, kwargs):
    """Pairs of (argument of the schema, value); None if there are too many or unknown ones."""
    positional = [argument for argument in schema.arguments if not argument.kwarg_only]
    named = {argument.name: argument for argument in schema.arguments}
    if len(args) > len(positional) or any(key not in named for key in kwargs):
        return None
    return [*zip(positional, args), *((named[key], value) for key, value in kwargs.items())]


def repeat_ints(schema, args, kwargs):
    """The arguments with single numbers repeated where a list of fixed length is wanted."""
    pairs = bind(schema, args, kwargs)
    if pairs is None:
        return None
    values = [
        [value] * argument.N if argument.N and isinstance(value, int) else value
        for argument, value in pairs
    ]
    return values[: len(args)], dict(zip(kwargs, values[len(args) :]))


def takes_tensors(overload, args, kwargs):
    """True if no tensor stands for a number."""
    pairs = bind(overload._schema, args, kwargs) or []
    tensor_types = ("Tensor", "Optional[Tensor]")
    return not any(
        isinstance(value, torch.Tensor) and str(argument.type) not in tensor_types
        for argument, value in pairs
    )


def overloads_of(name, args, kwargs):
    """Overloads that may take the arguments; before others, those where no tensor is a number."""
    packet = getattr(torch.ops.aten, name)
    try:
        chosen = torch._C._jit_resolve_packet(f"aten::{name}", *args, **kwargs) or "default"
    except (RuntimeError, TypeError, ValueError):
        return []
    names = [chosen, *(overload for overload in packet.overloads() if overload != chosen)]
    fitting = [
        overload
        for overload in (getattr(packet, overload) for overload in names)
        if not any(argument.is_out for argument in overload._schema.arguments)
        and bind(overload._schema, args, kwargs) is not None
    ]
    return sorted(fitting, key=lambda overload: not takes_tensors(overload, args, kwargs))


def resolve(name, args, kwargs):
    """Every overload that may take the arguments, and the arguments; the likeliest first."""
    for candidate, positional, keywords in variants(name, args, kwargs):
        if not has_operator(candidate):
            continue
        packet = getattr(torch.ops.aten, candidate)
        schemas = [getattr(packet, overload)._schema for overload in packet.overloads()]
        forms = [(positional, keywords)]
        forms += filter(None, (repeat_ints(schema, positional, keywords) for schema in schemas))
        for form in forms:
            overloads = overloads_of(candidate, *form)
            yield from ((overload, positional, keywords) for overload in overloads)
            if overloads:
                break


def execute(overload, args, kwargs):
    """Calls the overload; what it writes into is a copy."""
    args, kwargs = repeat_ints(overload._schema, args, kwargs)
    places = written(overload._schema)
    args = [value.clone() if i in places else value for i, value in enumerate(args)]
    return overload(*args, **kwargs)


def written(schema):
    """Places of the arguments that the operator writes into."""
    return [i for i, argument in enumerate(schema.arguments) if argument.is_write]
