/* The clock that benchmarks go by. */
#ifndef HOSTS_BENCH_CLOCK_H
#define HOSTS_BENCH_CLOCK_H

#include <time.h>

/* Seconds that this thread has worked: what other programs take meanwhile does not count. */
static inline double worked_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
