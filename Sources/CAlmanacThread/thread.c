#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "almanac_thread.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef PTHREAD_STACK_MIN
#define PTHREAD_STACK_MIN 16384
#endif

// MARK: The thread

// What Linux takes; other systems take more.
#define NAME_SIZE 16

struct start {
  void (*body)(void *);
  void *argument;
  char name[NAME_SIZE];
};

static void *thread_main(void *pointer) {
  struct start start = *(struct start *)pointer;
  free(pointer);
#if defined(__APPLE__)
  pthread_setname_np(start.name);
#elif defined(__linux__)
  pthread_setname_np(pthread_self(), start.name);
#endif
  start.body(start.argument);
  return NULL;
}

// Signals are for the threads of the program. Those that the thread's own code brings about by a fault stay as they are: blocked, they would
// kill the process without whoever tells where it happened.
static void block_signals(sigset_t *old) {
  static const int faults[] = {SIGILL, SIGTRAP, SIGFPE, SIGBUS, SIGSEGV, SIGSYS, SIGPIPE, SIGPROF};
  sigset_t mask;
  sigfillset(&mask);
  for (size_t index = 0; index < sizeof faults / sizeof *faults; index++) sigdelset(&mask, faults[index]);
  pthread_sigmask(SIG_BLOCK, &mask, old);
}

static size_t stack_size_near(size_t size) {
  long page = sysconf(_SC_PAGESIZE);
  size_t unit = page > 0 ? (size_t)page : 4096;
  size_t least = (size_t)PTHREAD_STACK_MIN;
  if (size < least) size = least;
  // The greatest sizes are left to the system, which refuses them.
  return size > SIZE_MAX - unit ? size / unit * unit : (size + unit - 1) / unit * unit;
}

int almanac_thread_begin(const char *name, size_t stack_size, void (*body)(void *), void *argument) {
  struct start *start = calloc(1, sizeof *start);
  if (start == NULL) return ENOMEM;
  start->body = body;
  start->argument = argument;
  strncpy(start->name, name, NAME_SIZE - 1);

  pthread_attr_t attributes;
  int problem = pthread_attr_init(&attributes);
  if (problem != 0) {
    free(start);
    return problem;
  }
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  problem = pthread_attr_setstacksize(&attributes, stack_size_near(stack_size));
  if (problem == 0) {
    // Inherited by the thread, so that no signal comes between its beginning and its first line.
    sigset_t old;
    block_signals(&old);
    pthread_t thread;
    problem = pthread_create(&thread, &attributes, thread_main, start);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
  }
  pthread_attr_destroy(&attributes);
  if (problem != 0) free(start);
  return problem;
}

// MARK: The bell

struct almanac_bell {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool is_rung;
};

almanac_bell *almanac_bell_make(void) {
  almanac_bell *bell = calloc(1, sizeof *bell);
  if (bell == NULL) return NULL;
  pthread_mutex_init(&bell->lock, NULL);
#if defined(__APPLE__)
  pthread_cond_init(&bell->changed, NULL);
#else
  // Never on the wall: a clock that is set back would draw the wait out by as much.
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&bell->changed, &attributes);
  pthread_condattr_destroy(&attributes);
#endif
  return bell;
}

void almanac_bell_free(almanac_bell *bell) {
  pthread_cond_destroy(&bell->changed);
  pthread_mutex_destroy(&bell->lock);
  free(bell);
}

void almanac_bell_ring(almanac_bell *bell) {
  pthread_mutex_lock(&bell->lock);
  bell->is_rung = true;
  pthread_cond_signal(&bell->changed);
  pthread_mutex_unlock(&bell->lock);
}

static int64_t monotonic(void) {
  struct timespec time = {0};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

// Returns at `end` on the monotonic clock, or before.
static void wait_until(almanac_bell *bell, int64_t end) {
#if defined(__APPLE__)
  int64_t rest = end - monotonic();
  if (rest < 0) rest = 0;
  struct timespec time = {.tv_sec = rest / 1000000, .tv_nsec = (long)(rest % 1000000) * 1000};
  pthread_cond_timedwait_relative_np(&bell->changed, &bell->lock, &time);
#else
  struct timespec time = {.tv_sec = (time_t)(end / 1000000), .tv_nsec = (long)(end % 1000000) * 1000};
  pthread_cond_timedwait(&bell->changed, &bell->lock, &time);
#endif
}

int almanac_bell_wait(almanac_bell *bell, int64_t microseconds) {
  int64_t now = monotonic();
  int64_t end = microseconds < 0 || microseconds > INT64_MAX - now ? INT64_MAX : now + microseconds;
  pthread_mutex_lock(&bell->lock);
  while (!bell->is_rung) {
    if (end == INT64_MAX) {
      pthread_cond_wait(&bell->changed, &bell->lock);
    } else if (monotonic() < end) {
      wait_until(bell, end);
    } else {
      break;
    }
  }
  int is_rung = bell->is_rung;
  bell->is_rung = false;
  pthread_mutex_unlock(&bell->lock);
  return is_rung;
}
