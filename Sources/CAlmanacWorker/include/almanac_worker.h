#ifndef ALMANAC_WORKER_H
#define ALMANAC_WORKER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// What worker processes need of the system and Swift does not show, or shows differently on each system. Functions that return an int
// answer 0 or an errno.

/// Two connected sockets, both close-on-exec; reading and writing at the first never waits.
int almanac_worker_socket(int ends[2]);

/// A pipe from the second end to the first, both close-on-exec; reading at the first never waits.
int almanac_worker_pipe(int ends[2]);

/// Makes reading and writing at a descriptor never wait.
int almanac_worker_never_waits(int descriptor);

/// As write(2), without SIGPIPE where nobody reads any more.
ssize_t almanac_worker_send(int socket, const void *bytes, size_t count);

/// Moves standard input to a close-on-exec descriptor beyond the standard three and puts the null device in its place; answers the
/// new descriptor, or a negated errno; ENOTSOCK where standard input is no socket.
int almanac_worker_take_input(void);

/// Has standard output written line by line, although it is no terminal: what is kept back is lost with a process that dies.
void almanac_worker_write_lines(void);

/// Limits the writable private memory of this process.
int almanac_worker_limit_memory(uint64_t bytes);

/// Lets this process use so much more processor time than it has used by now, rounded up to whole seconds.
int almanac_worker_limit_processor(uint64_t microseconds);

/// The path that starts this program again; cut short where the room does not suffice.
int almanac_worker_executable(char *path, size_t room);

#endif
