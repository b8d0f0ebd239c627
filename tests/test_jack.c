/* r2nn jack against a real server: decisions as those of classify, what it passes on, notes, freewheeling, stalls, a server that
 * goes. ctest-labels: io data serial slow ctest-timeout: 240 */
#ifdef R2NN_WITH_JACK
#include "digits.h"
#include "jack_feeder.h"

#include <jansson.h>
#include <math.h>

enum { MAX_DECISIONS = 8192, N_CLIPS = 12 };

static const char *program;
static char server[64], folder[] = "/tmp/r2nn-test-XXXXXX";

typedef struct decision {
  double start_s, end_s, score;
  char name[32];
} decision;

/* The decisions in a file of JSON lines. */
static uint32_t read_decisions(const char *path, decision *made) {
  static char line[65536];
  FILE *file = fopen(path, "r");
  uint32_t n = 0;
  assert_non_null(file);
  while (fgets(line, sizeof line, file)) {
    json_t *object = json_loads(line, 0, NULL);
    const char *name = json_string_value(json_object_get(object, "class"));
    if (name && n < MAX_DECISIONS) {
      made[n] = (decision){json_real_value(json_object_get(object, "start_s")), json_real_value(json_object_get(object, "end_s")),
                           json_real_value(json_object_get(object, "score")), ""};
      snprintf(made[n++].name, sizeof made->name, "%s", name);
    }
    json_decref(object);
  }
  fclose(file);
  return n;
}

static bool file_holds(const char *path, const char *text) {
  static char all[1 << 20];
  FILE *file = fopen(path, "r");
  if (!file) return false;
  all[fread(all, 1, sizeof all - 1, file)] = '\0';
  fclose(file);
  return strstr(all, text) != NULL;
}

static bool wait_for(const char *path, const char *text) {
  for (int i = 0; i < 500; i++) {
    if (file_holds(path, text)) return true;
    usleep(20000);
  }
  return false;
}

/* Clips with silence between and around, at 8 kHz. */
static float *new_row(size_t *n) {
  digits data = digits_read();
  size_t rest = 8000;
  *n = rest;
  for (uint32_t i = 0; i < N_CLIPS; i++) *n += (size_t)data.set.clips[7 * i].n_frames + rest;
  float *row = calloc(*n, sizeof *row), *at = row + rest;
  for (uint32_t i = 0; i < N_CLIPS; i++) {
    memcpy(at, data.set.clips[7 * i].samples, data.set.clips[7 * i].n_frames * sizeof *row);
    at += data.set.clips[7 * i].n_frames + rest;
  }
  digits_free(&data);
  return row;
}

static void write_sound(const char *path, const float *row, size_t n) {
  uint32_t size = (uint32_t)(n * sizeof *row);
  uint32_t words[11] = {0x46464952, size + 36, 0x45564157,    0x20746d66, 16,  1u << 16 | 3,
                        8000,       32000,     32u << 16 | 4, 0x61746164, size};
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  fwrite(words, sizeof words, 1, file);
  fwrite(row, sizeof *row, n, file);
  assert_int_equal(fclose(file), 0);
}

static pid_t start_jack(const char *more, const char *argument) {
  const char *words[] = {program,       "jack", "-m", "digits",  "-s", server,   "--json",
                         "--heartbeat", "1",    "-c", "feeder:", more, argument, NULL};
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
  static decision live[MAX_DECISIONS], expected[MAX_DECISIONS];
  feeder from = {0};
  float *row = new_row(&from.n);
  from.row = row;
  from.n_got_most = from.n + 4000;
  from.got = calloc(from.n_got_most, sizeof *from.got);
  write_sound("row.wav", row, from.n);
  const char *words[] = {program, "classify", "-q", "-m", "digits", "--format", "json", "row.wav", NULL};
  assert_int_equal(end_program(start_program("file.json", "file.err", words), 0), 0);
  uint32_t n = read_decisions("file.json", expected);
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
  for (uint32_t i = 0; i < n_live; i++) {
    const decision *as = &expected[i % n];
    assert_string_equal(live[i].name, as->name);
    assert_true(fabs(live[i].score - as->score) < 2e-3);
    assert_true(fabs(live[i].end_s - live[i].start_s - (as->end_s - as->start_s)) < 0.005);
    if (i < n) assert_true(fabs(live[i].start_s - as->start_s - later_s) < 0.005);
    if (i < n) n_known += strcmp(live[i].name, "unknown") != 0;
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
  feeder from = {0};
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
  assert_int_equal(end_program(start_program("out.json", "err.txt", words), 0), 1);
  assert_true(file_holds("err.txt", "no JACK server"));
}

/* A server that comes back, at another rate, finds the client again; SIGHUP reads the model. */
static void connects_again(void **state) {
  (void)state;
  static decision live[MAX_DECISIONS];
  feeder from = {0}, again = {0};
  float *row = new_row(&again.n);
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
  free(new_row(&n)); /* skips without recordings */
  if (!mkdtemp(folder) || chdir(folder) != 0) return 1;
  const struct CMUnitTest tests[] = {cmocka_unit_test(hears_as_classify), cmocka_unit_test(tells_stalls_and_a_lost_server),
                                     cmocka_unit_test(connects_again)};
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
