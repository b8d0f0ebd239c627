/* Fuzzes the manifest reader: any bytes give a list or a message with a line, and nothing else. */
#include "data/manifest.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  data_list list;
  r2nn_error error = {""};
  if (data_list_begin(&list, "manifest.csv", &error) != R2NN_OK) return 0;
  r2nn_status status = manifest_parse((const char *)data, size, "folder/", &list, &error);
  if (status == R2NN_OK) status = data_list_index(&list, &error);
  if ((status == R2NN_OK) == (error.text[0] != '\0')) abort();
  for (uint32_t i = 0; status == R2NN_OK && i < list.n_entries; i++) {
    const data_entry *entry = &list.entries[i];
    if (!entry->path[0] || strcmp(list.classes[entry->label_index], entry->label) != 0 || entry->group_index >= list.n_groups)
      abort();
  }
  data_list_free(&list);
  return 0;
}
