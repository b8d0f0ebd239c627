/* The names that enumerations have in the JSON. */
#include "core/names.h"

#include "r2nn/model.h"

#include <string.h>

static const char *const laws[R2NN_N_LAWS] = {"identity", "square", "rectify", "log", "saturate", "bandpass", "agc"};
static const char *const modes[R2NN_N_MODES] = {"event", "window", "leaky", "file"};
static const char *const energies[R2NN_N_ENERGIES] = {"square", "rectify", "mean"};
static const char *const scales[R2NN_N_SCALES] = {"log", "linear"};
static const char *const heads[R2NN_N_HEADS] = {"energy", "centroid", "perceptron", "mlp", "npml", "spml"};

const r2nn_names r2nn_law_names = {R2NN_N_LAWS, laws};
const r2nn_names r2nn_mode_names = {R2NN_N_MODES, modes};
const r2nn_names r2nn_energy_names = {R2NN_N_ENERGIES, energies};
const r2nn_names r2nn_scale_names = {R2NN_N_SCALES, scales};
const r2nn_names r2nn_head_names = {R2NN_N_HEADS, heads};

const char *r2nn_names_get(const r2nn_names *names, uint32_t value) {
  return value < names->n_names ? names->names[value] : "?";
}

int r2nn_names_find(const r2nn_names *names, const char *name) {
  for (uint32_t i = 0; name && i < names->n_names; i++)
    if (strcmp(names->names[i], name) == 0) return (int)i;
  return -1;
}

const char *r2nn_law_name(r2nn_law law) {
  return r2nn_names_get(&r2nn_law_names, (uint32_t)law);
}
const char *r2nn_mode_name(r2nn_mode mode) {
  return r2nn_names_get(&r2nn_mode_names, (uint32_t)mode);
}
const char *r2nn_energy_name(r2nn_energy energy) {
  return r2nn_names_get(&r2nn_energy_names, (uint32_t)energy);
}
const char *r2nn_scale_name(r2nn_scale scale) {
  return r2nn_names_get(&r2nn_scale_names, (uint32_t)scale);
}
const char *r2nn_head_name(r2nn_head_kind kind) {
  return r2nn_names_get(&r2nn_head_names, (uint32_t)kind);
}

int r2nn_law_find(const char *name) {
  return r2nn_names_find(&r2nn_law_names, name);
}
int r2nn_mode_find(const char *name) {
  return r2nn_names_find(&r2nn_mode_names, name);
}
int r2nn_energy_find(const char *name) {
  return r2nn_names_find(&r2nn_energy_names, name);
}
int r2nn_scale_find(const char *name) {
  return r2nn_names_find(&r2nn_scale_names, name);
}
int r2nn_head_find(const char *name) {
  return r2nn_names_find(&r2nn_head_names, name);
}
