/* Reads the small texts that stand in options: numbers and lists of them, windows, resistor ranges, one of several words. All:
 * false fills error. */
#ifndef HOSTS_PARSE_H
#define HOSTS_PARSE_H

#include "r2nn/base.h"

/* A whole number lo..hi. name is the option as the user writes it ("--jobs"). */
bool parse_whole(const char *name, const char *text, uint64_t lo, uint64_t hi, uint64_t *value, r2nn_error *error);

/* A finite number lo..hi. */
bool parse_number(const char *name, const char *text, double lo, double hi, double *value, r2nn_error *error);

/* Finite numbers lo..hi with commas between, at most most of them; how many, 0 when they are wrong. */
uint32_t parse_numbers(const char *name, const char *text, double lo, double hi, double *values, uint32_t most, r2nn_error *error);

/* "S[,HOP]", seconds, both > 0; hop_s is 0 when it is not given. */
bool parse_window(const char *name, const char *text, double *window_s, double *hop_s, r2nn_error *error);

/* "LO-HI" in ohm, as resistors are written: 1000, 1k, 4.7k, 4k7, 10M, 2M2, 470R. 0 < LO < HI. */
bool parse_resistors(const char *name, const char *text, double *lo_ohm, double *hi_ohm, r2nn_error *error);

/* The index of text in words[n_words], or -1 with the words in the error. */
int parse_word(const char *name, const char *text, const char *const *words, int n_words, r2nn_error *error);

/* A regular expression, as it is to be given to regcomp(REG_EXTENDED). */
bool parse_regex(const char *name, const char *text, r2nn_error *error);

/* A JACK client's name. */
bool parse_client(const char *name, const char *text, r2nn_error *error);

/* Is text a name to show: UTF-8, not empty, no control characters? */
bool parse_is_name(const char *text);

#endif
