# eval --latency and --noise: long times and weak noise change nothing, strong noise leaves chance; tables, JSON, pictures, refusals.
# ctest-labels: io
# ctest-timeout: 300
set -u
. "$(dirname "$0")/sounds.sh"

two_tones
model win.json '"mode": "window", "window_s": 0.1'
model deaf.json '"mode": "file", "gate_db": 20'
tone set/low/3.wav 8000 0.4 290
# Half a second of silence, 0.2 s of what it is not, then what it is: early decisions are wrong, late ones right.
tone silence.wav 8000 0.5 300 1 0
tone wrong.wav 8000 0.2 300 1 0.2
tone right.wav 8000 0.6 1200 1 0.8
{ wav_header 8000 1 10400 1; for part in silence wrong right; do tail -c +45 $part.wav; done; } >set/high/3.wav
# number FILTER: of the JSON in out, where jq is there.
command -v jq >/dev/null && have_jq=1 || have_jq=
is() { [ -z "$have_jq" ] || jq -e "$1" out >jq.out || { fail "not so: $1"; jq -c . out; }; }

# --latency: the times that are asked for, and default ones; the last is the plain accuracy to the digit.
expect 0 eval -m m.json set --format json; grep '^  "accuracy"' out >plain
expect 0 eval -m m.json set --latency 0.05,0.1,0.3,9 --format json; cp out first.json
grep '^  "accuracy"' out >with; cmp -s plain with || fail "--latency changes the accuracy of whole clips"
is '[.latency[].time_s] == [0.05, 0.1, 0.3, 9]'
is '.latency[-1].accuracy == .accuracy and .latency[-1].cut == 0 and .accuracy == 1'
is '[.latency[] | .clips == 6 and .unknown == 0] | all'
is '.latency[0].cut == 6'
is '(.latency[0].accuracy * 6 | round) == 5'          # the onset is where the sound begins: 0.05 s after it the wrong tone sounds
is '.latency[2].accuracy == 1'            # 0.3 s after it the right one has prevailed
is 'has("noise") | not'
expect 0 eval -m m.json set --latency 9,0.3,0.1,0.05,0.05 --format json --jobs 1
grep -v realtime first.json >a; grep -v realtime out >b; cmp -s a b || fail "the order of times or --jobs matters"
expect 0 eval -m deaf.json set --latency 0.6,9 --format json
is '(.latency[0].accuracy * 6 | round) == 5 and .latency[0].cut == 1' # the gate never opens: from the start; one clip goes on
expect 0 eval -m m.json set --latency default --format json
is '(.latency | length) == 10 and .latency[-1].accuracy == .accuracy and ([.latency[].time_s] | . == sort)'
is '.latency[-1].time_s >= 0.6 and .latency[-1].time_s <= 1.2'
expect 0 eval -m m.json set --latency default; prints '^accuracy +100\.00 % of 6 clips$'; prints '^ +time +accuracy +unknown '
[ "$(grep -c ' s .* of 6$' out)" = 10 ] || fail "ten rows"
expect 0 eval -m win.json set --latency 9 --format json; is '.windows == 6 and .latency[0].accuracy == .accuracy'

# --noise: clean first, weak noise changes nothing, strong noise leaves chance; the seed decides.
expect 0 eval -m m.json set --noise 120,0,-20,-40 --format json; cp out noise.json
is '[.noise[].snr_db] == [null, 120, 0, -20, -40]'
is '.noise[0].accuracy == .accuracy and .noise[1].accuracy == .accuracy and .noise[2].accuracy == 1'
is '(.noise[4].accuracy - 0.5 | fabs) <= 0.34 and .noise[4].accuracy < .accuracy and .noise[3].accuracy >= .noise[4].accuracy - 0.34'
is '[.noise[] | .clips == 6 and .unknown == 0] | all'
expect 0 eval -m m.json set --noise 120,0,-20,-40 --format json --jobs 1 --seed 1
grep -v realtime noise.json >a; grep -v realtime out >b; cmp -s a b || fail "the same seed gives another noise"
mkdir -p long/low long/high
for i in 1 2 3 4 5 6 7 8; do
  cp set/low/1.wav long/low/$i.wav
  cp set/high/1.wav long/high/$i.wav
done
for seed in 1 2 3 4; do
  expect 0 eval -m m.json long --noise -14,-16,-18,-20 --seed $seed --format json
  grep -v realtime out | cksum
done >seeds
[ "$(sort -u seeds | wc -l)" -gt 1 ] || fail "--seed changes nothing"
expect 0 eval -m m.json set --noise 30; prints '^ +clean +100\.00 % +0$'; prints '^ +30 dB +100\.00 % +0$'
expect 0 eval -m win.json set --noise 60 --format json; is '.noise[1].accuracy == .accuracy'
expect 0 eval -m m.json set --noise 60 --latency 1 --format json; is 'has("noise") and has("latency")'

# Pictures.
expect 0 eval -m m.json set --latency default --plot l.svg -o report.txt
grep -q '<svg' l.svg && grep -q '</svg>' l.svg || fail "SVG"
grep -q '^accuracy' report.txt || fail "-o beside --plot"
expect 0 eval -m m.json set --noise 20,10,0 --plot n.PNG; [ "$(head -c 4 n.PNG | tail -c 3)" = PNG ] || fail "PNG"; prints '^accuracy'
expect 0 eval -m m.json set --noise 20 --plot one.svg; grep -q '</svg>' one.svg || fail "a picture of one point"
cp l.svg before.svg
expect 1 eval -m m.json set --latency 1 --plot l.svg; one_line; says 'l\.svg: exists; -f overwrites it'; [ -s out ] && fail "a refused plot comes with a report"
cmp -s l.svg before.svg || fail "an existing picture was touched"
expect 0 eval -m m.json set --noise 3 --plot l.svg -f; cmp -s l.svg before.svg && fail "-f"
expect 1 eval -m m.json set --noise 3 --plot nowhere/l.svg; one_line; says 'nowhere/l\.svg: cannot write'
expect 1 eval -m m.json set --noise 3 -o r2.txt --plot nowhere/l.svg; [ -e r2.txt ] && fail "a report without its picture"
ls | grep -q '\.[A-Za-z0-9]\{6\}$' && fail "temporary files: $(ls)"

# Wrong use: one line, exit status 2, nothing written.
for wrong in '--latency -1' '--latency 0' '--latency 0.1,' '--latency 0.1;0.2' '--latency often' '--latency nan' '--noise loud' '--noise 1,,2' \
  '--noise inf' '--noise 900' "--noise $(seq -s, 1 65)"; do
  expect 2 eval -m m.json set $wrong; one_line; says "${wrong%% *}: must be numbers from .*; see r2nn eval --help$"
done
expect 2 eval -m m.json set --latency ''; one_line; says 'latency: must be numbers'
expect 2 eval -m m.json set --seed 3; one_line; says 'seed goes with --noise'
expect 2 eval -m m.json set --noise 3 --seed x; one_line; says 'seed'
expect 2 eval -m m.json set --latency 1 --window 0.1; one_line; says 'not with --window'
expect 2 eval -m m.json set --plot p.svg; one_line; says 'latency, --noise or --yield: give one'
expect 2 eval -m m.json set --latency 1 --noise 3 --plot p.svg; one_line; says 'one of --latency, --noise and --yield, not more'
expect 2 eval -m m.json set --latency 1 --plot p.pdf; one_line; says 'p\.pdf must end in \.svg or \.png'
expect 2 eval -m m.json set --latency 1 --plot -; one_line; says 'must end in'
expect 2 eval -m m.json set --latency 1 --plot p.svg -o p.svg; one_line; says 'a file each'
[ -e p.svg ] || [ -e p.pdf ] && fail "wrong use left a file"
mkdir empty
expect 1 eval -m m.json empty --latency default --plot p.svg; one_line; [ -e p.svg ] && fail "no clips, but a picture"
finish
