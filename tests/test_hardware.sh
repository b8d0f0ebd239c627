# r2nn hardware against boards that are not there, over a real JACK server: the round trip, what was built, what is wrong with it.
# ctest-labels: io slow serial ctest-timeout: 400
set -u
. "$(dirname "$0")/boards.sh"

# The delay of the converters and a period of JACK's.
start_board paper-grid --tolerance 5 --seed 7
"$R2NN" hardware latency --device board --loopback 4 --repeat 3 --format json >latency.json || fail "latency"
awk -F'[:,]' '{ off = $2 - 1168; if (off < -0.1 || off > 0.1 || $6 > 0.05) exit 1 }' latency.json || fail "round trip: $(cat latency.json)"

# What it is made of: the model that was found does what the board does, the design does not.
"$R2NN" hardware identify paper-grid --device board --loopback 4 -o found.json --parts parts.csv >found.txt || fail "identify"
"$R2NN" info found.json >/dev/null || fail "what was found is no model"
[ "$(head -1 parts.csv)" = path,unit,design,found,deviation_pct,sigma_pct ] || fail "parts.csv"
"$R2NN" hardware verify found.json --device board --loopback 4 --within 8 >/dev/null || fail "what was found is not the board"
"$R2NN" hardware verify paper-grid --device board --loopback 4 --within 8 >/dev/null 2>&1 && fail "the design passes for the board"
"$R2NN" hardware identify paper-grid --device board --loopback 4 -o found.json >/dev/null 2>err.txt && fail "overwritten"

# A live signal through the board, the engine beside it: the same events, and decisions by the usual ways; a signal ends it.
if command -v perl >/dev/null && "${R2NN_CC:-cc}" -o player "$R2NN_SOURCE/tests/jack_player.c" -ljack 2>player.log; then
  perl -e 'srand(1); print pack("f*", map { my $t = $_ / 48000; my $on = int($t / 0.5) % 2; ($on ? 0.3 : 0.0002) * (2 * rand() - 1) } 0 .. 48000 * 6)' >noise.raw
  "$R2NN" hardware run -m paper-grid --device board --loopback 4 --twin found.json --json >run.json 2>run.err &
  run=$!
  wait_for r2nn-hardware:in_1 || fail "run does not come up: $(cat run.err)"
  sleep 1
  ./player noise.raw r2nn-hardware:in_1 || fail "nothing can be played"
  kill "$run"
  ends "$run" || fail "run left with $?: $(cat run.err)"
  [ "$(grep -c '"class"' run.json)" -ge 3 ] || fail "few decisions: $(cat run.json)"
  grep -q 'the twin: [0-9]* of [0-9]* decisions alike' run.err || fail "no word of the twin: $(cat run.err)"
fi
end_board

# Every trouble by its name, in one line, and nothing is written.
trouble() { # FAULT WORDS
  start_board paper-grid --tolerance 5 --seed 7 --fault "$1"
  "$R2NN" hardware identify paper-grid --device board --loopback 4 -o bad.json >out.txt 2>err.txt
  [ $? = 1 ] || fail "$1 passes"
  grep -q "$2" err.txt || fail "$1: $(cat err.txt)"
  [ ! -e bad.json ] || fail "$1: a file was written"
  end_board
}
trouble dead:2 'output 2 (input 2) is dead'
trouble swap:1,3 'outputs 1 and 3 are swapped'
trouble clip 'clips'
trouble hum 'hums at 50 Hz'
trouble open 'the board is not connected'

# A round trip that is not steady is refused.
start_board paper-grid --fault jitter
"$R2NN" hardware latency --device board --loopback 4 2>err.txt && fail "jitter passes"
grep -q 'not steady' err.txt || fail "jitter: $(cat err.txt)"
end_board

# What cannot be reached, what makes no sense, a server that goes.
"$R2NN" hardware latency --device nobody --loopback 4 2>err.txt && fail "nobody is there"
grep -q 'no JACK ports ^nobody:' err.txt || fail "nobody: $(cat err.txt)"
"$R2NN" hardware identify paper-grid 2>/dev/null
[ $? = 2 ] || fail "no loopback"
"$R2NN" hardware identify paper-grid --in 1,2 --loopback 4 2>err.txt
grep -q 'names 2 channels where the model has 3' err.txt || fail "in: $(cat err.txt)"
"$R2NN" hardware board paper-grid --fault swap:1,9 2>err.txt && fail "swap:1,9"
start_board paper-grid
kill "$server"
ends "$server"
ends "$board"
[ $? = 1 ] || fail "a lost server"
board=''
finish
