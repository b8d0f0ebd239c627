# The plugin in Ardour 7, without a sound card: LV2 and VST3 on a track hear real digits as r2nn classify does, a session that is saved and
# loaded is the same, and an export carries the sound. ctest-labels: data slow serial
# ctest-timeout: 400
set -u
[ -z "${R2NN_SANITIZE:-}" ] || { echo "skipped: Ardour has no room for a sanitizer"; exit 77; }
ardour=/usr/lib/ardour7
[ -x $ardour/luasession ] && [ -x $ardour/utils/ardour7-export ] || { echo "skipped: there is no Ardour 7"; exit 77; }
for program in sox jq; do
  command -v $program >/dev/null || { echo "skipped: there is no $program"; exit 77; }
done
[ -n "$R2NN" ] && [ -d "$R2NN_BUILD/bin/R2NN.lv2" ] || { echo "skipped: the plugin or the program is not built"; exit 77; }
set=$R2NN_SHARED/data/speech-digits
[ -f "$set/manifest.csv" ] || { echo "skipped: there is no $set/manifest.csv"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
fail() { tail -n 30 "$work"/*.log; echo "FAILED: $*"; exit 1; }

# Six digits with a second of silence between, as a file and, for a processor of Ardour's, as Lua: two bytes a sample in one string,
# for such a processor has 3 MB in all.
sox -n -r 8000 -c 1 -b 16 "$work/pause.wav" trim 0 1
words=$work/pause.wav
for name in $(tr -d '\r' <"$set/manifest.csv" | awk -F, 'NR > 1 && $4 == "test" { print $1 }' | awk 'NR % 47 == 1' | head -n 6); do
  words="$words $set/$name $work/pause.wav"
done
sox $words -r 8000 -c 1 -b 16 -D "$work/row.wav" || fail "the row cannot be made"
mkdir -p "$work/data/scripts" "$work/plugins/lv2" "$work/plugins/vst3" "$work/home"
{
  printf 'ardour { ["type"] = "dsp", name = "R2NN test row", category = "Test", license = "MIT", author = "R2NN", description = [[row]] }\n'
  printf 'function dsp_ioconfig () return { { audio_in = 2, audio_out = 2 } } end\nlocal row = "'
  sox "$work/row.wav" -t raw -e unsigned-integer -b 16 - | od -An -v -tu1 | awk '{ for (i = 1; i <= NF; i++) printf "\\%03d", $i }'
  cat <<'END'
"
local at, a = 0, {}
function dsp_run (ins, outs, n)
  for i = 1, n do
    local low, high = row:byte (2 * (at + i) - 1, 2 * (at + i))
    a[i] = low and (low + 256 * high - 32768) / 32768 or 0
  end
  for c = 1, #outs do outs[c]:set_table (a, n) end
  at = at + n
end
END
} >"$work/data/scripts/row.lua"
"$R2NN" classify -m digits --format json "$work/row.wav" >"$work/said.json" || fail "classify"
jq -r '"\(if .class == "unknown" then "-1" else .class end) \(.score * 1000 | floor)"' "$work/said.json" >"$work/said"
[ "$(wc -l <"$work/said")" -ge 5 ] || fail "classify hears too little"
seconds=$(soxi -D "$work/row.wav")

cp -r "$R2NN_BUILD/bin/R2NN.lv2" "$work/plugins/lv2/"
cp -r "$R2NN_BUILD/bin/R2NN.vst3" "$work/plugins/vst3/"
export HOME=$work/home LD_LIBRARY_PATH=$ardour ARDOUR_DATA_PATH=$work/data:/usr/share/ardour7 ARDOUR_CONFIG_PATH=/etc/ardour7 \
  ARDOUR_DLL_PATH=$ardour LV2_PATH=$work/plugins/lv2:/usr/lib/lv2 VST3_PATH=$work/plugins/vst3
unset XDG_CONFIG_HOME XDG_CACHE_HOME

for format in LV2 VST3; do
  id=urn:r2nn:plugin
  if [ $format = VST3 ]; then
    $ardour/ardour-vst3-scanner -f "$work/plugins/vst3/R2NN.vst3" >"$work/scan.log" 2>&1 || fail "Ardour's scanner does not take the VST3"
    id=$(sed -n 's/.*uid="\([0-9a-fA-F]*\)".*/\1/p' "$work"/home/.cache/ardour7/vst/*.v3i | head -n 1)
    [ -n "$id" ] || fail "Ardour's scanner wrote no id"
  fi
  $ardour/luasession "$R2NN_SOURCE/tests/plugin_ardour.lua" "$work" $format "$id" "$seconds" >"$work/$format.log" 2>&1 ||
    fail "$format: Ardour ended with $?"
  [ "$(grep -c '^end$' "$work/$format.log")" = 2 ] || fail "$format: Ardour did not get to the end"
  grep -q '^note 50$' "$work/$format.log" || fail "$format: a parameter is not what it was before the session was saved"
  # Scores as printed, to three figures, of the first hearing and of the second, in the session that was loaded.
  for which in 1 2; do
    awk -v which=$which '/^begin/ { n++ } /^heard/ && n == which { printf "%d %d\n", $2, int($3 * 1000) }' "$work/$format.log" >"$work/heard"
    paste -d' ' "$work/said" "$work/heard" |
      awk 'NF != 4 || $1 != $3 || $2 - $4 > 1 || $4 - $2 > 1 { print; bad = 1 } END { exit bad }' ||
      fail "$format: decisions (left: classify) of hearing $which"
  done
  # The same offline: what the session exports (twelve seconds, in units of 1/282240000 s) is as loud as the row.
  sed -i 's|<Locations/>|<Locations><Location id="90001" name="session" start="a0" end="a3386880000" flags="IsSessionRange"/></Locations>|' \
    "$work/$format/$format.ardour"
  $ardour/utils/ardour7-export -b float -o "$work/$format.wav" "$work/$format" $format >"$work/export.log" 2>&1 || fail "$format: export"
  for file in row $format; do
    sox "$work/$file.wav" -n stat 2>&1 | sed -n 's/^Maximum amplitude: *//p'
  done | awk '{ peak[NR] = $1 } END { exit !(NR == 2 && peak[1] > 0.1 && peak[1] == peak[2]) }' || fail "$format: the export is another sound"
  echo "$format: $(wc -l <"$work/heard") decisions, twice"
done
