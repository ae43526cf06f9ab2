#ifndef ALMANAC_MEASURE_H
#define ALMANAC_MEASURE_H

#include <stdint.h>

/// How often this thread has asked for memory since it began; -1 where that cannot be counted.
int64_t measure_allocations(void);

/// The time of the clock that only runs forward, in nanoseconds.
int64_t measure_monotonic_ns(void);

/// The processor time of the whole process, in nanoseconds.
int64_t measure_cpu_ns(void);

/// How many bytes of the process are in memory; -1 where the system does not tell.
int64_t measure_resident_bytes(void);

/// Sleeps on the kernel's absolute timer until `first_us`, `first_us + period_us`, … (microseconds since 1970), `count` times, and
/// writes down how many microseconds too late it woke up. Blocks the thread. Answers 0, or -1 where there is no such timer.
int measure_kernel_timer(int64_t first_us, int64_t period_us, int count, int64_t *lateness_us);

/// Appends `count` blocks of 4 KiB to a file and waits for each to be on the disk. Answers the nanoseconds, or -1.
int64_t measure_disk_sync(const char *path, int count);

#endif
