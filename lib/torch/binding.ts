import { loadNative, type NativeBinding } from '../native';

/**
 * The native functions of this thread. Their first use loads libtorch and puts the functions themselves
 * here, so that importing the torch layer costs little and works without libtorch, and no later call
 * pays for the difference.
 *
 * @throws TorchError as `loadNative`, at every use
 */
export let binding: NativeBinding = new Proxy<NativeBinding>(Object.create(null), {
  get(_, name) {
    binding = loadNative();
    return Reflect.get(binding, name);
  },
});
