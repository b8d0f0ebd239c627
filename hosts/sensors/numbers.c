/* Numbers in the text that sensors send. */
#include "sensors/numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double numbers_read(const char *text, char decimal) {
  char copy[64], *end;
  text += strspn(text, " \t");
  size_t n = strlen(text);
  while (n && strchr(" \t\r", text[n - 1])) n--;
  if (n == 0 || n >= sizeof copy || strspn(text, decimal == ',' ? "+-0123456789.,eE" : "+-0123456789.eE") < n) return NAN;
  memcpy(copy, text, n);
  copy[n] = '\0';
  if (decimal == ',' && !strchr(copy, '.')) {
    char *comma = strchr(copy, ',');
    if (comma) *comma = '.';
  }
  double value = strtod(copy, &end); /* the program never sets a locale */
  return *end == '\0' && isfinite(value) ? value : NAN;
}

uint32_t numbers_read_line(const char *line, double *fields, uint32_t most) {
  static const char between[] = ",; \t\r";
  uint32_t n = 0;
  for (const char *p = line + strspn(line, " \t\r"); *p;) {
    char text[64];
    size_t size = strcspn(p, between);
    if (n == most || size >= sizeof text) return 0;
    memcpy(text, p, size);
    text[size] = '\0';
    fields[n] = numbers_read(text, '.');
    if (isnan(fields[n++])) return 0;
    p += size;
    p += strspn(p, " \t\r");
    if (*p == ',' || *p == ';') p += 1 + strspn(p + 1, " \t\r");
  }
  return n;
}
