#define _GNU_SOURCE
#include "measure.h"

#include <errno.h>
#include <stdlib.h>

#if defined(__GLIBC__)

// The program's own definitions stand above those of the C library, for the libraries that it loads as well. They count and hand on
// to the names that glibc exports for this. One counter a thread: what other threads do is not what is measured.
static _Thread_local int64_t allocations = 0;

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
  allocations += 1;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  allocations += 1;
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  allocations += 1;
  return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  allocations += 1;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  allocations += 1;
  void *found = __libc_memalign(alignment, size);
  if (found == NULL) return ENOMEM;
  *memory = found;
  return 0;
}

int64_t measure_allocations(void) { return allocations; }

#else

int64_t measure_allocations(void) { return -1; }

#endif
