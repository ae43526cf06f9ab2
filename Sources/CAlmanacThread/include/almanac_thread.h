#ifndef ALMANAC_THREAD_H
#define ALMANAC_THREAD_H

#include <stddef.h>
#include <stdint.h>

// Threads for code that blocks, and the bell by which one of them is called.
//
// In C because the size of a stack, the mask of signals and a condition on a monotonic clock are said differently on every system, and
// Swift's locks have no condition.

/// Begins a detached thread whose code is `body`. Answers 0, or an error number; then `body` is never called.
///
/// `name` is cut to 15 bytes. `stack_size` is in bytes, raised to the least that the system takes, and rounded up to whole pages.
int almanac_thread_begin(const char *name, size_t stack_size, void (*body)(void *), void *argument);

/// Something that one thread waits for and any thread may ring. Rung while nobody waits, it is heard by the next wait; rung twice, once.
typedef struct almanac_bell almanac_bell;

/// NULL where there is no memory for it.
almanac_bell *almanac_bell_make(void);

/// Only when nobody waits for it or rings it any more.
void almanac_bell_free(almanac_bell *bell);

void almanac_bell_ring(almanac_bell *bell);

/// Waits until the bell is rung, at most so many microseconds; without limit where they are negative. Answers 0 where the time has passed.
int almanac_bell_wait(almanac_bell *bell, int64_t microseconds);

#endif
