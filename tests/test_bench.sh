# r2nn bench: its fields are there and positive; no time is judged.
# ctest-labels: io serial
# ctest-timeout: 300
set -u
. "$(dirname "$0")/sounds.sh"

expect 0 bench --help; prints '^Usage: r2nn bench '; prints '^Examples:'; prints '--json'; prints '--quick'
expect 2 bench --nonsense; one_line; says '^r2nn: --nonsense: unknown option; see r2nn bench --help$'
expect 2 bench vowels; one_line; says 'takes no operand, but there is "vowels"; see r2nn bench --help$'

expect 0 bench --quick
[ -s err ] && fail "bench speaks without need"
prints '^one core +[0-9.]+ '; prints '^  +16 +[0-9.]+ +[0-9.]+ % +[0-9.]+ times as long$'; prints '^  +64 '; prints '^  +256 '
prints 'in real time at 48 kHz.* about [0-9]+ nodes$'
for preset in "$R2NN_SOURCE"/presets/*.json; do
  name=$(basename "$preset" .json)
  prints "^  $name +[0-9]+ +[0-9.]+ +[0-9.]+ % +[0-9.]+$"
done

expect 0 bench --quick --json
for key in fma_peak_gflops kernels nodes outputs ns_per_sample share_of_peak ratio_to_sgemv max_nodes_48k presets name rate_hz make_ms; do
  prints "\"$key\": "
done
grep -Eq ': (-|0(\.0+)?[,}]?$)|nan|inf|null' out && fail "a figure is not positive: $(cat out)"
n_presets=$(ls "$R2NN_SOURCE"/presets/*.json | wc -l)
[ "$(grep -c '"rate_hz": 48000' out)" -ge "$n_presets" ] || fail "not every preset is there"
if command -v jq >/dev/null; then
  jq -e '(.fma_peak_gflops > 0) and ([.kernels[].nodes] == [16, 64, 256]) and (.max_nodes_48k > 0) and
    ([.kernels[] | .outputs == 10 and .ns_per_sample > 0 and .share_of_peak > 0 and .ratio_to_sgemv > 0] | all) and
    ([.presets[] | .ns_per_sample > 0 and .make_ms > 0 and .rate_hz == 48000 and (.name | length) > 0] | all)' out >jq.out || fail "bench JSON: $(cat out)"
fi
finish
