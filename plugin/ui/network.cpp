/* What is drawn of a model: where its nodes stand and which links are shown. */
#include "network.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace r2nn_ui {

static const size_t most_links = 500; /* more make a grey disc, and cost time in every frame */

float network::share_of(float freq_hz) const {
  return freq_hz > 0 ? std::log(freq_hz / from_hz) / std::log(to_hz / from_hz) : 0;
}

static const double short_ratio = 100; /* a node is grounded if its conductance to ground is so much more than its couplings */

/* What hangs on each node by couplings, S. */
static std::vector<double> coupled(const r2nn_stage &stage) {
  std::vector<double> sum(stage.n_nodes);
  for (uint32_t i = 0; i < stage.n_couplings; i++) {
    sum[stage.couplings[i].a] += stage.couplings[i].g;
    sum[stage.couplings[i].b] += stage.couplings[i].g;
  }
  return sum;
}

static void tune(network &net, const r2nn_stage &stage) {
  std::vector<double> links = coupled(stage), self = links; // K_ii: the model's header says of what it is the sum
  for (uint32_t i = 0; i < stage.n_nodes; i++) self[i] += stage.nodes[i].g;
  for (uint32_t i = 0; i < stage.n_inputs; i++) self[stage.inputs[i].node] += stage.inputs[i].g;
  double lowest = 0, highest = 0;
  for (uint32_t i = 0; i < stage.n_nodes; i++) {
    const r2nn_node &node = stage.nodes[i];
    network::place place{0, 0, 0, 0, 0.5f, -1, false};
    // f0 = sqrt(K_ii / D) / 2 pi and Q = sqrt(K_ii D) / C; a first-order node turns over at K_ii / C.
    double turn_hz = node.d > 0 ? std::sqrt(self[i] / node.d) / (2 * M_PI) : self[i] / node.c / (2 * M_PI);
    if (node.d > 0) place.freq_hz = turn_hz, place.q = node.c > 0 ? std::sqrt(self[i] * node.d) / node.c : INFINITY;
    net.nodes.push_back(place);
    if (links[i] > 0 && node.g > short_ratio * links[i]) continue; // it never moves, so its frequency is nobody's
    if (!(lowest > 0) || turn_hz < lowest) lowest = turn_hz;
    highest = std::max(highest, turn_hz);
  }
  for (uint32_t i = 0; i < stage.n_outputs; i++) {
    net.outputs.push_back(stage.outputs[i]);
    net.nodes[stage.outputs[i]].output = i;
  }
  if (!(lowest > 0)) lowest = highest = 1000; // nothing moves
  // An octave and a half on both sides, and two decades at least: a lone resonator is a hill in a plain.
  double span = std::max(std::log10(highest / lowest) + 0.9, 2.0), middle = std::sqrt(lowest * highest);
  net.from_hz = middle * std::pow(10, -span / 2);
  net.to_hz = middle * std::pow(10, span / 2);
  for (network::place &place : net.nodes)
    place.tone =
        highest > lowest && place.freq_hz > 0 ? std::min(std::log(place.freq_hz / lowest) / std::log(highest / lowest), 1.0) : 0.5f;
  net.by_pitch.resize(net.nodes.size());
  std::iota(net.by_pitch.begin(), net.by_pitch.end(), 0);
  std::stable_sort(net.by_pitch.begin(), net.by_pitch.end(),
                   [&](uint32_t a, uint32_t b) { return net.nodes[a].freq_hz < net.nodes[b].freq_hz; });
}

/* A lattice of cells, the local resonator of each at its lower right; anything else is a ring, from the top around by pitch. */
static void place_nodes(network &net, const r2nn_stage &stage) {
  unsigned rows = 0, cols = 0;
  size_t n = net.nodes.size();
  net.is_grid = std::sscanf(stage.topology, "grid:%ux%u", &rows, &cols) == 2 && rows > 1 && cols > 1 && n == 2ull * rows * cols;
  if (net.is_grid) {
    float pitch = 2.0f / std::max(rows, cols);
    for (size_t i = 0; i < n; i++) {
      size_t cell = i % (n / 2);
      net.nodes[i].inner = i >= n / 2;
      float shift = net.nodes[i].inner ? 0.2f : -0.12f;
      net.nodes[i].x = (float(cell % cols) - (cols - 1) / 2.0f + shift) * pitch;
      net.nodes[i].y = (float(cell / cols) - (rows - 1) / 2.0f + shift) * pitch;
    }
    return;
  }
  for (size_t k = 0; k < n && n > 1; k++) {
    float angle = 2 * float(M_PI) * k / n - float(M_PI) / 2;
    net.nodes[net.by_pitch[k]].x = std::cos(angle);
    net.nodes[net.by_pitch[k]].y = std::sin(angle);
  }
}

static void link_nodes(network &net, const r2nn_stage &stage) {
  std::vector<uint32_t> order(stage.n_couplings);
  std::iota(order.begin(), order.end(), 0);
  auto weaker = [&](uint32_t a, uint32_t b) { return std::fabs(stage.couplings[a].g) < std::fabs(stage.couplings[b].g); };
  size_t n = std::min(order.size(), most_links);
  std::nth_element(order.begin(), order.end() - n, order.end(), weaker);
  order.erase(order.begin(), order.end() - n);
  std::sort(order.begin(), order.end(), weaker);
  double largest = n > 0 ? std::fabs(stage.couplings[order.back()].g) : 0;
  for (uint32_t i : order) {
    const r2nn_coupling &coupling = stage.couplings[i];
    if (coupling.g != 0) net.links.push_back({coupling.a, coupling.b, float(coupling.g / largest)});
  }
}

std::shared_ptr<const network> make_network(const r2nn_model &model) {
  auto net = std::make_shared<network>();
  const r2nn_stage &stage = model.stages[0];
  net->name = model.name[0] ? model.name : "unnamed";
  net->classes.assign(model.classes, model.classes + model.n_classes);
  if (model.remove_mean) net->highpass_hz = model.highpass_hz, net->highpass_order = model.highpass_order;
  net->outputs_are_classes = model.head.kind == R2NN_HEAD_ENERGY && model.n_stages == 1 && stage.n_outputs == model.n_classes;
  tune(*net, stage);
  place_nodes(*net, stage);
  link_nodes(*net, stage);
  for (uint32_t i = 0; i < model.n_stages; i++) net->about += (i ? " → " : "") + std::string(model.stages[i].topology);
  return net;
}

} // namespace r2nn_ui
