/* Model texts that tests start from, and how they look at them. */
#ifndef R2NN_TESTS_MODELS_H
#define R2NN_TESTS_MODELS_H

#include "r2nn/model.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A model like the one that the interface shows, with values. */
static const char example[] =
    "{ \"format\": \"r2nn-model\", \"version\": 1, \"name\": \"Vögel\", \"classes\": [\"ä\", \"b\"],\n"
    "  \"comment\": \"made by hand\",\n"
    "  \"input\": { \"channels\": 1, \"trained_rate_hz\": 8000.0, \"remove_mean\": true },\n"
    "  \"stages\": [ { \"topology\": \"full:2\", \"comment\": [1],\n"
    "    \"nodes\": [ { \"d\": 2.5e-12, \"c\": 1.0e-9, \"g\": 1.0e-4 }, { \"c\": 1e-9, \"g\": 2e-4 } ],\n"
    "    \"couplings\": [ [0, 1, 1.0e-6] ], \"inputs\": [ [0, 0, 1.0e-5] ], \"outputs\": [0, 1],\n"
    "    \"law\": \"log\", \"smooth_s\": 0.01, \"rate_hz\": 200, \"suppress_common\": true } ],\n"
    "  \"readout\": { \"mode\": \"event\", \"energy\": \"square\", \"window_s\": null, \"gate_db\": -40 },\n"
    "  \"head\": { \"kind\": \"perceptron\", \"weights\": [[1, -0.5], [0.25, 3]], \"bias\": [0.5, 0] },\n"
    "  \"decision\": { \"margin\": 0.1 }, \"certificate\": { \"stability_margin\": 0.12 },\n"
    "  \"evaluation\": { \"accuracy\": 0.9, \"n\": 3, \"split\": \"x\", \"baselines\": { \"random\": [1.0, []] } } }";

/* The least that a file must hold. */
static const char least[] = "{\"format\":\"r2nn-model\",\"version\":1,\"classes\":[\"a\"],\"stages\":[{\"nodes\":[{\"c\":1}],"
                            "\"inputs\":[[0,0,1]],\"outputs\":[0]}],\"head\":{\"kind\":\"energy\"}}";

/* Read a text that must be right. */
static inline r2nn_model *parse(const char *text) {
  r2nn_model *model = NULL;
  r2nn_error error = {""};
  if (r2nn_model_parse(text, strlen(text), &model, &error) != R2NN_OK) fail_msg("%s", error.text);
  assert_non_null(model);
  return model;
}

/* text with the first from replaced by to; the caller frees it. */
static inline char *replace(const char *text, const char *from, const char *to) {
  const char *at = strstr(text, from);
  if (!at) fail_msg("the example has no %s", from);
  size_t size = strlen(text) + strlen(to) + 1;
  char *made = malloc(size);
  snprintf(made, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
  return made;
}

#endif
