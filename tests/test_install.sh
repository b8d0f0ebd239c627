# What cmake --install puts down can be used: by pkg-config, by find_package, and as a program.
# ctest-labels: build
# ctest-timeout: 300
set -u
[ -z "${R2NN_SANITIZE:-}" ] || { echo "skipped: a sanitizer build is not for installing"; exit 77; }
cc=${R2NN_CC:-cc}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; exit 1; }

prefix=$work/prefix
cmake --install "$R2NN_BUILD" --prefix "$prefix" >"$work/log" 2>&1 || { cat "$work/log"; fail "cmake --install"; }
version=$(sed -n 's/^project(r2nn VERSION \([0-9.]*\).*/\1/p' "$R2NN_SOURCE/CMakeLists.txt")
[ -n "$version" ] || fail "no version in CMakeLists.txt"

# 1. headers, all of them
for header in "$R2NN_SOURCE"/engine/include/r2nn/*.h; do
  [ -f "$prefix/include/r2nn/$(basename "$header")" ] || fail "$(basename "$header") is not installed"
done

# 2. a program by pkg-config: engine/rt and engine/core alone
cat >"$work/core.c" <<'END'
#include <r2nn/engine.h>
#include <stdio.h>
int main(void) {
  r2nn_error error;
  r2nn_model *model = NULL;
  if (r2nn_model_parse("{}", 2, &model, &error) == R2NN_OK) return 1;
  fprintf(stderr, "%s\n", error.text);
  puts(r2nn_version());
  return 0;
}
END
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name r2nn.pc)"):${PKG_CONFIG_PATH:-}
export PKG_CONFIG_PATH
[ "$(pkg-config --modversion r2nn)" = "$version" ] || fail "pkg-config --modversion"
"$cc" "$work/core.c" -o "$work/core" $(pkg-config --cflags --libs r2nn) || fail "compiling by pkg-config"
[ "$("$work/core")" = "$version" ] || fail "the program made by pkg-config"
nm "$work/core" | grep -q fftw && fail "engine/core needs FFTW"

# 3. the same by find_package, with the trainer where it was built
mkdir "$work/package"
cat >"$work/package/train.c" <<'END'
#include <r2nn/train.h>
#include <stdio.h>
int main(void) {
  r2nn_error error;
  r2nn_stage_spec spec;
  if (r2nn_stage_spec_parse("grid:5x5", &spec, &error) != R2NN_OK) return 1;
  puts(r2nn_version());
  return 0;
}
END
cp "$work/core.c" "$work/package/"
cat >"$work/package/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.22)
project(probe C)
find_package(r2nn $version REQUIRED)
add_executable(core core.c)
target_link_libraries(core r2nn::core)
if(TARGET r2nn::train)
  add_executable(train train.c)
  target_link_libraries(train r2nn::train)
endif()
END
cmake -S "$work/package" -B "$work/package/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" >"$work/log" 2>&1 &&
  cmake --build "$work/package/build" >>"$work/log" 2>&1 || { cat "$work/log"; fail "building by find_package"; }
[ "$("$work/package/build/core")" = "$version" ] || fail "the program made by find_package"
if [ -f "$prefix/include/r2nn/train.h" ] && [ -n "$(find "$prefix" -name libr2nn_train.a)" ]; then
  [ "$("$work/package/build/train")" = "$version" ] || fail "the training program made by find_package"
  PKG_CONFIG_PATH=$PKG_CONFIG_PATH "$cc" "$work/package/train.c" -o "$work/train" $(pkg-config --cflags --libs r2nn-train) ||
    fail "compiling by pkg-config r2nn-train"
  [ "$("$work/train")" = "$version" ] || fail "the program made by pkg-config r2nn-train"
fi

# 4. the program, with its page, completions and presets
if [ -n "${R2NN:-}" ]; then
  "$prefix/bin/r2nn" --version | grep -qF "$version" || fail "r2nn --version"
  [ -f "$prefix/share/man/man1/r2nn.1" ] || fail "the man page is not installed"
  [ -f "$prefix/share/bash-completion/completions/r2nn" ] || fail "the bash completion is not installed"
  [ -f "$prefix/share/zsh/site-functions/_r2nn" ] || fail "the zsh completion is not installed"
  for preset in "$R2NN_SOURCE"/presets/*.json; do
    [ -e "$preset" ] || continue
    cmp "$preset" "$prefix/share/r2nn/presets/$(basename "$preset")" || fail "$(basename "$preset") is not installed"
  done
fi
echo "passed"
