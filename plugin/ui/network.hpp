/* What is drawn of a model: where its nodes stand, which links are shown, and the gains of its nodes over frequency. */
#ifndef PLUGIN_UI_NETWORK_HPP
#define PLUGIN_UI_NETWORK_HPP

#include "picture.hpp"

#include <atomic>

namespace r2nn_ui {

/* Quick: places, links and names. The model may be freed afterwards. Main thread. */
std::shared_ptr<const network> make_network(const r2nn_model &model);

/* The gains of its first stage; up to seconds for hundreds of coupled nodes. Returns NULL when there is too much to compute, and as
 * soon as stop is set. Any thread. */
std::shared_ptr<const landscape> make_landscape(const r2nn_model &model, const network &net, const std::atomic<bool> &stop);

} // namespace r2nn_ui

#endif
