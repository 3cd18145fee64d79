declare module 'node-gyp-build' {
  const load: {
    (folder: string): unknown;
    /** The addon that would be loaded: build/Release first, then prebuilds. */
    path(folder: string): string;
  };
  export default load;
}
