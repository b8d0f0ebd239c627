/* Draws a circuit, cell by cell: a cell for each node, then drives, detectors, readout and head. */
#include "circuit/schematic.h"

#include "circuit/cell.h"

#include <stdlib.h>
#include <string.h>

/* Cells in a row, and the most that are drawn: a page stays one that a viewer opens. */
enum { MOST_COLUMNS = 4, FEW_CELLS = 12, MOST_CELLS = 400, TOP = 80 };

typedef struct sheet {
  const r2nn_circuit *circuit;
  cell *cells; /* [n_cells], owned */
  uint32_t n_cells, n_left_out, n_columns;
  double height;
} sheet;

/* Two blocks that are built of the same parts. */
static bool alike(const r2nn_circuit *c, const r2nn_block *a, const r2nn_block *b) {
  if (a->kind != b->kind || a->stage != b->stage || a->n_elements != b->n_elements) return false;
  for (uint32_t i = 0; i < a->n_elements; i++) {
    const r2nn_element *x = &c->elements[a->first + i], *y = &c->elements[b->first + i];
    if (x->kind != y->kind || x->value != y->value) return false;
  }
  return true;
}

static bool is_drawn(const r2nn_block *block) {
  bool in_nodes = block->kind == R2NN_BLOCK_INPUT || block->kind == R2NN_BLOCK_COUPLING || block->kind == R2NN_BLOCK_NEGATIVE;
  return !in_nodes && block->n_elements > 0; /* a node that is wired to ground has none */
}

static void gather(sheet *self) {
  const r2nn_circuit *c = self->circuit;
  for (uint32_t k = 0; k < c->n_blocks; k++) {
    const r2nn_block *block = &c->blocks[k];
    cell *last = self->n_cells ? &self->cells[self->n_cells - 1] : NULL;
    if (!is_drawn(block)) continue;
    if (last && block->kind != R2NN_BLOCK_NODE && alike(c, &c->blocks[last->block], block))
      last->n_alike++;
    else if (self->n_cells < MOST_CELLS)
      self->cells[self->n_cells++] = (cell){k, 0};
    else
      self->n_left_out++;
  }
}

/* Walk through the rows; draws where there is a page. A row is as high as its highest cell; each stage begins a new one, and so do
 * its nodes and what follows them. */
static void lay(sheet *self, cairo_t *page) {
  const r2nn_circuit *c = self->circuit;
  double y = TOP, row = 0;
  uint32_t column = 0, stage = 0;
  bool in_nodes = false;
  for (uint32_t i = 0; i < self->n_cells; i++) {
    const r2nn_block *block = &c->blocks[self->cells[i].block];
    bool is_node = block->kind == R2NN_BLOCK_NODE;
    if (column == self->n_columns || block->stage != stage || is_node != in_nodes) {
      y += row;
      row = 0;
      column = 0;
      stage = block->stage;
      in_nodes = is_node;
    }
    double height = cell_height(c, &self->cells[i]);
    if (height > row) row = height;
    if (page) {
      cairo_save(page);
      cairo_translate(page, 20 + (double)column * CELL_WIDTH, y);
      cell_draw(page, c, &self->cells[i]);
      cairo_restore(page);
    }
    column++;
  }
  self->height = y + row + 30;
}

static void draw(cairo_t *page, const void *context) {
  sheet *self = (sheet *)(uintptr_t)context;
  const r2nn_circuit *c = self->circuit;
  char line[200];
  snprintf(line, sizeof line,
           "%u resistors (%s), %u capacitors, %u op-amps (%s); a cell is a node with all that leaves it; %u "
           "blocks are not drawn",
           c->counts[R2NN_RESISTOR], r2nn_series_name(c->def.resistors), c->counts[R2NN_CAPACITOR], c->counts[R2NN_OPAMP],
           c->def.parts.opamp.name, self->n_left_out);
  if (self->n_left_out == 0) *strrchr(line, ';') = '\0';
  bool is_trimmed = false;
  for (uint32_t i = 0; i < c->n_elements; i++) is_trimmed |= c->elements[i].pot > 0;
  if (is_trimmed) snprintf(line + strlen(line), sizeof line - strlen(line), "; \342\206\227: with a trimmer RT in series");
  page_title(page, c->title[0] ? c->title : "R2NN circuit", line);
  lay(self, page);
}

r2nn_status schematic_write(const r2nn_circuit *circuit, FILE *to, r2nn_error *error) {
  sheet self = {.circuit = circuit, .cells = malloc(MOST_CELLS * sizeof *self.cells)};
  if (!self.cells) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  gather(&self);
  self.n_columns = self.n_cells <= FEW_CELLS ? MOST_COLUMNS / 2 : MOST_COLUMNS;
  lay(&self, NULL);
  r2nn_status status = page_write_sized(to, false, (int)self.n_columns * CELL_WIDTH + 40, (int)self.height, draw, &self, error);
  free(self.cells);
  return status;
}
