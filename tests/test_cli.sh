# The program as its users meet it: help, exit codes, formats, what goes where.
# ctest-labels: io
# ctest-timeout: 300
set -u
. "$(dirname "$0")/sounds.sh"

two_tones
model win.json '"mode": "window", "window_s": 0.25'
model event.json '"mode": "event", "gate_db": -30'
tone stereo.wav 8000 0.5 300 2
cp set/low/1.wav low.wav
cp set/high/1.wav 'high, "x".wav'

# Help goes to stdout with 0, wrong use to stderr with 2 and one line.
expect 2; grep -q '^Usage: r2nn COMMAND' err || fail "no usage"; [ -s out ] && fail "usage on stdout"
expect 0 --help; prints '^Usage: r2nn COMMAND'
expect 0 --version; prints '^r2nn [0-9]+\.[0-9]+\.[0-9]+$'
for command in train eval classify info response; do
  expect 0 $command --help; prints "^Usage: r2nn $command "; prints '^Examples:'; prints '--help'
  expect 0 help $command; prints "^Usage: r2nn $command "
  expect 2 $command --nonsense; one_line; says "^r2nn: --nonsense: unknown option; see r2nn $command --help$"
  expect 2 $command; one_line; says "; see r2nn $command --help$"
done
expect 2 nonsense; one_line; says 'nonsense: no such command'
for wrong in '--stage ring:5' '--stage grid' '--head cubic' '--folds 1' '--folds x' '--seed -1' '--jobs 0' '--window 0' '--window 1,0' \
  '--resistors 10k-1k' '--resistors 1k' '--channel 0' '--channel 2-1' '--epochs 0' '--starts 0' '--name' '--tolerance' '--tolerance 21' '--strangers 101'; do
  expect 2 train set -o x.json $wrong; one_line; says "${wrong%% *}"
done
expect 2 train set; says 'give -o'
expect 2 train -o x.json; says 'DATASET'
expect 2 train set set -o x.json; says 'one DATASET'
expect 2 eval -m m.json set --split half; says 'all, train or test'
expect 2 eval -m m.json set --split all --baselines; says 'baselines are judged on the test split'
expect 2 eval -m m.json set --format csv; says 'text or json'
expect 2 classify -m m.json low.wav --format xml; says 'text, json, csv or audacity'
expect 2 classify -m m.json low.wav --mode often; says 'event, continuous or file'
expect 2 classify -m m.json low.wav --mode event --window 1; says '--window'
expect 2 classify -m m.json low.wav --margin 2; says '--margin'
for wrong in '--gate loud' '--above 61' '--above -1' '--decide -1'; do
  expect 2 classify -m event.json low.wav $wrong; one_line; says "${wrong%% *}"
done
for wrong in '--gate -30' '--above 3' '--decide 1'; do
  expect 2 classify -m m.json low.wav $wrong; one_line; says "${wrong%% *} goes with --mode event"
done
expect 2 classify low.wav; says '-m MODEL'
expect 2 response m.json -o x.pdf; says 'svg, .png or .csv'
expect 2 response m.json -o x.csv --points 1; says '--points'
[ -e x.json ] || [ -e x.csv ] && fail "wrong use left a file"

# classify: one decision a file, in the order given, whatever the rate.
expect 0 classify -m m.json low.wav 'high, "x".wav'
prints '^low\.wav +0\.000 +0\.600 +low '; prints '^high, "x"\.wav +0\.000 +0\.500 +high '
[ -s err ] && fail "classify speaks without need"
expect 0 classify -m m.json --format json low.wav 'high, "x".wav'
[ "$(wc -l <out)" = 2 ] || fail "not one JSON line a file"
prints '^\{"file": "low.wav", "start_s": 0.0, "end_s": 0.6, "class": "low", "score": [0-9.]+, "margin": [0-9.]+, "scores": \{"low": [0-9.]+, "high": [0-9.]+\}\}$'
prints '^\{"file": "high, \\"x\\".wav".*"class": "high"'
expect 0 classify -m m.json --format csv low.wav 'high, "x".wav'
prints '^file,start_s,end_s,class,score,margin,scores_low,scores_high$'
prints '^low\.wav,0\.000000,0\.600000,low,0\.9[0-9]*,0\.9[0-9]*,0\.9[0-9]*,0\.0[0-9]*$'
prints '^"high, ""x""\.wav",0\.000000,0\.500000,high,'
expect 0 classify -m m.json --format audacity low.wav
prints "^0\.000000$(printf '\t')0\.600000$(printf '\t')low [01]\.[0-9]+$"
# Many files, some of them bad: told in their order, however many threads; the longest stands first.
sox low.wav long.wav repeat 40
head -c 100 low.wav >cut.wav
set -- long.wav
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do set -- "$@" low.wav cut.wav 'high, "x".wav' missing.wav; done
expect 1 classify -m m.json --window 0.2 -j 1 "$@"; cp out out.1; cp err err.1
for jobs in 2 3 16; do
  expect 1 classify -m m.json --window 0.2 -j $jobs "$@"
  cmp -s out out.1 && cmp -s err err.1 || fail "-j $jobs: other results or another order"
done
[ "$(grep -c '^long' out)" -gt 50 ] && [ "$(grep -c 'missing.wav' err)" = 12 ] || fail "many files: not all are told"
expect 0 classify -m m.json --margin 1 low.wav; prints ' unknown '
expect 0 classify -m m.json --channel 1 stereo.wav; prints ' low '
"$R2NN" classify -m m.json - <low.wav >out 2>err || fail "standard input"; prints '^- .* low '
cat low.wav | "$R2NN" classify -m m.json --format json - >out 2>err || fail "a pipe"; prints '"file": "-".*"class": "low"'
[ -s err ] && fail "a pipe causes remarks"

# Windows: the model's, those asked for, overlapping ones; events.
expect 0 classify -m win.json low.wav; [ "$(grep -c '^low' out)" = 2 ] || fail "0.6 s hold two windows of 0.25 s and a rest under a half"
expect 0 classify -m m.json --window 0.2 low.wav; [ "$(grep -c '^low' out)" = 3 ] || fail "--window 0.2"
expect 0 classify -m m.json --window 0.2,0.1 low.wav; [ "$(grep -c '^low' out)" -ge 5 ] || fail "--window 0.2,0.1"
expect 0 classify -m m.json --mode continuous low.wav; prints ' low ' # a last window of 1 s, more than half full
expect 0 classify -m win.json --mode file low.wav; [ "$(grep -c '^low' out)" = 1 ] || fail "--mode file"
tone quiet.wav 8000 0.4 300 1 0.0001
{ wav_header 8000 1 12800 1; for part in quiet low quiet; do tail -c +45 $part.wav; done; } >gaps.wav # 0.4 + 0.6 + 0.4 s
expect 0 classify -m event.json --format csv gaps.wav
[ "$(wc -l <out)" = 2 ] || fail "one event"
awk -F, 'NR == 2 && ($2 < 0.38 || $2 > 0.45 || $3 < 0.97 || $3 > 1.3 || $4 != "low") { exit 1 }' out || fail "the event's place: $(tail -1 out)"
expect 0 classify -m event.json --gate 0 --format csv gaps.wav; [ "$(wc -l <out)" = 1 ] || fail "--gate above all"
expect 0 classify -m event.json --above 0 --format csv gaps.wav; [ "$(wc -l <out)" = 2 ] || fail "--above 0"
expect 0 classify -m m.json --mode event --decide 0.25 --format csv gaps.wav
awk -F, 'NR == 2 && ($3 - $2 < 0.2499 || $3 - $2 > 0.2501 || $4 != "low") { exit 1 }' out || fail "--decide: $(tail -1 out)"
expect 0 classify -m event.json --margin 1 --format json gaps.wav; prints '"class": "unknown"'

# Output files: whole, never over an existing one without -f, the format by the ending.
expect 0 classify -m m.json -o o.csv low.wav; grep -q '^file,start_s' o.csv || fail "ending .csv"
cp o.csv before.csv
expect 1 classify -m m.json -o o.csv low.wav; one_line; says 'o\.csv: exists; -f overwrites it'
cmp -s o.csv before.csv || fail "an existing file was touched"
expect 0 classify -m m.json -f -o o.csv low.wav 'high, "x".wav'; [ "$(wc -l <o.csv)" = 3 ] || fail "-f"
expect 0 classify -m m.json -o o.jsonl low.wav; grep -q '^{"file"' o.jsonl || fail "ending .jsonl"
expect 0 classify -m m.json -o - low.wav; prints low
ln -s o.csv link.csv
expect 0 classify -m m.json -f -o link.csv low.wav; [ -L link.csv ] && [ "$(wc -l <o.csv)" = 2 ] || fail "a link is written through"
umask 027; expect 0 classify -m m.json -o rights.csv low.wav; umask 022
[ "$(ls -l rights.csv | cut -c1-10)" = -rw-r----- ] || fail "rights of a new file: $(ls -l rights.csv)"
ls | grep -q '\.[A-Za-z0-9]\{6\}$' && fail "temporary files: $(ls)"

# eval.
expect 0 eval -m m.json set; prints '^accuracy +100\.00 % of 4 clips$'; prints 'low +2 +100\.0 %'
expect 0 eval -m m.json set --format json --jobs 2
cp out two.json
expect 0 eval -m m.json set --format json --jobs 1
grep -v realtime two.json >a; grep -v realtime out >b; cmp -s a b || fail "the result depends on --jobs"
if command -v jq >/dev/null; then
  jq -e '[.clips, .accuracy, .windows, .window_accuracy, .classes, .confusion] == [4,1.0,4,1.0,["low","high"],[[2,0],[0,2]]]' out >jq.out ||
    fail "eval JSON: $(jq -c . out)"
fi
for key in clips accuracy windows window_accuracy classes confusion per_class precision recall count realtime_factor; do prints "\"$key\": "; done
expect 0 eval -m m.json set --window 0.1 --format json; prints '"windows": 21'; prints '"clips": 4'
printf 'path,label,split\nset/low/1.wav,low,train\nset/high/1.wav,high,test\nset/high/2.wav,high,test\n' >split.csv
expect 0 eval -m m.json split.csv --format json; prints '"clips": 2'
expect 0 eval -m m.json split.csv --split train --format json; prints '"clips": 1'
expect 0 eval -m m.json split.csv --split all --format json; prints '"clips": 3'
expect 1 eval -m m.json set --split test; one_line; says 'no file is of split test'
expect 0 eval -m m.json set -o report.txt; grep -q '^accuracy' report.txt || fail "eval -o"

# info and response.
expect 0 info m.json; prints '^model +two tones'; prints 'modes +300 Hz to 1.2 kHz'; prints 'Q +10 to 10'
expect 0 info event.json; prints '^gate +at -30 dB and 10 dB above the noise, hysteresis 6 dB, hang-over 0\.15 s$'; prints '^events +from 0\.03 s, decided at their end$'
expect 0 info event.json --format json; prints '"above_db": 10'; prints '"decide_s": 0'; prints '"novelty_limit": 0'
expect 0 info m.json --format json; prints '"topology": "bank:2"'; prints '"stability_margin"'
expect 0 response m.json -o r.csv --from 100 --to 10000 --points 201
[ "$(head -1 r.csv)" = 'freq_hz,out_0_db,out_0_phase_deg,out_1_db,out_1_phase_deg,conductance_s' ] || fail "CSV header"
[ "$(wc -l <r.csv)" = 202 ] || fail "--points"
awk -F, 'NR > 1 && $2 > most { most = $2; at = $1 } NR == 2 { most = $2 } END { exit !(at > 290 && at < 310 && most > -1.3 && most < -0.5) }' r.csv ||
  fail "the peak of node 0: 300 Hz, 10 * 10/110 = -0.8 dB"
expect 0 response m.json -o r1.csv --outputs 1; [ "$(head -1 r1.csv)" = 'freq_hz,out_1_db,out_1_phase_deg,conductance_s' ] || fail "--outputs"
expect 1 response m.json -o r2.csv --outputs 2; one_line; says 'node 2 is not an output'
expect 1 response m.json -o r2.csv --stage 1; one_line; says 'no stage 1'
expect 1 response m.json -o r2.csv --channel 2; one_line; says 'no channel 2'
expect 1 response m.json -o r2.csv --from 100 --to 50; one_line; says 'nothing lies between'
expect 0 response m.json -o r.svg; grep -q '<svg' r.svg && grep -q '</svg>' r.svg || fail "SVG"
expect 0 response m.json -o r.png; [ "$(head -c 4 r.png | tail -c 3)" = PNG ] || fail "PNG"
expect 1 response m.json -o r.png; says 'exists'

# A preset by name is looked for in the two places and both are told.
expect 1 info nosuchpreset; one_line; says 'nosuchpreset: no such preset'
expect 1 info ./nosuchfile; one_line; says 'No such file'

# The reader of a pipe may leave early.
"$R2NN" classify -m m.json $(yes low.wav | head -3000) 2>err | head -1 >out
[ -s err ] && fail "a broken pipe makes noise: $(head -1 err)"
finish
