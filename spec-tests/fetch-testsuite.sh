#!/bin/sh
# Clones the official WebAssembly test suite at the pinned commit into spec-tests/testsuite (git-ignored).
set -eu

repository=https://github.com/WebAssembly/testsuite
commit=193e551ff22663995b1ac95dc62344133669e14b
target=$(dirname "$0")/testsuite

if [ -f "$target/i32.wast" ]; then
  echo "already there: $target"
  exit 0
fi
rm -rf "$target"
git init --quiet "$target"
if ! git -C "$target" fetch --quiet --depth 1 "$repository" "$commit"; then
  rm -rf "$target"
  echo "cannot fetch $repository" >&2
  exit 1
fi
git -C "$target" -c advice.detachedHead=false checkout --quiet FETCH_HEAD
