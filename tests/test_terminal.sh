# The live view on a real terminal of tmux: what it shows, resized, narrow, with many classes and long names, and the terminal after it.
# ctest-labels: io
set -u
. "$(dirname "$0")/sounds.sh"
command -v tmux >/dev/null || { echo "skipped: needs tmux"; exit 77; }
export TMUX_TMPDIR=$work LC_ALL=C.UTF-8 TERM=xterm-256color
unset TMUX
trap 'tmux kill-server 2>/dev/null; rm -rf "$work"' EXIT

# bank FILE NAME...: a resonator a class, from 300 Hz upwards.
bank() {
  file=$1
  shift
  for name; do echo "$name"; done >names
  LC_ALL=C awk '
    { names = names (NR > 1 ? ", " : "") "\"" $0 "\""; w = 6.283185307179586 * 300 * 1.03 ^ (NR - 1); k = 1.1e-4
      nodes = nodes (NR > 1 ? ", " : "") sprintf("{ \"d\": %.12g, \"c\": %.12g, \"g\": 1e-4 }", k / (w * w), k / w / 10)
      inputs = inputs (NR > 1 ? ", " : "") "[" NR - 1 ", 0, 1e-5]"; outputs = outputs (NR > 1 ? ", " : "") NR - 1 }
    END {
      print "{ \"format\": \"r2nn-model\", \"version\": 1, \"name\": \"many\", \"classes\": [" names "],"
      print "  \"input\": { \"channels\": 1, \"trained_rate_hz\": 8000, \"remove_mean\": false },"
      print "  \"stages\": [ { \"topology\": \"bank:" NR "\", \"nodes\": [" nodes "], \"couplings\": [], \"inputs\": [" inputs "],"
      print "    \"outputs\": [" outputs "], \"law\": \"identity\", \"smooth_s\": 0, \"rate_hz\": null, \"suppress_common\": false } ],"
      print "  \"readout\": { \"mode\": \"event\", \"gate_db\": -40, \"energy\": \"square\", \"scale\": \"log\" },"
      print "  \"head\": { \"kind\": \"energy\", \"sharpness\": 2 }, \"decision\": { \"margin\": 0 } }" }' names >"$file"
}

# Silence, three tones of 300 Hz, silence.
LC_ALL=C awk 'BEGIN { for (t = 0; t < 24000; t++)
  printf "%.6f\n", (t % 8000 > 3000 && t % 8000 < 6000 ? 0.4 * sin(6.283185307179586 * 300 * t / 8000) : 1e-5 * (t % 7 - 3)) }' >in.csv

# start WIDTH HEIGHT MODEL: the view in a window of that size; the stream stays open after its last sample.
start() {
  # A server of its own each time: one that is told to end may still take a caller in.
  server=$((${server:-0} + 1))
  command tmux -L "$server" -f /dev/null new-session -d -x "$1" -y "$2" "{ cat in.csv; sleep 600; } | sh -c 'echo \$\$ >pid; exec \"$R2NN\" sense -m $3 --rate 8000 --from csv:-'"
}
tmux() { command tmux -L "$server" "$@"; }
stop() { tmux kill-server 2>/dev/null; }
# shows PATTERN: the screen does, sooner or later.
shows() {
  for i in $(seq 200); do
    tmux capture-pane -p >screen 2>/dev/null && grep -Eq -- "$1" screen && return
    sleep 0.1
  done
  fail "the screen does not show $1:"
  cat screen
  exit 1
}
# fits HEIGHT: nothing has wrapped or scrolled, sooner or later: the head is in the first line, the counters are in the last.
fits() {
  for i in $(seq 200); do
    tmux capture-pane -p >screen
    sed -n 1p screen | grep -q '^ r2nn' && sed -n "$1p" screen | grep -Eq '^3 (decisions|heard)' && return
    sleep 0.1
  done
  sed -n 1p screen | grep -q '^ r2nn' || { fail "$*: no head in the first line:"; cat screen; }
  sed -n "$1p" screen | grep -Eq '^3 (decisions|heard)' || { fail "$*: no counters in line $1:"; cat screen; }
}

model two.json '"mode": "event", "gate_db": -40'
start 80 24 two.json
shows '^3 decisions, 0 unknown, 3 events'; fits 24
shows '^ r2nn  two tones  csv:-  8000 Hz  3\.0 s'
shows '^level .*(dB|silence)$'; shows '^class +score +heard$'; shows '^low +█.* [01]\.[0-9]{3} +3$'; shows '^high .* 0\.[0-9]{3} +0$'
shows '^ +2\.3[0-9]+ +2\.7[0-9]+ s  [01]\.[0-9]+  low$'
[ "$(grep -c 's  [01]\.[0-9]*  low$' screen)" = 3 ] || { fail "not three decisions:"; cat screen; }
for size in 40x10 24x8 12x5 120x40; do # while it runs
  tmux resize-window -x "${size%x*}" -y "${size#*x}"
  case $size in 12x5) shows '^3 heard' ;; 24x8) shows '^3 heard .*…$' ;; *) shows '^3 (decisions|heard).* lost$' ;; esac
  fits "${size#*x}"
done
tmux resize-window -x 5 -y 2; sleep 0.3
tmux resize-window -x 80 -y 24; shows '^3 decisions'; fits 24
# It leaves the terminal as it was: the view's screen gone, the cursor there.
kill -TERM "$(cat pid)"
for i in $(seq 100); do [ "$(tmux display-message -p '#{alternate_on}#{cursor_flag}')" = 01 ] && break; sleep 0.1; done
[ "$(tmux display-message -p '#{alternate_on}#{cursor_flag}')" = 01 ] || fail "the terminal is not as it was"
stop

# More classes than lines: the best ones, in their order.
bank many.json $(seq -f 'class%02.0f' 1 60)
start 80 24 many.json
shows '^3 decisions'; fits 24; shows '^class01 .* 3$'
[ "$(grep -c '^class[0-9]' screen)" -ge 8 ] || { fail "too few classes:"; cat screen; }
grep '^class[0-9]' screen | cut -c1-7 | sort -c 2>/dev/null || { fail "classes out of order:"; cat screen; }
stop

# Names too long, of wide characters, of marks: cut, and the bars stay below each other.
bank long.json "$(printf 'a very %060d long name' 0)" '火災報知器' 'Säge' 'é' b
start 60 20 long.json
shows '^3 decisions'; fits 20; shows '^a very 0+… '; shows '^火災報知器 '; shows '^Säge '
width() { grep "^$1 " screen | tr -d '\n' | wc -m; }
[ "$(width 火災報知器)" = "$(($(width b) - 5))" ] || { fail "wide characters shift the columns:"; cat screen; }
stop
finish
