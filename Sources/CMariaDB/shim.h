// libmariadb, the client library of MariaDB, as the system has it. It speaks to MySQL as well.
#include <mysql.h>
#include <stdbool.h>

// Whether the server takes a backslash in a literal for what it is; the server says so with each answer.
static inline bool almanac_mysql_is_plain(const MYSQL *handle) {
  return (handle->server_status & SERVER_STATUS_NO_BACKSLASH_ESCAPES) != 0;
}
