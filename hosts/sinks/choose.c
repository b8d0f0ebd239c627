/* Finds the format for a name or a file. */
#include "sinks/sink.h"

#include <string.h>

static const sink *const sinks[] = {&sink_text, &sink_json, &sink_csv, &sink_audacity};

const sink *sink_by_name(const char *name, size_t length) {
  for (size_t i = 0; i < sizeof sinks / sizeof *sinks; i++)
    if (strlen(sinks[i]->name) == length && memcmp(sinks[i]->name, name, length) == 0) return sinks[i];
  return NULL;
}

const sink *sink_by_ending(const char *path) {
  const char *ending = path ? strrchr(path, '.') : NULL;
  if (ending && strcmp(ending, ".csv") == 0) return &sink_csv;
  if (ending && (strcmp(ending, ".json") == 0 || strcmp(ending, ".jsonl") == 0)) return &sink_json;
  return &sink_text;
}
