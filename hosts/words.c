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

/* Characters of no and of two columns, roughly as Unicode's East Asian Width has them. */
typedef struct range {
  uint32_t first, last;
} range;
static const range marks[] = {{0x300, 0x36f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}};
static const range wide[] = {{0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},  {0xfe30, 0xfe6f},
                             {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd}};

static bool is_among(uint32_t character, const range *ranges, size_t n) {
  size_t i = 0;
  while (i < n && (character < ranges[i].first || character > ranges[i].last)) i++;
  return i < n;
}

size_t words_character(const char *text, int *columns) {
  uint8_t lead = (uint8_t)*text;
  uint32_t character = lead < 0x80 ? lead : lead < 0xe0 ? lead & 0x1f : lead < 0xf0 ? lead & 0xf : lead & 7;
  size_t n = 1;
  for (; n < 4 && ((uint8_t)text[n] & 0xc0) == 0x80; n++) character = character << 6 | ((uint8_t)text[n] & 0x3f);
  *columns = is_among(character, marks, sizeof marks / sizeof *marks) ? 0
             : is_among(character, wide, sizeof wide / sizeof *wide)  ? 2
                                                                      : 1;
  return n;
}

int words_width(const char *text) {
  int width = 0, columns;
  for (; *text; width += columns) text += words_character(text, &columns);
  return width;
}

void words_put(FILE *to, const char *text, int width) {
  int missing = width - words_width(text);
  for (const char *p = text; *p; p++)
    fputc((unsigned char)*p < 0x20 || *p == 0x7f ? '?' : *p, to); /* names of files may hold anything */
  fprintf(to, "%*s", missing > 0 ? missing : 0, "");
}
