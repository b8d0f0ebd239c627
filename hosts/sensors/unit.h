/* Units of what sensors measure. */
#ifndef HOSTS_SENSORS_UNIT_H
#define HOSTS_SENSORS_UNIT_H

#include "r2nn/base.h"

/* The factor from one unit to another of the same quantity, 1 if both are spelled the same or one is ""; false: error says that
 * they do not go together, or which units are known. */
bool unit_factor(const char *from, const char *to, double *factor, r2nn_error *error);

#endif
