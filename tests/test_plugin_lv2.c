/* The plugin as LV2, in a host of our own.
 * ctest-labels: threads data serial */
#include "plugin_lv2.h"
#include "plugin_tests.h"

int main(void) {
  return run_plugin_tests();
}
