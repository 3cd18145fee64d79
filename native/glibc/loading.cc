// Moved from libdl to libc in 2.34.
#include <dlfcn.h>

#include "glibc/versions.h"

METATORCH_FIRST(void*, dlopen, (const char*, int));
METATORCH_FIRST(void*, dlsym, (void*, const char*));
METATORCH_FIRST(char*, dlerror, ());
METATORCH_FIRST(int, dladdr, (const void*, Dl_info*));

METATORCH_HIDDEN void* dlopen(const char* file, int mode) noexcept {
  return first_dlopen(file, mode);
}
METATORCH_HIDDEN void* dlsym(void* handle, const char* name) noexcept {
  return first_dlsym(handle, name);
}
METATORCH_HIDDEN char* dlerror() noexcept { return first_dlerror(); }
METATORCH_HIDDEN int dladdr(const void* address, Dl_info* info) noexcept {
  return first_dladdr(address, info);
}
