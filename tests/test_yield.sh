# Boards: classify, eval and train by the circuit that would be built; series of them by spectra and by engines, whatever the number
# of threads; pictures, refusals. ctest-labels: io ctest-timeout: 300
set -u
. "$(dirname "$0")/sounds.sh"

two_tones
have_jq=; command -v jq >/dev/null && have_jq=1
is() { [ -z "$have_jq" ] || jq -e "$1" out >jq.out || { fail "not so: $1"; jq -c . out; }; }
# Two resonators that hear the tones; a weak coupling between them.
cat >two.json <<'JSON'
{ "format": "r2nn-model", "version": 1, "name": "two", "classes": ["low", "high"], "input": { "channels": 1 },
  "stages": [ { "nodes": [ { "d": 3.1e-11, "c": 1.2e-8, "g": 1e-4 }, { "d": 1.94e-12, "c": 3e-9, "g": 1e-4 } ],
    "couplings": [ [0, 1, 5e-6] ], "inputs": [ [0, 0, 1e-5], [1, 0, 1e-5] ], "outputs": [0, 1] } ],
  "readout": { "mode": "file" }, "head": { "kind": "energy" } }
JSON
sed 's/"outputs": \[0, 1\]/"outputs": [0, 1], "law": "rectify"/; s/"square"/"mean"/' two.json >law.json
cat >noisy.json <<'JSON'
{ "format": "r2nn-parts", "version": 1, "opamp": { "name": "small", "gbw_hz": 1e6, "offset_v": 1e-3, "swing_v": 0.2, "noise_v": 1e-6 },
  "capacitor": { "loss": 0.01, "tolerance": 0.02 }, "resistor": { "tolerance": 0.01 } }
JSON

# One board: heard by classify and judged by eval; the same again, another one otherwise, ideal stock values hardly.
expect 0 classify -m two.json set/low/1.wav --format json; cp out plain
expect 0 classify -m two.json set/low/1.wav --format json --parts ideal; cp out ideal
expect 0 classify -m two.json set/low/1.wav --format json --parts ./noisy.json --board 3; cp out board
expect 0 classify -m two.json set/low/1.wav --format json --parts ./noisy.json --board 3; cmp -s out board || fail "the same board hears otherwise"
expect 0 classify -m two.json set/low/1.wav --format json --parts ./noisy.json --board 4; cmp -s out board && fail "another board hears alike"
cmp -s plain board && fail "--parts changes nothing"
expect 0 classify -m two.json set/low/1.wav --format json --parts TL074 --board 3 --tolerance 20; cmp -s out board && fail "--tolerance"
expect 0 eval -m two.json set --format json --parts ideal; is '.accuracy == 1 and (has("yield") | not)'
expect 0 eval -m two.json set --parts ./noisy.json --board 2; prints '^accuracy'

# A series on spectra: the same with any number of threads; tables, JSON, pictures.
expect 0 eval -m two.json set --parts TL074 --tolerance 5 --yield 40 --format json --jobs 1; grep -v realtime out >one
is '.yield.by_spectra and .yield.boards == 40 and (.yield.accuracy | length) == 40 and .yield.oscillating == 0'
is '.yield.designed == .accuracy and .yield.worst <= .yield.quantile_5 and .yield.quantile_5 <= .yield.mean'
is '[.yield.parts[].loss] | length > 12 and . == (sort | reverse)'
expect 0 eval -m two.json set --parts TL074 --tolerance 5 --yield 40 --format json --jobs 2; grep -v realtime out >two
cmp -s one two || fail "a series depends on --jobs"
expect 0 eval -m two.json set --yield 20 --at-least 50 --plot y.svg; prints '^20 boards, judged on spectra$'; prints 'at least 50\.00 +% +100\.0 % of the boards'
prints '^parts that matter most'; grep -q '</svg>' y.svg || fail "SVG"
expect 0 eval -m two.json set --yield 1 --tolerance 50 --plot y.PNG; [ "$(head -c 4 y.PNG | tail -c 3)" = PNG ] || fail "PNG"

# Behind a law every engine runs.
expect 0 eval -m law.json set --parts ./noisy.json --yield 3 --format json --jobs 1; grep -v realtime out >one
is '(.yield.by_spectra | not) and (.yield.parts | length) == 0 and .yield.boards == 3'
expect 0 eval -m law.json set --parts ./noisy.json --yield 3 --format json --jobs 2; grep -v realtime out >two
cmp -s one two || fail "engines of a series depend on --jobs"
expect 0 eval -m law.json set --yield 2 --plot law.svg; grep -q '</svg>' law.svg || fail "a picture without parts"

# Trained for parts.
expect 0 train set -o t.json --stage bank:4 --epochs 5 --starts 1 --parts TL074 -q; prints '^built +from TL074'; prints '^200 boards'

# Wrong use and bad files: one line, nothing written.
expect 2 eval -m two.json set --board 3; one_line; says 'board goes with --parts'
expect 2 classify -m two.json set/low/1.wav --tolerance 3; one_line; says 'tolerance goes with --parts'
expect 2 eval -m two.json set --parts ideal --board 3 --yield 4; one_line; says 'boards 1 to N'
expect 2 eval -m two.json set --at-least 3; one_line; says 'goes with --yield'
expect 2 eval -m two.json set --yield 0; one_line; says 'yield'
expect 2 eval -m two.json set --yield 2 --tolerance 60; one_line; says 'tolerance'
expect 2 eval -m two.json set --yield 2 --noise 3 --plot p.svg; one_line; says 'one of --latency, --noise and --yield'
expect 2 eval -m two.json set --parts TL999; one_line; says '\-\-parts: "TL999" is not known; there are ideal, '
expect 2 train set -o u.json --parts two.json; one_line; says 'two.json: '
sed 's/"tolerance": 0.02/"tolerance": 2/' noisy.json >bad.json
expect 2 eval -m two.json set --parts ./bad.json; one_line; says 'bad.json: capacitor.tolerance: must be 0 to 0.5, is 2'
expect 1 eval -m two.json set --yield 2 -o /dev/full; one_line; says '/dev/full'
[ -e p.svg ] || [ -e u.json ] && fail "wrong use left a file"
finish
