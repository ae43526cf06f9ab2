#define _GNU_SOURCE
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#endif

static int64_t read_clock(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t measure_monotonic_ns(void) { return read_clock(CLOCK_MONOTONIC); }

int64_t measure_cpu_ns(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

int64_t measure_resident_bytes(void) {
#if defined(__linux__)
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL) return -1;
  long total = 0, resident = 0;
  int read = fscanf(file, "%ld %ld", &total, &resident);
  fclose(file);
  return read == 2 ? (int64_t)resident * sysconf(_SC_PAGESIZE) : -1;
#else
  return -1;
#endif
}

int measure_kernel_timer(int64_t first_us, int64_t period_us, int count, int64_t *lateness_us) {
#if defined(__linux__)
  // The kernel may join timers within 50 µs of each other unless it is told not to.
  prctl(PR_SET_TIMERSLACK, 1UL);
  for (int index = 0; index < count; index++) {
    int64_t due = first_us + index * period_us;
    struct timespec time = {.tv_sec = due / 1000000, .tv_nsec = due % 1000000 * 1000};
    while (clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &time, NULL) == EINTR) {
    }
    lateness_us[index] = read_clock(CLOCK_REALTIME) / 1000 - due;
  }
  return 0;
#else
  return -1;
#endif
}

int64_t measure_disk_sync(const char *path, int count) {
  static char block[4096];
  memset(block, 'x', sizeof block);
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (file < 0) return -1;
  int64_t begin = measure_monotonic_ns();
  int failed = 0;
  for (int index = 0; index < count && !failed; index++) {
    failed = write(file, block, sizeof block) != (ssize_t)sizeof block || fsync(file) != 0;
  }
  int64_t end = measure_monotonic_ns();
  close(file);
  unlink(path);
  return failed ? -1 : end - begin;
}
