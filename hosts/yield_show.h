/* Shows what a series of boards came to. */
#ifndef HOSTS_YIELD_SHOW_H
#define HOSTS_YIELD_SHOW_H

#include "yield.h"

#include <jansson.h>
#include <stdio.h>

#define YIELD_SHOWN_PARTS 10u /* in text and picture; JSON has them all */

void yield_text(FILE *to, const yield_result *shown);

/* A new object. */
json_t *yield_json(const yield_result *shown);

#endif
