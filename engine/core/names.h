/* The names that enumerations have in the JSON. */
#ifndef R2NN_CORE_NAMES_H
#define R2NN_CORE_NAMES_H

#include <stdint.h>

/* Names in the order of an enumeration. */
typedef struct r2nn_names {
  uint32_t n_names;
  const char *const *names; /* [n_names] */
} r2nn_names;

extern const r2nn_names r2nn_law_names, r2nn_mode_names, r2nn_energy_names, r2nn_scale_names, r2nn_head_names;

/* The name of a value, "?" when there is none; the value of a name, -1 when there is none. Any thread. */
const char *r2nn_names_get(const r2nn_names *names, uint32_t value);
int r2nn_names_find(const r2nn_names *names, const char *name);

#endif
