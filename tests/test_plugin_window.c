/* The plugin's window on a screen without a display, the plugin on a JACK server: its bars move with real digits and rest in
 * silence, its threshold can be dragged, it loads presets and files, says why it refuses one, and lives through sizes and many
 * models. ctest-labels: io data threads serial ctest-timeout: 400 */
#include "unit.h"

#ifdef R2NN_WITH_JACK
#include "plugin_window.h"
#include "row.h"

enum { N_CLIPS = 4 };

/* The places that the test knows, at 900 x 560; the same numbers hold for every size where they count from the right. */
enum {
  WIDTH = 900,
  HEIGHT = 560,
  HEADER_Y = 22,
  NEXT_X = 301,
  OPEN_X = 348,
  HANDLE_X = 595,
  REST_X = 450,
  REST_Y = 545,
  SCALE_Y = 300,
  SCALE_H = 130
};
static const char *const decision_color = "#f5b75b", *const refusal_color = "#f2777a";

static screen_part bars(int width, int height) {
  return (screen_part){window, (int)(width * 0.72), 100, (int)(width * 0.26), height - 100 - 130};
}

static const screen_part *name_part(void) {
  static screen_part part;
  part = (screen_part){window, 114, 12, 150, 20};
  return &part;
}

static const screen_part *foot_part(void) {
  static screen_part part;
  part = (screen_part){window, 10, HEIGHT - 28, 500, 26};
  return &part;
}

static bool is_alive(void) {
  return waitpid(plugin, NULL, WNOHANG) == 0;
}

/* Middle of the threshold's handle, pixels from the top; -1 if it is not there. */
static int threshold_y(void) {
  int sum = 0, n = 0;
  char line[128];
  snprintf(line, sizeof line, "import -window %lu -crop 1x%d+%d+%d +repage -depth 8 txt:- 2>/dev/null", window, SCALE_H, HANDLE_X,
           SCALE_Y);
  FILE *pixels = popen(line, "r");
  while (pixels && fgets(line, sizeof line, pixels)) {
    int x, y, r, g, b;
    if (sscanf(line, "%d,%d: (%d,%d,%d", &x, &y, &r, &g, &b) == 5 && r > 180 && g > 120 && b < 120) sum += y, n++;
  }
  if (pixels) pclose(pixels);
  return n ? SCALE_Y + sum / n : -1;
}

static bool threshold_comes_to(int y) {
  for (int i = 0; i < 100; i++, usleep(100000))
    if (threshold_y() >= 0 && abs(threshold_y() - y) <= 4) return true;
  return false;
}

/* Notes in the time in which the whole row is played. */
static uint32_t notes_in_a_row(void) {
  uint32_t before = atomic_load(&from.n_on);
  size_t n_played = 0, at = atomic_load(&from.at);
  while (n_played < from.n) {
    usleep(50000);
    size_t now = atomic_load(&from.at);
    n_played += (now + from.n - at) % from.n;
    at = now;
  }
  return atomic_load(&from.n_on) - before;
}

/* Another look than before, that stays for a second: longer than what a dialog leaves behind until the window is drawn again. */
static bool look_changes(screen_part part, uint64_t from_look, uint64_t *to) {
  *to = from_look;
  for (int i = 0, n_alike = 0; i < 150; i++, usleep(100000)) {
    uint64_t now = screen_look(part);
    n_alike = now && now == *to ? n_alike + 1 : 0;
    *to = now;
    if (n_alike >= 10 && now != from_look) return true;
  }
  return false;
}

/* That look again. */
static bool look_comes_to(screen_part part, uint64_t look) {
  for (int i = 0; i < 100; i++, usleep(100000))
    if (screen_look(part) == look) return true;
  return false;
}

static bool color_comes(screen_part part, const char *color) {
  for (int i = 0; i < 150; i++, usleep(100000))
    if (screen_count(part, color) > 20) return true;
  return false;
}

/* Choose the first file of the dialog; return when that is gone, which lies above the window. */
static void open_file(void) {
  screen_click(window, OPEN_X, HEADER_Y);
  unsigned long dialog = screen_window("open a model");
  assert_true(dialog != 0);
  usleep(500000);
  screen_ask("xdotool key --window %lu Return", dialog);
  for (int i = 0; i < 100 && screen_ask("xdotool search --onlyvisible --name 'open a model' 2>/dev/null")[0]; i++) usleep(100000);
  screen_point(window, REST_X, REST_Y);
}

static void bars_rest_in_silence_and_move_with_digits(void **state) {
  (void)state;
  screen_point(window, REST_X, REST_Y);
  usleep(3000000); /* what came with the beginning is over */
  assert_false(screen_moves(bars(WIDTH, HEIGHT), 2, 8));
  assert_int_equal(screen_count(bars(WIDTH, HEIGHT), decision_color), 0);
  atomic_store(&from.plays, true);
  assert_true(color_comes(bars(WIDTH, HEIGHT), decision_color));
  assert_true(screen_moves(bars(WIDTH, HEIGHT), 4, 60));
}

static void threshold_is_dragged(void **state) {
  (void)state;
  int usual = threshold_y();
  assert_true(usual > 0);
  assert_true(notes_in_a_row() >= N_CLIPS / 2);
  /* up by 60 dB, as far as the parameter goes: above all that is played, so nothing is decided any more */
  screen_drag(window, HANDLE_X, usual, usual - SCALE_H + 20);
  int raised = threshold_y();
  assert_true(raised > 0 && raised < usual - 50);
  usleep(1500000);
  assert_int_equal(notes_in_a_row(), 0);
  /* a double click puts the model's own back */
  screen_point(window, HANDLE_X, raised);
  screen_ask("xdotool click --repeat 2 --delay 60 1");
  assert_true(threshold_comes_to(usual));
  assert_true(notes_in_a_row() >= N_CLIPS / 2);
}

static void presets_and_files_are_loaded(void **state) {
  (void)state;
  char line[1024];
  screen_point(window, REST_X, REST_Y);
  uint64_t first = screen_look(*name_part()), other, file;
  screen_click(window, NEXT_X, HEADER_Y);
  assert_true(look_changes(*name_part(), first, &other));
  /* from the menu, its first entry */
  screen_click(window, 200, HEADER_Y);
  screen_click(window, 200, 56);
  screen_point(window, REST_X, REST_Y);
  assert_true(look_comes_to(*name_part(), first));

  snprintf(line, sizeof line, "cp '%s/presets/paper-grid.json' models/a.json", getenv("R2NN_SOURCE"));
  assert_int_equal(system(line), 0);
  open_file();
  assert_true(look_changes(*name_part(), first, &file));
  assert_true(file != other);
  /* a broken file: the reason is shown, the model stays */
  FILE *broken = fopen("models/a.json", "w");
  assert_non_null(broken);
  fputs("{\"format\": \"r2nn-model\", \"version\": 7}\n", broken);
  assert_int_equal(fclose(broken), 0);
  assert_int_equal(screen_count(*foot_part(), refusal_color), 0);
  open_file();
  assert_true(color_comes(*foot_part(), refusal_color));
  assert_true(look_comes_to(*name_part(), file));
  screen_click(window, 200, HEADER_Y);
  screen_click(window, 200, 56);
  screen_point(window, REST_X, REST_Y);
  assert_true(look_comes_to(*name_part(), first));
  assert_int_equal(screen_count(*foot_part(), refusal_color), 0);
}

static void every_size_shows_it(void **state) {
  (void)state;
  static const int sizes[][2] = {{700, 420}, {1400, 900}, {900, 560}};
  for (int i = 0; i < 3; i++) {
    assert_true(screen_resize(window, sizes[i][0], sizes[i][1]));
    assert_true(color_comes(bars(sizes[i][0], sizes[i][1]), decision_color));
    assert_true(screen_moves(bars(sizes[i][0], sizes[i][1]), 4, 60));
  }
}

static void many_models_come_and_go(void **state) {
  (void)state;
  for (int i = 0; i < 25; i++) {
    screen_point(window, NEXT_X, HEADER_Y);
    screen_ask("xdotool click 1");
  }
  assert_true(is_alive());
  assert_true(screen_moves(bars(WIDTH, HEIGHT), 4, 60));
  assert_true(color_comes(bars(WIDTH, HEIGHT), decision_color));
  assert_true(is_alive());
}

static void all_of_it(void **state) {
  from.row = row_new(N_CLIPS, &from.n);
  window_begin("8000", WIDTH, HEIGHT);
  bars_rest_in_silence_and_move_with_digits(state);
  threshold_is_dragged(state);
  presets_and_files_are_loaded(state);
  every_size_shows_it(state);
  many_models_come_and_go(state);
  jack_client_close(from.client);
}

int main(void) {
  window_prepare();
  const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(all_of_it, end_programs)};
  int code = cmocka_run_group_tests(tests, NULL, NULL);
  return window_clean_up(code);
}
#else
int main(void) {
  printf("skipped: built without JACK\n");
  return 77;
}
#endif
