/* How well boards are identified: the modes of the first boards of a series against what they really are. Usage: identify MODEL
 * OPAMP PCT BOARDS, like: identify vowels TL074 5 10. */
#include "found_modes.h"
#include "model_file.h"

#include <stdio.h>

int main(int argc, char **argv) {
  r2nn_model *model;
  r2nn_error error = {""};
  if (argc != 5) {
    fprintf(stderr, "usage: identify MODEL OPAMP PCT BOARDS\n");
    return 2;
  }
  if (model_file_read(argv[1], &model, &error) != R2NN_OK) {
    fprintf(stderr, "%s\n", error.text);
    return 1;
  }
  printf("%6s %6s %12s %8s %12s %12s %8s\n", "board", "shown", "off by Hz %", "Q %", "/ sigma Hz", "Q", "misfit");
  for (uint64_t seed = 1; seed <= (uint64_t)atoi(argv[4]); seed++) {
    modes_def def = {model, argv[2], atof(argv[3]) / 100, seed, 60, 1e-3, 0.05};
    modes_off off = modes_identify(&def);
    printf("%6u %3u/%2u %12.4f %8.3f %12.2f %12.2f %8.2f\n", (unsigned)seed, off.n_sure, off.n, 100 * off.hz, 100 * off.q,
           off.hz_sigma, off.q_sigma, off.misfit);
    fflush(stdout);
  }
  r2nn_model_free(model);
  return 0;
}
