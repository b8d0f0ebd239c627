/* Shows what was identified. */
#ifndef HOSTS_HARDWARE_FOUND_H
#define HOSTS_HARDWARE_FOUND_H

#include "r2nn/measure.h"

#include <stdio.h>

void found_text(FILE *to, const r2nn_identified *found);
void found_json(FILE *to, const r2nn_identified *found);

/* Every value with its deviation: path, unit, design, found, per cent of both. */
void found_csv(FILE *to, const r2nn_identified *found);

#endif
