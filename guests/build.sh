#!/usr/bin/env bash
# Rebuilds wasm/*.wasm from the sources here. The results are committed: nobody needs this to run the tests.
#
# Needs Debian's clang, lld, wasi-libc, libclang-rt-14-dev-wasm32, rustc and libstd-rust-dev-wasm32
# (CLANG and RUSTC name others), and the project's own npm packages for AssemblyScript.
#
# Java needs a JDK of at least 17 and Maven, which fetches TeaVM; MoonBit the compiler on npm, @moonbit/moonc-worker
# (0.1.202605123): MOONC names its moonc-worker.js.
#
#   guests/build.sh [c|assemblyscript|rust|java|moonbit|extism|wasi|bench]...
set -euo pipefail
cd "$(dirname "$0")"

build_c() {
  for source in c/*.c; do
    "${CLANG:-clang}" --target=wasm32-wasi -O2 -Wall -Wextra -Wl,--strip-debug \
      -o "wasm/c-$(basename "$source" .c).wasm" "$source"
  done
}

compile_assemblyscript() {
  ../node_modules/.bin/asc "$1" --config ../node_modules/@assemblyscript/wasi-shim/asconfig.json \
    --optimizeLevel 3 --shrinkLevel 1 --runtime incremental \
    --outFile "$2/as-$(basename "$1" .ts).wasm"
}

build_assemblyscript() {
  for source in assemblyscript/*.ts; do compile_assemblyscript "$source" wasm; done
}

build_rust() {
  for source in rust/*.rs; do
    "${RUSTC:-/usr/bin/rustc}" --edition 2021 --target wasm32-wasi -C opt-level=s -C lto -C panic=abort \
      -C strip=symbols -o "wasm/rust-$(basename "$source" .rs).wasm" "$source"
  done
}

build_java() {
  target="$(mktemp -d)"
  mvn --quiet --file java/pom.xml -DbuildFolder="$target" process-classes
  cp "$target/javascript/java-programs.wasm" wasm/
  java java/Programs.java >expected/java-programs.txt
  rm -r "$target"
}

build_moonbit() {
  node moonbit/build.cjs "${MOONC:?names moonc-worker.js}" wasm-gc wasm/moonbit-programs.wasm
  # What the same program prints as JavaScript.
  native="$(mktemp)"
  node moonbit/build.cjs "$MOONC" js "$native"
  { echo 'const spectest = { print_char: (c) => process.stdout.write(String.fromCharCode(c)) };'; cat "$native"; } |
    node - >expected/moonbit-programs.txt
  rm "$native"
}

# Rust's needs the target wasm32-unknown-unknown (CARGO and RUSTFLAGS name other tools), Go's the compiler of Go.
build_extism() {
  for source in extism/c/*.c; do
    "${CLANG:-clang}" --target=wasm32-wasi -O2 -Wall -Wextra -mexec-model=reactor -Wl,--strip-debug \
      -o "extism/wasm/c-$(basename "$source" .c).wasm" "$source"
  done
  ../node_modules/.bin/asc extism/assemblyscript/words.ts --optimizeLevel 3 --shrinkLevel 1 --runtime minimal \
    --use abort=extism/assemblyscript/words/myAbort --outFile extism/wasm/as-words.wasm
  for source in extism/rust/*/; do
    (cd "$source" && "${CARGO:-cargo}" build --release --target wasm32-unknown-unknown --target-dir "${TMPDIR:-/tmp}/extism-rust")
    name="$(basename "$source")"
    cp "${TMPDIR:-/tmp}/extism-rust/wasm32-unknown-unknown/release/$name.wasm" "extism/wasm/rust-$name.wasm"
  done
  (cd extism/go && GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -trimpath -ldflags='-s -w' -o ../wasm/go-sort.wasm .)
  node -e 'const fs = require("fs"); fs.writeFileSync("extism/wasm/go-sort.wasm.br",
    require("zlib").brotliCompressSync(fs.readFileSync("extism/wasm/go-sort.wasm")))'
  rm extism/wasm/go-sort.wasm
  chmod 644 extism/wasm/*
}

# Rust's needs the target wasm32-wasip2 (CARGO names another tool).
build_wasi() {
  target="$(mktemp -d)"
  (cd wasi-0.2 && "${CARGO:-cargo}" build --release --target wasm32-wasip2 --target-dir "$target")
  cp "$target/wasm32-wasip2/release/wasi-0-2.wasm" wasm/rust-wasi-0.2.wasm
  cp "$target/wasm32-wasip2/release/wasi_0_2_server.wasm" wasm/rust-wasi-0.2-server.wasm
  rm -r "$target"
}

build_bench() {
  "${CLANG:-clang}" --target=wasm32-wasi -O2 -Wall -Wextra -mexec-model=reactor -Wl,--strip-all \
    -Wl,--initial-memory=262144 -o ../bench/guests/text.wasm ../bench/guests/text.c -lc-printscan-long-double
  for source in ../bench/guests/assemblyscript/*.ts; do compile_assemblyscript "$source" ../bench/guests; done
  chmod 644 ../bench/guests/*.wasm
}

[ $# -gt 0 ] || set -- c assemblyscript rust java moonbit extism wasi bench
for language in "$@"; do "build_$language"; done
chmod 644 wasm/*.wasm
ls -l wasm | awk 'NR > 1 { printf "%8d %s\n", $5, $9 }'
