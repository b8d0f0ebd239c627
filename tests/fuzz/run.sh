# tests/fuzz/run.sh FUZZER: build the fuzzers with clang in build/fuzz and run one for R2NN_FUZZ_SECONDS from its corpus.
# What it finds on the way stays in build/fuzz/found/NAME; an input that breaks it, in build/fuzz/broken/. Exit status 77: skipped.
set -u

name=$1
source=${R2NN_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
build=$source/build/fuzz
seconds=${R2NN_FUZZ_SECONDS:-60}

command -v clang >/dev/null 2>&1 || { echo "skipped: there is no clang"; exit 77; }
probe=$(mktemp -d) || exit 1
trap 'rm -rf "$probe"' EXIT
echo 'int LLVMFuzzerTestOneInput(const char *d, long n); int LLVMFuzzerTestOneInput(const char *d, long n) { return d && n < 0; }' \
  >"$probe/probe.c"
clang -fsanitize=fuzzer,address,undefined "$probe/probe.c" -o "$probe/probe" 2>"$probe/log" || {
  echo "skipped: clang is there, its libFuzzer and sanitizers are not (apt: libclang-rt-dev)"
  exit 77
}

# Several of these may run at once: one builds, the others wait.
mkdir -p "$build" "$build/found/$name" "$build/broken"
(
  flock 9
  cd "$source" && cmake --preset fuzz >"$build/configure.log" 2>&1 && cmake --build --preset fuzz --target fuzzers -- --quiet >"$build/build.log" 2>&1
) 9>"$build/lock" || {
  cat "$build/configure.log" "$build/build.log" 2>/dev/null
  exit 1
}

corpus=$source/tests/fuzz/corpus/${name#fuzz_}
[ -d "$corpus" ] || corpus=
dictionary=$source/tests/fuzz/${name#fuzz_}.dict
[ -f "$dictionary" ] && dictionary=-dict=$dictionary || dictionary=

fuzzer=$(find "$build/tests/fuzz" -maxdepth 1 -type f -name "$name" -perm -u+x)
[ -n "$fuzzer" ] || { echo "$name was not built"; exit 1; }

if [ "$seconds" -gt 0 ]; then
  limit=-max_total_time=$seconds
else
  limit=-runs=0
fi
# Two gigabytes and ten seconds for one input are more than any reader of ours may take.
exec "$fuzzer" $limit $dictionary -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
  -artifact_prefix="$build/broken/$name-" "$build/found/$name" $corpus
