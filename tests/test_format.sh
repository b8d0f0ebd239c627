# Every C and C++ file is as clang-format 14 writes it. Other versions write a little differently, so they do not judge.
# ctest-labels: lint
set -u
cd "$R2NN_SOURCE" || exit 1

for tool in clang-format-14 clang-format ""; do
  [ -n "$tool" ] || { echo "skipped: there is no clang-format 14"; exit 77; }
  "$tool" --version 2>/dev/null | grep -q 'version 14\.' && break
done

files=$(find engine hosts tests plugin \( -name '*.c' -o -name '*.h' -o -name '*.inc' -o -name '*.cpp' -o -name '*.hpp' \) -type f 2>/dev/null | sort)
# All at once: a process a file takes minutes on a busy machine.
failed=$("$tool" --style=file --dry-run $files 2>&1 | sed -n 's/^\([^ :]*\):[0-9]*:[0-9]*: warning:.*/  \1/p' | sort -u)
if [ -n "$failed" ]; then
  echo "not as clang-format writes it; to correct: clang-format -i FILE"
  echo "$failed"
  exit 1
fi
echo "$(echo "$files" | wc -l) files are clean"
