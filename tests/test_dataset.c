/* Data sets: manifests in all their spellings, folders of labels, loading, the small parsers and the worker pool.
 * ctest-labels: data */
#include "audio/channels.h"
#include "data/dataset.h"
#include "data/load.h"
#include "data/manifest.h"
#include "parse.h"
#include "plot/curve.h"
#include "unit.h"
#include "workers.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Parse a text as "m.csv" in folder "f/". */
static r2nn_status parse(const char *text, data_list *list, r2nn_error *error) {
  assert_int_equal(data_list_begin(list, "m.csv", error), R2NN_OK);
  r2nn_status status = manifest_parse(text, strlen(text), "f/", list, error);
  return status == R2NN_OK ? data_list_index(list, error) : status;
}

static void check_refused(const char *text, const char *message) {
  data_list list;
  r2nn_error error = {""};
  assert_int_equal(parse(text, &list, &error), R2NN_BAD_DATA);
  if (!strstr(error.text, message)) fail_msg("\"%s\" lacks \"%s\"", error.text, message);
  data_list_free(&list);
}

static void manifest_columns_in_any_order(void **state) {
  (void)state;
  data_list list;
  r2nn_error error = {""};
  const char *text = "\xef\xbb\xbfnote,split,label,path,group\r\n"
                     "\"x, y\",test,b,one.wav,g2\r\n"
                     "\r\n"
                     ",train,\"a \"\"big\"\" one\",\"dir/two, really.wav\",g1\r\n"
                     ",,b,/abs/three.wav,";
  assert_int_equal(parse(text, &list, &error), R2NN_OK);
  assert_int_equal(list.n_entries, 3);
  assert_int_equal(list.n_classes, 2);
  assert_string_equal(list.classes[0], "a \"big\" one");
  assert_string_equal(list.entries[0].path, "f/one.wav");
  assert_int_equal(list.entries[0].label_index, 1);
  assert_int_equal(list.entries[0].split, R2NN_SPLIT_TEST);
  assert_int_equal(list.entries[0].line, 2);
  assert_string_equal(list.entries[1].path, "f/dir/two, really.wav");
  assert_int_equal(list.entries[1].split, R2NN_SPLIT_TRAIN);
  assert_int_equal(list.entries[1].line, 4);
  assert_string_equal(list.entries[2].path, "/abs/three.wav");
  assert_int_equal(list.entries[2].split, R2NN_SPLIT_NONE);
  assert_null(list.entries[2].group);
  assert_true(list.has_groups);
  assert_int_equal(list.n_groups, 3);
  assert_int_equal(list.entries[1].group_index, 0);
  assert_int_equal(list.entries[0].group_index, 1);
  assert_int_equal(list.entries[2].group_index, 2);
  assert_string_equal(list.groups[1], "g2");
  assert_string_equal(list.groups[2], "/abs/three.wav");
  data_list_free(&list);
}

static void manifest_of_two_columns(void **state) {
  (void)state;
  data_list list;
  r2nn_error error = {""};
  assert_int_equal(parse("path,label\na.wav,x\nb.wav,x\nc.wav,y\n", &list, &error), R2NN_OK);
  assert_false(list.has_groups);
  assert_int_equal(list.n_groups, 3);
  data_list_keep(&list, R2NN_SPLIT_NONE);
  assert_int_equal(list.n_entries, 3);
  data_list_free(&list);
}

static void manifest_mistakes_name_the_line(void **state) {
  (void)state;
  check_refused("", "m.csv:1: is empty");
  check_refused("\n\n", "is empty");
  check_refused("path,label\n", "holds no files");
  check_refused("file,label\na,b\n", "m.csv:1: the first line must name");
  check_refused("path,label,path\na,b,c\n", "m.csv:1: two columns are called path");
  check_refused("path,label\na.wav,x\nb.wav\n", "m.csv:3: has 1 field where the header has 2");
  check_refused("path,label\r\na.wav,x\r\nb.wav,y,z\r\n", "m.csv:3: has 3 fields");
  check_refused("path,label\n,x\n", "m.csv:2: the path is empty");
  check_refused("path,label\na.wav,\n", "m.csv:2: the label is empty");
  check_refused("path,label\na.wav,\xff\n", "m.csv:2: the label is not UTF-8");
  check_refused("path,label\na.wav,\"x\ty\"\n", "m.csv:2: the label is not UTF-8");
  check_refused("path,label,split\na.wav,x,train\nb.wav,x,dev\n", "m.csv:3: split must be train, test or empty, is dev");
  check_refused("path,label\n\"a\nb.wav\",x\nc.wav\n", "m.csv:4: has 1 field");
  check_refused("path,label\n\"a.wav,x\n", "a quote stands where none may be, or is not closed");
  check_refused("path,label\na\"b.wav,x\n", "m.csv:2: a quote");
  check_refused("path,label,split\na.wav,x,train\nb.wav,x,test\na.wav,x,test\n", "m.csv:4: f/a.wav stands in line 2 already");
}

static void manifest_of_many_labels(void **state) {
  (void)state;
  data_list list;
  r2nn_error error = {""};
  assert_int_equal(data_list_begin(&list, "m.csv", &error), R2NN_OK);
  for (int i = 0; i <= (int)R2NN_MAX_CLASSES; i++) {
    char label[16];
    snprintf(label, sizeof label, "c%d", i);
    assert_int_equal(data_list_add(&list, label, label, NULL, R2NN_SPLIT_NONE, 0, &error), R2NN_OK);
  }
  assert_int_equal(data_list_index(&list, &error), R2NN_BAD_DATA);
  data_list_free(&list);
}

/* Write a WAV file of 16 bits; truncate it to n_bytes if > 0. */
static void write_wav(const char *path, uint32_t rate, uint32_t n_channels, uint32_t n_frames, const int16_t *samples,
                      size_t n_bytes) {
  uint32_t size = 2 * n_channels * n_frames;
  uint32_t words[11] = {0x46464952,
                        size + 36,
                        0x45564157,
                        0x20746d66,
                        16,
                        n_channels << 16 | 1,
                        rate,
                        2 * n_channels * rate,
                        16u << 16 | (2 * n_channels),
                        0x61746164,
                        size};
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  fwrite(words, sizeof words, 1, file);
  fwrite(samples, 2, (size_t)n_channels * n_frames, file);
  assert_int_equal(fclose(file), 0);
  if (n_bytes) assert_int_equal(truncate(path, (off_t)n_bytes), 0);
}

static void enter_new_folder(void) {
  static char folder[] = "/tmp/r2nn-test-XXXXXX";
  strcpy(folder + sizeof folder - 7, "XXXXXX");
  assert_non_null(mkdtemp(folder));
  assert_int_equal(chdir(folder), 0);
}

static void leave_folder(void) {
  char here[256], command[300];
  assert_non_null(getcwd(here, sizeof here));
  assert_int_equal(strncmp(here, "/tmp/r2nn-test-", 15), 0);
  snprintf(command, sizeof command, "rm -rf '%s'", here);
  assert_int_equal(chdir("/"), 0);
  assert_int_equal(system(command), 0);
}

static void folders_are_labels(void **state) {
  (void)state;
  static const int16_t samples[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  enter_new_folder();
  data_list list = {0};
  r2nn_error error = {""};
  assert_int_equal(dataset_list("nowhere", &list, &error), R2NN_BAD_ARGUMENT);
  assert_non_null(strstr(error.text, "nowhere: No such file"));
  data_list_free(&list);
  mkdir("set", 0777);
  assert_int_equal(dataset_list("set", &list, &error), R2NN_BAD_DATA);
  assert_non_null(strstr(error.text, "neither manifest.csv nor folders"));
  data_list_free(&list);
  mkdir("set/b", 0777);
  mkdir("set/a", 0777);
  mkdir("set/a/deep", 0777);
  mkdir("set/.hidden", 0777);
  write_wav("set/loose.wav", 100, 1, 8, samples, 0);
  write_wav("set/a/deep/2.wav", 100, 1, 8, samples, 0);
  write_wav("set/a/1.wav", 100, 1, 8, samples, 0);
  write_wav("set/a/.x.wav", 100, 1, 8, samples, 0);
  assert_int_equal(dataset_list("set/", &list, &error), R2NN_BAD_DATA);
  assert_non_null(strstr(error.text, "set/b: the label has no files"));
  data_list_free(&list);
  write_wav("set/b/1.wav", 100, 1, 8, samples, 0);
  assert_int_equal(dataset_list("set/", &list, &error), R2NN_OK);
  assert_int_equal(list.n_entries, 3);
  assert_string_equal(list.entries[0].path, "set/a/1.wav");
  assert_string_equal(list.entries[1].path, "set/a/deep/2.wav");
  assert_string_equal(list.entries[2].label, "b");
  data_list_free(&list);
  leave_folder();
}

static void clips_are_loaded(void **state) {
  (void)state;
  static int16_t samples[3 * 10000];
  for (int i = 0; i < 3 * 10000; i++) samples[i] = (int16_t)i;
  enter_new_folder();
  write_wav("whole.wav", 20, 3, 10000, samples, 0);
  write_wav("short.wav", 384000, 3, 10000, samples, 44 + 6 * 5000);
  write_wav("mono.wav", 8000, 1, 100, samples, 0);
  FILE *file = fopen("manifest.csv", "w");
  fputs("path,label,group,split\nwhole.wav,x,g,train\nshort.wav,y,g,train\nmono.wav,x,h,test\n", file);
  fclose(file);
  data_list list;
  r2nn_dataset set;
  channel_list channels;
  r2nn_error error = {""};
  assert_true(channels_parse("--channel", "3,1", &channels, &error));
  assert_int_equal(dataset_list(".", &list, &error), R2NN_OK);
  assert_int_equal(load_dataset(&list, &channels, false, NULL, &set, &error), R2NN_BAD_DATA);
  assert_non_null(strstr(error.text, "1 of 3 files cannot be used"));
  assert_int_equal(load_dataset(&list, &channels, true, NULL, &set, &error), R2NN_OK);
  assert_int_equal(set.n_clips, 2);
  assert_int_equal(set.n_channels, 2);
  assert_int_equal(set.n_classes, 2);
  assert_true(set.has_groups);
  assert_int_equal(set.clips[0].n_frames, 10000);
  assert_int_equal(set.clips[1].n_frames, 5000);
  assert_true(set.clips[0].rate_hz == 20 && set.clips[1].rate_hz == 384000);
  assert_int_equal(set.clips[1].label, 1);
  for (int t = 0; t < 10000; t++) {
    assert_true(set.clips[0].samples[2 * t] == (float)samples[3 * t + 2] / 32768);
    assert_true(set.clips[0].samples[2 * t + 1] == (float)samples[3 * t] / 32768);
  }
  load_free(&set);
  data_list_free(&list);
  leave_folder();
}

static void options_are_parsed(void **state) {
  (void)state;
  r2nn_error error;
  channel_list channels;
  assert_true(channels_parse("-c", "1,3-4", &channels, &error));
  assert_int_equal(channels.n_channels, 3);
  assert_int_equal(channels.channels[2], 3);
  static const char *const bad_channels[] = {"",      "0", "1,", ",1", "2-1", "1,1",
                                             "1-300", "x", "1-", "-1", "1;2", "99999999999999999999"};
  for (size_t i = 0; i < sizeof bad_channels / sizeof *bad_channels; i++)
    assert_false(channels_parse("-c", bad_channels[i], &channels, &error));

  double lo, hi;
  static const struct {
    const char *text;
    double lo, hi;
  } ranges[] = {
      {"1k-10M", 1e3, 1e7}, {"4k7-1M", 4700, 1e6}, {"470R-4.7k", 470, 4700}, {"1000-2M2", 1e3, 2.2e6}, {"1e3-1e6", 1e3, 1e6}};
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
    assert_true(parse_resistors("-r", ranges[i].text, &lo, &hi, &error));
    assert_true(fabs(lo / ranges[i].lo - 1) < 1e-12 && fabs(hi / ranges[i].hi - 1) < 1e-12);
  }
  static const char *const bad_ranges[] = {"", "1k", "1k-", "10k-1k", "1k-1k", "-1k-2k", "0-1k", "1k-2kk", "1k-nan", "a-b"};
  for (size_t i = 0; i < sizeof bad_ranges / sizeof *bad_ranges; i++)
    assert_false(parse_resistors("-r", bad_ranges[i], &lo, &hi, &error));

  double window_s, hop_s;
  assert_true(parse_window("-w", "0.2", &window_s, &hop_s, &error) && window_s == 0.2 && hop_s == 0);
  assert_true(parse_window("-w", "2,0.5", &window_s, &hop_s, &error) && window_s == 2 && hop_s == 0.5);
  static const char *const bad_windows[] = {"", "0", "-1", "1,", "1,0", "1,2,3", "inf", "nan", "1s", "1e999"};
  for (size_t i = 0; i < sizeof bad_windows / sizeof *bad_windows; i++)
    assert_false(parse_window("-w", bad_windows[i], &window_s, &hop_s, &error));

  uint64_t whole;
  assert_true(parse_whole("-j", "18446744073709551615", 0, UINT64_MAX, &whole, &error) && whole == UINT64_MAX);
  assert_false(parse_whole("-j", "18446744073709551616", 0, UINT64_MAX, &whole, &error));
  assert_false(parse_whole("-j", "-1", 0, 9, &whole, &error) || parse_whole("-j", "", 0, 9, &whole, &error) ||
               parse_whole("-j", "1.0", 0, 9, &whole, &error) || parse_whole("-j", "10", 0, 9, &whole, &error));
  assert_true(parse_is_name("Größe 你好 🎵"));
  assert_false(parse_is_name("") || parse_is_name("a\nb") || parse_is_name("\xc0\x80") || parse_is_name("\xed\xa0\x80") ||
               parse_is_name("\xe2\x82") || parse_is_name("\xf5\x80\x80\x80") || parse_is_name("\x80"));
}

typedef struct counting {
  atomic_uint counts[1000];
  const workers *pool;
} counting;

static void count_one(void *argument, uint32_t index) {
  counting *self = argument;
  atomic_fetch_add(&self->counts[index], 1);
}

static void count_nested(void *argument, uint32_t index) {
  counting *self = argument;
  (void)index;
  r2nn_workers_run(workers_hook(self->pool), 1000, count_one, self);
}

static void every_task_runs_once(void **state) {
  (void)state;
  for (uint32_t n_jobs = 1; n_jobs <= 5; n_jobs += 2) {
    workers *pool = workers_new(n_jobs);
    assert_int_equal(workers_n_jobs(pool), n_jobs);
    counting self = {.pool = pool};
    for (int round = 0; round < 200; round++) r2nn_workers_run(workers_hook(pool), 1000, count_one, &self);
    r2nn_workers_run(workers_hook(pool), 3, count_nested, &self);
    r2nn_workers_run(workers_hook(pool), 0, count_one, &self);
    for (int i = 0; i < 1000; i++) assert_int_equal(self.counts[i], 203);
    workers_free(pool);
  }
}

static void thinned_curves_stay_in_place(void **state) {
  (void)state;
  enum { N = 2000 };
  curve_point all[N], kept[N];
  for (int i = 0; i < N; i++) kept[i] = all[i] = (curve_point){i, 100 * sin(i * i * 2e-5)};
  uint32_t n = curve_thin(kept, N, 0.2), at = 0;
  assert_true(n > 2 && n < N / 4);
  assert_true(kept[0].x == 0 && kept[n - 1].x == N - 1);
  for (int i = 0; i < N; i++) {
    while (at + 2 < n && kept[at + 1].x < all[i].x) at++;
    double t = (all[i].x - kept[at].x) / (kept[at + 1].x - kept[at].x);
    double y = kept[at].y + t * (kept[at + 1].y - kept[at].y);
    double slope = (kept[at + 1].y - kept[at].y) / (kept[at + 1].x - kept[at].x);
    assert_true(fabs(y - all[i].y) / sqrt(1 + slope * slope) <= 0.2 + 1e-9);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(manifest_columns_in_any_order),
      cmocka_unit_test(manifest_of_two_columns),
      cmocka_unit_test(manifest_mistakes_name_the_line),
      cmocka_unit_test(manifest_of_many_labels),
      cmocka_unit_test(folders_are_labels),
      cmocka_unit_test(clips_are_loaded),
      cmocka_unit_test(options_are_parsed),
      cmocka_unit_test(every_task_runs_once),
      cmocka_unit_test(thinned_curves_stay_in_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
