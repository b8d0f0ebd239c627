/* Finds a data set's files. */
#include "data/dataset.h"

#include "data/manifest.h"
#include "parse.h"
#include "text_file.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DEPTH = 16 };           /* of folders in a label's folder; ends loops of links */
enum { MAX_MANIFEST = 256 << 20 }; /* bytes */

static r2nn_status fail_errno(const char *path, r2nn_error *error) {
  return r2nn_fail(error, R2NN_BAD_DATA, "%s: %s", path, strerror(errno));
}

static int is_visible(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

static bool is_folder(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Call visit for every visible name in a folder, sorted, with its path. */
typedef r2nn_status (*visitor)(void *context, const char *name, const char *path, r2nn_error *error);

static r2nn_status each_name(const char *folder, visitor visit, void *context, r2nn_error *error) {
  struct dirent **names;
  int n = scandir(folder, &names, is_visible, alphasort);
  if (n < 0) return fail_errno(folder, error);
  r2nn_status status = R2NN_OK;
  for (int i = 0; i < n; i++) {
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
    if (status == R2NN_OK)
      status = length < (int)sizeof path ? visit(context, names[i]->d_name, path, error)
                                         : r2nn_fail(error, R2NN_BAD_DATA, "%s: too long a path", folder);
    free(names[i]);
  }
  free(names);
  return status;
}

typedef struct scan {
  data_list *list;
  const char *label;
  uint32_t depth;
} scan;

/* A file of a label, or a folder of such files. */
static r2nn_status visit_file(void *context, const char *name, const char *path, r2nn_error *error) {
  (void)name;
  scan *self = context;
  if (!is_folder(path)) return data_list_add(self->list, path, self->label, NULL, R2NN_SPLIT_NONE, 0, error);
  scan below = {self->list, self->label, self->depth + 1};
  if (below.depth > MAX_DEPTH) return r2nn_fail(error, R2NN_BAD_DATA, "%s: folders too deep in each other", path);
  return each_name(path, visit_file, &below, error);
}

/* A sub-folder of the data set; loose files beside the sub-folders are none of its business. */
static r2nn_status visit_label(void *context, const char *name, const char *path, r2nn_error *error) {
  data_list *list = context;
  if (!is_folder(path)) return R2NN_OK;
  if (!parse_is_name(name))
    return r2nn_fail(error, R2NN_BAD_DATA, "%s: the label is not UTF-8 text without control characters", path);
  uint32_t n_before = list->n_entries;
  r2nn_status status = each_name(path, visit_file, &(scan){list, name, 0}, error);
  if (status == R2NN_OK && list->n_entries == n_before)
    return r2nn_fail(error, R2NN_BAD_DATA, "%s: the label has no files; remove the folder or fill it", path);
  return status;
}

/* A manifest, its paths relative to its own folder. */
static r2nn_status read_manifest(const char *path, data_list *list, r2nn_error *error) {
  char *text;
  size_t size;
  r2nn_status status = text_file_read(path, MAX_MANIFEST, &text, &size, error);
  if (status != R2NN_OK) return status;
  const char *slash = strrchr(path, '/');
  char folder[PATH_MAX];
  snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 0, path);
  status = manifest_parse(text, size, folder, list, error);
  free(text);
  return status;
}

r2nn_status dataset_list(const char *path, data_list *list, r2nn_error *error) {
  char clean[PATH_MAX], manifest[PATH_MAX + 16];
  snprintf(clean, sizeof clean, "%s", path);
  for (size_t n = strlen(clean); n > 1 && clean[n - 1] == '/'; n--) clean[n - 1] = '\0';
  snprintf(manifest, sizeof manifest, "%s/manifest.csv", clean);
  bool folder = is_folder(clean), has_manifest = folder && access(manifest, F_OK) == 0;
  r2nn_status status = data_list_begin(list, has_manifest ? manifest : clean, error);
  if (status != R2NN_OK) return status;
  if (folder && !has_manifest)
    status = each_name(clean, visit_label, list, error);
  else
    status = read_manifest(list->source, list, error);
  if (status == R2NN_OK && folder && !has_manifest && list->n_entries == 0)
    return r2nn_fail(error, R2NN_BAD_DATA, "%s: holds neither manifest.csv nor folders with labels for names", clean);
  return status == R2NN_OK ? data_list_index(list, error) : status;
}

void dataset_entry_name(const data_list *list, const data_entry *entry, char *text, size_t size) {
  if (entry->line)
    snprintf(text, size, "%s:%u: %s", list->source, entry->line, entry->path);
  else
    snprintf(text, size, "%s", entry->path);
}
