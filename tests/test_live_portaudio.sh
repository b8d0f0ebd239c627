# r2nn live: a sound card by PortAudio, without a sound card: ALSA's null device, and a JACK dummy server with a client that plays.
# ctest-labels: io serial
# ctest-timeout: 120
set -u
. "$(dirname "$0")/sounds.sh"

"$R2NN" help live | grep -q '^Usage: r2nn live' || { echo "skipped: built without PortAudio"; exit 77; }
model m.json '"mode": "event", "gate_db": -40'
export JACK_DEFAULT_SERVER=r2pa_$$ JACK_NO_START_SERVER=1

# Wrong use and no devices.
expect 2 live; one_line; says 'give -m'
expect 2 live -m m.json --rate 1; one_line; says '^r2nn: --rate'
expect 2 live -m m.json --frames 0; one_line; says '^r2nn: --frames'
alsa=/usr/share/alsa/alsa.conf
if [ -e $alsa ]; then
  # A configuration without a default device aborts PortAudio: one line, not a core.
  : >empty.conf
  ALSA_CONFIG_PATH=$work/empty.conf expect 1 live -m m.json; one_line

  { cat $alsa; echo 'pcm.!default { type null }
    ctl.!default { type null }'; } >null.conf
  export ALSA_CONFIG_PATH=$work/null.conf
  "$R2NN" live --list >out 2>err </dev/null
  if grep -q ALSA out; then
    expect 0 live --list; prints '^ *[0-9]+[* ]  ALSA .* [0-9]+ +default$'
    [ -s err ] && fail "--list speaks without need"
    expect 1 live -m m.json --device nonsense; one_line; says 'no device nonsense hears'
    expect 1 live -m m.json --device 999; one_line; says 'no device 999'
    expect 1 live -m m.json --device default --channel 1,2; one_line; says 'channel'
    # Not paced: it runs far ahead of the clock; what counts is that it starts, hears and stops.
    "$R2NN" live -m m.json --device default --rate 8000 --heartbeat 1 --json >out 2>err </dev/null & program=$!
    sleep 1; kill -TERM $program; wait $program; [ $? = 0 ] || { fail "SIGTERM: not 0"; cat err; }
    expect 0 record set --label quiet --device default --rate 8000 --channel 1 --seconds 0.5 --count 2
    [ "$(ls set/quiet)" = "0001.wav
0002.wav" ] || fail "record: not two clips"
  else
    echo "left out: PortAudio shows no ALSA device here"
  fi
fi

# Sample content over the JACK dummy.
command -v jackd >/dev/null && command -v jack_wait >/dev/null || { echo "left out: needs jackd"; finish; }
${R2NN_CC:-cc} "$R2NN_SOURCE/tests/jack_player.c" -o player -ljack 2>cc.err || { echo "left out: a JACK client cannot be built here"; finish; }
tone low.wav 8000 0.5 300
LC_ALL=C awk 'BEGIN { srand(1); n = 48000
  for (t = 0; t < n; t++) { hz = t >= 9600 && t < 21600 ? 300 : t >= 31200 && t < 43200 ? 1200 : 0
    x = int(32768 * ((hz ? 0.4 * sin(6.283185307179586 * hz * t / 24000) : 0) + 1e-3 * (rand() - 0.5)) + 32768.5) - 32768
    if (x < 0) x += 65536; printf "\\%03o\\%03o", x % 256, int(x / 256); if (t % 200 == 199) printf "\n" } }' |
  { wav_header 24000 1 48000 1; while IFS= read -r line; do printf "$line"; done; } >both.wav
command -v sox >/dev/null || { echo "left out: needs sox"; finish; }
sox both.wav -t f32 both.raw 2>/dev/null || { echo "left out: sox cannot write raw samples"; finish; }
expect 0 classify -m m.json both.wav --format csv; cut -d, -f4 out >wanted; LC_ALL=C awk -F, 'NR > 1 { printf "%.3f\n", $3 - $2 }' out >wanted.lengths
jackd -n $JACK_DEFAULT_SERVER -r -S -d dummy -r 24000 -p 256 -C 2 -P 2 >jackd.log 2>&1 & server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
jack_wait -w -t 10 -s $JACK_DEFAULT_SERVER >/dev/null 2>&1
"$R2NN" live --list >list 2>err </dev/null
grep -q JACK list && device=system || device=
[ -n "$device" ] || { echo "left out: this PortAudio has no JACK"; finish; }
"$R2NN" live -m m.json --device "$device" --format csv >out 2>err </dev/null & program=$!
sleep 1.5
timeout 20 ./player both.raw 'PortAudio|r2nn' || { fail "the player: $?"; cat err list; }
kill -TERM $program; wait $program; [ $? = 0 ] || { fail "SIGTERM: not 0"; cat err; }
cut -d, -f4 out | cmp -s - wanted || { fail "other decisions than classify"; cat out err; }
LC_ALL=C awk -F, 'NR > 1 { printf "%.3f\n", $3 - $2 }' out | paste -d' ' - wanted.lengths |
  LC_ALL=C awk '{ d = $1 - $2; if (d > 0.003 || d < -0.003) exit 1 }' || { fail "other lengths than classify"; cat out; }
# The server goes away: said, and waited for. It needs a moment to forget the client before.
sleep 2
"$R2NN" live -m m.json --device "$device" --format csv >out 2>err </dev/null & program=$!
sleep 1; cp err err.early; kill $server; ends $server 2>/dev/null; sleep 6
says 'has gone away; waiting for it'
# PortAudio may hang on a dead server: then it ends with 1 and says so, instead of waiting for ever.
kill -TERM $program 2>/dev/null; wait $program
case $? in 0) ;; 1) says 'start again when it is there' ;; *) fail "ends in another way"; cat err ;; esac
finish
