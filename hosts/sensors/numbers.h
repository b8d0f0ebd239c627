/* Numbers in the text that sensors send. */
#ifndef HOSTS_SENSORS_NUMBERS_H
#define HOSTS_SENSORS_NUMBERS_H

#include "r2nn/base.h"

/* The number that is all of text (blanks around it allowed), in any locale; NAN if it is none, or not finite. decimal: '.' or ',',
 * which stands for it as well. */
double numbers_read(const char *text, char decimal);

/* A line of numbers with commas, semicolons, tabs or blanks between: how many; 0 if anything else stands there, or more than most.
 */
uint32_t numbers_read_line(const char *line, double *fields, uint32_t most);

#endif
