/* One cell of a schematic: a node with all that belongs to it, or the parts of another block. */
#include "circuit/cell.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Where things stand in a node's cell: its rail, the FDNR's string of five parts, and the list of what leaves. */
enum { RAIL = 40, STEP = 36, STRING = 235, LIST = 362, LINE = 11, NODE = 245, NEGATIVE = 90, TABLE_TOP = 34 };

void cell_label(const r2nn_element *e, char *text, size_t size) {
  static const char *const prefixes[] = {"p", "n", "\302\265", "m", "", "k", "M"};
  int place = e->value > 0 ? (int)floor(log10(e->value) / 3 + 1e-9) : 0;
  place = place < -4 ? -4 : place > 2 ? 2 : place;
  bool has_value = e->kind == R2NN_RESISTOR || e->kind == R2NN_CAPACITOR;
  if (has_value)
    snprintf(text, size, "%s%u%s %.3g%s", r2nn_element_letter(e->kind), e->number, e->pot > 0 ? "\342\206\227" : "",
             e->value / pow(1000, place), prefixes[place + 4]);
  else if (e->kind == R2NN_REFERENCE)
    snprintf(text, size, "%s%u %g V", r2nn_element_letter(e->kind), e->number, e->value);
  else
    snprintf(text, size, "%s%u", r2nn_element_letter(e->kind), e->number);
}

static const r2nn_element *with_role(const r2nn_circuit *c, const r2nn_block *block, const char *role, uint32_t skip) {
  for (uint32_t i = 0; i < block->n_elements; i++)
    if (strcmp(c->elements[block->first + i].role, role) == 0 && skip-- == 0) return &c->elements[block->first + i];
  return NULL;
}

/* The negative-resistance stage of a node, or NULL. */
static const r2nn_block *negative_of(const r2nn_circuit *c, const r2nn_block *node) {
  for (uint32_t k = 0; k < c->n_blocks; k++) {
    const r2nn_block *b = &c->blocks[k];
    if (b->kind == R2NN_BLOCK_NEGATIVE && b->stage == node->stage && b->a == node->a && b->n_elements) return b;
  }
  return NULL;
}

/* Call for every resistor that leaves the node, from its rail or from the (-) of its stage. */
typedef struct leaving {
  cairo_t *page; /* NULL: count only */
  const r2nn_circuit *circuit;
  uint32_t n_lines;
} leaving;

static void leave(leaving *self, const r2nn_element *e, uint32_t from, bool is_negative) {
  char label[40], line[96];
  double y = RAIL + 4 + LINE * self->n_lines++;
  if (!self->page) return;
  uint32_t to = e->nets[0] == from ? e->nets[1] : e->nets[0];
  cell_label(e, label, sizeof label);
  snprintf(line, sizeof line, "%s \342\206\222 %s%s", label, self->circuit->nets[to], is_negative ? "   from \342\210\222" : "");
  page_line(self->page, LIST - (is_negative ? 8 : 12), y - 3, LIST - 4, y - 3, 1, is_negative ? page_warning : page_ink);
  page_text(self->page, LIST, y, 0, 8, is_negative ? page_warning : page_ink, line);
}

static void list_leaving(leaving *self, const r2nn_block *node, uint32_t net, uint32_t minus) {
  const r2nn_circuit *c = self->circuit;
  for (uint32_t k = 0; k < c->n_blocks; k++) {
    const r2nn_block *b = &c->blocks[k];
    bool is_ours = b->stage == node->stage && (b->kind == R2NN_BLOCK_COUPLING || b->kind == R2NN_BLOCK_INPUT) &&
                   (b->a == node->a || (b->kind == R2NN_BLOCK_COUPLING && b->b == node->a));
    for (uint32_t i = 0; is_ours && i < b->n_elements; i++) {
      const r2nn_element *e = &c->elements[b->first + i];
      if (e->kind != R2NN_RESISTOR) continue;
      bool by_minus = minus && (e->nets[0] == minus || e->nets[1] == minus);
      if (by_minus || (e->nets[0] == net && !strstr(e->role, "negative")) || (e->nets[1] == net && !strstr(e->role, "negative")))
        leave(self, e, by_minus ? minus : net, by_minus);
    }
  }
}

static uint32_t find_net(const r2nn_circuit *c, const char *letter, const r2nn_block *block) {
  char name[24];
  snprintf(name, sizeof name, "%s%u_%u", letter, block->stage, block->a);
  return r2nn_circuit_net(c, name);
}

double cell_height(const r2nn_circuit *c, const cell *of) {
  const r2nn_block *block = &c->blocks[of->block];
  if (block->kind != R2NN_BLOCK_NODE) return TABLE_TOP + LINE * ((block->n_elements + 2) / 3) + 14;
  leaving lines = {.circuit = c};
  list_leaving(&lines, block, find_net(c, "n", block), find_net(c, "q", block));
  double height = NODE + (negative_of(c, block) ? NEGATIVE : 0);
  return fmax(height, RAIL + LINE * lines.n_lines + 14);
}

static void draw_fdnr(cairo_t *page, const r2nn_circuit *c, const r2nn_block *block) {
  static const char *const roles[] = {"GIC Ca", "GIC R2", "GIC Rx", "GIC R4", "GIC Cb"};
  const r2nn_element *upper = with_role(c, block, "GIC upper", 0), *lower = with_role(c, block, "GIC lower", 0);
  char label[40];
  if (!upper || !lower) return;
  for (int i = 0; i < 5; i++) {
    const r2nn_element *e = with_role(c, block, roles[i], 0);
    cell_label(e, label, sizeof label);
    (e->kind == R2NN_CAPACITOR ? symbol_capacitor : symbol_resistor)(page, STRING, RAIL + i * STEP, RAIL + (i + 1) * STEP, label);
    if (i) symbol_joint(page, STRING, RAIL + i * STEP);
  }
  symbol_ground(page, STRING, RAIL + 5 * STEP);
  double a = RAIL + STEP, b = RAIL + 2 * STEP, cc = RAIL + 3 * STEP, e = RAIL + 4 * STEP;
  /* upper: (+) on the rail, (-) on b, output to c */
  cell_label(upper, label, sizeof label);
  symbol_opamp(page, STRING + 87, b - 12, 1, true, label);
  symbol_wire(page, (const double[]){STRING + 67, b - 24, STRING + 59, b - 24, STRING + 59, RAIL}, 3);
  symbol_joint(page, STRING + 59, RAIL);
  symbol_wire(page, (const double[]){STRING, b, STRING + 67, b}, 2);
  symbol_wire(page, (const double[]){STRING + 107, b - 12, STRING + 111, b - 12, STRING + 111, cc, STRING, cc}, 4);
  /* lower: (-) on b, (+) on e, output to a */
  cell_label(lower, label, sizeof label);
  symbol_opamp(page, STRING - 47, cc, -1, false, label);
  symbol_wire(page, (const double[]){STRING - 27, cc - 12, STRING - 19, cc - 12, STRING - 19, b, STRING, b}, 4);
  symbol_wire(page, (const double[]){STRING - 27, cc + 12, STRING - 19, cc + 12, STRING - 19, e, STRING, e}, 4);
  symbol_wire(page, (const double[]){STRING - 67, cc, STRING - 73, cc, STRING - 73, a, STRING, a}, 4);
}

/* Conductance and capacitors to ground. */
static void draw_shunts(cairo_t *page, const r2nn_circuit *c, const r2nn_block *block) {
  double x = 22;
  for (uint32_t i = 0; i < block->n_elements; i++) {
    const r2nn_element *e = &c->elements[block->first + i];
    char label[40];
    bool is_node = strcmp(e->role, "node") == 0;
    if (!is_node && strcmp(e->role, "to ground") != 0) continue;
    cell_label(e, label, sizeof label);
    (is_node ? symbol_capacitor : symbol_resistor)(page, x, RAIL, RAIL + (is_node ? 1.2 : 3.4) * STEP, label);
    symbol_ground(page, x, RAIL + (is_node ? 1.2 : 3.4) * STEP);
    symbol_joint(page, x, RAIL);
    x += is_node ? 62 : 48;
  }
}

static void draw_negative(cairo_t *page, const r2nn_circuit *c, const r2nn_block *block, const char *node) {
  const r2nn_element *opamp = with_role(c, block, "negative resistance", 0);
  const r2nn_element *r1 = with_role(c, block, "negative resistance R1", 0), *r3 = with_role(c, block, "negative resistance R3", 0);
  const r2nn_element *ground = with_role(c, block, "negative conductance", 0);
  char label[40];
  if (!opamp || !r1 || !r3) return;
  double y = NODE + 38;
  cell_label(opamp, label, sizeof label);
  symbol_opamp(page, 158, y, 1, true, label);
  page_text(page, 60, y - 30, 1, 8, page_ink, node);
  cell_label(r3, label, sizeof label);
  symbol_wire(page, (const double[]){64, y - 33, 100, y - 33, 100, y - 12, 138, y - 12}, 4);
  symbol_resistor_lying(page, 100, 200, y - 33, label);
  symbol_joint(page, 100, y - 33);
  symbol_wire(page, (const double[]){178, y, 200, y, 200, y - 33}, 3);
  cell_label(r1, label, sizeof label);
  symbol_wire(page, (const double[]){138, y + 12, 110, y + 12, 110, y + 36}, 3);
  symbol_resistor_lying(page, 110, 200, y + 36, label);
  symbol_wire(page, (const double[]){200, y + 36, 200, y}, 2);
  symbol_joint(page, 200, y);
  symbol_joint(page, 110, y + 12);
  symbol_wire(page, (const double[]){110, y + 12, 86, y + 12}, 2);
  page_text(page, 82, y + 15, 1, 8, page_warning, "\342\210\222 to the red list");
  if (!ground) return;
  cell_label(ground, label, sizeof label);
  page_text(page, 210, y + 15, 0, 8, page_warning, label);
  page_text(page, 210, y + 26, 0, 8, page_warning, "from \342\210\222 to ground");
}

static void draw_node(cairo_t *page, const r2nn_circuit *c, const r2nn_block *block) {
  uint32_t net = find_net(c, "n", block), minus = find_net(c, "q", block);
  const r2nn_block *negative = negative_of(c, block);
  char title[64];
  snprintf(title, sizeof title, "node %u", block->a);
  page_text(page, 12, 20, 0, 11, page_ink, title);
  page_text(page, CELL_WIDTH - 14, 20, 1, 9, page_grey, c->nets[net]);
  symbol_wire(page, (const double[]){22, RAIL, LIST - 12, RAIL}, 2);
  symbol_joint(page, STRING, RAIL);
  draw_shunts(page, c, block);
  draw_fdnr(page, c, block);
  leaving lines = {page, c, 0};
  list_leaving(&lines, block, net, minus);
  if (lines.n_lines) symbol_wire(page, (const double[]){LIST - 12, RAIL, LIST - 12, RAIL + 1.0 + LINE * (lines.n_lines - 1)}, 2);
  if (negative) draw_negative(page, c, negative, c->nets[net]);
}

/* Three columns of parts with their nets. */
static void draw_table(cairo_t *page, const r2nn_circuit *c, const cell *of) {
  static const char *const names[R2NN_N_BLOCK_KINDS] = {
      "input drive, channel", "node",           "input",   "coupling",    "negative",
      "detector of output",   "shared, number", "readout", "head, number"};
  const r2nn_block *block = &c->blocks[of->block];
  uint32_t n_rows = (block->n_elements + 2) / 3;
  char text[96], label[40];
  if (of->n_alike)
    snprintf(text, sizeof text, "%s %u, and %u alike", names[block->kind], block->a, of->n_alike);
  else
    snprintf(text, sizeof text, "%s %u", names[block->kind], block->a);
  page_text(page, 12, 20, 0, 11, page_ink, text);
  for (uint32_t i = 0; i < block->n_elements; i++) {
    const r2nn_element *e = &c->elements[block->first + i];
    bool is_two = e->kind == R2NN_RESISTOR || e->kind == R2NN_CAPACITOR || e->kind == R2NN_DIODE || e->kind == R2NN_REFERENCE;
    cell_label(e, label, sizeof label);
    snprintf(text, sizeof text, "%s  %s %s %s", label, c->nets[e->nets[0]], c->nets[e->nets[1]], is_two ? "" : c->nets[e->nets[2]]);
    page_fitted(page, 12 + 152.0 * (i / n_rows), TABLE_TOP + LINE * (i % n_rows + 0.5), 148, 8, page_ink, text);
  }
}

void cell_draw(cairo_t *page, const r2nn_circuit *c, const cell *of) {
  cairo_new_path(page);
  cairo_rectangle(page, 4, 4, CELL_WIDTH - 8, cell_height(c, of) - 8);
  page_use(page, page_hair, 1);
  cairo_set_line_width(page, 1);
  cairo_stroke(page);
  if (c->blocks[of->block].kind == R2NN_BLOCK_NODE)
    draw_node(page, c, &c->blocks[of->block]);
  else
    draw_table(page, c, of);
}
