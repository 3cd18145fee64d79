import { type Check, written } from './checked-arguments';

/** Sizes, which libtorch takes as they are where there are no elements: `[0, -3]` is then the shape of a tensor. */
const atLeast =
  (least: number, name: string): Check =>
  (args) => {
    const sizes = args.numbers(name);
    const expected = least === 0 ? 'integers from 0' : `integers from 0, or ${least} for as it is,`;
    args.require(
      sizes.every((size) => size >= least),
      expected,
      name,
      written(sizes),
    );
  };

/** Refuses negative sizes. */
export const sizesFromZero = (name: string): Check => atLeast(0, name);

/** Checks of the sizes that a tensor gets, by the operator's name. */
export const SIZE_PRECONDITIONS: Readonly<Record<string, Check>> = {
  'aten::resize': sizesFromZero('size'),
  'aten::_resize_output': sizesFromZero('size'),
  'aten::_resize_output_': sizesFromZero('size'),
  'aten::as_strided': sizesFromZero('size'),
  'aten::as_strided_': sizesFromZero('size'),
  'aten::as_strided_copy': sizesFromZero('size'),
  'aten::as_strided_scatter': sizesFromZero('size'),
  'aten::_reshape_alias': sizesFromZero('size'),
  'aten::_reshape_alias_copy': sizesFromZero('size'),
  'aten::set': sizesFromZero('size'),
  'aten::sparse_resize': sizesFromZero('size'),
  'aten::sparse_resize_': sizesFromZero('size'),
  'aten::sparse_resize_and_clear': sizesFromZero('size'),
  'aten::sparse_resize_and_clear_': sizesFromZero('size'),
  'aten::expand': atLeast(-1, 'size'),
  'aten::expand_copy': atLeast(-1, 'size'),
  'aten::broadcast_to': atLeast(-1, 'size'),
  'aten::repeat': sizesFromZero('repeats'),
  'aten::tile': sizesFromZero('dims'),
};
