/* Small text helpers: numbers that read back exactly in any locale, and UTF-8. */
#include "core/text.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whatever stands between the digits (a locale's decimal comma, of any length) becomes one point. */
static void settle_point(char *text) {
  char *to = text;
  bool in_point = false;
  for (const char *from = text; *from; from++) {
    bool plain = strchr("0123456789+-e", *from) != NULL;
    if (plain) *to++ = *from;
    if (!plain && !in_point) *to++ = '.';
    in_point = !plain;
  }
  *to = '\0';
}

static char *print_number(char *text, double value, bool is_float, int least_digits, int most_digits) {
  if (!isfinite(value)) return strcpy(text, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
  if (value == 0) return strcpy(text, signbit(value) ? "-0.0" : "0"); /* "-0" would read back as the integer 0 */
  for (int digits = least_digits; digits <= most_digits; digits++) {
    snprintf(text, R2NN_NUMBER_SIZE, "%.*g", digits, value);
    double back = strtod(text, NULL);
    if (is_float ? (float)back == (float)value : back == value) break;
  }
  settle_point(text);
  return text;
}

char *r2nn_double_print(char text[R2NN_NUMBER_SIZE], double value) {
  return print_number(text, value, false, 15, 17);
}

char *r2nn_float_print(char text[R2NN_NUMBER_SIZE], float value) {
  return print_number(text, (double)value, true, 6, 9);
}

size_t r2nn_utf8_step(const char *text) {
  const unsigned char *t = (const unsigned char *)text;
  size_t n = t[0] == 0                     ? 0
             : t[0] < 0x80                 ? 1
             : t[0] >= 0xc2 && t[0] < 0xe0 ? 2
             : t[0] >= 0xe0 && t[0] < 0xf0 ? 3
             : t[0] >= 0xf0 && t[0] < 0xf5 ? 4
                                           : 0;
  for (size_t i = 1; i < n; i++)
    if ((t[i] & 0xc0) != 0x80) return 0;
  if (t[0] == 0xe0 && t[1] < 0xa0) return 0;  /* longer than needed */
  if (t[0] == 0xed && t[1] >= 0xa0) return 0; /* a surrogate */
  if (t[0] == 0xf0 && t[1] < 0x90) return 0;  /* longer than needed */
  if (t[0] == 0xf4 && t[1] >= 0x90) return 0; /* above U+10FFFF */
  return n;
}
