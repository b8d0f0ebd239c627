/* Whatever the reader of model files accepts passes the check again, is printed, and reads back as the same text. */
#include "r2nn/model.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int good, const char *what, const r2nn_error *error) {
  if (good) return;
  fprintf(stderr, "%s: %s\n", what, error->text);
  abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  r2nn_model *model = NULL, *back = NULL;
  r2nn_error error = {""};
  r2nn_status status = r2nn_model_parse((const char *)data, size, &model, &error);
  if (status != R2NN_OK) {
    require(model == NULL && error.text[0] && !strchr(error.text, '\n'), "a refusal is one line and no model", &error);
    return 0;
  }
  require(r2nn_model_check(model, &error) == R2NN_OK, "check after parse", &error);
  char *text = r2nn_model_print(model);
  require(text != NULL, "print", &error);
  require(r2nn_model_parse(text, strlen(text), &back, &error) == R2NN_OK, "parse after print", &error);
  char *again = r2nn_model_print(back);
  require(again && strcmp(text, again) == 0, "print after parse after print", &error);
  free(text);
  free(again);
  r2nn_model_free(model);
  r2nn_model_free(back);
  return 0;
}
