# Every allocation of the program failing in turn (at strides; every one in a soak): the work is done all the same, or one line says
# that there is no memory, the exit status is 1, and no file is left.
# ctest-labels: io
# ctest-timeout: 300
set -u
. "$(dirname "$0")/sounds.sh"


"${R2NN_CC:-cc}" -O1 -fno-omit-frame-pointer -fno-optimize-sibling-calls -shared -fPIC -o failing.so "$R2NN_SOURCE/tests/failing_memory.c" -ldl 2>cc.log || { echo "skipped: the library that lets memory run out cannot be built"; exit 77; }
# FFTW and popt end the program, libsndfile (opening a file), fontconfig and what cairo has below it crash, OpenBLAS waits for ever; what others ask the C library
# for cannot be told from what we do, but for strdup(). Jansson loses characters: tests/failing.h.
spared="libc. libfftw3 libpopt libsndfile libfontconfig libfreetype libexpat libcairo libpixman libopenblas libjansson ld-linux libstdc++ libgcc"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0"

speakers 0.1 0.1
model m.json
model w.json '"mode": "window", "window_s": 0.02'
mkdir set
for class in low high; do mkdir set/$class; cp ${class}1.wav ${class}2.wav set/$class; done

# How fast it was is never the same.
drop_speed() { sed -i -e '/^speed /d' -e '/realtime_factor/d' out; }

# in_turn RUNS OUTPUT ARGUMENT...: with each allocation failing; OUTPUT is what it writes, or -.
in_turn() {
  runs=$1 output=$2
  shift 2
  rm -rf "$output" reference; rm -f reference-out
  LD_PRELOAD=$work/failing.so FAIL_AT=0 FAIL_COUNT=$work/count FAIL_SPARE=$spared "$R2NN" "$@" >out 2>err </dev/null || { fail "r2nn $*: $(cat err)"; return; }
  drop_speed
  [ "$output" = - ] && cp out reference-out || cp -r "$output" reference
  all=$(cat count)
  [ "${R2NN_SOAK:-0}" = 1 ] && step=1 || step=$(((all + runs - 1) / runs))
  k=1 done_anyway=0 n=0
  while [ "$k" -le "$all" ]; do
    rm -rf "$output"
    LD_PRELOAD=$work/failing.so FAIL_AT=$k FAIL_SPARE=$spared timeout 20 "$R2NN" "$@" >out 2>err </dev/null
    code=$?
    drop_speed
    what="r2nn $1, allocation $k of $all"
    if [ $code = 0 ]; then
      done_anyway=$((done_anyway + 1))
      if [ "$output" = - ]; then cmp -s out reference-out || fail "$what: another result"; else diff -r "$output" reference >diff 2>&1 || fail "$what: another result: $(head -3 diff)"; fi
    elif [ $code = 1 ]; then
      sed -i '/files cannot be used; --skip-bad/d' err # of a data set: the file, and the sum
      [ "$(wc -l <err)" = 1 ] && grep -q '^r2nn: ' err || fail "$what: not one line: $(head -20 err)"
      # Where one file of several fails, the others are told.
      [ "$output" = - ] || [ ! -e "$output" ] || { [ $1 = classify ] && ! grep -vxFqf reference "$output"; } || fail "$what: a file is left"
    else
      fail "$what: exit $code: $(head -20 err)"
    fi
    ls -A | grep -q '\.[A-Za-z0-9]\{6\}$' && { fail "$what: a temporary file is left: $(ls -A | grep '\.[A-Za-z0-9]\{6\}$')"; rm -rf ./*.??????; }
    k=$((k + step)) n=$((n + 1))
  done
  echo "$1: $all allocations, $n failed in turn, $done_anyway managed without"
}

in_turn 60 - info m.json
in_turn 60 - info m.json --format json
for format in text csv json; do in_turn 40 out.$format classify -m w.json --format $format -o out.$format low1.wav high1.wav; done
in_turn 40 out.txt classify -m w.json --format audacity -o out.txt low1.wav
in_turn 40 - classify -m m.json low1.wav
in_turn 60 - eval -m m.json set.csv
in_turn 40 - eval -m m.json set --format json
in_turn 60 t.json train set.csv -o t.json -q --stage bank:3 --head perceptron --epochs 2 --jobs 1
in_turn 40 t.json train set.csv -o t.json -q --stage bank:3,law=square --stage bank:3@5-50 --epochs 2 --jobs 1
in_turn 40 r.svg response m.json -o r.svg
in_turn 60 board circuit m.json -o board
echo '{"edges": [[1,2],[2,3],[3,1]], "levels": [1,2,3], "n_levels": 4, "inputs": {"1": 1}, "reference": {"3": 0}, "target": {"2": 0.4}}' >net.json
in_turn 40 - lab resistor net.json
finish
