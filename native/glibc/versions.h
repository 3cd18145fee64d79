// A library takes the newest version of each function that the glibc of the building machine has,
// and then asks for that glibc everywhere. Functions whose version has changed since 2.28, the
// oldest glibc that libtorch runs on, are defined here as hidden ones that call the first version,
// which every glibc keeps. Each lies in a file of its kind: the linker takes from this archive what
// is used.
#pragma once

#if defined(__x86_64__)
#define METATORCH_FIRST_GLIBC "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define METATORCH_FIRST_GLIBC "GLIBC_2.17"
#else
#error No glibc is known for this processor
#endif

// Declares `first_<name>` as the first version of a function.
#define METATORCH_FIRST(result, name, parameters) \
  extern "C" result first_##name parameters;      \
  __asm__(".symver first_" #name ", " #name "@" METATORCH_FIRST_GLIBC)

#define METATORCH_HIDDEN extern "C" __attribute__((visibility("hidden")))
