/* How fast this processor multiplies and adds. */
#ifndef HOSTS_BENCH_PEAK_H
#define HOSTS_BENCH_PEAK_H

#include "r2nn/base.h"

/* Run n_rounds of independent fused multiply-adds of floats in one thread; how many floating-point operations those were, two each.
 * wide: vectors of 16 rather than of 8. */
double peak_run(uint32_t n_rounds, bool wide);

#endif
