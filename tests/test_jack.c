/* r2nn jack against a real server: decisions as those of classify, what it passes on, notes, freewheeling, stalls, a server that
 * goes. ctest-labels: io data serial slow ctest-timeout: 240 */
#ifdef R2NN_WITH_JACK
#include "jack_feeder.h"
#include "row.h"

#include <math.h>

enum { MAX_DECISIONS = 8192, N_CLIPS = 12 };

static const char *program;
static char server[64], folder[] = "/tmp/r2nn-test-XXXXXX";

static uint32_t read_decisions(const char *path, row_decision *made) {
  FILE *file = fopen(path, "r");
  uint32_t n = row_read_decisions(file, made, MAX_DECISIONS);
  fclose(file);
  return n;
}

static pid_t start_jack(const char *more, const char *argument) {
  const char *words[] = {program,       "jack", "-m", "digits",  "-s", server,   "--json",
                         "--heartbeat", "1",    "-c", "feeder:", more, argument, NULL};
  unlink("out.json");
  unlink("err.txt");
  return start_program("out.json", "err.txt", words);
}

static uint64_t memory_kb(pid_t process) {
  char path[64], line[256];
  unsigned long long kb = 0;
  snprintf(path, sizeof path, "/proc/%d/status", (int)process);
  FILE *file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file)) sscanf(line, "VmRSS: %llu", &kb);
  if (file) fclose(file);
  return kb;
}

static void wait_until_played(feeder *self) {
  for (int i = 0; i < 20000 && (atomic_load(&self->at) < self->n || atomic_load(&self->n_loops)); i++) usleep(10000);
  usleep(800000);
}

/* The network hears what a file holds: the same classes at the same times, and passes on the same bits, whatever the period. */
static void hears_as_classify(void **state) {
  (void)state;
  static row_decision live[MAX_DECISIONS], expected[MAX_DECISIONS];
  static feeder from;
  float *row = row_new(N_CLIPS, &from.n);
  from.row = row;
  from.n_got_most = from.n + 4000;
  from.got = calloc(from.n_got_most, sizeof *from.got);
  uint32_t n = row_classify("row.wav", row, from.n, expected, MAX_DECISIONS);
  assert_true(n >= N_CLIPS);

  pid_t jackd = start_server(server, "8000", "64");
  assert_true(open_feeder(&from, server));
  pid_t r2nn = start_jack(NULL, NULL);
  assert_true(join_feeder(&from, "r2nn:out_1"));
  assert_true(jack_port_connected(from.notes));
  usleep(300000);
  atomic_store(&from.plays, true);
  usleep(2500000); /* longer periods in the middle of it all */
  assert_int_equal(jack_set_buffer_size(from.client, 128), 0);
  wait_until_played(&from);
  uint32_t n_on = atomic_load(&from.n_on), n_off = atomic_load(&from.n_off);

  /* freewheeling: many times the row at once, nothing lost, no more memory */
  const char *soak = getenv("R2NN_SOAK");
  double seconds = soak && soak[0] == '1' ? 3600 : 240;
  uint32_t n_loops = (uint32_t)(seconds * 8000 / (double)from.n);
  uint64_t before_kb = memory_kb(r2nn);
  assert_int_equal(jack_set_freewheel(from.client, 1), 0);
  atomic_store(&from.n_loops, n_loops);
  wait_until_played(&from);
  assert_int_equal(jack_set_freewheel(from.client, 0), 0);
  usleep(500000);
  uint64_t after_kb = memory_kb(r2nn);
  assert_int_equal(end_program(r2nn, SIGTERM), 0);
  jack_client_close(from.client);
  end_program(jackd, SIGTERM);

  uint32_t n_live = read_decisions("out.json", live);
  print_message("%u decisions, %u notes on, %u off; after %u freewheeling rows %u decisions; %llu and %llu kB\n", n, n_on, n_off,
                n_loops, n_live, (unsigned long long)before_kb, (unsigned long long)after_kb);
  assert_int_equal(n_live, n * (1 + n_loops));
  double later_s = live[0].start_s - expected[0].start_s, row_s = (double)from.n / 8000;
  uint32_t n_known = 0;
  const row_decision *first_live = NULL;
  for (uint32_t i = 0; i < n_live; i++) {
    const row_decision *as = &expected[i % n];
    assert_string_equal(live[i].name, as->name);
    assert_true(fabs(live[i].score - as->score) < 2e-3);
    assert_true(fabs(live[i].end_s - live[i].start_s - (as->end_s - as->start_s)) < 0.005);
    if (i < n) assert_true(fabs(live[i].start_s - as->start_s - later_s) < 0.005);
    if (i >= n || strcmp(live[i].name, "unknown") == 0) continue;
    assert_int_equal(from.keys[n_known], 36 + atoi(live[i].name)); /* the digits' classes are in order */
    assert_true(fabs(from.velocities[n_known] - (1 + 126 * (1 + live[i].level_db / 60))) <= 1);
    /* a note comes on its very frame, but for whole periods that our loop delays it */
    if (!n_known) first_live = &live[i];
    double frames_off = (double)(from.when[n_known] - from.when[0]) - 8000 * (live[i].time_s - first_live->time_s);
    assert_true(fabs(frames_off) <= 130 && fabs(frames_off - 64 * round(frames_off / 64)) <= 1);
    n_known++;
  }
  assert_int_equal(n_on, n_known);
  assert_int_equal(n_off, n_known);
  assert_true(row_s > 0 && after_kb < before_kb + 1024);

  /* our own loop delays by a period, which grew after two and a half seconds */
  size_t first = 0, came = 0, change = 2 * 8000, later = 4 * 8000;
  while (first < from.n && row[first] == 0) first++;
  while (came < from.n_got_most && from.got[came] == 0) came++;
  size_t delay = came - first;
  assert_true(delay <= 256 && first < change);
  assert_memory_equal(from.got + came, row + first, (change - first) * sizeof *row);
  while (delay < 1024 && memcmp(from.got + later + delay, row + later, (from.n - later) * sizeof *row) != 0) delay++;
  assert_true(delay < 1024);
  free(from.got);
  free(row);
}

/* A client that stops for a moment is told about; one whose server goes away says so and ends. */
static void tells_stalls_and_a_lost_server(void **state) {
  (void)state;
  pid_t jackd = start_server(server, "8000", "64");
  static feeder from;
  assert_true(open_feeder(&from, server));
  pid_t r2nn = start_jack("--name", "other");
  assert_true(join_feeder(&from, "other:out_1"));
  usleep(500000);
  kill(r2nn, SIGSTOP);
  usleep(300000);
  kill(r2nn, SIGCONT);
  assert_true(wait_for("err.txt", "xrun"));
  jack_client_close(from.client);
  end_program(jackd, SIGTERM);
  assert_int_equal(end_program(r2nn, 0), 1);
  assert_true(file_holds("err.txt", "the JACK server has gone away"));

  const char *words[] = {program, "jack", "-m", "digits", "-s", server, NULL};
  assert_int_equal(end_program(start_program("out.json", "none.txt", words), 0), 1);
  assert_true(file_holds("none.txt", "no JACK server"));
}

/* What goes out is as old as what comes in: the server's own latencies go through, in both directions. */
static void tells_its_latency(void **state) {
  (void)state;
  pid_t jackd = start_server(server, "8000", "64");
  static feeder from;
  jack_latency_range_t range = {0}, expected = {0};
  assert_true(open_feeder(&from, server));
  const char *words[] = {program, "jack", "-m", "digits", "-s", server, NULL};
  pid_t r2nn = start_program("out.json", "latency.txt", words); /* hears the server's first capture port */
  jack_port_t *in = NULL, *capture = jack_port_by_name(from.client, "system:capture_1");
  for (int i = 0; i < 400 && !(in && jack_port_connected(in)); i++) {
    usleep(25000);
    in = jack_port_by_name(from.client, "r2nn:in_1");
  }
  assert_true(in && capture && jack_port_connected_to(in, "system:capture_1"));
  assert_int_equal(jack_connect(from.client, "r2nn:out_1", "system:playback_1"), 0);
  usleep(300000);
  const char *heard[] = {"r2nn:in_1", "r2nn:out_1", "r2nn:events"}, *played[] = {"r2nn:out_1", "r2nn:in_1"};
  jack_port_get_latency_range(capture, JackCaptureLatency, &expected);
  assert_true(expected.max >= 64);
  for (int i = 0; i < 3; i++) {
    jack_port_get_latency_range(jack_port_by_name(from.client, heard[i]), JackCaptureLatency, &range);
    assert_memory_equal(&range, &expected, sizeof range);
  }
  jack_port_get_latency_range(jack_port_by_name(from.client, "system:playback_1"), JackPlaybackLatency, &expected);
  assert_true(expected.max >= 64);
  for (int i = 0; i < 2; i++) {
    jack_port_get_latency_range(jack_port_by_name(from.client, played[i]), JackPlaybackLatency, &range);
    assert_memory_equal(&range, &expected, sizeof range);
  }
  assert_int_equal(end_program(r2nn, SIGTERM), 0);
  jack_client_close(from.client);
  end_program(jackd, SIGTERM);
}

/* A server that comes back, at another rate, finds the client again; SIGHUP reads the model. */
static void connects_again(void **state) {
  (void)state;
  static row_decision live[MAX_DECISIONS];
  static feeder from, again; /* JACK may still be at them when the test has failed */
  float *row = row_new(N_CLIPS, &again.n);
  pid_t jackd = start_server(server, "16000", "128");
  assert_true(open_feeder(&from, server));
  pid_t r2nn = start_jack("--reconnect", NULL);
  assert_true(join_feeder(&from, "r2nn:out_1"));
  jack_client_close(from.client);
  end_program(jackd, SIGTERM);
  assert_true(wait_for("err.txt", "waiting"));
  jackd = start_server(server, "8000", "64");
  assert_true(open_feeder(&again, server));
  assert_true(join_feeder(&again, "r2nn:out_1"));
  assert_true(wait_for("err.txt", "again"));
  kill(r2nn, SIGHUP);
  assert_true(wait_for("err.txt", "digits: was read"));
  again.row = row;
  atomic_store(&again.plays, true);
  wait_until_played(&again);
  jack_client_close(again.client);
  assert_int_equal(end_program(r2nn, SIGINT), 0);
  end_program(jackd, SIGTERM);
  assert_int_equal(read_decisions("out.json", live), N_CLIPS);
  free(row);
}

int main(void) {
  program = getenv("R2NN");
  if (!program || !program[0] || access(program, X_OK) != 0 || system("command -v jackd >/dev/null") != 0) {
    printf("skipped: the program or jackd is not there\n");
    return 77;
  }
  snprintf(server, sizeof server, "r2test_%d", (int)getpid());
  char command[64];
  size_t n;
  free(row_new(N_CLIPS, &n)); /* skips without recordings */
  if (!mkdtemp(folder) || chdir(folder) != 0) return 1;
  const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(hears_as_classify, end_programs),
                                     cmocka_unit_test_teardown(tells_its_latency, end_programs),
                                     cmocka_unit_test_teardown(tells_stalls_and_a_lost_server, end_programs),
                                     cmocka_unit_test_teardown(connects_again, end_programs)};
  int code = cmocka_run_group_tests(tests, NULL, NULL);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (!getenv("R2NN_KEEP")) return chdir("/") || system(command) || code;
  return code;
}
#else
#include <stdio.h>
int main(void) {
  printf("skipped: built without JACK\n");
  return 77;
}
#endif
