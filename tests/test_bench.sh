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
prints '^one core +[0-9.]+ .* in the widest$'
for row in '16 +1 +10' '64 +1 +10' '256 +1 +10' '1024 +4 +10' '4096 +16 +10' '16384 +64 +10' '64 +1 +64' '256 +1 +256'; do
  prints "^ +$row +[0-9.]+ +[0-9.]+ % +[0-9.]+ %$"
done
prints '^  in real time +about [0-9]+ nodes$'
for way in 'dense update by sgemv' 'semi-implicit Euler' 'loop over modes'; do prints "^  $way +[0-9.]+ times as long$"; done
for kind in 'WAV  at 16000' 'FLAC at 16000' 'WAV  at 48000' 'FLAC at 48000'; do prints "^  $kind Hz +[0-9]+ times real time$"; done
prints '^  read and transformed once +[0-9.]+ us$'; prints '^  decided by their spectra +[0-9.]+ us, [0-9.]+ times as long$'
prints '^  run through the network +[0-9.]+ us$'
for input in 'bursts of noise' 'numbers near nothing' 'what is no number' 'a new model every 0.1 s'; do prints "^  $input( +[0-9.]+){4}$"; done
prints '^training,.* [0-9.]+ ms an epoch$'
[ -z "$(ls -d "${TMPDIR:-/tmp}"/r2nn-bench-* 2>/dev/null)" ] || fail "sound files are left behind"
for preset in "$R2NN_SOURCE"/presets/*.json; do
  name=$(basename "$preset" .json)
  prints "^  $name +[0-9]+ +[0-9.]+ +[0-9.]+ % +[0-9.]+ +[0-9.]+ +[0-9.]+$"
done

expect 0 bench --quick --json
for key in fma_peak_gflops kernels nodes outputs ns_per_sample share_of_peak max_nodes_48k times_as_long presets name rate_hz make_ms files clips times_reading blocks worst_us train_epoch_ms; do
  prints "\"$key\": "
done
grep -Eq ': (-|0(\.0+)?[,}]?$)|nan|inf|null' out && fail "a figure is not positive: $(cat out)"
n_presets=$(ls "$R2NN_SOURCE"/presets/*.json | wc -l)
[ "$(grep -c '"rate_hz": 48000' out)" -ge "$n_presets" ] || fail "not every preset is there"
if command -v jq >/dev/null; then
  jq -e '(.fma_peak_gflops > 0) and ([.kernels[].nodes] == [16, 64, 256, 1024, 4096, 16384, 64, 256]) and (.max_nodes_48k > 0) and
    ([.kernels[] | .outputs >= 10 and .ns_per_sample > 0 and .share_of_peak > 0] | all) and
    ([.times_as_long[] > 0] | all) and ([.files[].times_real_time > 0] | all) and ([.blocks[] | .median_us <= .p99_us and .p99_us <= .worst_us] | all) and
    ([.presets[] | .ns_per_sample > 0 and .make_ms > 0 and .rate_hz == 48000 and (.name | length) > 0] | all)' out >jq.out || fail "bench JSON: $(cat out)"
fi
finish
