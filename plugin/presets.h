/* The shipped models, which lie in the plugin itself. */
#ifndef PLUGIN_PRESETS_H
#define PLUGIN_PRESETS_H

#include <cstddef>

struct r2nn_preset {
  const char *name;
  const char *text; /* [size] the model file */
  size_t size;
};

extern const r2nn_preset r2nn_presets[];
extern const int r2nn_n_presets;

#endif
