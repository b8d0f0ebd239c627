/* Finds, reads and writes model files. */
#include "model_file.h"

#include "text_file.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const preset_dirs[] = {R2NN_PRESET_DIR, R2NN_SOURCE_PRESET_DIR};
enum { N_PRESET_DIRS = sizeof preset_dirs / sizeof *preset_dirs };

/* The path of a model by name; false if it is a preset that is nowhere. */
static bool find(const char *name, char path[PATH_MAX]) {
  if (strchr(name, '/') || strchr(name, '.')) {
    snprintf(path, PATH_MAX, "%s", name);
    return true;
  }
  for (int i = 0; i < N_PRESET_DIRS; i++) {
    snprintf(path, PATH_MAX, "%s/%s.json", preset_dirs[i], name);
    if (access(path, F_OK) == 0) return true;
  }
  return false;
}

r2nn_status model_file_read(const char *name, r2nn_model **model, r2nn_error *error) {
  char path[PATH_MAX], *text;
  size_t size;
  if (!find(name, path))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: no such preset in %s or %s; a file of yours needs its ending or a slash (./%s)",
                     name, preset_dirs[0], preset_dirs[1], name);
  r2nn_status status = text_file_read(path, R2NN_MAX_TEXT, &text, &size, error);
  if (status != R2NN_OK) return status;
  r2nn_error reason = {""};
  status = r2nn_model_parse(text, size, model, &reason);
  free(text);
  return status == R2NN_OK ? status : r2nn_fail(error, status, "%s: %s", path, reason.text);
}

static int compare(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Add the presets of one folder that are not in the list yet. */
static bool add_presets(DIR *dir, char ***names, uint32_t *n_names) {
  for (struct dirent *entry; (entry = readdir(dir));) {
    size_t length = strlen(entry->d_name);
    if (length < 6 || entry->d_name[0] == '.' || strcmp(entry->d_name + length - 5, ".json") != 0) continue;
    entry->d_name[length - 5] = '\0';
    bool known = strchr(entry->d_name, '.') != NULL; /* not a name that find() would look for here */
    for (uint32_t i = 0; i < *n_names; i++) known |= strcmp((*names)[i], entry->d_name) == 0;
    if (known) continue;
    char **grown = realloc(*names, (*n_names + 1) * sizeof *grown), *name = strdup(entry->d_name);
    if (grown) *names = grown;
    if (!grown || !name) {
      free(name);
      return false;
    }
    grown[(*n_names)++] = name;
  }
  return true;
}

char **model_file_presets(uint32_t *n_names) {
  char **names = malloc(sizeof *names);
  bool enough = names != NULL;
  *n_names = 0;
  for (int i = 0; enough && i < N_PRESET_DIRS; i++) {
    DIR *dir = opendir(preset_dirs[i]);
    if (!dir) continue;
    enough = add_presets(dir, &names, n_names);
    closedir(dir);
  }
  if (enough) {
    qsort(names, *n_names, sizeof *names, compare);
    return names;
  }
  while (*n_names) free(names[--*n_names]);
  free(names);
  return NULL;
}

r2nn_status model_file_write(const r2nn_model *model, output *to, r2nn_error *error) {
  char *text = r2nn_model_print(model);
  if (!text) {
    output_discard(to);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  size_t length = strlen(text);
  fputs(text, to->stream);
  if (length == 0 || text[length - 1] != '\n') fputc('\n', to->stream);
  free(text);
  return output_commit(to, error);
}
