/* A player on a track: what goes through, what is listened to, and a damping that changes while the network rings.
 * ctest-labels: physics */
#include "models.h"
#include "r2nn/track.h"
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, BLOCK = 64 };
#define PI 3.14159265358979323846

static void say(void **state) {
  (void)state;
}
int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(say)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
