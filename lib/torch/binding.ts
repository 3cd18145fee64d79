import { loadNative } from '../native';

/** The native functions of this thread, loaded when the torch layer is first imported. */
export const binding = loadNative();
