/* How values and names are written for people. */
#include "words.h"

#include <math.h>

const char *words_engineering(double value, int n_digits, char *text, size_t size) {
  static const char *const prefixes[] = {"a", "f", "p", "n", "\302\265", "m", "", "k", "M", "G"};
  int power = fabs(value) > 0 ? (int)floor(log10(fabs(value)) / 3 + 1e-9) : 0;
  power = power < -6 ? -6 : power > 3 ? 3 : power;
  snprintf(text, size, "%s%.*g %s", value < 0 ? "\342\210\222" : "", n_digits, fabs(value) / pow(1000, power), prefixes[power + 6]);
  return text;
}

int words_width(const char *text) {
  int width = 0;
  for (; *text; text++) width += (*text & 0xc0) != 0x80;
  return width;
}

void words_put(FILE *to, const char *text, int width) {
  int missing = width - words_width(text);
  for (const char *p = text; *p; p++)
    fputc((unsigned char)*p < 0x20 || *p == 0x7f ? '?' : *p, to); /* names of files may hold anything */
  fprintf(to, "%*s", missing > 0 ? missing : 0, "");
}
