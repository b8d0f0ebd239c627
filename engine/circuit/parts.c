/* Part models: which op-amps, capacitors and resistors a circuit is built from, read from JSON. */
#include "core/json_value.h"
#include "r2nn/circuit.h"

#include <string.h>

#define KNOWN(...) ((const char *const[]){__VA_ARGS__, NULL})

r2nn_part_model r2nn_part_model_ideal(void) {
  return (r2nn_part_model){.opamp = {.name = "ideal", .gain = 1e6, .n_units = 1},
                           .capacitor = {.name = "capacitor", .tolerance = 0.01},
                           .resistor = {.name = "resistor", .tolerance = 0.01}};
}

/* The field of an object, which may be absent, if it lies within lo..hi. */
static void read_number(r2nn_reader *r, const r2nn_cursor *object, const char *name, double lo, double hi, double *to) {
  double value = r2nn_json_number_or(r, object, name, *to);
  r2nn_cursor at = r2nn_json_field(object, name);
  if (r->status == R2NN_OK && !(value >= lo && value <= hi))
    r2nn_json_fail(r, &at, "must be %g to %g, is %g", lo, hi, value);
  else
    *to = value;
}

static void read_opamp(r2nn_reader *r, const r2nn_cursor *root, r2nn_opamp *to) {
  r2nn_cursor at = r2nn_json_field(root, "opamp");
  if (!r2nn_json_is_set(&at) ||
      !r2nn_json_object(
          r, &at, KNOWN("name", "gbw_hz", "gain", "offset_v", "bias_a", "swing_v", "supply_v", "supply_a", "noise_v", "units")))
    return;
  r2nn_json_copy(r, &at, "name", to->name, sizeof to->name);
  read_number(r, &at, "gbw_hz", 0, 1e12, &to->gbw_hz);
  read_number(r, &at, "gain", 100, 1e9, &to->gain);
  read_number(r, &at, "offset_v", 0, 1, &to->offset_v);
  read_number(r, &at, "bias_a", 0, 1e-3, &to->bias_a);
  read_number(r, &at, "swing_v", 0, 1000, &to->swing_v);
  read_number(r, &at, "supply_v", 0, 1000, &to->supply_v);
  read_number(r, &at, "supply_a", 0, 1, &to->supply_a);
  read_number(r, &at, "noise_v", 0, 1e-3, &to->noise_v);
  r2nn_cursor units = r2nn_json_field(&at, "units"), swing = r2nn_json_field(&at, "swing_v");
  if (r2nn_json_is_set(&units)) to->n_units = r2nn_json_integer(r, &units, 1, 4);
  if (r->status == R2NN_OK && to->supply_v > 0 && to->swing_v > to->supply_v)
    r2nn_json_fail(r, &swing, "must not be over supply_v, %g, is %g", to->supply_v, to->swing_v);
}

static void read_passive(r2nn_reader *r, const r2nn_cursor *root, const char *name, bool is_capacitor, r2nn_passive *to) {
  r2nn_cursor at = r2nn_json_field(root, name);
  if (!r2nn_json_is_set(&at) ||
      !r2nn_json_object(r, &at, is_capacitor ? KNOWN("name", "tolerance", "loss") : KNOWN("name", "tolerance")))
    return;
  r2nn_json_copy(r, &at, "name", to->name, sizeof to->name);
  read_number(r, &at, "tolerance", 0, 0.5, &to->tolerance);
  if (is_capacitor) read_number(r, &at, "loss", 0, 1, &to->loss);
}

r2nn_status r2nn_part_model_parse(const char *text, size_t size, r2nn_part_model *parts, r2nn_error *error) {
  r2nn_reader reader = {error, R2NN_OK}, *r = &reader;
  r2nn_part_model read = r2nn_part_model_ideal();
  r2nn_cursor root = {.value = r2nn_json_load(r, text, size)}, format = r2nn_json_field(&root, "format"),
              version = r2nn_json_field(&root, "version");
  if (root.value && r2nn_json_object(r, &root, KNOWN("format", "version", "opamp", "capacitor", "resistor"))) {
    const char *name = r2nn_json_string(r, &format);
    if (name && strcmp(name, "r2nn-parts") != 0) r2nn_json_fail(r, &format, "must be \"r2nn-parts\", is \"%s\"", name);
    r2nn_json_integer(r, &version, 1, 1);
    read_opamp(r, &root, &read.opamp);
    read_passive(r, &root, "capacitor", true, &read.capacitor);
    read_passive(r, &root, "resistor", false, &read.resistor);
  }
  json_decref(root.value);
  if (reader.status == R2NN_BAD_MODEL) reader.status = R2NN_BAD_ARGUMENT; /* what a file of another kind is called */
  if (reader.status == R2NN_OK) *parts = read;
  return reader.status;
}
