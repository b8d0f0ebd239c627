/* The circuit's lists: bill of materials, and what every value of the model became. */
#include "circuit/buffer.h"
#include "core/text.h"
#include "r2nn/circuit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *part_name(const r2nn_circuit *c, r2nn_element_kind kind) {
  static const char *const names[R2NN_N_ELEMENT_KINDS] = {
      [R2NN_DIODE] = "1N4148",     [R2NN_TRANSISTOR] = "NPN of a matched pair",
      [R2NN_MULTIPLIER] = "AD633", [R2NN_COMPARATOR] = "LM393",
      [R2NN_SWITCH] = "DG411",     [R2NN_REFERENCE] = "reference",
  };
  if (kind == R2NN_OPAMP) return c->def.parts.opamp.name;
  return names[kind];
}

/* What is to be had of a resistor: the fixed part of one with a trimmer. */
static double stock_value(const r2nn_element *e) {
  return e->pot > 0 ? e->fixed : e->value;
}

/* Elements of one kind, value and role make one line. */
static int compare(const void *a, const void *b) {
  const r2nn_element *const *x = a, *const *y = b;
  double of_x = stock_value(*x), of_y = stock_value(*y);
  if ((*x)->kind != (*y)->kind) return (*x)->kind < (*y)->kind ? -1 : 1;
  if (of_x != of_y) return of_x < of_y ? -1 : 1;
  int role = strcmp((*x)->role, (*y)->role);
  return role ? role : ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

/* Trimmers of the same value make one line. */
static int compare_pots(const void *a, const void *b) {
  const r2nn_element *const *x = a, *const *y = b;
  if ((*x)->pot != (*y)->pot) return (*x)->pot < (*y)->pot ? -1 : 1;
  return ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

static bool same(const r2nn_element *x, const r2nn_element *y) {
  return x->kind == y->kind && stock_value(x) == stock_value(y) && strcmp(x->role, y->role) == 0;
}

static void print_value(r2nn_buffer *to, const r2nn_circuit *c, const r2nn_element *e) {
  const r2nn_part_model *parts = &c->def.parts;
  if (e->kind == R2NN_RESISTOR)
    r2nn_buffer_add(to, "%s,ohm,%s,%s", R2NN_NUMBER(stock_value(e)), r2nn_series_name(c->def.resistors),
                    R2NN_NUMBER(parts->resistor.tolerance));
  else if (e->kind == R2NN_CAPACITOR)
    r2nn_buffer_add(to, "%s,F,E12,%s", R2NN_NUMBER(e->value), R2NN_NUMBER(parts->capacitor.tolerance));
  else if (e->kind == R2NN_REFERENCE)
    r2nn_buffer_add(to, "%s,V,,", R2NN_NUMBER(e->value));
  else
    r2nn_buffer_add(to, "%s,,,", part_name(c, e->kind));
}

/* The trimmers, each in series with the resistor of its number. sorted has room for all elements. */
static void print_pots(r2nn_buffer *to, const r2nn_circuit *c, const r2nn_element **sorted) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < c->n_elements; i++)
    if (c->elements[i].pot > 0) sorted[n++] = &c->elements[i];
  qsort(sorted, n, sizeof *sorted, compare_pots);
  for (uint32_t i = 0, end; i < n; i = end) {
    for (end = i; end < n && sorted[end]->pot == sorted[i]->pot; end++)
      r2nn_buffer_add(to, "%sRT%u", end > i ? " " : "", sorted[end]->number);
    r2nn_buffer_add(to, ",%s,ohm,,,%u,trimmer in series\n", R2NN_NUMBER(sorted[i]->pot), end - i);
  }
}

char *r2nn_circuit_bom(const r2nn_circuit *c) {
  const r2nn_element **sorted = malloc((c->n_elements + 1) * sizeof *sorted);
  if (!sorted) return NULL;
  for (uint32_t i = 0; i < c->n_elements; i++) sorted[i] = &c->elements[i];
  qsort(sorted, c->n_elements, sizeof *sorted, compare);
  r2nn_buffer to = {0};
  r2nn_buffer_add(&to, "reference,value,unit,series,tolerance,count,role\n");
  for (uint32_t i = 0, end; i < c->n_elements; i = end) {
    for (end = i; end < c->n_elements && same(sorted[i], sorted[end]);) end++;
    for (uint32_t k = i; k < end; k++)
      r2nn_buffer_add(&to, "%s%s%u", k > i ? " " : "", r2nn_element_letter(sorted[k]->kind), sorted[k]->number);
    r2nn_buffer_add(&to, ",");
    print_value(&to, c, sorted[i]);
    r2nn_buffer_add(&to, ",%u,%s\n", end - i, sorted[i]->role);
  }
  print_pots(&to, c, sorted);
  free(sorted);
  return r2nn_buffer_take(&to);
}

char *r2nn_circuit_map(const r2nn_circuit *c) {
  r2nn_buffer to = {0};
  r2nn_buffer_add(&to, "field,unit,model,built,deviation_percent,parts,note\n");
  for (uint32_t i = 0; i < c->n_mapped; i++) {
    const r2nn_mapped *m = &c->mapped[i];
    r2nn_buffer_add(&to, "%s,%s,%s,%s,", m->path, m->unit, R2NN_NUMBER(m->model), R2NN_NUMBER(m->built));
    if (m->model != 0 && isfinite(m->built)) r2nn_buffer_add(&to, "%s", R2NN_NUMBER(round(1e5 * (m->built / m->model - 1)) / 1e3));
    r2nn_buffer_add(&to, ",");
    for (uint32_t k = 0; k < m->n_elements; k++) {
      const r2nn_element *e = &c->elements[m->first + k];
      r2nn_buffer_add(&to, "%s%s%u", k ? " " : "", r2nn_element_letter(e->kind), e->number);
      if (e->pot > 0) r2nn_buffer_add(&to, " RT%u", e->number);
    }
    r2nn_buffer_add(&to, ",%s\n", m->note);
  }
  return r2nn_buffer_take(&to);
}
