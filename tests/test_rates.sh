#!/bin/sh
# The same preset on the same sound at 8, 16, 44.1, 48 and 96 kHz: the same decision on at least 99 % of the vowel clips.
# ctest-labels: data
# ctest-timeout: 600
set -eu
clips=$R2NN_SHARED/data/speech-vowels
if [ ! -d "$clips/flac" ]; then echo "skipped: no recordings in $clips" && exit 77; fi
if ! command -v sox >/dev/null; then echo "skipped: sox, which resamples the clips, is not installed" && exit 77; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sed 1d "$clips/manifest-3.csv" | cut -d, -f1 >"$work/list"
total=$(wc -l <"$work/list")
# decide RATE: one line "clip class" for every clip at that rate
decide() {
  if [ "$1" = 16000 ]; then
    sed "s|^|$clips/|" "$work/list" | xargs "$R2NN" classify -m "$R2NN_SOURCE/presets/vowels.json" --mode file --format csv
  else
    mkdir "$work/$1"
    sed 's|.*/\(.*\)\.flac|\1|' "$work/list" | while read -r name; do
      sox -D -G "$clips/flac/$name.flac" -b 24 "$work/$1/$name.flac" rate -h "$1" 2>/dev/null
    done
    sed "s|.*/|$work/$1/|" "$work/list" | xargs "$R2NN" classify -m "$R2NN_SOURCE/presets/vowels.json" --mode file --format csv
  fi | sed 1d | awk -F, '{ n = split($1, part, "/"); print part[n], $4 }'
}

decide 16000 >"$work/native"
[ "$(wc -l <"$work/native")" = "$total" ] || { echo "not every clip was decided at 16 kHz" && exit 1; }
status=0
for rate in 8000 44100 48000 96000; do
  decide $rate >"$work/at_$rate"
  same=$(paste -d' ' "$work/native" "$work/at_$rate" | awk '$1 == $3 && $2 == $4' | wc -l)
  echo "$rate Hz: $same of $total decisions as at 16000 Hz"
  [ $((100 * same)) -ge $((99 * total)) ] || status=1
done
exit $status
