// Each program had a copy of it before 2.33, over a function with the version of the structure.
#include <sys/stat.h>

#if defined(__x86_64__)
constexpr int kStatVersion = 1;
#else
constexpr int kStatVersion = 0;
#endif

extern "C" int __fxstat(int version, int file, struct stat* facts);

extern "C" __attribute__((visibility("hidden"))) int fstat(int file, struct stat* facts) noexcept {
  return __fxstat(kStatVersion, file, facts);
}
