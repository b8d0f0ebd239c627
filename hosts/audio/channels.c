/* Which channels of a recording are used. */
#include "audio/channels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One channel number at *text, which moves behind it; 0 if there is none. */
static unsigned long read_channel(const char **text) {
  if (**text < '0' || **text > '9') return 0;
  char *end;
  unsigned long number = strtoul(*text, &end, 10);
  *text = end;
  return number <= 4096 ? number : 0;
}

static bool add(channel_list *list, unsigned long number) {
  for (uint32_t i = 0; i < list->n_channels; i++)
    if (list->channels[i] == number - 1) return false;
  if (list->n_channels == R2NN_MAX_CHANNELS) return false;
  list->channels[list->n_channels++] = (uint32_t)number - 1;
  return true;
}

bool channels_parse(const char *name, const char *text, channel_list *list, r2nn_error *error) {
  const char *p = text;
  list->n_channels = 0;
  for (;;) {
    unsigned long first = read_channel(&p), last = first;
    if (*p == '-') {
      p++;
      last = read_channel(&p);
    }
    bool good = first > 0 && last >= first;
    for (unsigned long number = first; good && number <= last; number++) good = add(list, number);
    if (good && *p == '\0') return true;
    if (!good || *p++ != ',') break;
  }
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: must be channel numbers from 1, each once, like 1 or 1,3-4; is \"%s\"", name, text);
  return false;
}

r2nn_status channels_mismatch(const channel_list *list, uint32_t n_file, uint32_t n_wanted, const char *wanted_by,
                              r2nn_error *error) {
  const char *plural = n_file == 1 ? "" : "s";
  if (list && list->n_channels)
    return r2nn_fail(error, R2NN_BAD_DATA, "--channel chooses %u of its %u channel%s where %s %u", list->n_channels, n_file, plural,
                     wanted_by, n_wanted);
  if (n_file < n_wanted)
    return r2nn_fail(error, R2NN_BAD_DATA, "has %u channel%s where %s %u; --channel chooses channels", n_file, plural, wanted_by,
                     n_wanted);
  char range[16];
  snprintf(range, sizeof range, "1-%u", n_wanted);
  if (n_wanted == 1) range[1] = '\0';
  return r2nn_fail(error, R2NN_BAD_DATA, "has %u channel%s where %s %u; choose with --channel, for instance --channel %s", n_file,
                   plural, wanted_by, n_wanted, range);
}
