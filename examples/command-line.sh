#!/bin/sh
# The command in use, from the simplest call to limits. Run it after `npm run build`:
#
#   sh examples/command-line.sh
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
wasm=$root/guests/wasm
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT

wasmeter() { node "$root/dist/cli.cjs" "$@"; }
title() { printf '\n# %s\n' "$1"; }

title 'A program with arguments and one environment variable'
wasmeter --env GREETING=hello "$wasm/c-hello.wasm" one two

title 'What it cost: the same number on every machine'
wasmeter --fuel-report "$wasm/as-crc32.wasm" 123456789

title 'A file, from a directory granted for reading only'
echo 'read from a granted directory' >"$scratch/note.txt"
wasmeter --dir "$scratch::/data:ro" "$wasm/rust-cat.wasm" /data/note.txt

title 'The same program, another file: not granted'
wasmeter --dir "$scratch::/data:ro" "$wasm/rust-cat.wasm" /etc/passwd
echo "exit status $?"

title 'Not enough fuel'
wasmeter --fuel 10000 "$wasm/c-nbody.wasm" 1000000
echo "exit status $?"

title 'Not enough time'
wasmeter --timeout 200ms "$wasm/c-nbody.wasm" 1000000000
echo "exit status $?"

title 'What is in a module'
wasmeter inspect "$wasm/c-hello.wasm" | head -n 12
