// A component that executes statements on one connection of Spin's SQLite, and writes what the last one gave first: a WAGI program
// by wasi:cli/run. Made from text, so that no toolchain is needed.

import { wat } from "./wat.ts";

const quoted = (text: string): string =>
  `"${[...Buffer.from(text)].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("")}"`;

const SQL_AT = 4096;
const HEAD = "Content-Type: text/plain\n\n";

/** @param statements the last one gives a text; where one fails, its error's text is written, or the number of its case */
export function sqlGuest(statements: readonly string[], database = "default"): Uint8Array {
  let at = SQL_AT;
  const data: string[] = [];
  const calls: string[] = [];
  for (const statement of statements) {
    const bytes = Buffer.byteLength(statement);
    data.push(`(data (i32.const ${at}) ${quoted(statement)})`);
    calls.push(`(call $execute (local.get $connection) (i32.const ${at}) (i32.const ${bytes})
      (i32.const 0) (i32.const 0) (i32.const 128))
    (if (i32.load8_u (i32.const 128)) (then (call $fail (i32.const 132)) (return (i32.const 0))))`);
    at += bytes;
  }
  return wat(`(component
  (import "fermyon:spin/sqlite@2.0.0" (instance $sqlite
    (export "connection" (type $connection (sub resource)))
    (type $error' (variant (case "no-such-database") (case "access-denied") (case "invalid-connection")
      (case "database-full") (case "io" string)))
    (export "error" (type $error (eq $error')))
    (type $value' (variant (case "integer" s64) (case "real" f64) (case "text" string) (case "blob" (list u8)) (case "null")))
    (export "value" (type $value (eq $value')))
    (type $row' (record (field "values" (list $value))))
    (export "row-result" (type $row (eq $row')))
    (type $result' (record (field "columns" (list string)) (field "rows" (list $row))))
    (export "query-result" (type $result (eq $result')))
    (export "[static]connection.open" (func (param "database" string) (result (result (own $connection) (error $error)))))
    (export "[method]connection.execute" (func (param "self" (borrow $connection)) (param "statement" string)
      (param "parameters" (list $value)) (result (result $result (error $error)))))))
  (import "wasi:io/error@0.2.0" (instance $errors (export "error" (type (sub resource)))))
  (alias export $errors "error" (type $io-error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $io-error (type $error'))
    (export "error" (type $error (eq $error')))
    (export "output-stream" (type $out (sub resource)))
    (type $stream-error' (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $stream-error')))
    (export "[method]output-stream.blocking-write-and-flush" (func (param "self" (borrow $out))
      (param "contents" (list u8)) (result (result (error $stream-error)))))))
  (alias export $streams "output-stream" (type $out))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $out (type $out'))
    (export "output-stream" (type $out (eq $out')))
    (export "get-stdout" (func (result (own $out))))))
  (core module $libc
    (memory (export "memory") 64)
    (global $next (mut i32) (i32.const 2097152))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next)
      (global.set $next (i32.and (i32.add (i32.add (global.get $next) (local.get 3)) (i32.const 7)) (i32.const -8)))))
  (core instance $libc (instantiate $libc))
  (core func $open (canon lower (func $sqlite "[static]connection.open")
    (memory $libc "memory") (realloc (func $libc "realloc"))))
  (core func $execute (canon lower (func $sqlite "[method]connection.execute")
    (memory $libc "memory") (realloc (func $libc "realloc"))))
  (core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush") (memory $libc "memory")))
  (core func $get-stdout (canon lower (func $stdout "get-stdout")))
  (core module $code
    (import "" "memory" (memory 1))
    (import "" "open" (func $open (param i32 i32 i32)))
    (import "" "execute" (func $execute (param i32 i32 i32 i32 i32 i32)))
    (import "" "write" (func $write (param i32 i32 i32 i32)))
    (import "" "get-stdout" (func $get-stdout (result i32)))
    (data (i32.const 1024) ${quoted(database)})
    (data (i32.const 2048) ${quoted(HEAD)})
    ${data.join("\n    ")}
    (func $say (param $at i32) (param $bytes i32)
      (local $out i32)
      (local.set $out (call $get-stdout))
      (call $write (local.get $out) (i32.const 2048) (i32.const ${HEAD.length}) (i32.const 256))
      (if (local.get $bytes) (then (call $write (local.get $out) (local.get $at) (local.get $bytes) (i32.const 256)))))
    ;; Of an error: its text, or a digit for its case.
    (func $fail (param $error i32)
      (if (i32.eq (i32.load8_u (local.get $error)) (i32.const 4))
        (then (call $say (i32.load offset=4 (local.get $error)) (i32.load offset=8 (local.get $error))))
        (else
          (i32.store8 (i32.const 300) (i32.add (i32.load8_u (local.get $error)) (i32.const 48)))
          (call $say (i32.const 300) (i32.const 1)))))
    (func (export "run") (result i32)
      (local $connection i32) (local $value i32)
      (call $open (i32.const 1024) (i32.const ${database.length}) (i32.const 64))
      (if (i32.load8_u (i32.const 64)) (then (call $fail (i32.const 68)) (return (i32.const 0))))
      (local.set $connection (i32.load (i32.const 68)))
      ${calls.join("\n      ")}
      (if (i32.eqz (i32.load (i32.const 144))) (then (call $say (i32.const 0) (i32.const 0)) (return (i32.const 0))))
      (local.set $value (i32.load (i32.load (i32.const 140))))
      (if (i32.ne (i32.load8_u (local.get $value)) (i32.const 2)) (then unreachable))
      (call $say (i32.load offset=8 (local.get $value)) (i32.load offset=12 (local.get $value)))
      (i32.const 0)))
  (core instance $code (instantiate $code (with "" (instance (export "memory" (memory $libc "memory"))
    (export "open" (func $open)) (export "execute" (func $execute)) (export "write" (func $write))
    (export "get-stdout" (func $get-stdout))))))
  (func $run (result (result)) (canon lift (core func $code "run")))
  (instance $exported (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exported)))`);
}
