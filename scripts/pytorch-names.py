"""Writes the public names of PyTorch's modules for tensors as JSON: `python scripts/pytorch-names.py > FILE`.

A name is public if its module lists it in `__all__`, or, where there is no such list, if it is a function or
class of PyTorch's own that does not begin with an underscore. Of `torch.Tensor` all members count.
"""

import inspect
import json
import types

import torch

MODULES = {
    "torch": torch,
    "torch.linalg": torch.linalg,
    "torch.fft": torch.fft,
    "torch.special": torch.special,
    "torch.nn.functional": torch.nn.functional,
    "torch.autograd": torch.autograd,
    "torch.func": torch.func,
}


def is_own(value):
    if isinstance(value, types.ModuleType):
        return False
    if isinstance(value, (types.BuiltinFunctionType, types.BuiltinMethodType)):
        return True
    return callable(value) and str(getattr(value, "__module__", "")).startswith("torch")


def names_of(module):
    listed = getattr(module, "__all__", None)
    if listed is not None:
        found = [name for name in listed if not isinstance(getattr(module, name, None), types.ModuleType)]
    else:
        found = [name for name, value in inspect.getmembers(module) if is_own(value)]
    return sorted({name for name in found if not name.startswith("_")})


def main():
    names = {name: names_of(module) for name, module in MODULES.items()}
    dtypes = [name for name, value in vars(torch).items() if isinstance(value, torch.dtype)]
    names["torch"] = sorted({*names["torch"], *torch.functional.__all__, *dtypes})
    names["torch.Tensor"] = sorted(name for name in dir(torch.Tensor) if not name.startswith("_"))
    print(json.dumps({"version": torch.__version__.split("+")[0], "names": names}, indent=1))


main()
