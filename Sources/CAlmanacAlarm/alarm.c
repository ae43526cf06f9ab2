#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "almanac_alarm.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/timerfd.h>
#endif

#if defined(__linux__)
// CLOCK_MONOTONIC stands still while the machine sleeps.
#define UPTIME_CLOCK CLOCK_BOOTTIME
#else
#define UPTIME_CLOCK CLOCK_MONOTONIC
#endif

static int64_t read_clock(clockid_t clock) {
  struct timespec time = {0};
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

int64_t almanac_alarm_uptime(void) { return read_clock(UPTIME_CLOCK); }

// MARK: With the kernel's timers
//
// timerfd_create(2): a timer on CLOCK_REALTIME with TFD_TIMER_CANCEL_ON_SET becomes readable when the clock makes a discontinuous
// change. Both timers may be set anew while another thread polls them, so no third descriptor is needed to wake it.

static int wall_timer = -1;
static int uptime_timer = -1;

#if defined(__linux__)
static void arm(int timer, int64_t at, bool notices_set_clock) {
  struct itimerspec spec = {0};
  if (at != ALMANAC_ALARM_NONE) {
    // A time of zero would disarm it.
    if (at < 1) at = 1;
    spec.it_value.tv_sec = (time_t)(at / 1000000);
    spec.it_value.tv_nsec = (long)(at % 1000000) * 1000;
  }
  int flags = TFD_TIMER_ABSTIME | (notices_set_clock ? TFD_TIMER_CANCEL_ON_SET : 0);
  // Where the clock was set since the timer was armed last, setting it may be refused for that once.
  for (int tries = 0; tries < 3; tries++) {
    if (timerfd_settime(timer, flags, &spec, NULL) == 0 || errno != ECANCELED) return;
  }
}

static bool open_timers(void) {
  wall_timer = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  uptime_timer = timerfd_create(UPTIME_CLOCK, TFD_NONBLOCK | TFD_CLOEXEC);
  if (wall_timer >= 0 && uptime_timer >= 0) return true;
  if (wall_timer >= 0) close(wall_timer);
  if (uptime_timer >= 0) close(uptime_timer);
  wall_timer = uptime_timer = -1;
  return false;
}

static void wait_for_timers(void) {
  struct pollfd timers[2] = {{.fd = wall_timer, .events = POLLIN}, {.fd = uptime_timer, .events = POLLIN}};
  if (poll(timers, 2, -1) <= 0) return;
  uint64_t expirations;
  for (int index = 0; index < 2; index++) {
    // Read for nothing but that it is not readable any more; ECANCELED says that the clock was set.
    if (timers[index].revents != 0) (void)!read(timers[index].fd, &expirations, sizeof expirations);
  }
}
#endif

// MARK: Without them
//
// A condition variable, whose wait is counted on a clock that knows nothing of the wall's being set, and on some systems stands still
// while the machine sleeps: so it ends at least every second.

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int64_t wall_time = ALMANAC_ALARM_NONE;
static int64_t uptime_time = ALMANAC_ALARM_NONE;
static bool was_changed = false;

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t time_left(int64_t at, int64_t now) { return at == ALMANAC_ALARM_NONE ? 1000000 : at - now; }

static void wait_for_condition(void) {
  pthread_mutex_lock(&lock);
  int64_t rest = least(
      1000000, least(time_left(wall_time, read_clock(CLOCK_REALTIME)), time_left(uptime_time, almanac_alarm_uptime())));
  if (!was_changed && rest > 0) {
    // Never on the wall: a clock that is set back would draw the wait out by as much.
#if defined(__APPLE__)
    struct timespec time = {.tv_sec = rest / 1000000, .tv_nsec = (long)(rest % 1000000) * 1000};
    pthread_cond_timedwait_relative_np(&changed, &lock, &time);
#else
    struct timespec time = {0};
    clock_gettime(CLOCK_MONOTONIC, &time);
    int64_t nanoseconds = time.tv_nsec + rest * 1000;
    time.tv_sec += nanoseconds / 1000000000;
    time.tv_nsec = nanoseconds % 1000000000;
    pthread_cond_timedwait(&changed, &lock, &time);
#endif
  }
  was_changed = false;
  pthread_mutex_unlock(&lock);
}

static void prepare_condition(void) {
#if !defined(__APPLE__)
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&changed, &attributes);
  pthread_condattr_destroy(&attributes);
#endif
}

// MARK: The alarm

int almanac_alarm_notices_set_clock(void) { return wall_timer >= 0; }

void almanac_alarm_set(int64_t wall, int64_t uptime) {
#if defined(__linux__)
  if (wall_timer >= 0) {
    // Callers are one at a time, and a time that is the same need not be said again.
    if (wall != wall_time) arm(wall_timer, wall_time = wall, true);
    if (uptime != uptime_time) arm(uptime_timer, uptime_time = uptime, false);
    return;
  }
#endif
  pthread_mutex_lock(&lock);
  wall_time = wall;
  uptime_time = uptime;
  was_changed = true;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&lock);
}

void almanac_alarm_wait(void) {
#if defined(__linux__)
  if (wall_timer >= 0) {
    wait_for_timers();
    return;
  }
#endif
  wait_for_condition();
}

static void (*thread_body)(void);

static void *thread_main(void *unused) {
  (void)unused;
#if defined(__APPLE__)
  pthread_setname_np("almanac-clock");
#elif defined(__linux__)
  pthread_setname_np(pthread_self(), "almanac-clock");
#endif
  thread_body();
  return NULL;
}

int almanac_alarm_begin(void (*body)(void)) {
#if defined(__linux__)
  if (!open_timers()) prepare_condition();
#else
  prepare_condition();
#endif
  thread_body = body;
  pthread_attr_t attributes;
  int problem = pthread_attr_init(&attributes);
  if (problem != 0) return problem;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  // Signals are for the threads of the program: a handler must not run on this one, nor end its wait.
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  pthread_t thread;
  problem = pthread_create(&thread, &attributes, thread_main, NULL);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  pthread_attr_destroy(&attributes);
  return problem;
}
