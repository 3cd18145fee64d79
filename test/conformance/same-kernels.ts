// Python multiplies matrices by libtorch's kernels, whose results are compared here to the last digits
// that float32 has; so they serve here as well, unless the environment says otherwise. Imported before
// the library is.
process.env.METATORCH_PRODUCTS ??= 'libtorch';
