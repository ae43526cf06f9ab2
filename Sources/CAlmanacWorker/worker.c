#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "almanac_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

// MARK: Descriptors

int almanac_worker_never_waits(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return errno;
  return 0;
}

#if defined(__APPLE__)
// Not in one step with their making, which Darwin has no call for. The library that starts our workers closes what it was not told to
// hand on; a program that forks by itself at this very moment could inherit one.
static int close_on_exec(int ends[2]) {
  for (int index = 0; index < 2; index++) {
    if (fcntl(ends[index], F_SETFD, FD_CLOEXEC) < 0) return errno;
  }
  return 0;
}
#endif

static int prepared(int ends[2], int problem) {
  if (problem == 0) problem = almanac_worker_never_waits(ends[0]);
  if (problem != 0) {
    close(ends[0]);
    close(ends[1]);
  }
  return problem;
}

int almanac_worker_socket(int ends[2]) {
#if defined(__APPLE__)
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return errno;
  int on = 1;
  for (int index = 0; index < 2; index++) setsockopt(ends[index], SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
  return prepared(ends, close_on_exec(ends));
#else
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return errno;
  return prepared(ends, 0);
#endif
}

int almanac_worker_pipe(int ends[2]) {
#if defined(__APPLE__)
  if (pipe(ends) != 0) return errno;
  return prepared(ends, close_on_exec(ends));
#else
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  return prepared(ends, 0);
#endif
}

ssize_t almanac_worker_send(int socket, const void *bytes, size_t count) {
#if defined(MSG_NOSIGNAL)
  return send(socket, bytes, count, MSG_NOSIGNAL);
#else
  return send(socket, bytes, count, 0);
#endif
}

int almanac_worker_take_input(void) {
  struct stat status;
  if (fstat(STDIN_FILENO, &status) != 0) return -errno;
  if (!S_ISSOCK(status.st_mode)) return -ENOTSOCK;
  int taken = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (taken < 0) return -errno;
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  // dup2 clears close-on-exec: children of the worker read from the null device too.
  if (null < 0 || dup2(null, STDIN_FILENO) < 0) {
    int problem = errno;
    close(taken);
    return -problem;
  }
  if (null != STDIN_FILENO) close(null);
  return taken;
}

void almanac_worker_write_lines(void) { setvbuf(stdout, NULL, _IOLBF, BUFSIZ); }

// MARK: Limits

static int set_limit(int resource, rlim_t soft) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) != 0) return errno;
  limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
  return setrlimit(resource, &limit) == 0 ? 0 : errno;
}

int almanac_worker_limit_memory(uint64_t bytes) {
  // Not RLIMIT_AS: that counts what is mapped, the program's own file and the reserves of the allocator among it, which are far larger
  // than what is used. Linux counts all writable private memory as data; Darwin counts the break alone, which nobody uses.
  return set_limit(RLIMIT_DATA, (rlim_t)bytes);
}

int almanac_worker_limit_processor(uint64_t microseconds) {
  struct rusage used;
  if (getrusage(RUSAGE_SELF, &used) != 0) return errno;
  uint64_t total = (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
                   (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) + microseconds;
  return set_limit(RLIMIT_CPU, (rlim_t)((total + 999999) / 1000000));
}

// MARK: The program

int almanac_worker_executable(char *path, size_t room) {
#if defined(__APPLE__)
  uint32_t size = (uint32_t)room;
  return _NSGetExecutablePath(path, &size) == 0 ? 0 : ENAMETOOLONG;
#elif defined(__linux__)
  // Not what it points to: a deployment may have put another file there meanwhile.
  strncpy(path, "/proc/self/exe", room);
  return 0;
#else
  (void)path;
  (void)room;
  return ENOTSUP;
#endif
}
