# What the tests of the program share: sounds, a model to try them on, and checks. To be read by a test with ". ./sounds.sh".
# Needs R2NN, the program. Leaves the test in a folder of its own, $work, that goes when the test ends.

[ -n "${R2NN:-}" ] && [ -x "$R2NN" ] || { echo "skipped: the program is not built"; exit 77; }
command -v awk >/dev/null || { echo "skipped: needs awk"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work" || exit 1
echo leak:libfontconfig >lsan # its caches live as long as the program
export LSAN_OPTIONS="suppressions=$work/lsan:print_suppressions=0"
n_failed=0

# Bytes of little-endian numbers: le WIDTH NUMBER... as printf escapes.
le() {
  width=$1
  shift
  for number; do
    i=0
    while [ $i -lt "$width" ]; do
      printf '\\%03o' $((number >> 8 * i & 255))
      i=$((i + 1))
    done
  done
}

# wav_header RATE CHANNELS FRAMES KIND(1 = 16 bits, 3 = float)
wav_header() {
  bytes=$(($4 == 3 ? 4 : 2))
  size=$(($3 * $2 * bytes))
  printf "RIFF$(le 4 $((size + 36)))WAVEfmt $(le 4 16)$(le 2 "$4" "$2")$(le 4 "$1" $(($1 * $2 * bytes)))$(le 2 $(($2 * bytes)) $((8 * bytes)))data$(le 4 $size)"
}

# tone FILE RATE SECONDS HZ [CHANNELS] [AMPLITUDE]: a sine in the first channel, silence in the others.
tone() {
  frames=$(awk "BEGIN { printf \"%d\", $2 * $3 }")
  {
    wav_header "$2" "${5:-1}" "$frames" 1
    LC_ALL=C awk -v rate="$2" -v n="$frames" -v hz="$4" -v channels="${5:-1}" -v level="${6:-0.5}" 'BEGIN {
      for (t = 0; t < n; t++) {
        x = int(level * 32767 * sin(6.283185307179586 * hz * t / rate)); if (x < 0) x += 65536
        printf "\\%03o\\%03o", x % 256, int(x / 256)
        for (c = 1; c < channels; c++) printf "\\000\\000"
        if (t % 200 == 199) printf "\n"
      }
      printf "\n"
    }' | while IFS= read -r line; do printf "$line"; done
  } >"$1"
}

# model FILE [READOUT]: two resonators, 300 and 1200 Hz, Q 10, energy head: the classes low and high.
model() {
  LC_ALL=C awk -v readout="${2:-\"mode\": \"file\"}" 'BEGIN {
    print "{ \"format\": \"r2nn-model\", \"version\": 1, \"name\": \"two tones\", \"classes\": [\"low\", \"high\"],"
    print "  \"input\": { \"channels\": 1, \"trained_rate_hz\": 8000, \"remove_mean\": false },"
    printf "  \"stages\": [ { \"topology\": \"bank:2\", \"nodes\": ["
    k = 1.1e-4; split("300 1200", hz, " ")
    for (i = 1; i <= 2; i++) {
      w = 6.283185307179586 * hz[i]
      printf "%s{ \"d\": %.12g, \"c\": %.12g, \"g\": 1e-4 }", (i == 2 ? ", " : ""), k / (w * w), k / w / 10
    }
    print "], \"couplings\": [], \"inputs\": [[0, 0, 1e-5], [1, 0, 1e-5]], \"outputs\": [0, 1],"
    print "    \"law\": \"identity\", \"smooth_s\": 0, \"rate_hz\": null, \"suppress_common\": false } ],"
    print "  \"readout\": { " readout ", \"energy\": \"square\", \"scale\": \"log\" },"
    print "  \"head\": { \"kind\": \"energy\", \"sharpness\": 2 }, \"decision\": { \"margin\": 0 } }"
  }' >"$1"
}

# two_tones: m.json, and what it tells apart in set/low and set/high, two files each at several rates.
two_tones() {
  model m.json
  mkdir -p set/low set/high
  tone set/low/1.wav 8000 0.6 300
  tone set/low/2.wav 11025 0.5 310
  tone set/high/1.wav 16000 0.5 1200
  tone set/high/2.wav 8000 0.45 1150
}

# speakers LOW_S HIGH_S: six say two things, each a little differently, for so long; set.csv with the last two as the test.
speakers() {
  echo 'path,label,group,split' >set.csv
  for speaker in 1 2 3 4 5 6; do
    tone low$speaker.wav 8000 "$1" $((280 + 8 * speaker))
    tone high$speaker.wav 8000 "$2" $((1100 + 30 * speaker))
    [ $speaker -lt 5 ] && part=train || part=test
    echo "low$speaker.wav,low,s$speaker,$part" >>set.csv
    echo "high$speaker.wav,high,s$speaker,$part" >>set.csv
  done
}

fail() {
  echo "FAILED: $*"
  n_failed=$((n_failed + 1))
}

# expect CODE ARGUMENT...: run the program; its exit status must be CODE. Output in out, errors in err.
expect() {
  wanted=$1
  shift
  "$R2NN" "$@" >out 2>err </dev/null
  code=$?
  [ $code = "$wanted" ] && return
  fail "r2nn $*: exit $code, not $wanted"
  sed 's/^/    /' err
}

# says PATTERN: the one line of err must match.
says() {
  grep -Eq -- "$1" err || { fail "errors lack '$1'"; sed 's/^/    /' err; }
}
one_line() { [ "$(wc -l <err)" = 1 ] || { fail "not one line of errors"; sed 's/^/    /' err; }; }
prints() { grep -Eq -- "$1" out || { fail "output lacks '$1'"; sed 's/^/    /' out; }; }

ends() { # PROCESS: its exit status; it is shot if it has not ended after ten seconds: jackd, told to, sometimes stands still
  for _ in $(seq 100); do
    case $(cut -d' ' -f3 "/proc/$1/stat" 2>/dev/null) in '' | Z) break ;; esac
    sleep 0.1
  done
  kill -9 "$1" 2>/dev/null
  wait "$1"
}

# To stand at the end of a test.
finish() {
  [ $n_failed = 0 ] && echo passed
  exit $((n_failed > 0))
}
