/* Draws accuracy over time or noise as SVG or PNG. */
#ifndef HOSTS_PLOT_ACCURACY_H
#define HOSTS_PLOT_ACCURACY_H

#include "sweep.h"

#include <stdio.h>

typedef struct accuracy_def {
  const sweep *data;
  bool is_noise;        /* dB of noise, else seconds */
  double whole, chance; /* 0..1, drawn as levels */
  const char *title, *subtitle;
} accuracy_def;

/* Write the picture. R2NN_NO_MEMORY, R2NN_BAD_ARGUMENT if it cannot be written. */
r2nn_status accuracy_write(FILE *to, const accuracy_def *def, bool png, r2nn_error *error);

#endif
