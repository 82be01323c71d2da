#!/bin/sh
# Rebuilds the examples' .wasm files, which are committed. Needs Debian's clang, lld, wasi-libc, libclang-rt-14-dev-wasm32.
set -eu
cd "$(dirname "$0")"
for name in collatz plugin misbehaving async-fetch async-queue async-primes; do
  "${CLANG:-clang}" --target=wasm32-wasi -O2 -Wall -Wextra -mexec-model=reactor -Wl,--strip-debug -o "$name.wasm" "$name.c"
done
