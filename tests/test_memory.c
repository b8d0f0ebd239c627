/* A long recording needs no more memory than a short one: the program's peak memory on a minute and on an hour (ten with
 * R2NN_SOAK). ctest-labels: io slow ctest-timeout: 300 */
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint32_t rate_hz = 8000;

/* Two resonators of 300 and 1200 Hz, windows of a second. */
static void write_model(const char *path) {
  double w = 2 * M_PI * 300, k = 1.1e-4;
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fprintf(file,
          "{\"format\": \"r2nn-model\", \"version\": 1, \"name\": \"two\", \"classes\": [\"low\", \"high\"],"
          "\"input\": {\"channels\": 1, \"trained_rate_hz\": 8000, \"remove_mean\": true},"
          "\"stages\": [{\"topology\": \"bank:2\", \"nodes\": [{\"d\": %g, \"c\": %g, \"g\": 1e-4}, {\"d\": %g, \"c\": %g, \"g\": "
          "1e-4}],"
          "\"couplings\": [], \"inputs\": [[0, 0, 1e-5], [1, 0, 1e-5]], \"outputs\": [0, 1], \"law\": \"identity\"}],"
          "\"readout\": {\"mode\": \"window\", \"energy\": \"square\", \"scale\": \"log\", \"window_s\": 1},"
          "\"head\": {\"kind\": \"energy\", \"sharpness\": 2}, \"decision\": {\"margin\": 0}}\n",
          k / w / w, k / w / 10, k / w / w / 16, k / w / 40);
  assert_int_equal(fclose(file), 0);
}

/* A recording of silence that takes no disk space. */
static void write_silence(const char *path, uint32_t seconds) {
  uint32_t size = 2 * rate_hz * seconds;
  uint32_t words[11] = {0x46464952, size + 36,   0x45564157,    0x20746d66, 16,  1u << 16 | 1,
                        rate_hz,    2 * rate_hz, 16u << 16 | 2, 0x61746164, size};
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  fwrite(words, sizeof words, 1, file);
  assert_int_equal(fclose(file), 0);
  assert_int_equal(truncate(path, 44 + (off_t)size), 0);
}

/* Peak memory in kB of classifying a file. */
static long peak_memory(const char *program, const char *sound) {
  pid_t child = fork();
  if (child == 0) {
    execl(program, program, "classify", "-q", "-m", "model.json", "--format", "csv", "-f", "-o", "out.csv", sound, (char *)NULL);
    _exit(127);
  }
  int status;
  struct rusage usage;
  assert_int_equal(wait4(child, &status, 0, &usage), child);
  assert_int_equal(status, 0);
  return usage.ru_maxrss;
}

static long n_lines(const char *path) {
  long n = 0;
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  for (int c; (c = fgetc(file)) != EOF;) n += c == '\n';
  fclose(file);
  return n;
}

static void length_costs_no_memory(void **state) {
  (void)state;
  const char *program = getenv("R2NN"), *soak = getenv("R2NN_SOAK");
  if (!program || !program[0] || access(program, X_OK) != 0) {
    print_message("skipped: the program is not built\n");
    skip();
  }
  char folder[] = "/tmp/r2nn-test-XXXXXX", command[64];
  uint32_t n_hours = soak && soak[0] == '1' ? 10 : 1;
  assert_non_null(mkdtemp(folder));
  assert_int_equal(chdir(folder), 0);
  write_model("model.json");
  write_silence("minute.wav", 60);
  write_silence("hours.wav", 3600 * n_hours);
  long short_kb = peak_memory(program, "minute.wav");
  assert_int_equal(n_lines("out.csv"), 61);
  long long_kb = peak_memory(program, "hours.wav");
  assert_int_equal(n_lines("out.csv"), 3600 * n_hours + 1);
  print_message("peak memory: %ld kB for a minute, %ld kB for %u h\n", short_kb, long_kb, n_hours);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  assert_int_equal(chdir("/"), 0);
  assert_int_equal(system(command), 0);
  assert_true(long_kb < short_kb + 2048);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(length_costs_no_memory)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
