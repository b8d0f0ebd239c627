# r2nn record: clips of two sounds from a CSV file and a pipe, a model trained on them, and what must not happen to a folder.
# ctest-labels: io serial
# ctest-timeout: 300
set -u
. "$(dirname "$0")/sounds.sh"

# bursts HZ N SEED: N bursts of 0.3 s, a little different each, half a second apart, 4000 readings a second.
bursts() {
  LC_ALL=C awk -v hz="$1" -v n="$2" -v seed="$3" 'BEGIN {
    srand(seed); print "time,mic"
    for (i = 0; i < n; i++) {
      f = hz * (0.95 + 0.1 * rand()); a = 0.2 + 0.2 * rand()
      for (t = 0; t < 3200; t++)
        printf "%.6f,%.6f\n", (i * 3200 + t) / 4000, 1e-3 * (rand() - 0.5) + (t >= 1200 && t < 2400 ? a * sin(6.283185307179586 * f * t / 4000) : 0)
    }
  }'
}
bursts 200 12 1 >low.csv
bursts 700 12 2 >high.csv
bursts 200 4 3 >try.csv

expect 0 record set --label low --from csv:low.csv
[ "$(grep -c '^set/low/.*\.wav  0\.[56][0-9]* s  -[0-9.]* dB' out)" = 12 ] || { fail "not 12 clips are told"; cat out; }
"$R2NN" record set --label high --from csv:- --count 10 <high.csv >out 2>err || fail "a pipe"
[ "$(ls set/low | wc -l)" = 12 ] && [ "$(ls set/high | wc -l)" = 10 ] || fail "the folder does not hold what was told"
says '10 clips of high'

# What was recorded trains a model that knows the sounds.
expect 0 train set -o two.json --stage bank:6 --epochs 30 --seed 1 -q
expect 0 sense -m two.json --from csv:try.csv --format csv
[ "$(grep -c ',low,' out)" = 4 ] && [ "$(wc -l <out)" = 5 ] || { fail "the trained model does not know the sound"; cat out err; }
expect 0 classify -m two.json set/high/0001.wav; prints ' high '

# Numbering goes on, nothing is overwritten, no temporary file stays.
cp set/low/0012.wav before.wav
rm set/low/0003.wav
expect 0 record set --label low --from csv:try.csv --count 1; prints '^set/low/0013\.wav'
cmp -s before.wav set/low/0012.wav && [ ! -e set/low/0003.wav ] || fail "an old clip was touched"
ls -A set/low | grep -qv '^[0-9]*\.wav$' && fail "something else stays in the folder"

# Pieces of one length; sound files as a source.
expect 0 record pieces --label a --from file:set/low/0001.wav --seconds 0.25; [ "$(ls pieces/a | wc -l)" = 2 ] || fail "not two pieces"

expect 2 record; one_line; says 'one DIR'
expect 2 record set; one_line; says 'give --label'
expect 2 record set --label low --count 0 --from csv:low.csv; one_line; says '^r2nn: --count'
for name in ../x .x ''; do expect 1 record set --label "$name" --from csv:low.csv; one_line; says '^r2nn: --label'; done
expect 1 record low.csv --label low --from csv:low.csv; one_line; says '^r2nn: low.csv: cannot be made a folder'
expect 1 record set --label low --from csv:nowhere.csv; one_line; says 'nowhere.csv: cannot be read'
expect 0 record --help; prints '^Usage: r2nn record '
if [ -e /dev/full ] && (ulimit -f 1) 2>/dev/null; then
  (trap '' XFSZ; ulimit -f 1; "$R2NN" record small --label low --from csv:low.csv >out 2>err </dev/null); [ $? = 1 ] || fail "a full disk: not 1"
  ls -A small/low | grep -q . && fail "half a clip stays"
fi
finish
