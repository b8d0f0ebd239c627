/* Keeps the program's memory where it is, by mlockall. */
#include "live/lock.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

r2nn_status live_lock_memory(r2nn_error *error) {
  struct rlimit limit;
  if (mlockall(MCL_CURRENT | MCL_FUTURE) == 0) return R2NN_OK;
  int reason = errno;
  if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT,
                     "--lock-memory: no more than %llu kB may be locked; \"memlock unlimited\" in /etc/security/limits.d allows it",
                     (unsigned long long)limit.rlim_cur / 1024);
  return r2nn_fail(error, R2NN_BAD_ARGUMENT, "--lock-memory: %s", strerror(reason));
}
