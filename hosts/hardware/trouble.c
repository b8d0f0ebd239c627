/* Says what is wrong with a board. */
#include "hardware/trouble.h"

#include "say.h"

#include <stdio.h>

static void tell(const setup *wiring, const r2nn_trouble *trouble) {
  char where[64] = "the loopback";
  uint32_t channel = trouble->output == R2NN_LOOPBACK && !wiring->loopback.n_channels ? 0 : setup_channel(wiring, trouble->output);
  if (trouble->output != R2NN_LOOPBACK) snprintf(where, sizeof where, "output %u (input %u)", trouble->output + 1, channel);
  switch (trouble->kind) {
  case R2NN_TROUBLE_SILENT:
    say_error(
        "nothing comes back: is the board on, are its cables and the loopback's in the channels of --out, --in and --loopback?");
    return;
  case R2NN_TROUBLE_OPEN:
    say_error("the board is not connected: the loopback answers, none of its outputs does");
    return;
  case R2NN_TROUBLE_LOOP:
    say_error("the loopback is not connected: the board answers, input %u does not", channel);
    return;
  case R2NN_TROUBLE_DEAD:
    say_error("%s is dead: others answer, it does not", where);
    return;
  case R2NN_TROUBLE_CLIPS:
    say_error("%s clips: it reaches %.3g V and no more; play less (--level)", where, trouble->value);
    return;
  case R2NN_TROUBLE_HUM:
    say_error("%s hums at %g Hz, %.3g V RMS: a ground loop, or a supply's leads beside a cable", where, trouble->freq_hz,
              trouble->value);
    return;
  case R2NN_TROUBLE_SWAPPED:
    say_error("outputs %u and %u are swapped: change the cables of inputs %u and %u", trouble->output + 1, trouble->other + 1,
              channel, setup_channel(wiring, trouble->other));
    return;
  case R2NN_TROUBLE_WRONG:
    say_error("what comes in as output %u (input %u) looks like output %u", trouble->output + 1, channel, trouble->other + 1);
    return;
  case R2NN_TROUBLE_INVERTED:
    say_note("%s is inverted; it is turned back here", where);
    return;
  case R2NN_TROUBLE_NOISY:
    say_warning("%s is noisy: it answers %.0f dB over its noise; its values are little sure", where, trouble->value);
    return;
  }
}

r2nn_status trouble_tell(const setup *wiring, const r2nn_model *model, const measurement *all, bool *inverted, r2nn_error *error) {
  r2nn_trouble troubles[R2NN_TROUBLES_MOST];
  uint32_t n, n_grave = 0;
  r2nn_status status = r2nn_diagnose(model, all->heard, all->has_loopback ? &all->loopback : NULL, troubles, &n, error);
  if (status != R2NN_OK) return status;
  for (uint32_t k = 0; k < n; k++) {
    tell(wiring, &troubles[k]);
    bool is_inverted = troubles[k].kind == R2NN_TROUBLE_INVERTED;
    if (is_inverted) inverted[troubles[k].output] = true;
    n_grave += !is_inverted && troubles[k].kind != R2NN_TROUBLE_NOISY;
  }
  if (!n_grave || wiring->anyway) return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_DATA, "the board has %u trouble%s; mend %s, or go on with --anyway", n_grave,
                   n_grave == 1 ? "" : "s", n_grave == 1 ? "it" : "them");
}
