#ifndef ALMANAC_ALARM_H
#define ALMANAC_ALARM_H

#include <stdint.h>

// The alarm of a process: one thread that waits for two times at once, and may be told others by any thread while it does.
//
// In C because Swift's C library modules do not show timerfd. There is one alarm in a process, so it has no handle.

/// Where nothing is waited for.
#define ALMANAC_ALARM_NONE INT64_MAX

/// Begins the thread, with all signals blocked; `body` is its code and never returns. Called once. Answers 0, or an error number.
int almanac_alarm_begin(void (*body)(void));

/// Says what to wait for, in the place of what was said before: a time on the wall and one on the uptime, both in microseconds.
void almanac_alarm_set(int64_t wall, int64_t uptime);

/// Returns when one of the times may have come, and when the wall clock was set: the caller reads the clocks and decides. For the
/// alarm's own thread.
void almanac_alarm_wait(void);

/// The uptime in microseconds: of the clock that goes on while the machine sleeps.
int64_t almanac_alarm_uptime(void);

/// Whether a wall clock that is set ends a wait at once; where it does not, the wait ends within a second.
int almanac_alarm_notices_set_clock(void);

#endif
