// Functions marked so are compiled for several kinds of processor; the loader chooses.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define METATORCH_CLONES __attribute__((target_clones("avx512f", "arch=haswell", "default")))
#else
#define METATORCH_CLONES
#endif
