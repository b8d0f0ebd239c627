/* Reads the small texts that stand in options. */
#include "parse.h"

#include <errno.h>
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool parse_whole(const char *name, const char *text, uint64_t lo, uint64_t hi, uint64_t *value, r2nn_error *error) {
  char *end;
  errno = 0;
  unsigned long long number = strtoull(text, &end, 10);
  bool is_number = text[0] >= '0' && text[0] <= '9' && *end == '\0';
  if (is_number && errno == 0 && number >= lo && number <= hi) {
    *value = number;
    return true;
  }
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: must be a whole number from %llu to %llu, is \"%s\"", name, (unsigned long long)lo,
            (unsigned long long)hi, text);
  return false;
}

/* A finite number at the beginning of text; what follows it is *end. */
static bool read_number(const char *text, double *value, char **end) {
  if (!((text[0] >= '0' && text[0] <= '9') || text[0] == '.' || text[0] == '-')) return false;
  *value = strtod(text, end);
  return *end != text && isfinite(*value);
}

bool parse_number(const char *name, const char *text, double lo, double hi, double *value, r2nn_error *error) {
  char *end;
  if (read_number(text, value, &end) && *end == '\0' && *value >= lo && *value <= hi) return true;
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: must be a number from %g to %g, is \"%s\"", name, lo, hi, text);
  return false;
}

uint32_t parse_numbers(const char *name, const char *text, double lo, double hi, double *values, uint32_t most, r2nn_error *error) {
  char *end;
  const char *rest = text;
  for (uint32_t n = 0; n < most && read_number(rest, &values[n], &end) && values[n] >= lo && values[n] <= hi; rest = end + 1) {
    n++;
    if (*end == '\0') return n;
    if (*end != ',') break;
  }
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: must be numbers from %g to %g with commas between, at most %u, is \"%.200s\"", name, lo,
            hi, most, text);
  return 0;
}

bool parse_window(const char *name, const char *text, double *window_s, double *hop_s, r2nn_error *error) {
  char *end;
  *hop_s = 0;
  if (read_number(text, window_s, &end) && *window_s > 0 && *window_s < 1e6) {
    if (*end == '\0') return true;
    if (*end == ',' && read_number(end + 1, hop_s, &end) && *end == '\0' && *hop_s >= *window_s / 1000 && *hop_s <= *window_s)
      return true;
  }
  r2nn_fail(error, R2NN_BAD_ARGUMENT,
            "%s: must be S or S,HOP in seconds, 0 < S < 1e6 and S/1000 <= HOP <= S, like 0.2 or 0.2,0.1; is \"%s\"", name, text);
  return false;
}

/* One resistor: the letter R, k, K or M stands for the decimal point (4k7) or behind the number (4.7k). */
static bool read_resistor(const char *text, double *ohm, char **end) {
  if (!read_number(text, ohm, end)) return false;
  double unit = **end == 'k' || **end == 'K' ? 1e3 : **end == 'M' ? 1e6 : **end == 'R' ? 1 : 0;
  if (unit == 0) return *ohm > 0;
  (*end)++;
  double place = 0.1;
  for (; **end >= '0' && **end <= '9'; (*end)++, place /= 10) *ohm += place * (**end - '0');
  *ohm *= unit;
  return *ohm > 0;
}

bool parse_resistors(const char *name, const char *text, double *lo_ohm, double *hi_ohm, r2nn_error *error) {
  char *end;
  if (read_resistor(text, lo_ohm, &end) && *end == '-' && read_resistor(end + 1, hi_ohm, &end) && *end == '\0' &&
      *lo_ohm < *hi_ohm && *lo_ohm >= 1e-3 && *hi_ohm <= 1e15)
    return true;
  r2nn_fail(error, R2NN_BAD_ARGUMENT,
            "%s: must be LO-HI in ohm with LO below HI, from 1e-3 to 1e15, like 1k-10M or 4k7-1M; is \"%s\"", name, text);
  return false;
}

int parse_word(const char *name, const char *text, const char *const *words, int n_words, r2nn_error *error) {
  char choices[256] = "";
  for (int i = 0; i < n_words; i++) {
    if (strcmp(text, words[i]) == 0) return i;
    size_t used = strlen(choices);
    snprintf(choices + used, sizeof choices - used, "%s%s", i == 0 ? "" : i == n_words - 1 ? " or " : ", ", words[i]);
  }
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: must be %s, is \"%s\"", name, choices, text);
  return -1;
}

bool parse_is_name(const char *text) {
  static const uint32_t smallest[4] = {0, 0x80, 0x800, 0x10000};
  if (!text[0]) return false;
  for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
    int n_more = *p < 0x80 ? 0 : (*p & 0xe0) == 0xc0 ? 1 : (*p & 0xf0) == 0xe0 ? 2 : (*p & 0xf8) == 0xf0 ? 3 : -1;
    if (n_more < 0) return false;
    uint32_t code = n_more == 0 ? *p : *p & (0x3fu >> n_more);
    for (int i = 0; i < n_more; i++) {
      if ((*++p & 0xc0) != 0x80) return false;
      code = code << 6 | (*p & 0x3f);
    }
    if (code < smallest[n_more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
  }
  return true;
}

bool parse_regex(const char *name, const char *text, r2nn_error *error) {
  regex_t tried;
  if (regcomp(&tried, text, REG_EXTENDED | REG_NOSUB) != 0) {
    r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: not a regular expression: \"%.200s\"", name, text);
    return false;
  }
  regfree(&tried);
  return true;
}

bool parse_client(const char *name, const char *text, r2nn_error *error) {
  if (parse_is_name(text) && strlen(text) < 60 && !strchr(text, ':')) return true;
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: must be a name of less than 60 bytes without a colon, is \"%.100s\"", name, text);
  return false;
}
