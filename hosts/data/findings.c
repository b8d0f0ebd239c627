/* What was found wrong or odd in the files of a data set. */
#include "data/findings.h"

#include "data/dataset.h"
#include "say.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TOLD = 10 };

r2nn_status findings_begin(findings *self, const data_list *list, r2nn_error *error) {
  *self = (findings){list, calloc(list->n_entries, sizeof *self->bad), calloc(list->n_entries, sizeof *self->remarks)};
  if (self->bad && self->remarks) return R2NN_OK;
  findings_free(self);
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
}

void findings_free(findings *self) {
  for (uint32_t i = 0; self->bad && self->remarks && i < self->list->n_entries; i++) {
    free(self->bad[i]);
    free(self->remarks[i]);
  }
  free(self->bad);
  free(self->remarks);
  *self = (findings){0};
}

void findings_bad(findings *self, uint32_t index, const char *text) {
  if (!self->bad[index]) self->bad[index] = strdup(text);
}

void findings_remark(findings *self, uint32_t index, const char *text) {
  if (text[0] && !self->remarks[index]) self->remarks[index] = strdup(text);
}

/* Say the first few texts, and how many more there are; how many there are in all. */
static uint32_t tell(const data_list *list, char *const *texts, void (*say)(const char *format, ...), const char *kind) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < list->n_entries; i++) {
    if (!texts[i] || ++n > MAX_TOLD) continue;
    char name[PATH_MAX + 64];
    dataset_entry_name(list, &list->entries[i], name, sizeof name);
    say("%s: %s", name, texts[i]);
  }
  if (n > MAX_TOLD) say("and %u more %s", n - MAX_TOLD, kind);
  return n;
}

r2nn_status findings_tell(const findings *self, bool skip_bad, r2nn_error *error) {
  tell(self->list, self->remarks, say_warning, "such files");
  uint32_t n = tell(self->list, self->bad, say_error, "files that cannot be used");
  if (n == 0) return R2NN_OK;
  if (n == self->list->n_entries) return r2nn_fail(error, R2NN_BAD_DATA, "%s: none of the files can be used", self->list->source);
  if (!skip_bad)
    return r2nn_fail(error, R2NN_BAD_DATA, "%s: %u of %u files cannot be used; --skip-bad goes on without them", self->list->source,
                     n, self->list->n_entries);
  say_warning("%u of %u files are left out (--skip-bad)", n, self->list->n_entries);
  return R2NN_OK;
}
