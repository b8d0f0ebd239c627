/* Adam (D. P. Kingma, J. Ba, ICLR 2015) with a cosine decay of the step. */
#ifndef R2NN_TRAIN_ADAM_H
#define R2NN_TRAIN_ADAM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct r2nn_adam {
  uint32_t n, step, n_steps;
  double rate;           /* the first step */
  double *mean, *square; /* [n] */
} r2nn_adam;

/* n parameters over n_steps steps; false if memory is short. */
bool r2nn_adam_init(r2nn_adam *adam, uint32_t n, uint32_t n_steps, double rate);
void r2nn_adam_free(r2nn_adam *adam);
/* theta[n] moves against gradient[n]; the rate falls from rate to a hundredth of it. */
void r2nn_adam_step(r2nn_adam *adam, double *theta, const double *gradient);

#endif
