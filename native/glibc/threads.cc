// Moved from libpthread to libc in 2.34.
#include <pthread.h>

#include "glibc/versions.h"

METATORCH_FIRST(int, pthread_once, (pthread_once_t*, void (*)()));

METATORCH_HIDDEN int pthread_once(pthread_once_t* control, void (*routine)()) {
  return first_pthread_once(control, routine);
}

// Since 2.32 libstdc++'s headers ask it whether to count references without atomics. Node.js always
// has several threads.
METATORCH_HIDDEN char __libc_single_threaded = 0;
