# r2nn jack on a PipeWire daemon of its own, through pw-jack: it runs, hears, ends when told to and when the daemon goes away.
# ctest-labels: io serial
# ctest-timeout: 120
set -u
. "$(dirname "$0")/sounds.sh"
for need in pipewire pw-jack sox; do
  command -v $need >/dev/null || { echo "skipped: needs $need (apt: pipewire pipewire-jack sox)"; exit 77; }
done
"$R2NN" help jack | grep -q '^Usage: r2nn jack' || { echo "skipped: built without JACK"; exit 77; }
${R2NN_CC:-cc} "$R2NN_SOURCE/tests/jack_player.c" -o player -ljack 2>cc.err || { echo "skipped: a JACK client cannot be built here"; exit 77; }

model m.json '"mode": "event", "gate_db": -40'
for hz in 300 1200; do sox -n -r 48000 -t f32 - synth 0.5 sine $hz vol 0.4 pad 0.5 0.5 2>/dev/null; done >both.raw
export XDG_RUNTIME_DIR=$work HOME=$work DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent
unset PIPEWIRE_RUNTIME_DIR
export ASAN_OPTIONS=detect_leaks=0 # PipeWire's libjack keeps what it has until the end
pipewire >pipewire.log 2>&1 & daemon=$!
trap 'kill $daemon 2>/dev/null; rm -rf "$work"' EXIT
for i in $(seq 100); do [ -S pipewire-0 ] && break; sleep 0.1; done
[ -S pipewire-0 ] || { echo "skipped: PipeWire does not run here: $(head -n 1 pipewire.log)"; exit 77; }

# hears N: so many lines of out, sooner or later.
hears() { for i in $(seq 100); do [ "$(wc -l <out)" -ge "$1" ] && break; sleep 0.1; done; }
pw-jack -p 256 "$R2NN" jack -m m.json --no-connect --format csv >out 2>err </dev/null & program=$!
hears 1
sleep 1
timeout 30 pw-jack -p 256 ./player both.raw '^r2nn:in_1$' >player.log 2>&1 || { fail "the player: $?"; cat player.log err; }
hears 3
kill -TERM $program; wait $program; [ $? = 0 ] || { fail "SIGTERM: not 0"; cat err; }
# A busy machine loses cycles, which may cut an event in two; but nothing else is heard, and both tones are.
[ "$(sed 1d out | cut -d, -f4 | uniq | tr '\n' ' ')" = "low high " ] || { fail "not low, then high:"; cat out err; }

pw-jack -p 256 "$R2NN" jack -m m.json --no-connect --format csv >out 2>err </dev/null & program=$!
hears 1
kill $daemon; wait $daemon 2>/dev/null
for i in $(seq 200); do kill -0 $program 2>/dev/null || break; sleep 0.1; done
kill -KILL $program 2>/dev/null && fail "does not end when PipeWire does"
wait $program; [ $? = 1 ] || { fail "PipeWire gone: not 1"; cat err; }
says 'the JACK server has gone away'
finish
