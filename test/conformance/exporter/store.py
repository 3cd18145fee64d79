"""Tensors in safetensors files, and argument values as JSON that points into them."""

import hashlib
import json
import math

import torch

DTYPES = {
    torch.float32: "F32",
    torch.float64: "F64",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.uint16: "U16",
    torch.uint32: "U32",
    torch.uint64: "U64",
    torch.bool: "BOOL",
    torch.complex64: "C64",
}
MAX_SAFE = 2**53


class Unsupported(Exception):
    """A value that has no form in the files."""


class TensorStore:
    """Contiguous tensors by name; equal ones are kept once."""

    def __init__(self):
        self.tensors = {}
        self.by_digest = {}
        self.begun = 0

    def begin(self):
        self.begun = len(self.tensors)

    def abort(self):
        """Forgets what has been added since `begin`."""
        kept = list(self.tensors)[: self.begun]
        self.tensors = {name: self.tensors[name] for name in kept}
        self.by_digest = {d: name for d, name in self.by_digest.items() if name in self.tensors}

    def add(self, tensor):
        if tensor.dtype not in DTYPES:
            raise Unsupported(f"tensors of {tensor.dtype}")
        # A copy with strides of its own: those of dimensions of size 1 may be anything.
        data = torch.zeros(tensor.numel(), dtype=tensor.dtype)
        if not tensor._is_zerotensor():
            data.copy_(tensor.reshape(-1))
        content = bytes(data.view(torch.uint8).numpy())
        label = f"{DTYPES[tensor.dtype]}{list(tensor.shape)}"
        digest = hashlib.sha256(label.encode() + content).digest()
        if digest not in self.by_digest:
            name = str(len(self.tensors))
            self.by_digest[digest] = name
            self.tensors[name] = (DTYPES[tensor.dtype], list(tensor.shape), content)
        return self.by_digest[digest]

    def write(self, path):
        header, at = {}, 0
        for name, (dtype, shape, content) in self.tensors.items():
            header[name] = {"dtype": dtype, "shape": shape}
            header[name]["data_offsets"] = [at, at + len(content)]
            at += len(content)
        head = json.dumps(header).encode()
        head += b" " * (-len(head) % 8)
        with open(path, "wb") as file:
            file.write(len(head).to_bytes(8, "little"))
            file.write(head)
            file.writelines(content for _, _, content in self.tensors.values())


def encode(value, store, leaves=()):
    """A value as JSON. Dtypes, layouts and devices are strings, as they are in JavaScript.

    Tensors among `leaves` are marked with their place there: gradients are taken for them.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, torch.Tensor):
        place = next((i for i, leaf in enumerate(leaves) if leaf is value), None)
        return encode_tensor(value.detach(), {} if place is None else {"leaf": place}, store)
    if isinstance(value, int):
        return value if abs(value) < MAX_SAFE else {"int": str(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"number": repr(value)}
    if isinstance(value, complex):
        return {"complex": [encode(value.real, store), encode(value.imag, store)]}
    if isinstance(value, (list, tuple, torch.Size)):
        return [encode(item, store, leaves) for item in value]
    if isinstance(value, (torch.dtype, torch.layout, torch.memory_format)):
        return str(value).replace("torch.", "")
    if isinstance(value, torch.device):
        return str(value)
    raise Unsupported(f"arguments of type {type(value).__name__}")


def encode_tensor(tensor, extra, store):
    if tensor.layout == torch.sparse_coo:
        parts = {"sparse": [tensor._indices(), tensor._values()]}
        extra = {"coalesced": tensor.is_coalesced(), **extra}
    elif tensor.layout == torch.sparse_csr:
        parts = {"csr": [tensor.crow_indices(), tensor.col_indices(), tensor.values()]}
    elif tensor.layout != torch.strided:
        raise Unsupported(f"tensors of layout {tensor.layout}")
    elif tensor.dtype == torch.complex128:
        return {"pairs": encode(torch.view_as_real(tensor.resolve_conj()), store), **extra}
    else:
        return {**encode_dense(tensor.resolve_conj().resolve_neg(), store), **extra}
    encoded = {key: encode(value, store) for key, value in parts.items()}
    return {**encoded, "shape": list(tensor.shape), **extra}


def encode_dense(tensor, store):
    """A contiguous tensor as it is; any other as its memory and how to look at it."""
    if tensor._is_zerotensor() or is_whole(tensor):
        return {"tensor": store.add(tensor)}
    count = tensor.untyped_storage().nbytes() // tensor.element_size()
    return {
        "tensor": store.add(tensor.as_strided([count], [1], 0)),
        "shape": list(tensor.shape),
        "strides": tensor.stride(),
        "offset": tensor.storage_offset(),
    }


def is_whole(tensor):
    """True if it is contiguous and shows all of its memory."""
    bytes_seen = tensor.numel() * tensor.element_size()
    return tensor.is_contiguous() and tensor.untyped_storage().nbytes() == bytes_seen
