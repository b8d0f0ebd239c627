# scripts/setup: quick when everything is there, apt-get as root, a plain list when nothing works, no question.
# ctest-labels: io
set -u
setup=$R2NN_SOURCE/scripts/setup
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
fail() { echo "FAILED: $*"; cat "$work/out" "$work/err" 2>/dev/null; exit 1; }

# A pretended system: installed packages stand in $work/installed, calls of apt-get are noted in $work/calls.
cat >"$work/bin/dpkg-query" <<END
#!/bin/sh
for last; do :; done
grep -qx -- "\$last" "$work/installed" && echo "install ok installed"
END
cat >"$work/bin/apt-get" <<END
#!/bin/sh
echo "\$* frontend=\${DEBIAN_FRONTEND:-}" >>"$work/calls"
case " \$* " in *" install "*) ;; *) exit 0 ;; esac
for word; do case \$word in [!-]*) grep -qx -- "\$word" "$work/refused" && exit 100 ;; esac; done
for word; do echo "\$word" >>"$work/installed"; done
END
cat >"$work/bin/apt-cache" <<END
#!/bin/sh
grep -qx -- "\$2" "$work/unknown" && echo "  Candidate: (none)" || echo "  Candidate: 1.0"
END
cat >"$work/bin/id" <<END
#!/bin/sh
cat "$work/uid"
END
cat >"$work/bin/sudo" <<END
#!/bin/sh
[ -f "$work/sudo-works" ] || exit 1
[ "\$1" = -n ] && shift
echo "sudo \$1" >>"$work/calls"
exec "\$@"
END
chmod +x "$work"/bin/*

# run NAME UID: with what $work/installed and $work/refused say; leaves status, out, err and calls.
run() {
  echo "$2" >"$work/uid"
  : >"$work/calls"
  PATH=$work/bin:$PATH sh "$setup" test </dev/null >"$work/out" 2>"$work/err"
  status=$?
}

# 1. everything is there: nothing is said or called
"$setup" --list test >"$work/installed"
: >"$work/refused"
: >"$work/unknown"
run "all there" 1000
[ $status = 0 ] && [ ! -s "$work/calls" ] && [ ! -s "$work/err" ] || fail "all there: status $status"

# 2. root, one missing: that one is installed, without questions
grep -vx libjansson-dev "$work/installed" >"$work/x"; mv "$work/x" "$work/installed"
run "root" 0
[ $status = 0 ] || fail "root: status $status"
grep -q 'install.* libjansson-dev frontend=noninteractive' "$work/calls" || fail "root: libjansson-dev was not asked for"
grep -q cmake "$work/calls" && fail "root: asked for a package that is there"

# 3. not root, sudo does not work and there is no terminal: a list, the command, status 1
grep -vx -e libjansson-dev -e cmake "$work/installed" >"$work/x"; mv "$work/x" "$work/installed"
run "nobody" 1000
[ $status = 1 ] && [ ! -s "$work/calls" ] || fail "nobody: status $status"
grep -qx '    libjansson-dev' "$work/err" && grep -qx '    cmake' "$work/err" || fail "nobody: the list is not complete"
grep -q 'apt-get install .*cmake' "$work/err" || fail "nobody: the command is not shown"

# 4. not root, sudo works
: >"$work/sudo-works"
run "sudo" 1000
[ $status = 0 ] && grep -q '^sudo' "$work/calls" || fail "sudo: status $status"

# 5. one package cannot be had: the others still come; it fails only if that one is needed
grep -vx -e clang -e cmake "$work/installed" >"$work/x"; mv "$work/x" "$work/installed"
echo clang >"$work/refused"
run "without clang" 0
[ $status = 0 ] && grep -qx cmake "$work/installed" || fail "without clang: status $status"
grep -vx -e cmake "$work/installed" >"$work/x"; mv "$work/x" "$work/installed"
echo cmake >"$work/refused"
run "without cmake" 0
[ $status = 1 ] && grep -qx '    cmake' "$work/err" || fail "without cmake: status $status"

# 6. a package that only some tests want and this system does not know: it is not asked for
grep -vx -e clang "$work/installed" >"$work/x"; mv "$work/x" "$work/installed"
echo cmake >>"$work/installed"
echo clang >"$work/unknown"
run "clang unknown" 0
[ $status = 0 ] && [ ! -s "$work/calls" ] || fail "clang unknown: status $status"

# 7. wrong use
sh "$setup" nonsense >"$work/out" 2>"$work/err"
[ $? = 2 ] || fail "wrong use"
echo "passed"
