/* What a model is made of, for people. */
#include "summary.h"

#include "words.h"

#include <math.h>
#include <stdlib.h>

static void take(summary_range *range, double value) {
  if (range->n == 0 || value < range->lo) range->lo = value;
  if (range->n == 0 || value > range->hi) range->hi = value;
  range->n++;
}

static void take_conductance(summary_stage *summary, double g) {
  if (g > 0) take(&summary->resistor_ohm, 1 / g);
  if (g < 0) take(&summary->negative_resistor_ohm, -1 / g);
}

r2nn_status summary_of_stage(const r2nn_stage *stage, summary_stage *summary, r2nn_error *error) {
  *summary = (summary_stage){0};
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    const r2nn_node *node = &stage->nodes[i];
    take_conductance(summary, node->g);
    if (node->c > 0) take(&summary->capacitor_f, node->c);
    if (node->d > 0) take(&summary->fdnr_fs, node->d);
  }
  for (uint32_t i = 0; i < stage->n_couplings; i++) {
    take_conductance(summary, stage->couplings[i].g);
    summary->n_positive += stage->couplings[i].g > 0;
    summary->n_negative += stage->couplings[i].g < 0;
  }
  for (uint32_t i = 0; i < stage->n_inputs; i++) take_conductance(summary, stage->inputs[i].g);

  uint32_t n_modes;
  double *re, *im;
  r2nn_status status = r2nn_stage_certify(stage, &summary->margin, error);
  if (status == R2NN_OK) status = r2nn_stage_poles(stage, &n_modes, &re, &im, error);
  if (status != R2NN_OK) return status;
  for (uint32_t i = 0; i < n_modes; i++) {
    double size = hypot(re[i], im[i]);
    if (im[i] > 0) {
      take(&summary->mode_hz, size / (2 * M_PI));
      take(&summary->mode_q, size / (-2 * re[i]));
    }
  }
  free(re);
  free(im);
  return R2NN_OK;
}

static void put_range(FILE *to, const char *name, summary_range range, const char *unit) {
  char lo[32], hi[32];
  if (range.n == 0) return;
  fprintf(to, "  %-22s%s%s", name, words_engineering(range.lo, 3, lo, sizeof lo), unit);
  if (range.hi > range.lo) fprintf(to, " to %s%s", words_engineering(range.hi, 3, hi, sizeof hi), unit);
  fprintf(to, "  (%u)\n", range.n);
}

static void put_stage(FILE *to, const r2nn_stage *stage, const summary_stage *summary, uint32_t index) {
  fprintf(to, "\nstage %u   %s\n", index, stage->topology[0] ? stage->topology : "circuit");
  fprintf(to, "  %-22s%u, %u of them outputs\n", "nodes", stage->n_nodes, stage->n_outputs);
  fprintf(to, "  %-22s%u (%u positive, %u negative)\n", "couplings", stage->n_couplings, summary->n_positive, summary->n_negative);
  fprintf(to, "  %-22s%u\n", "input resistors", stage->n_inputs);
  put_range(to, "modes", summary->mode_hz, "Hz");
  if (summary->mode_q.n) fprintf(to, "  %-22s%.3g to %.3g\n", "Q", summary->mode_q.lo, summary->mode_q.hi);
  put_range(to, "resistors", summary->resistor_ohm, "ohm");
  put_range(to, "negative resistors", summary->negative_resistor_ohm, "ohm");
  put_range(to, "capacitors", summary->capacitor_f, "F");
  put_range(to, "FDNRs", summary->fdnr_fs, "F·s");
  fprintf(to, "  %-22s%s", "node law", r2nn_law_name(stage->law));
  if (stage->smooth_s > 0) fprintf(to, ", smoothed over %g s", stage->smooth_s);
  if (stage->rate_hz > 0) fprintf(to, ", carried on at %g Hz", stage->rate_hz);
  if (stage->suppress_common) fprintf(to, ", common mode removed");
  fprintf(to, "\n  %-22s%.3g\n", "stability margin", summary->margin);
}

static void put_events(FILE *to, const r2nn_readout *readout) {
  fprintf(to, "gate      at %g dB", readout->gate_db);
  if (readout->gate_highpass_hz > 0) fprintf(to, " (above %g Hz)", readout->gate_highpass_hz);
  if (readout->above_db > 0) fprintf(to, " and %g dB above the noise", readout->above_db);
  fprintf(to, ", hysteresis %g dB, hang-over %g s\nevents    from %g s", readout->hysteresis_db, readout->hang_s, readout->min_s);
  if (readout->max_s > 0) fprintf(to, " to %g s", readout->max_s);
  if (readout->decide_s > 0)
    fprintf(to, ", decided %g s after the onset\n", readout->decide_s);
  else
    fprintf(to, ", decided at their end\n");
}

static void put_readout(FILE *to, const r2nn_readout *readout) {
  fprintf(to, "\nreadout   %s", r2nn_mode_name(readout->mode));
  if (readout->mode == R2NN_MODE_WINDOW || readout->mode == R2NN_MODE_LEAKY)
    fprintf(to, " of %g s every %g s", readout->window_s, readout->hop_s > 0 ? readout->hop_s : readout->window_s);
  fprintf(to, ", energy %s, scale %s%s\n", r2nn_energy_name(readout->energy), r2nn_scale_name(readout->scale),
          readout->suppress_common ? ", common mode removed" : "");
  if (readout->mode == R2NN_MODE_EVENT) put_events(to, readout);
}

void summary_text(FILE *to, const r2nn_model *model, const summary_stage *stages) {
  fprintf(to, "model     %s\nclasses   %u:", model->name, model->n_classes);
  for (uint32_t i = 0; i < model->n_classes; i++) fprintf(to, "%s %s", i ? "," : "", model->classes[i]);
  fprintf(to, "\ninput     %u channel%s", model->n_channels, model->n_channels == 1 ? "" : "s");
  for (uint32_t i = 0; model->axes && i < model->n_channels; i++) fprintf(to, "%s %s", i ? "," : "", model->axes[i]);
  if (model->unit[0]) fprintf(to, " in %s", model->unit);
  if (model->trained_rate_hz > 0) fprintf(to, ", trained at %g Hz", model->trained_rate_hz);
  if (model->remove_mean && model->highpass_order > 1)
    fprintf(to, ", driven through %u high-passes at %g Hz", model->highpass_order, model->highpass_hz);
  else if (model->remove_mean)
    fprintf(to, ", AC coupled at %g Hz", model->highpass_hz);
  fputc('\n', to);
  for (uint32_t i = 0; i < model->n_stages; i++) put_stage(to, &model->stages[i], &stages[i], i);
  put_readout(to, &model->readout);
  fprintf(to, "head      %s, %u features", r2nn_head_name(model->head.kind), model->head.n_features);
  if (model->head.n_hidden) fprintf(to, ", %u hidden", model->head.n_hidden);
  if (model->head.kind == R2NN_HEAD_NPML || model->head.kind == R2NN_HEAD_SPML) {
    double least, largest;
    uint32_t n_latched = r2nn_head_sums(&model->head, &least, &largest);
    fprintf(to, ", sums of conductances %.3g to %.3g, %u ≤ 0", least, largest, n_latched);
  }
  fprintf(to, "\ndecision  unknown under a margin of %g", model->margin_threshold);
  if (model->novelty.limit > 0) fprintf(to, " and over a novelty of %g", model->novelty.limit);
  fputc('\n', to);
  fprintf(to, "stable    margin %.3g\n", model->stability_margin);
  if (model->evaluation) {
    fprintf(to, "\nevaluation\n");
    summary_notes(to, model->evaluation, 2);
  }
  if (model->training) {
    fprintf(to, "\ntraining\n");
    summary_notes(to, model->training, 2);
  }
}
