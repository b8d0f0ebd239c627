/* How values and names are written for people. */
#ifndef HOSTS_WORDS_H
#define HOSTS_WORDS_H

#include "r2nn/base.h"

#include <stdio.h>

/* value to n_digits digits with the prefix of a unit that is to follow: "1.5 k", "200 µ", "3 ". Returns text. */
const char *words_engineering(double value, int n_digits, char *text, size_t size);

/* The bytes of a UTF-8 text's first character, which is not its end, and the columns it takes on a terminal: 0 to 2. */
size_t words_character(const char *text, int *columns);

/* Columns of a UTF-8 text. */
int words_width(const char *text);

/* Write text, and blanks up to width characters. */
void words_put(FILE *to, const char *text, int width);

#endif
