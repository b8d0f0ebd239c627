/* Notes through the real ALSA sequencer, where there is one: as many as there are decisions, each with its end.
 * ctest-labels: io data
 * ctest-timeout: 120 */
#ifdef R2NN_WITH_ALSA
#include "live_feed.h"

#include <alsa/asoundlib.h>

extern const live_sink live_sink_midi_alsa;

enum { N_CLIPS = 8 };

typedef struct receiver {
  snd_seq_t *sequencer;
  uint8_t notes[FEED_MAX_DECISIONS];
  uint32_t n_on, n_off;
} receiver;

static void receive(receiver *self) {
  snd_seq_event_t *event;
  while (snd_seq_event_input(self->sequencer, &event) >= 0) {
    if (event->type == SND_SEQ_EVENT_NOTEON && self->n_on < FEED_MAX_DECISIONS) self->notes[self->n_on++] = event->data.note.note;
    self->n_off += event->type == SND_SEQ_EVENT_NOTEOFF;
  }
}

static void tick(void *context, live *to, double time_s) {
  (void)to, (void)time_s;
  receive(context);
}

static void the_sequencer_plays_every_decision(void **state) {
  (void)state;
  static row_decision expected[FEED_MAX_DECISIONS];
  static receiver heard;
  char path[] = "/tmp/r2nn-test-XXXXXX", to[32];
  int file = mkstemp(path);
  assert_true(file >= 0);
  close(file);
  feed from = {.speed = 2, .tick = tick, .context = &heard};
  from.row = row_new(N_CLIPS, &from.n);
  uint32_t n = row_classify(path, from.row, from.n, expected, FEED_MAX_DECISIONS), n_known = 0;
  unlink(path);
  assert_int_equal(snd_seq_open(&heard.sequencer, "default", SND_SEQ_OPEN_INPUT, SND_SEQ_NONBLOCK), 0);
  int port = snd_seq_create_simple_port(heard.sequencer, "in", SND_SEQ_PORT_CAP_WRITE | SND_SEQ_PORT_CAP_SUBS_WRITE,
                                        SND_SEQ_PORT_TYPE_MIDI_GENERIC);
  assert_true(port >= 0);
  snprintf(to, sizeof to, "%d:%d", snd_seq_client_id(heard.sequencer), port);
  const live_wish sinks[] = {{&live_sink_midi_alsa, to}};
  assert_int_equal(feed_run(&from, sinks, 1), 0);
  receive(&heard);
  for (uint32_t i = 0; i < n; i++) {
    if (strcmp(expected[i].name, "unknown") == 0) continue;
    assert_true(n_known < heard.n_on);
    assert_int_equal(heard.notes[n_known++], 36 + atoi(expected[i].name));
  }
  assert_int_equal(heard.n_on, n_known);
  assert_int_equal(heard.n_off, n_known);
  snd_seq_close(heard.sequencer);
  free((void *)(uintptr_t)from.row);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_sequencer_plays_every_decision)};
  if (access("/dev/snd/seq", R_OK | W_OK) != 0) {
    printf("skipped: there is no /dev/snd/seq that we may use (modprobe snd-seq)\n");
    return 77;
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
#include <stdio.h>

int main(void) {
  printf("skipped: built without ALSA\n");
  return 77;
}
#endif
