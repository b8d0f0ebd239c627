# The objects of engine/rt, and those of hosts/ that the audio thread runs, call nothing but a short list of functions that neither allocate nor wait.
# ctest-labels: build
set -u
nm=${R2NN_NM:-nm} cc=${R2NN_CC:-cc}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

[ -z "${R2NN_SANITIZE:-}" ] || { echo "skipped: a sanitizer adds its own calls"; exit 77; }
objects=$(cat "$R2NN_BUILD/tests/rt_objects.txt") || exit 1
[ -n "$objects" ] || { echo "no objects"; exit 1; }

# memory      the three that touch only what they are given, and their checked twins that some distributions' compilers put in
# libm        float and double, all of them pure computation
# the tools'  position-independent code, stack protection, the processor's features for multiversioned code (asked at load time)
allowed='memcpy memset memmove memcmp __memcpy_chk __memset_chk __memmove_chk
  expf exp2f logf log2f log10f log1pf expm1f tanhf fabsf sqrtf sinf cosf fmaf fminf fmaxf floorf
  exp exp2 log log2 log10 log1p expm1 tanh fabs sqrt sin cos sincos fma fmin fmax floor
  _GLOBAL_OFFSET_TABLE_ __stack_chk_fail __cpu_model __cpu_features2 __cpu_indicator_init'
# A failed assertion ends the program anyway; release builds have none.
[ "${R2NN_BUILD_TYPE:-}" = Debug ] && allowed="$allowed __assert_fail"
printf '%s\n' $allowed >"$work/allowed"

# forbidden_in OBJECT...: print "object: symbol" for everything undefined that is neither allowed nor defined in these objects.
forbidden_in() {
  "$nm" --defined-only "$@" | awk 'NF == 3 { print $3 }' | sort -u >"$work/own"
  for object; do
    "$nm" -u "$object" | awk '{ print $2 }' | sed 's/@.*//' | sort -u |
      grep -vxFf "$work/allowed" | grep -vxFf "$work/own" | sed "s|^|$(basename "$object"): |"
  done
}

# The check itself must be able to fail, and not on what is allowed.
echo 'void *malloc(unsigned long); void *probe(void); void *probe(void) { return malloc(8); }' >"$work/bad.c"
echo 'float tanhf(float); float probe(float); float probe(float x) { return tanhf(x); }' >"$work/good.c"
"$cc" -O2 -fPIC -c "$work/bad.c" -o "$work/bad.o" && "$cc" -O2 -fPIC -c "$work/good.c" -o "$work/good.o" || exit 1
[ "$(forbidden_in "$work/bad.o")" = "bad.o: malloc" ] || { echo "an object that calls malloc was let through"; exit 1; }
[ -z "$(forbidden_in "$work/good.o")" ] || { echo "an object that calls tanhf alone was refused"; exit 1; }

found=$(forbidden_in $objects)
if [ -n "$found" ]; then
  echo "engine/rt may not call:"
  echo "$found"
  exit 1
fi
# The hosts' side of the audio thread: besides that the engine, the ring and what the sound server offers for it. A cycle of which
# nobody waits for the result (freewheeling) may sleep.
live=$(cat "$R2NN_BUILD/tests/live_rt_objects.txt" 2>/dev/null)
for object in $objects; do "$nm" --defined-only "$object"; done | awk 'NF == 3 { print $3 }' >>"$work/allowed"
printf '%s\n' noise_add live_note_lost jack_port_get_buffer jack_last_frame_time jack_midi_clear_buffer jack_midi_event_write nanosleep >>"$work/allowed"
found=$([ -z "$live" ] || forbidden_in $live)
if [ -n "$found" ]; then
  echo "what the audio thread runs of hosts/ may not call:"
  echo "$found"
  exit 1
fi
echo "$(echo $objects $live | wc -w) objects are clean"
