/* From one stage that suits the data to a cascade on top of it. */
#ifndef R2NN_TRAIN_SHAPE_H
#define R2NN_TRAIN_SHAPE_H

#include "train/data.h"
#include "train/recipe.h"

/* Does the recipe need the joint training of joint.h: several stages, or a law behind the one? */
bool r2nn_shape_is_cascade(const r2nn_recipe *recipe);

/* Does the specification ask for one? What it leaves open does not count. */
bool r2nn_shape_asks_cascade(const r2nn_train_spec *spec);

/* What is integrated behind a law: envelopes as they are, voltages squared. */
r2nn_energy r2nn_shape_energy(r2nn_law law);

/* Make recipe, whose first stage is settled, a cascade: of the stages that spec asks for, or where it leaves them open of a fast
 * bank behind the logarithm, and two slow banks with a rectifier between them. Ranges, rates and the length of the training follow
 * from the clips. */
void r2nn_shape_cascade(const r2nn_train_spec *spec, const r2nn_choice *choice, r2nn_recipe *recipe);

/* "bank:32 80-3700 Hz, log at 100 Hz > bank:96 …" into text of size. */
void r2nn_shape_describe(const r2nn_recipe *recipe, char *text, size_t size);

#endif
