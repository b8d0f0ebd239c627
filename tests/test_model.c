/* Model files: what is printed reads back bit for bit, what is absent has its default, whatever the locale. */
#include "models.h"

#include <float.h>
#include <locale.h>

/* Same bits everywhere. */
static void assert_same(const r2nn_model *a, const r2nn_model *b) {
  assert_string_equal(a->name, b->name);
  assert_int_equal(a->n_classes, b->n_classes);
  for (uint32_t i = 0; i < a->n_classes; i++) assert_string_equal(a->classes[i], b->classes[i]);
  assert_int_equal(a->n_channels, b->n_channels);
  assert_memory_equal(&a->trained_rate_hz, &b->trained_rate_hz, sizeof a->trained_rate_hz);
  assert_int_equal(a->remove_mean, b->remove_mean);
  assert_memory_equal(&a->highpass_hz, &b->highpass_hz, sizeof a->highpass_hz);
  assert_int_equal(a->highpass_order, b->highpass_order);
  assert_int_equal(a->n_stages, b->n_stages);
  for (uint32_t i = 0; i < a->n_stages; i++) {
    const r2nn_stage *s = &a->stages[i], *t = &b->stages[i];
    assert_string_equal(s->topology, t->topology);
    assert_int_equal(s->n_nodes, t->n_nodes);
    assert_int_equal(s->n_couplings, t->n_couplings);
    assert_int_equal(s->n_inputs, t->n_inputs);
    assert_int_equal(s->n_outputs, t->n_outputs);
    assert_memory_equal(s->nodes, t->nodes, s->n_nodes * sizeof *s->nodes);
    assert_memory_equal(s->couplings, t->couplings, s->n_couplings * sizeof *s->couplings);
    assert_memory_equal(s->inputs, t->inputs, s->n_inputs * sizeof *s->inputs);
    assert_memory_equal(s->outputs, t->outputs, s->n_outputs * sizeof *s->outputs);
    assert_int_equal(s->law, t->law);
    assert_int_equal(s->suppress_common, t->suppress_common);
    const double from_s[] = {s->law_scale_v, s->law_bias_v, s->smooth_s, s->rate_hz};
    const double from_t[] = {t->law_scale_v, t->law_bias_v, t->smooth_s, t->rate_hz};
    assert_memory_equal(from_s, from_t, sizeof from_s);
  }
  assert_int_equal(a->readout.suppress_common, b->readout.suppress_common);
  assert_int_equal(a->readout.mode, b->readout.mode);
  assert_int_equal(a->readout.energy, b->readout.energy);
  assert_int_equal(a->readout.scale, b->readout.scale);
  assert_memory_equal(&a->readout.floor, &b->readout.floor, sizeof a->readout - offsetof(r2nn_readout, floor));
  const r2nn_head *g = &a->head, *h = &b->head;
  assert_int_equal(g->kind, h->kind);
  assert_int_equal(g->n_features, h->n_features);
  assert_int_equal(g->n_hidden, h->n_hidden);
  assert_int_equal(g->n_classes, h->n_classes);
  assert_memory_equal(&g->sharpness, &h->sharpness, sizeof g->sharpness);
  size_t n_rows = g->n_hidden ? g->n_hidden : g->n_classes, n_bias = g->kind == R2NN_HEAD_CENTROID ? g->n_features : n_rows;
  if (g->w1) assert_memory_equal(g->w1, h->w1, n_rows * g->n_features * sizeof *g->w1);
  if (g->b1) assert_memory_equal(g->b1, h->b1, n_bias * sizeof *g->b1);
  if (g->w2) assert_memory_equal(g->w2, h->w2, g->n_classes * g->n_hidden * sizeof *g->w2);
  if (g->b2) assert_memory_equal(g->b2, h->b2, g->n_classes * sizeof *g->b2);
  assert_memory_equal(&a->margin_threshold, &b->margin_threshold, sizeof a->margin_threshold);
  const r2nn_novelty *p = &a->novelty, *q = &b->novelty;
  assert_memory_equal(&p->limit, &q->limit, sizeof p->limit);
  assert_int_equal(!p->means, !q->means);
  if (p->means) assert_memory_equal(p->means, q->means, (size_t)p->n_classes * p->n_features * sizeof *p->means);
  if (p->means) assert_memory_equal(p->spread, q->spread, p->n_features * sizeof *p->spread);
  assert_memory_equal(&a->stability_margin, &b->stability_margin, sizeof a->stability_margin);
  assert_int_equal(!a->training, !b->training);
  assert_int_equal(!a->evaluation, !b->evaluation);
  if (a->training) assert_string_equal(a->training, b->training);
  if (a->evaluation) assert_string_equal(a->evaluation, b->evaluation);
}

static void assert_same_axes(const r2nn_model *a, const r2nn_model *b) {
  assert_string_equal(a->unit, b->unit);
  assert_int_equal(!a->axes, !b->axes);
  for (uint32_t i = 0; a->axes && i < a->n_channels; i++) assert_string_equal(a->axes[i], b->axes[i]);
}

static void assert_round_trip(const r2nn_model *model) {
  char *text = r2nn_model_print(model);
  assert_non_null(text);
  r2nn_model *back = parse(text);
  assert_same(model, back);
  assert_same_axes(model, back);
  char *again = r2nn_model_print(back);
  assert_string_equal(text, again);
  r2nn_model *copy = r2nn_model_copy(model);
  assert_non_null(copy);
  assert_same(model, copy);
  assert_same_axes(model, copy);
  r2nn_model_free(copy);
  r2nn_model_free(back);
  free(text);
  free(again);
}

static void test_example(void **state) {
  (void)state;
  r2nn_model *m = parse(example);
  const r2nn_stage *s = &m->stages[0];
  assert_string_equal(m->name, "Vögel");
  assert_string_equal(m->classes[0], "ä");
  assert_true(m->trained_rate_hz == 8000);
  assert_string_equal(s->topology, "full:2");
  assert_true(s->nodes[0].d == 2.5e-12 && s->nodes[0].c == 1e-9 && s->nodes[0].g == 1e-4);
  assert_true(s->nodes[1].d == 0);
  assert_true(s->couplings[0].a == 0 && s->couplings[0].b == 1 && s->couplings[0].g == 1e-6);
  assert_true(s->inputs[0].g == 1e-5);
  assert_int_equal(s->outputs[1], 1);
  assert_int_equal(s->law, R2NN_LAW_LOG);
  assert_true(s->law_scale_v == 1e-6);
  assert_true(s->smooth_s == 0.01 && s->rate_hz == 200 && s->suppress_common);
  assert_true(m->readout.window_s == 0);
  assert_true(m->head.w1[1] == -0.5f && m->head.w1[2] == 0.25f && m->head.b1[0] == 0.5f);
  assert_true(m->margin_threshold == 0.1);
  assert_true(m->stability_margin > 0.3 && m->stability_margin < 0.6); /* computed, not read */
  assert_string_equal(m->evaluation,
                      "{\"accuracy\":0.90000000000000002,\"n\":3,\"split\":\"x\",\"baselines\":{\"random\":[1.0,[]]}}");
  assert_round_trip(m);

  /* readable: an element a line */
  char *text = r2nn_model_print(m);
  assert_non_null(strstr(text, "\n        { \"d\": 2.5e-12, \"c\": 1e-09, \"g\": 0.0001 },\n"));
  assert_non_null(strstr(text, "\n        [0, 1, 1e-06]\n"));
  assert_non_null(strstr(text, "\"accuracy\": 0.9,"));
  free(text);
  r2nn_model_free(m);
}

static void test_defaults(void **state) {
  (void)state;
  r2nn_model *m = parse(least), *fresh = r2nn_model_new(1, 1, 1);
  assert_string_equal(m->name, "");
  assert_true(m->n_channels == 1 && m->trained_rate_hz == 0 && m->remove_mean && m->highpass_hz == 1 && m->highpass_order == 1);
  const r2nn_stage *s = &m->stages[0], *fresh_stage = &fresh->stages[0];
  assert_string_equal(s->topology, "");
  assert_true(s->n_couplings == 0 && s->nodes[0].d == 0 && s->nodes[0].g == 0);
  assert_true(s->law == R2NN_LAW_IDENTITY && s->law_scale_v == 1 && s->law_bias_v == 0 && s->smooth_s == 0 && s->rate_hz == 0);
  assert_true(fresh_stage->law == R2NN_LAW_IDENTITY && fresh_stage->law_scale_v == 1);
  const r2nn_readout *r = &m->readout;
  assert_true(r->mode == R2NN_MODE_EVENT && r->energy == R2NN_ENERGY_SQUARE && r->scale == R2NN_SCALE_LOG && !r->suppress_common);
  assert_true(r->floor == 1e-12 && r->window_s == 0 && r->hop_s == 0 && r->gate_db == -40 && r->above_db == 10);
  assert_true(r->hysteresis_db == 6 && r->hang_s == 0.15 && r->min_s == 0.03 && r->max_s == 0 && r->decide_s == 0);
  assert_true(m->novelty.limit == 0 && !m->novelty.means && !m->novelty.spread);
  assert_true(m->head.sharpness == 2 && m->margin_threshold == 0);
  assert_true(m->stability_margin == 1);
  assert_null(m->training);
  assert_round_trip(m);
  r2nn_model_free(m);
  r2nn_model_free(fresh);

  /* null is as good as absent, a byte order mark is skipped, spreads are 1, biases 0 */
  char *text = replace(
      least, "\"head\":{\"kind\":\"energy\"}",
      "\"head\":{\"kind\":\"centroid\",\"means\":[[2]],\"spreads\":null},\"input\":null,\"readout\":null,\"training\":null");
  char *marked = replace(text, "{", "\xef\xbb\xbf{");
  m = parse(marked);
  assert_true(m->head.w1[0] == 2 && m->head.b1[0] == 1 && m->head.sharpness == 1);
  r2nn_model_free(m);
  free(marked);
  free(text);
}

/* What the channels of a sensor are called and measure; files without say nothing of it. */
static void test_axes(void **state) {
  (void)state;
  char *text = replace(example, "\"channels\": 1", "\"channels\": 2, \"unit\": \"m/s²\", \"axes\": [\"x\", \"ÿ \\\"\"]");
  r2nn_model *m = parse(text), *old = parse(example);
  assert_string_equal(m->unit, "m/s²");
  assert_string_equal(m->axes[0], "x");
  assert_string_equal(m->axes[1], "ÿ \"");
  assert_round_trip(m);
  assert_true(old->unit[0] == '\0' && !old->axes);
  char *printed = r2nn_model_print(old);
  assert_null(strstr(printed, "axes"));
  assert_null(strstr(printed, "unit"));
  free(printed);
  free(text);
  r2nn_model_free(m);
  r2nn_model_free(old);
}

/* All sizes, kinds and odd values of numbers. */
static void test_round_trip(void **state) {
  (void)state;
  const r2nn_head_kind kinds[] = {R2NN_HEAD_CENTROID, R2NN_HEAD_PERCEPTRON, R2NN_HEAD_MLP, R2NN_HEAD_ENERGY};
  r2nn_error error = {""};
  uint64_t seed = 1;
  for (uint32_t k = 0; k < 4; k++) {
    uint32_t n_classes = kinds[k] == R2NN_HEAD_ENERGY ? 5 : 3;
    r2nn_model *m = r2nn_model_new(3, n_classes, 2);
    for (uint32_t i = 0; i < n_classes; i++) {
      m->classes[i] = calloc(32, 1);
      snprintf(m->classes[i], 32, "\"%u\\\n\t€", i);
    }
    snprintf(m->name, sizeof m->name, "quote \" and \x01");
    for (uint32_t i = 0; i < 2; i++) {
      r2nn_stage *s = &m->stages[i];
      assert_int_equal(r2nn_stage_init(s, 40, 20, 40, i ? 5 : 40, &error), R2NN_OK);
      for (uint32_t j = 0; j < 40; j++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        double random = (double)(seed >> 11) / 9007199254740992.0;
        s->nodes[j] = (r2nn_node){.d = random * 1e-12, .c = random / 3e9, .g = 1 + random};
        s->inputs[j] = (r2nn_input){.node = j, .channel = (j * 7) % 3, .g = random / 7};
        if (j < 20) s->couplings[j] = (r2nn_coupling){.a = 2 * j + 1, .b = 2 * j, .g = (random - 0.5) / 3};
        if (j < s->n_outputs) s->outputs[j] = 39 - j;
      }
      s->law = (r2nn_law)(k + i);
      s->law_bias_v = -0.0;
      s->rate_hz = 1.0 / 3;
    }
    /* a denormal, the largest and the smallest; the same for floats */
    m->stages[0].nodes[0].d = 4.9406564584124654e-324;
    m->stages[0].nodes[1].c = DBL_MAX;
    m->stages[0].nodes[2].d = DBL_MIN;
    m->stages[0].nodes[3].d = -0.0;
    m->stages[0].nodes[4].c = 12345678901234567.0;
    m->stages[0].nodes[5].c = 1e22;
    assert_int_equal(r2nn_head_init(&m->head, kinds[k], 5, kinds[k] == R2NN_HEAD_MLP ? 4 : 0, n_classes, &error), R2NN_OK);
    float odd[] = {FLT_MAX, -FLT_MIN, 1.4e-45f, -0.0f, 16777217.0f, 0.1f, 1.0f / 3};
    if (m->head.w1) memcpy(m->head.w1, odd, sizeof odd);
    if (k % 2) assert_int_equal(r2nn_novelty_init(&m->novelty, 5, n_classes, &error), R2NN_OK);
    if (k % 2) memcpy(m->novelty.means, odd, sizeof odd), m->novelty.spread[1] = 1.4e-45f, m->novelty.limit = k == 1 ? 1.0 / 3 : 0;
    m->readout.above_db = 1.0 / 3, m->readout.max_s = k, m->readout.decide_s = k / 7.0;
    m->trained_rate_hz = 44100.0 / 1.001;
    m->training = strdup("{\"seed\":18446744073709,\"loss\":[0.10000000000000001,-0.0,1.0000000000000001e300,true,null],"
                         "\"nest\":{\"a\":{}}}");
    assert_int_equal(r2nn_model_check(m, &error), R2NN_OK);
    assert_round_trip(m);
    r2nn_model_free(m);
  }
}

/* A host may have set a locale with a decimal comma. */
static void test_locale(void **state) {
  (void)state;
  const char *names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", NULL};
  const char **name = names;
  while (*name && !setlocale(LC_ALL, *name)) name++;
  if (!*name) {
    print_message("no locale with a decimal comma here\n");
    skip();
  }
  r2nn_model *m = parse(example);
  char *text = r2nn_model_print(m);
  assert_non_null(strstr(text, "2.5e-12"));
  assert_round_trip(m);
  free(text);
  r2nn_model_free(m);
  setlocale(LC_ALL, "C");
}

static void test_names(void **state) {
  (void)state;
  for (int i = 0; i < R2NN_N_LAWS; i++) assert_int_equal(r2nn_law_find(r2nn_law_name((r2nn_law)i)), i);
  for (int i = 0; i < R2NN_N_MODES; i++) assert_int_equal(r2nn_mode_find(r2nn_mode_name((r2nn_mode)i)), i);
  for (int i = 0; i < R2NN_N_ENERGIES; i++) assert_int_equal(r2nn_energy_find(r2nn_energy_name((r2nn_energy)i)), i);
  for (int i = 0; i < R2NN_N_SCALES; i++) assert_int_equal(r2nn_scale_find(r2nn_scale_name((r2nn_scale)i)), i);
  for (int i = 0; i < R2NN_N_HEADS; i++) assert_int_equal(r2nn_head_find(r2nn_head_name((r2nn_head_kind)i)), i);
  assert_int_equal(r2nn_law_find("cube"), -1);
  assert_int_equal(r2nn_law_find(NULL), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_example), cmocka_unit_test(test_defaults),
                                     cmocka_unit_test(test_axes),    cmocka_unit_test(test_round_trip),
                                     cmocka_unit_test(test_locale),  cmocka_unit_test(test_names)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
