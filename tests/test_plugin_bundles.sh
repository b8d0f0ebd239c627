# What a system makes of the plugin's files: the LV2 description is valid, qtractor's scanner takes the CLAP, and installing puts all
# three where hosts look. ctest-labels: build io
set -u
[ -d "$R2NN_BUILD/bin/R2NN.lv2" ] || { echo "skipped: the plugin is not built"; exit 77; }
[ -z "${R2NN_SANITIZE:-}" ] || { echo "skipped: no scanner loads what a sanitizer has made"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
fail() { cat "$work"/log 2>/dev/null; echo "FAILED: $*"; exit 1; }
left=

cmake --install "$R2NN_BUILD" --prefix "$work/all" >"$work/log" 2>&1 || fail "install"
cmake --install "$R2NN_BUILD" --component plugin-user --prefix "$work/home" >>"$work/log" 2>&1 || fail "install for one user"
for place in all/lib/ home/.; do
  for file in lv2/R2NN.lv2/manifest.ttl lv2/R2NN.lv2/R2NN.so lv2/R2NN.lv2/R2NN.ttl clap/R2NN.clap; do
    [ -f "$work/$place$file" ] || fail "$place$file is not there"
  done
  ls "$work/${place}vst3/R2NN.vst3/Contents/"*-linux/R2NN.so >/dev/null 2>&1 || fail "${place}vst3 is not there"
done
[ -z "$(ls -A "$work/home" | grep -v '^[.]')" ] || fail "more than the plugin went to the user"

if command -v lv2_validate >/dev/null && command -v sord_validate >/dev/null; then
  lv2_validate "$work"/all/lib/lv2/R2NN.lv2/*.ttl >"$work/log" 2>&1
  grep -q '^Found 0 errors' "$work/log" || fail "lv2_validate"
else
  left="$left lv2_validate"
fi
if command -v lv2info >/dev/null; then
  LV2_PATH=$work/all/lib/lv2:/usr/lib/lv2 lv2info urn:r2nn:plugin >"$work/log" 2>&1 || fail "lv2info"
  grep -q 'Has latency: *no' "$work/log" || fail "the plugin says that it has latency"
else
  left="$left lv2info"
fi
scan=$(command -v qtractor_plugin_scan || ls /usr/lib/*/qtractor/qtractor_plugin_scan /usr/lib/qtractor/qtractor_plugin_scan 2>/dev/null | head -n 1)
if [ -n "$scan" ]; then
  echo "CLAP:$work/all/lib/clap/R2NN.clap" | QT_QPA_PLATFORM=offscreen "$scan" >"$work/log" 2>&1
  # audio and MIDI, in and out; parameters, in and out
  grep -q '^CLAP|R2NN|2:2|0:1|13:22|' "$work/log" || fail "qtractor's scanner does not take the CLAP"
else
  left="$left qtractor"
fi
echo "bundles are right${left:+; not there:$left}"
