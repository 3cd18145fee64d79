/** The part of a tensor that the layers below it know: its place in the native table. */
export abstract class TensorHandle {
  /** Index in the native table; negative once disposed of. Owned by this object alone. @internal */
  handle: number;
  /** True while the finalization registry watches over it. @internal */
  watched = false;

  protected constructor(handle: number) {
    this.handle = handle;
  }
}
