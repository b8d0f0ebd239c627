/* r2nn lab negative-resistance: a resistor beside an apparent negative one, in ngspice (second paper, appendix E, Fig. 9). */
#include "circuit/scratch.h"
#include "circuit/spice.h"
#include "lab/lab.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { POINTS = 41, QUICK_POINTS = 11, N_TRANSIENTS = 4 };
#define SOURCE_V   0.1
#define RAIL_V     12.0 /* of an op-amp that does not say */
#define DURATION_S 2e-3
#define STEP_S     1e-6
/* Swept from LEAST_R times the stage's Rn up to 1/LEAST_R; the transients' distance from the limit, in parts of 1/load. */
#define LEAST_R 0.1
static const double margins[N_TRANSIENTS] = {0.5, 0.1, -0.1, -0.5};

typedef struct negative {
  lab_run *run;
  uint32_t n_points;
  double *ohm;         /* [n_points + N_TRANSIENTS] what R is */
  spice_table *tables; /* likewise: time, V of the node */
} negative;

static r2nn_lab_stage stage_at(const negative *self, uint32_t index) {
  r2nn_lab_stage stage = self->run->options->stage;
  stage.r = self->ohm[index];
  return stage;
}

static r2nn_status simulate(void *context, uint32_t index, r2nn_error *error) {
  negative *self = context;
  char folder[SCRATCH_SIZE], *text = NULL;
  r2nn_circuit *circuit = NULL;
  r2nn_part_model parts = self->run->options->parts;
  r2nn_lab_stage stage = stage_at(self, index);
  r2nn_netlist_def def = {.result = "result.txt", .duration_s = DURATION_S, .step_s = STEP_S, .print_s = DURATION_S / 200};
  if (parts.opamp.swing_v == 0) parts.opamp.swing_v = RAIL_V;
  r2nn_status status = scratch_make(folder, error);
  if (status != R2NN_OK) return status;
  status = r2nn_lab_stage_circuit(&stage, &parts, SOURCE_V, &circuit, error);
  if (status == R2NN_OK && !(text = r2nn_circuit_netlist(circuit, &def)))
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = scratch_write(folder, "net.cir", text, error);
  if (status == R2NN_OK) status = spice_run(folder, "net.cir", error);
  if (status == R2NN_OK) status = spice_read(folder, "result.txt", 2, &self->tables[index], error);
  free(text);
  r2nn_circuit_free(circuit);
  scratch_remove(folder);
  return status;
}

static const char *state_of(double gain, double sum) {
  return sum <= 0     ? "latched"
         : gain >= 1  ? "amplified"
         : gain >= 0  ? "suppressed"
         : gain >= -1 ? "inverted"
                      : "inverted, amplified";
}

static void tell(negative *self) {
  static const lab_column columns[] = {{"R_ohm", LAB_NUMBER},
                                       {"S_siemens", LAB_NUMBER},
                                       {"gain_formula", LAB_NUMBER},
                                       {"gain_ngspice", LAB_NUMBER},
                                       {"error", LAB_NUMBER},
                                       {"state", LAB_TEXT},
                                       {NULL, 0}};
  static const lab_column points[] = {{"R_ohm", LAB_NUMBER}, {"source", LAB_TEXT}, {"gain", LAB_NUMBER}, {NULL, 0}};
  static const lab_column times[] = {{"panel", LAB_TEXT}, {"time_ms", LAB_NUMBER}, {"node_V", LAB_NUMBER}, {NULL, 0}};
  lab_result *result = &self->run->result;
  lab_table *rows = lab_result_table(result, "rows", columns), *curves = lab_result_table(result, "curves", points),
            *transient = lab_result_table(result, "transient", times);
  double worst = 0, load = self->run->options->stage.load;
  uint32_t n_stable = 0, n_latched = 0;
  for (uint32_t k = 0; k < self->n_points; k++) {
    r2nn_lab_stage stage = stage_at(self, k);
    const spice_table *table = &self->tables[k];
    double sum = r2nn_lab_stage_sum(&stage), gain = r2nn_lab_stage_gain(&stage);
    double found = table->values[2 * (table->n_rows - 1) + 1] / SOURCE_V, error = fabs(found - gain);
    bool near_limit = fabs(sum) * load < 0.02 || fabs(gain) > 20; /* slow, or at the rails */
    if (sum > 0 && !near_limit) worst = fmax(worst, error);
    n_stable += sum > 0 && !near_limit;
    n_latched += sum <= 0;
    lab_table_add(rows, (lab_cell[]){LAB_N(stage.r), LAB_N(sum), LAB_N(gain), LAB_N(found), LAB_N(sum > 0 ? error : (double)NAN),
                                     LAB_T(state_of(gain, sum))});
    lab_table_add(curves, (lab_cell[]){LAB_N(stage.r), LAB_T(sum > 0 ? "formula, S > 0" : "formula, S < 0"), LAB_N(gain)});
    lab_table_add(curves, (lab_cell[]){LAB_N(stage.r), LAB_T("ngspice"), LAB_N(found)});
  }
  for (uint32_t k = 0; k < N_TRANSIENTS; k++) {
    const spice_table *table = &self->tables[self->n_points + k];
    const char *panel = lab_result_keep(result, "S = %g/load", margins[k]);
    for (uint32_t r = 0; r < table->n_rows; r++)
      lab_table_add(transient, (lab_cell[]){LAB_T(panel), LAB_N(1e3 * table->values[2 * r]), LAB_N(table->values[2 * r + 1])});
    double end = table->values[2 * (table->n_rows - 1) + 1];
    r2nn_lab_stage stage = stage_at(self, self->n_points + k);
    lab_result_note(result, "Transient with S = %g/load: the node ends at %.4g V; the DC formula says %.4g V.", margins[k], end,
                    SOURCE_V * r2nn_lab_stage_gain(&stage));
  }
  lab_result_note(result, "S > 0, not within 2 %% of the limit: ngspice and the formula differ by %.2g at most (%u values of R).",
                  worst, n_stable);
  lab_result_note(
      result,
      "S <= 0: %u values of R, at the rail and not where the formula says: amplification without inversion by a passive "
      "load is never stable.",
      n_latched);
}

static void draw(lab_result *result) {
  lab_result_figure(result, &(lab_figure){.file = "figure",
                                          .kind = CHART_LINES,
                                          .table = "curves",
                                          .x = "R_ohm",
                                          .y = "gain",
                                          .series = "source",
                                          .title = "Suppressed, inverted, amplified, latched",
                                          .x_label = "R, ohm",
                                          .y_label = "Vout/Vin",
                                          .x_kind = AXIS_LOG,
                                          .y_lo = -6,
                                          .y_hi = 6});
  lab_result_figure(result, &(lab_figure){.file = "transient",
                                          .kind = CHART_LINES,
                                          .table = "transient",
                                          .x = "time_ms",
                                          .y = "node_V",
                                          .panel = "panel",
                                          .title = "A node on both sides of S = 0",
                                          .x_label = "Time, ms",
                                          .y_label = "Node, V"});
}

static r2nn_status work(lab_run *run, r2nn_error *error) {
  const lab_options *options = run->options;
  negative self = {.run = run, .n_points = options->quick ? QUICK_POINTS : POINTS};
  uint32_t n = self.n_points + N_TRANSIENTS;
  if (!spice_is_there())
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "ngspice is wanted, which is not in PATH; on Debian: apt-get install ngspice");
  self.ohm = calloc(n, sizeof *self.ohm);
  self.tables = calloc(n, sizeof *self.tables);
  r2nn_status status = self.ohm && self.tables ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  double rn = r2nn_lab_stage_negative(&options->stage);
  for (uint32_t k = 0; k < self.n_points && status == R2NN_OK; k++)
    self.ohm[k] = rn * LEAST_R * pow(LEAST_R, -2.0 * k / (self.n_points - 1));
  for (uint32_t k = 0; k < N_TRANSIENTS && status == R2NN_OK; k++) {
    self.ohm[self.n_points + k] = 1 / (1 / rn + (margins[k] - 1) / options->stage.load);
    if (!(self.ohm[self.n_points + k] > 0 && isfinite(self.ohm[self.n_points + k])))
      status = r2nn_fail(error, R2NN_BAD_ARGUMENT, "--load: must be above 1.5 Rn = %g ohm, is %g: else no R reaches S < 0",
                         1.5 * rn, options->stage.load);
  }
  if (status == R2NN_OK) status = lab_run_tasks(run, "ngspice", n, simulate, &self, error);
  if (status == R2NN_OK) {
    tell(&self);
    draw(&run->result);
    snprintf(run->result.subtitle, sizeof run->result.subtitle, "Rn = %g ohm, load %g ohm, node %g F, op-amp %s, source %g V", rn,
             options->stage.load, options->stage.farad, options->parts.opamp.name, SOURCE_V);
  }
  for (uint32_t k = 0; self.tables && k < n; k++) spice_free(&self.tables[k]);
  free(self.tables);
  free(self.ohm);
  return status;
}

static int run_command(const command *of, int argc, char **argv) {
  return lab_main(of, argc, argv, 0, work);
}

static const option_def options_table[] = {
    {"r1", '\0', OPTION_R1, "OHM", "from the op-amp's output to (-) (10000)"},
    {"r2", '\0', OPTION_R2, "OHM", "from (-) to the source (10000)"},
    {"r3", '\0', OPTION_R3, "OHM", "from the output to the node, (+) (10000)"},
    {"load", '\0', OPTION_LOAD, "OHM", "from the node to ground (20000)"},
    {"opamp", '\0', OPTION_OPAMP, "NAME", "op-amps as this part model says (ideal, with rails of 12 V)"},
    LAB_SHARED("no effect"),
    {NULL, '\0', 0, NULL, NULL},
};

const command lab_negative = {
    "lab negative-resistance",
    "[OPTION...]",
    "a resistor beside an apparent negative one, in ngspice (appendix E, Fig. 9)",
    "R from the source to a node, and an op-amp that makes -Rn = -R2 R3/R1 beside it; R is swept. Vout/Vin = g/(g + 1/load),\n"
    "g = 1/R - 1/Rn, as long as S = g + 1/load is above 0; else the node runs to the rail.\n\n"
    "Examples:\n"
    "  r2nn lab negative-resistance -o negative\n"
    "  r2nn lab negative-resistance --opamp TL074 --load 50000",
    options_table,
    run_command,
};
