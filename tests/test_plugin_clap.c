/* The plugin as CLAP, in a host of our own.
 * ctest-labels: threads data serial */
#include "plugin_clap.h"
#include "plugin_tests.h"

int main(void) {
  return run_plugin_tests();
}
