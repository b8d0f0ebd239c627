/* Writes and finds the file that training goes on from. */
#include "checkpoint.h"

#include "output.h"
#include "progress.h"
#include "say.h"
#include "text_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first is written early, for who leaves early; later ones cost little beside what is done between them. */
static const double first_s = 1, every_s = 30;
#define MAX_SIZE ((size_t)1 << 30)

static bool is_due(void *context) {
  checkpoint *self = context;
  return progress_clock() - self->written_s >= self->every_s;
}

static void write_text(void *context, const char *text, size_t size) {
  checkpoint *self = context;
  output out;
  r2nn_error error = {""};
  r2nn_status status = output_open(&out, self->path, true, &error);
  if (status == R2NN_OK) {
    fwrite(text, 1, size, out.stream);
    status = output_commit(&out, &error);
  }
  if (status != R2NN_OK && !self->has_failed) say_warning("%s; training goes on without it", error.text);
  self->has_failed = status != R2NN_OK;
  self->is_written |= status == R2NN_OK;
  self->written_s = progress_clock();
  self->every_s = 2 * self->every_s < every_s ? 2 * self->every_s : every_s;
}

r2nn_status checkpoint_open(checkpoint *self, const char *output, bool resume, r2nn_error *error) {
  struct stat info;
  *self = (checkpoint){.written_s = progress_clock(), .every_s = first_s};
  bool is_file = strcmp(output, "-") != 0 && (stat(output, &info) != 0 || S_ISREG(info.st_mode));
  if (!is_file)
    return resume ? r2nn_fail(error, R2NN_BAD_ARGUMENT, "--resume: needs the -o FILE that the run was begun with, not %s", output)
                  : R2NN_OK;
  if (asprintf(&self->path, "%s.resume", output) < 0) self->path = NULL;
  if (!self->path) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self->hooks = (r2nn_checkpoints){.is_due = is_due, .write = write_text, .context = self};
  bool exists = access(self->path, F_OK) == 0;
  if (!resume) {
    if (exists) say_note("%s: an earlier run's, which --resume would go on from; it will be overwritten", self->path);
    return R2NN_OK;
  }
  if (!exists) {
    say_note("%s: there is none; training from the start", self->path);
    return R2NN_OK;
  }
  r2nn_status status = text_file_read(self->path, MAX_SIZE, &self->text, &self->hooks.size, error);
  self->hooks.text = self->text;
  return status;
}

void checkpoint_close(checkpoint *self, bool is_done) {
  if (self->path && is_done) unlink(self->path);
  if (self->path && !is_done && self->is_written) say_note("%s: --resume goes on from here", self->path);
  free(self->path);
  free(self->text);
  *self = (checkpoint){0};
}
