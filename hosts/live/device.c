/* Waits for a device, loses it, finds it again. */
#include "live/device.h"

#include "interrupt.h"
#include "options.h"
#include "progress.h"
#include "say.h"

#include <unistd.h>

static const double retry_s = 0.5;

bool live_device_open(live_device *self, int *code) {
  r2nn_error error = {""};
  bool is_told = false;
  *code = EXIT_FAILED;
  while (self->kind->open(self->context, &error) != R2NN_OK) {
    if (!is_told) say_error("%s%s", error.text, self->waits_at_start ? "; waiting for it" : "");
    is_told = true;
    if (!self->waits_at_start) return false;
    interrupt_watch();
    usleep((useconds_t)(1e6 * retry_s));
    if (interrupt_read().stop) {
      *code = EXIT_DONE;
      return false;
    }
  }
  return self->is_open = true;
}

void live_device_close(live_device *self) {
  if (self->is_open) self->kind->close(self->context);
  self->is_open = false;
}

static void lose(live_device *self, live *to, const char *reason) {
  say_error("%s has gone away%s%s%s", self->name, reason ? ": " : "", reason ? reason : "", self->waits ? "; waiting for it" : "");
  live_device_close(self);
  if (!self->waits) live_stop(to, EXIT_FAILED);
}

/* Now and then: is it there again? */
static void find(live_device *self, live *to) {
  r2nn_error error = {""};
  if (progress_clock() - self->tried_s < retry_s) return;
  self->tried_s = progress_clock();
  if (self->kind->open(self->context, &error) != R2NN_OK) return;
  self->is_open = true;
  if (live_set_rate(to, self->kind->rate(self->context)) && self->kind->start(self->context, to, &error) == R2NN_OK) {
    say_note("%s is there again", self->name);
    return;
  }
  if (error.text[0]) say_error("%s", error.text);
  live_device_close(self);
}

void live_device_tick(live_device *self, live *to) {
  const char *reason = NULL;
  if (!self->is_open)
    find(self, to);
  else if (self->kind->is_gone(self->context, &reason))
    lose(self, to, reason);
  else
    live_set_rate(to, self->kind->rate(self->context));
}
