import { sharedLibrary } from '../../../lib/libtorch/inspect';
import { makeZip, type ZipEntry } from '../files/zip';
import { writeFiles } from '../folders';

/** Writes a folder that looks like libtorch to whoever does not load it. */
export function fakeLibtorch(root: string, version = '2.13.0', flavour = 'cpu'): string {
  const libraries = ['c10', 'torch_cpu', ...(flavour === 'cuda' ? ['torch_cuda'] : [])];
  const files = libraries.map((name) => [`lib/${sharedLibrary(name)}`, name]);
  return writeFiles(root, {
    ...Object.fromEntries(files),
    'include/ATen/ATen.h': '',
    'include/torch/headeronly/version.h': `#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION \\\n  "${version}"\n`,
  });
}

/** The entries of a tiny torch wheel, with things in it that must be left out. */
export function fakeWheelEntries(version = '2.13.0', flavour = 'cpu'): ZipEntry[] {
  const library = (name: string) => `torch/lib/${sharedLibrary(name)}`;
  const info = `torch-${version}.dist-info`;
  return [
    { name: library('c10'), content: 'c10', mode: 0o100755 },
    { name: library('torch_cpu'), content: 'torch_cpu', mode: 0o100755 },
    { name: library('torch_python'), content: 'python only' },
    { name: library('torchbind_test'), content: 'test only' },
    ...(flavour === 'cuda' ? [{ name: library('torch_cuda'), content: 'torch_cuda' }] : []),
    { name: 'torch/__init__.py', content: 'raise Exception' },
    { name: 'torch/include/ATen/ATen.h', content: '#pragma once' },
    { name: 'torch/version.py', content: `__version__ = '${version}+cpu'\n` },
    { name: `${info}/licenses/LICENSE`, content: 'licence' },
    { name: `${info}/licenses/third_party/x/LICENSE`, content: 'another' },
    { name: `${info}/METADATA`, content: FAKE_METADATA },
  ];
}

const FAKE_METADATA = `Name: torch
Requires-Dist: filelock
Requires-Dist: nvidia-cudnn-cu13==9.1; platform_system == "Linux"
Requires-Dist: nvidia-extra==1; extra == "extra"
Requires-Dist: cuda-toolkit[cudart]==13.0.2; platform_system == "Linux"
Requires-Dist: triton==3.7.0
`;

/** A tiny torch wheel in memory. */
export function fakeWheel(version?: string, flavour?: string): Buffer {
  return makeZip(fakeWheelEntries(version, flavour));
}
