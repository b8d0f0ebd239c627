/* Values in ascending order. */
#ifndef HOSTS_SORT_H
#define HOSTS_SORT_H

#include <stddef.h>

/* None may be NAN. */
void sort_values(double *values, size_t n);

#endif
