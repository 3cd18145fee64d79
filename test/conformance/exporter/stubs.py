"""Stand-ins for what the operator database imports and its samples do not need."""

import contextlib
import pathlib
import shutil
import sys
import types
import unittest


def install():
    """`expecttest` is imported for its TestCase alone."""
    module = types.ModuleType("expecttest")
    module.TestCase = unittest.TestCase
    sys.modules.setdefault("expecttest", module)


@contextlib.contextmanager
def fresh_folder(folder, subfolders):
    """The folder with nothing of an earlier run in the given subfolders."""
    folder = pathlib.Path(folder)
    for name in subfolders:
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    yield folder
