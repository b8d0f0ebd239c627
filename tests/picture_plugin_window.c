/* The picture of the plugin's window for the documentation: picture_plugin_window FILE.png, by scripts/pictures. */
#include "unit.h"

#ifdef R2NN_WITH_JACK
#include "plugin_window.h"
#include "row.h"

#include <limits.h>
#include <math.h>

/* The row at four times its rate, by a sinc of 16 lobes under a Hann window. */
static void raise_rate(void) {
  size_t n = from.n;
  float *raised = calloc(4 * n, sizeof *raised);
  assert_non_null(raised);
  for (size_t i = 0; i < 4 * n; i++)
    for (int k = -8; k <= 8; k++) {
      double t = (double)(i % 4) / 4 - k;
      long at = (long)(i / 4) + k;
      if (at >= 0 && at < (long)n && fabs(t) < 8)
        raised[i] += from.row[at] * (float)((t == 0 ? 1 : sin(M_PI * t) / (M_PI * t)) * (0.5 + 0.5 * cos(M_PI * t / 8)));
    }
  from.row = raised;
  from.n *= 4;
}

/* Of many moments that in which most is to be seen. */
static void picture(void **state) {
  enum { W = 1000, H = 620 };
  from.row = row_new(12, &from.n);
  raise_rate();
  window_begin("32000", W, H);
  screen_point(window, W / 2, H - 12);
  atomic_store(&from.plays, true);
  screen_part spectrum = {window, 10, 46, 640, 200};
  int most = 0;
  usleep(8000000); /* until the history is full */
  for (int i = 0; i < 80; i++) {
    screen_ask("import -window %lu -depth 8 now.png", window);
    int seen = screen_count_in("now.png", spectrum, "#40a699"); /* the input's curve */
    if (seen > most) most = seen, screen_ask("mv now.png best.png");
  }
  assert_true(most > 0);
  assert_string_equal(screen_ask("convert best.png -strip -define png:compression-level=9 '%s' && echo made", (const char *)*state),
                      "made");
  jack_client_close(from.client);
}

int main(int n_words, char **words) {
  static char to[PATH_MAX];
  if (n_words != 2 || !realpath(".", to)) {
    fputs("picture_plugin_window: one file to write, FILE.png\n", stderr);
    return 2;
  }
  snprintf(to + strlen(to), sizeof to - strlen(to), "/%s", words[1]);
  window_prepare();
  const struct CMUnitTest tests[] = {cmocka_unit_test_prestate_setup_teardown(picture, NULL, end_programs, to)};
  return window_clean_up(cmocka_run_group_tests(tests, NULL, NULL));
}
#else
int main(void) {
  fputs("picture_plugin_window: built without JACK\n", stderr);
  return 1;
}
#endif
