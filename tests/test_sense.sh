# Models on sensors: r2nn sense on CSV, sound files, serial lines and OSC; decisions as those of r2nn classify, and bad input.
# ctest-labels: io serial
# ctest-timeout: 300
set -u
. "$(dirname "$0")/sounds.sh"

model m.json '"mode": "event", "gate_db": -40'
tone low.wav 8000 0.5 300
tone high.wav 8000 0.5 1200

# Half a second of near silence, a low tone, silence, a high one, silence: 8000 readings a second.
samples() {
  LC_ALL=C awk 'BEGIN {
    srand(1); n = 20000
    for (t = 0; t < n; t++) {
      hz = t >= 4000 && t < 8000 ? 300 : t >= 12000 && t < 16000 ? 1200 : 0
      printf "%d %.9g\n", t, (hz ? 0.4 * sin(6.283185307179586 * hz * t / 8000) : 0) + 1e-4 * (rand() - 0.5)
    }
  }'
}
samples >samples
LC_ALL=C awk '{ print $2 }' samples >plain.csv
{ wav_header 8000 1 20000 1
  LC_ALL=C awk '{ x = int($2 * 32768 + 32768.5) - 32768; printf "%.9g\n", x / 32768 >"rounded.csv"
    if (x < 0) x += 65536; printf "\\%03o\\%03o", x % 256, int(x / 256); if (NR % 200 == 0) printf "\n" }' samples |
    while IFS= read -r line; do printf "$line"; done
} >both.wav
expect 0 classify -m m.json both.wav --format csv
cut -d, -f2- out >wanted
[ "$(wc -l <wanted)" = 3 ] || fail "the reference has not two events"

# same: what is heard is what classify hears, to the last digit. near: the same classes at the same times within 2 ms.
same() { cut -d, -f2- out | cmp -s - wanted || { fail "$*: decisions differ"; cat out; }; }
near() {
  cut -d, -f2- out | paste -d, wanted - | LC_ALL=C awk -F, 'function off(a, b) { return a > b ? a - b : b - a }
    NR > 1 { n = NF / 2; if ($3 != $(n + 3) || off($1, $(n + 1)) > 0.002 || off($2, $(n + 2)) > 0.002) exit 1 }' &&
    [ "$(wc -l <out)" = 3 ] || { fail "$*: decisions differ"; cat out; }
}
sense() { expect 0 sense -m m.json --format csv "$@"; }

sense --from csv:rounded.csv --rate 8000; same csv
[ -s err ] && fail "sense speaks without need"
sense --from file:both.wav; same file
LC_ALL=C awk '{ printf "%.6f;7;%s\n", 3 + (NR - 1) / 8000, $1 }' rounded.csv >time.csv
sense --from csv:time.csv --time 1 --channel 3; same 'a time column'
{ echo 'id,t (ms),mic'; LC_ALL=C awk '{ printf "%d,%.4f,%s\n", NR, (NR - 1) / 8, $1 }' rounded.csv; } >named.csv
sense --from csv:named.csv --channel mic; same 'named columns'
tr , '\t' <named.csv >tab.csv; sense --from csv:tab.csv -c 3; same tabs
sed 's/,/;/g; s/\./,/g' named.csv >comma.csv; sense --from csv:comma.csv -c mic; same 'decimal commas'
tr , ' ' <time.csv | tr ';' ' ' | sed 's/ /    /g; s/^/  /; s/$/\r/' >blank.csv; sense --from csv:blank.csv -c 3 --time 1; same blanks
tr , : <named.csv >colon.csv; sense --from csv:colon.csv --separator : -c mic; same 'another separator'
"$R2NN" sense -m m.json --from csv:- --rate 8000 --format csv <rounded.csv >out 2>err || fail "standard input"; same stdin
cat rounded.csv | "$R2NN" sense -m m.json --from csv:- --rate 8000 --format csv >out 2>err || fail "a pipe"; same pipe

# Axes and units of the model: columns by name; 0.1 of the size in a unit ten times larger.
sed 's|"channels": 1|"channels": 1, "unit": "mV", "axes": ["mic"]|' m.json >axes.json
"$R2NN" sense -m axes.json --from csv:named.csv --unit V --scale 0.001 --format csv >out 2>err || fail "units"; same units
expect 1 sense -m axes.json --from csv:named.csv --unit g; one_line; says 'measures g where the model takes mV'
expect 0 info axes.json; prints 'mic in mV'

# Jitter of a third of a period, one reading in fifty missing, some without a number: interpolated, and counted.
LC_ALL=C awk 'BEGIN { srand(2); print "time,mic"
  for (t = 0; t < 20000; t++) {
    s = t + 0.6 * (rand() - 0.5); hz = s >= 4000 && s < 8000 ? 300 : s >= 12000 && s < 16000 ? 1200 : 0
    if (rand() < 0.02) continue
    v = sprintf("%.9g", (hz ? 0.4 * sin(6.283185307179586 * hz * s / 8000) : 0) + 1e-4 * (rand() - 0.5))
    printf "%.9f,%s\n", s / 8000, rand() < 0.005 ? "nan" : v
  } }' >jitter.csv
sense --from csv:jitter.csv; near jitter; says 'missing or no numbers, [0-9]+ gaps were bridged, 0 were too long'

# A gap in the middle of the low tone: two events, the second at its true time, and a line that says so.
{ echo time,mic; LC_ALL=C awk 'NR <= 6000 || NR > 6800 { printf "%.6f,%s\n", (NR - 1) / 8000, $1 }' rounded.csv; } >gap.csv
sense --from csv:gap.csv; says '0\.1 s without a reading before 0\.850 s'
[ "$(grep -c ',low,' out)" = 2 ] || fail "the gap does not end the event"
grep -Eq 'csv:gap.csv,0\.85[0-9]*,1\.0[01][0-9]*,low' out || { fail "the second event is not where it was"; cat out; }
sense --from csv:gap.csv --gap 0.2; [ "$(grep -c ',low,' out)" = 1 ] || fail "a gap within --gap is not bridged"

# Bad input: one line, the right status.
bad() { wanted_code=$1; shift; expect "$wanted_code" sense -m m.json "$@"; [ -s out ] && grep -q , out && fail "$*: decisions"; }
bad 2 --rate 8000; one_line; says 'give --from'
bad 2 --from nonsense:x; one_line; says 'csv:FILE'
bad 2 --from csv: --rate 8; one_line
bad 2 --from csv:plain.csv --rate 8; one_line; says '^r2nn: --rate'
bad 2 --from csv:plain.csv --separator ab; one_line; says '^r2nn: --separator'
bad 1 --from csv:nowhere.csv --rate 8000; one_line; says 'csv:nowhere.csv: cannot be read: No such file'
bad 1 --from csv:. --rate 8000; one_line; says 'directory'
bad 1 --from csv:plain.csv; one_line; says 'say --rate'
bad 1 --from csv:/dev/null --rate 8000; one_line; says 'no readings'
bad 1 --from csv:named.csv; one_line; says 'has 2 channels where the model takes 1'
bad 1 --from csv:named.csv -c loud; one_line; says 'no column loud; there are 3: id, t \(ms\), mic'
bad 1 --from csv:named.csv -c mic --time 2,s; one_line; says '8 readings a second; must be 20'
bad 1 --from csv:named.csv -c mic --rate 1000; one_line; says 'would lose'
bad 1 --from csv:both.wav --rate 8000; one_line; says 'zero byte'
bad 1 --from file:plain.csv
head -c 200000 /dev/zero | tr '\0' 1 >endless.csv; bad 1 --from csv:endless.csv --rate 8000; says 'longer than'
yes 'the quick brown fox' | head -2000 >prose.csv; bad 1 --from csv:prose.csv --rate 8000 -c 1; says 'none of 1999 readings'
if [ "$(id -u)" = 0 ]; then echo "left out: root may read every file"
else chmod 0 time.csv; bad 1 --from csv:time.csv --rate 8000; one_line; says 'Permission denied'; fi
"$R2NN" sense -m m.json --from csv:plain.csv --rate 8000 --format csv 2>err | head -1 >/dev/null # a reader that leaves
# Memory that may be locked, and that may not.
if [ -z "${R2NN_SANITIZE:-}" ] && [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null && setpriv --reuid=65534 --clear-groups test -r "$R2NN"; then
  sense --from csv:rounded.csv --rate 8000 --lock-memory; same 'locked memory'
  { cat rounded.csv; sleep 5; } | "$R2NN" sense -m m.json --from csv:- --rate 8000 --lock-memory >out 2>err & program=$!
  i=0; until grep -Eq '^VmLck:[[:space:]]+[1-9][0-9]{3,}' /proc/$program/status || [ $i = 40 ]; do sleep 0.1; i=$((i + 1)); done
  [ $i -lt 40 ] || fail "--lock-memory: $(grep VmLck /proc/$program/status)"
  kill $program; wait $program 2>/dev/null
  chmod 711 "$work"; chmod 644 m.json
  setpriv --reuid=65534 --clear-groups prlimit --memlock=65536 "$R2NN" sense -m m.json --from csv:- --rate 8000 --lock-memory >out 2>err <rounded.csv &&
    fail "memory was locked beyond the limit"
  one_line; says 'no more than 64 kB may be locked; .*limits\.d allows it'
else
  echo "left out: --lock-memory needs root, a program that others may read, and no sanitizer, which takes the call away"
fi
"$R2NN" sense --help | grep -q serial: || fail "help lacks the sources"

# wait_for PATTERN FILE: until it is there, 5 s at most.
wait_for() { for i in $(seq 50); do grep -Eq "$1" "$2" && return; sleep 0.1; done; fail "$2 lacks '$1'"; cat "$2"; }

# Serial: a pair of pseudo terminals; 200 lines a second with garbage, half lines and a line's end that is lost.
if ! grep -q 'serial:' <<X
$("$R2NN" sense --help)
X
then echo "left out: built without libserialport"
elif ! command -v socat >/dev/null; then echo "left out: serial lines need socat"
else
  socat pty,raw,echo=0,link="$work/here" pty,raw,echo=0,link="$work/there" 2>/dev/null & pair=$!
  for i in $(seq 50); do [ -e there ] && break; sleep 0.1; done
  "$R2NN" sense -m m.json --from serial:"$work/there"@921600 --rate 8000 --format csv >out 2>err </dev/null & program=$!
  sleep 0.3
  # 400 lines, then a rest: the line is that of a real device, not faster than it is emptied
  LC_ALL=C awk '{ print } NR == 1 { print "4,\377\001garbage" } NR == 3000 { print "###" } NR == 9000 { print "0.1,0." } NR == 10500 { printf "0." }' rounded.csv |
    split -l 400 - piece.
  for piece in piece.*; do cat "$piece" >here; sleep 0.05; done
  sleep 0.5
  kill -TERM $program; wait $program; [ $? = 0 ] || fail "SIGTERM: not 0"
  near serial; says '[1-9] pieces of garbage'
  "$R2NN" sense -m m.json --from serial:"$work/there"@9600 --rate 8000 >out 2>err </dev/null & program=$!
  sleep 0.3; kill $pair; wait $program; [ $? = 1 ] || fail "a device that goes away: not 1"
  says 'has gone away'
  bad 1 --from serial:/dev/nothing@9600 --rate 100; one_line; says 'no such serial port'
  bad 1 --from serial:/dev/nothing@x --rate 100; one_line; says 'baud rate'
fi

# OSC by liblo's own tools, with and without time tags.
if ! "$R2NN" sense --help | grep -q . || ! command -v oscsendfile >/dev/null; then echo "left out: OSC needs liblo-tools"
else
  port=$((20000 + $$ % 20000))
  LC_ALL=C awk 'BEGIN { for (t = 0; t < 8000; t++) printf "%08x.%08x /mic f %s\n", 3900000000 + int(t / 8000), int((t % 8000) / 8000 * 4294967296), (t >= 2000 && t < 6000 ? 0.4 * sin(6.283185307179586 * 300 * t / 8000) : 1e-5 * (t % 3)) }' >osc.txt
  for try in 1 2 3 4; do # a busy machine loses datagrams, of which these are 8000 a second
    "$R2NN" sense -m m.json --from osc:$port/mic --rate 8000 --format csv >out 2>err </dev/null & program=$!
    sleep 0.3
    oscsendfile osc.udp://127.0.0.1:$port osc.txt >/dev/null 2>osc.err
    sleep 1
    kill -TERM $program; wait $program || fail "OSC: not 0"
    grep -q ',low,' out && break
  done
  grep -q ',low,' out || { fail "OSC: no decision"; cat out err osc.err; }
  "$R2NN" sense -m m.json --from osc:$port --rate 100 >/dev/null 2>&1 </dev/null & program=$!
  sleep 0.3
  bad 1 --from osc:$port --rate 100; one_line; says 'cannot hear on UDP port'
  kill -TERM $program; wait $program
  bad 1 --from osc:70000 --rate 100; one_line; says 'port'
fi
finish
