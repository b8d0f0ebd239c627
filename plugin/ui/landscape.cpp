/* The gains of all nodes of a model's first stage over frequency: the impedance landscape, and more than that, for the window also
 * shows nodes that are no outputs. */
#include "network.hpp"

#include <algorithm>
#include <cmath>

namespace r2nn_ui {

static const size_t n_even = 360;                   /* points spread evenly over the axis: one in two or three pixels */
static const double around_node[] = {-0.5, 0, 0.5}; /* further ones beside each node's frequency, in half widths, for its peak */
static const size_t most_refined = 128;             /* nodes that get those */
static const size_t most_values = 4u << 20;         /* [n_nodes][n_points]: 16 MiB */
static const float lowest_db = -200;

static std::vector<float> place_points(const network &net) {
  std::vector<float> freq_hz;
  for (size_t i = 0; i < n_even; i++) freq_hz.push_back(net.from_hz * std::pow(net.to_hz / net.from_hz, i / (n_even - 1.0f)));
  if (net.nodes.size() <= most_refined)
    for (const network::place &node : net.nodes)
      for (double step : around_node) {
        double hz = node.freq_hz * (1 + step / (2 * std::max(node.q, 1.0f)));
        if (hz > net.from_hz && hz < net.to_hz) freq_hz.push_back(hz);
      }
  std::sort(freq_hz.begin(), freq_hz.end());
  return freq_hz;
}

std::shared_ptr<const landscape> make_landscape(const r2nn_model &model, const network &net, const std::atomic<bool> &stop) {
  uint32_t n = model.stages[0].n_nodes, n_channels = model.n_channels;
  auto land = std::make_shared<landscape>();
  land->freq_hz = place_points(net);
  size_t n_points = land->freq_hz.size();
  if (n * n_points > most_values) return nullptr;
  land->db.resize(n * n_points);

  // The stage with every node as an output.
  std::vector<uint32_t> every(n);
  for (uint32_t i = 0; i < n; i++) every[i] = i;
  r2nn_stage stage = model.stages[0];
  stage.outputs = every.data(), stage.n_outputs = n;
  std::vector<double> re(size_t(n) * n_channels), im(re.size());
  for (size_t k = 0; k < n_points; k++) {
    if (stop || r2nn_stage_response(&stage, n_channels, land->freq_hz[k], re.data(), im.data(), nullptr, nullptr) != R2NN_OK)
      return nullptr;
    for (uint32_t i = 0; i < n; i++) {
      double power = 0;
      for (size_t c = size_t(i) * n_channels; c < (size_t(i) + 1) * n_channels; c++) power += re[c] * re[c] + im[c] * im[c];
      land->db[i * n_points + k] = std::max(float(10 * std::log10(power)), lowest_db);
    }
  }
  land->top_db = lowest_db;
  for (uint32_t node : net.outputs)
    land->top_db = std::max(land->top_db, *std::max_element(land->of(node), land->of(node) + n_points));
  return land;
}

} // namespace r2nn_ui
