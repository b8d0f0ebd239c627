/* The plugin as LV2 in jalv, a host that others wrote, on a JACK server: sound goes through, notes are those of classify's classes,
 * and jack_midi_dump sees them. ctest-labels: io data serial */
#include "unit.h"

#ifdef R2NN_WITH_JACK
#include "jack_feeder.h"
#include "row.h"

enum { N_CLIPS = 6, MAX_DECISIONS = 64 };

static char folder[] = "/tmp/r2nn-test-XXXXXX", server[64];

static void notes_are_those_of_classify(void **state) {
  (void)state;
  static row_decision said[MAX_DECISIONS];
  static feeder from;
  float *row = row_new(N_CLIPS, &from.n);
  from.row = row;
  from.n_got_most = from.n;
  from.got = calloc(from.n_got_most, sizeof *from.got);
  uint32_t n = row_classify("row.wav", row, from.n, said, MAX_DECISIONS), n_known = 0;
  pid_t jackd = start_server(server, "8000", "64");
  assert_true(open_feeder(&from, server));
  pid_t jalv = start_program("jalv.log", "jalv.err", (const char *[]){"jalv", "-i", "-n", "jalv", "urn:r2nn:plugin", NULL});
  pid_t dump = start_program("midi.txt", "midi.err", (const char *[]){"jack_midi_dump", "dump", NULL});
  connect_ports(&from, "feeder:out", "jalv:lv2_audio_in_1");
  connect_ports(&from, "feeder:out", "jalv:lv2_audio_in_2");
  connect_ports(&from, "jalv:lv2_audio_out_1", "feeder:back");
  connect_ports(&from, "jalv:lv2_events_out", "feeder:notes");
  connect_ports(&from, "jalv:lv2_events_out", "dump:input");
  atomic_store(&from.plays, true);
  for (int i = 0; i < 6000 && atomic_load(&from.at) < from.n; i++) usleep(10000);
  usleep(1500000);
  uint32_t n_on = atomic_load(&from.n_on);
  assert_int_equal(atomic_load(&from.n_off), n_on);
  for (uint32_t i = 0; i < n; i++) {
    if (strcmp(said[i].name, "unknown") == 0) continue;
    assert_true(n_known < n_on);
    assert_int_equal(from.keys[n_known++], 36 + atoi(said[i].name));
  }
  assert_int_equal(n_known, n_on);
  size_t first = 0, came = 0;
  while (first < from.n && row[first] == 0) first++;
  while (came < from.n_got_most && from.got[came] == 0) came++;
  assert_true(came >= first && came - first <= 128); /* the feeder's own loop: one period */
  assert_memory_equal(from.got + came, row + first, (from.n - came) * sizeof *row);
  char on[16];
  snprintf(on, sizeof on, "90 %02x", from.keys[0]);
  assert_true(wait_for("midi.txt", on));
  jack_client_close(from.client);
  end_program(dump, SIGTERM);
  end_program(jalv, SIGTERM);
  end_program(jackd, SIGTERM);
  free(from.got);
  free(row);
}

int main(void) {
  static const char *const needed[] = {"jalv", "jackd", "jack_midi_dump"};
  char line[512];
  for (uint32_t i = 0; i < 3; i++) {
    snprintf(line, sizeof line, "command -v %s >/dev/null", needed[i]);
    if (system(line) == 0) continue;
    printf("skipped: there is no %s\n", needed[i]);
    return 77;
  }
  const char *sanitizers = getenv("R2NN_SANITIZE");
  if (sanitizers && *sanitizers) {
    printf("skipped: jalv, which is built without sanitizers, cannot load a plugin with them\n");
    return 77;
  }
  if (!mkdtemp(folder) || chdir(folder) != 0) return 1;
  snprintf(server, sizeof server, "r2plug%d", (int)getpid());
  snprintf(line, sizeof line, "%s/bin:/usr/lib/lv2", getenv("R2NN_BUILD"));
  setenv("LV2_PATH", line, 1);
  setenv("JACK_DEFAULT_SERVER", server, 1);
  setenv("JACK_NO_START_SERVER", "1", 1);
  const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(notes_are_those_of_classify, end_programs)};
  int code = cmocka_run_group_tests(tests, NULL, NULL);
  snprintf(line, sizeof line, "rm -rf '%s'", folder);
  if (code) snprintf(line, sizeof line, "tail -n 5 '%s'/*.err '%s'/jalv.log; rm -rf '%s'", folder, folder, folder);
  return system(line) != 0 || code != 0;
}
#else
int main(void) {
  printf("skipped: built without JACK\n");
  return 77;
}
#endif
