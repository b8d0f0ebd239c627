# What can go wrong below the program: calls that write failing one after the other, a kill or a signal at each of them, power that
# fails, files that shrink or vanish while they are read, readers that leave. What was there stays whole or is replaced by what is.
# ctest-labels: io
# ctest-timeout: 300
set -u
. "$(dirname "$0")/sounds.sh"

speakers 0.1 0.1
model m.json
tone long.wav 8000 8 300
model w.json '"mode": "window", "window_s": 0.002'
mkdir set && cp low1.wav set && echo '{"edges": [[1,2],[2,3]], "inputs": {"1": 1}, "reference": {"3": 0}, "target": {"2": 0.4}}' >net.json
awk 'BEGIN { print "x"; for (i = 0; i < 100000; i++) print i % 2 }' >steps.csv
export TMPDIR=$work/tmp # where a trained model is rescued to
mkdir tmp

# ---- readers that leave: no word, and the end that a signal makes (141 in a shell)
# leaves ARGUMENT...: into a reader of one line.
leaves() {
  { "$R2NN" "$@" 2>err </dev/null; echo $? >code; } | head -n 1 >/dev/null
  [ "$(cat code)" = 141 ] && [ ! -s err ] || fail "r2nn $* into head: $(cat code err)"
}
leaves classify -m w.json long.wav
leaves classify -m w.json --format json long.wav long.wav
leaves sense -m w.json --from csv:steps.csv --rate 8000
if [ "$n_failed" = 0 ]; then echo "closed pipes: quiet"; fi
# Where the signal is ignored, it is an error as any other.
{ (trap '' PIPE; exec "$R2NN" classify -m w.json long.wav) 2>err; echo $? >code; } | head -n 1 >/dev/null
[ "$(cat code)" = 1 ] || fail "SIGPIPE ignored: exit $(cat code)"; one_line; says 'standard output: cannot write'

# ---- files that shrink or go while they are read: the reader is held up by a full pipe meanwhile
# held FILE COMMAND...: classify FILE, and do COMMAND after the first line of it.
held() {
  file=$1
  shift
  { "$R2NN" classify -m w.json "$file" 2>err; echo $? >code; } | { IFS= read -r first; "$@"; printf '%s\n' "$first"; cat; } >out
}
cp long.wav shrinks.wav; held shrinks.wav truncate -s 40000 shrinks.wav
[ "$(cat code)" = 0 ] || [ "$(cat code)" = 1 ] || fail "a file shrinks: exit $(cat code)"; one_line; says 'shrinks\.wav: '
cp long.wav goes.wav; held goes.wav rm goes.wav
[ "$(cat code)" = 0 ] && [ ! -s err ] || fail "a file goes while it is open: $(cat code err)"; [ "$(wc -l <out)" -gt 3000 ] || fail "a file that is open is read to its end"

# ---- the rest by strace, which lets system calls fail and kills at them
strace -f -qq -o trace -e inject=fsync:error=EIO true 2>/dev/null || { echo "not tried: failing calls (strace is not there, or may not trace)"; finish; }
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" # it cannot look while strace does

# whole OUTPUT: it is what it should be, or what it was before; and there is nothing beside it.
is_old() { [ -d "$1" ] && [ ! -e "$1/old" ] || { [ -f "$1" ] && [ "$(cat "$1")" = old ]; }; }
beside() { ls -A | grep -v '^trace$' | grep '\.[A-Za-z0-9]\{6\}$'; }

# faults FAULT CALL OUTPUT ARGUMENT...: run with the first, the second, ... CALL meeting the fault (error=NAME, signal=NAME), until one
# run meets none. OUTPUT: absent, whole as in the folder good, or old where -f was said.
faults() {
  fault=$1 call=$2 output=$3
  shift 3
  force=no
  for argument; do [ "$argument" = -f ] && force=yes; done
  k=0
  while k=$((k + 1)) && [ $k -lt 80 ]; do
    rm -rf "$output"
    [ $force = yes ] && echo old >"$output"
    strace -f -qq -o trace -e trace="$call" -e inject="$call:$fault:when=$k" "$R2NN" "$@" >out 2>err </dev/null
    code=$? what="r2nn $1, $fault at $call $k"
    grep -q 'INJECTED\|+++ killed\|--- SIG' trace || break
    if [ -e "$output" ]; then
      diff -r "$output" "good/$output" >diff 2>&1 || { [ $force = yes ] && [ "$(cat "$output" 2>/dev/null)" = old ]; } || "$R2NN" info "$output" >/dev/null 2>&1 || fail "$what: $output is neither old nor whole: $(head -2 diff)"
      [ $force = yes ] || [ $code -ne 1 ] || diff -r "$output" "good/$output" >diff 2>&1 || fail "$what: fails and leaves a file"
    else
      [ $force = no ] || fail "$what: the old file is lost"
    fi
    case $fault in
    error=*)
      [ $code = 0 ] || [ $code = 1 ] || fail "$what: exit $code: $(head -3 err)"
      sed -i '/ was written to .* instead$/d' err # train does not lose what it has
      [ $code = 0 ] || [ "$(wc -l <err)" = 1 ] || grep -q 'write(2' trace || fail "$what: not one line: $(cat err)"
      [ -z "$(beside)" ] || case $call in unlink*) ;; *) fail "$what: left behind: $(beside)" ;; esac
      ;;
    signal=KILL) rm -rf ./*.?????? ;; # nobody can clear up then
    *) [ -z "$(beside)" ] || fail "$what: left behind: $(beside)" ;;
    esac
    rm -rf ./*.??????
  done
  [ $k -gt 1 ] || fail "r2nn $1: no $call"
  n_faults=$((n_faults + k - 1))
}

mkdir good
train="train set.csv -q --stage bank:3 --head perceptron --epochs 2 --jobs 1"
for made in "t.json $train -o t.json" "c.csv classify -q -m w.json --format csv -o c.csv low1.wav" "c.json classify -q -m w.json --format json -o c.json low1.wav" \
  "c.txt classify -q -m w.json --format audacity -o c.txt low1.wav" "e.json eval -q -m m.json set.csv -o e.json" "r.svg response m.json -o r.svg" "board circuit -q m.json -o board"; do
  set -- $made
  output=$1
  shift
  "$R2NN" "$@" >out 2>err </dev/null || fail "r2nn $*: $(cat err)"
  mv "$output" good
done
sed -i '/realtime_factor/d' good/e.json

n_faults=0
for call in write fsync link rename; do
  [ $call = rename ] || faults error=EIO $call t.json $train -o t.json
  [ $call = link ] || faults error=ENOSPC $call t.json $train -f -o t.json
done
for call in write fsync; do
  faults error=ENOSPC $call board circuit -q m.json -o board
  faults error=ENOSPC $call c.csv classify -q -m w.json --format csv -f -o c.csv low1.wav
done
faults error=ENOSPC write c.json classify -q -m w.json --format json -f -o c.json low1.wav
faults error=ENOSPC write c.txt classify -q -m w.json --format audacity -f -o c.txt low1.wav
faults error=ENOSPC write r.svg response m.json -f -o r.svg
faults error=EMFILE dup board circuit -q m.json -o board
for signal in KILL TERM INT HUP; do
  faults signal=$signal write,fsync,link,rename,unlink,fchmod t.json $train -f -o t.json
done
faults signal=KILL write,fsync,link,rename,unlink,fchmod t.json $train -o t.json
for signal in KILL TERM; do
  [ "${R2NN_SOAK:-0}" = 1 ] || [ $signal = TERM ] && faults signal=$signal fsync,rename,mkdir,fchmod board circuit -q m.json -o board
done
echo "calls that failed or killed: $n_faults"

# A source that cannot be read on.
strace -f -qq -o trace -P "$work/long.wav" -e inject=read:error=EIO:when=4+ "$R2NN" classify -m w.json "$work/long.wav" >out 2>err </dev/null
[ $? -le 1 ] || fail "a file that cannot be read on"; one_line; says 'long\.wav: '
strace -f -qq -o trace -P "$work/m.json" -e inject=read:error=EIO "$R2NN" info "$work/m.json" >out 2>err </dev/null
[ $? = 1 ] || fail "a model that cannot be read"; one_line; says 'm\.json: Input/output error'
strace -f -qq -o trace -P "$work/set.csv" -e inject=read:error=EIO "$R2NN" eval -m m.json "$work/set.csv" >out 2>err </dev/null
[ $? = 1 ] || fail "a manifest that cannot be read"; one_line; says 'set\.csv: Input/output error'

# Power cut: what is renamed is on the disk before, and its name is after.
# in_order OUTPUT ARGUMENT...: the temporary file, fsync of it, the name, fsync of the folder, and nothing written in between.
in_order() {
  output=$1
  shift
  strace -f -qq -o trace -e trace=openat,write,fsync,link,rename "$R2NN" "$@" >out 2>err </dev/null || fail "r2nn $*: $(cat err)"
  sed -n 's/^[0-9]* *//p' trace | awk -v name="$output" '
    index($0, "openat") && index($0, name ".") && /O_EXCL/ { fd = $NF; state = 1 }
    state == 1 && $0 ~ "^write\\(" fd "," { written = 1; synced = 0 }
    state == 1 && $0 ~ "^fsync\\(" fd "\\)" { synced = 1 }
    state == 1 && /^(link|rename)\(/ && index($0, name ".") { if (!written || !synced) exit; state = 2 }
    state == 2 && /^openat/ && /O_DIRECTORY/ { folder = $NF }
    state == 2 && folder != "" && $0 ~ "^fsync\\(" folder "\\)" { state = 3; exit }
    END { exit state != 3 }' || { fail "r2nn $1: the order is not write, fsync, rename, fsync of the folder"; sed 's/^/    /' trace | tail -8; }
}
rm -f t.json; in_order t.json $train -o t.json
in_order t.json $train -f -o t.json
rm -f c.csv; in_order c.csv classify -q -m w.json --format csv -o c.csv low1.wav
finish
