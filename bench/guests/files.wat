;; The guest of wasi.mjs: files through WASI, in the directory that is preopened as descriptor 3. Every function returns what
;; it has moved or counted, or -1 - errno.
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_filestat_get"
    (func $path_filestat_get (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_unlink_file"
    (func $path_unlink_file (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_readdir"
    (func $fd_readdir (param i32 i32 i32 i64 i32) (result i32)))
  ;; Results at 0, one buffer's description at 16, a file's status at 64, a path at 1024, the buffer from 65536 on.
  (memory (export "memory") 3)
  (data (i32.const 1024) "a/b/c/d/file-00000")

  ;; Opens the path at 1024 + $skip with $flags; the rights are those of reading, seeking and writing.
  (func $open (param $skip i32) (param $flags i32) (result i32)
    (local $errno i32)
    (local.set $errno
      (call $path_open (i32.const 3) (i32.const 0)
        (i32.add (i32.const 1024) (local.get $skip)) (i32.sub (i32.const 18) (local.get $skip))
        (local.get $flags) (i64.const 0x46) (i64.const 0) (i32.const 0) (i32.const 0)))
    (if (result i32) (local.get $errno)
      (then (i32.sub (i32.const -1) (local.get $errno)))
      (else (i32.load (i32.const 0)))))

  ;; Puts a number of five digits at the path's end.
  (func $name (param $number i32)
    (local $at i32)
    (local.set $at (i32.const 1041))
    (loop $digits
      (i32.store8 (local.get $at)
        (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10))))
      (local.set $number (i32.div_u (local.get $number) (i32.const 10)))
      (br_if $digits
        (i32.gt_u (local.tee $at (i32.sub (local.get $at) (i32.const 1))) (i32.const 1036)))))

  (func (export "write") (param $total i32) (param $chunk i32) (result i32)
    (local $fd i32) (local $done i32) (local $errno i32)
    (call $name (i32.const 0))
    (local.set $fd (call $open (i32.const 8) (i32.const 9)))
    (if (i32.lt_s (local.get $fd) (i32.const 0)) (then (return (local.get $fd))))
    (i32.store (i32.const 16) (i32.const 65536))
    (i32.store (i32.const 20) (local.get $chunk))
    (loop $chunks
      (local.set $errno (call $fd_write (local.get $fd) (i32.const 16) (i32.const 1) (i32.const 0)))
      (if (local.get $errno) (then (return (i32.sub (i32.const -1) (local.get $errno)))))
      (local.set $done (i32.add (local.get $done) (i32.load (i32.const 0))))
      (br_if $chunks (i32.lt_u (local.get $done) (local.get $total))))
    (drop (call $fd_close (local.get $fd)))
    (local.get $done))

  (func (export "read") (param $chunk i32) (result i32)
    (local $fd i32) (local $done i32) (local $errno i32)
    (call $name (i32.const 0))
    (local.set $fd (call $open (i32.const 8) (i32.const 0)))
    (if (i32.lt_s (local.get $fd) (i32.const 0)) (then (return (local.get $fd))))
    (i32.store (i32.const 16) (i32.const 65536))
    (i32.store (i32.const 20) (local.get $chunk))
    (loop $chunks
      (local.set $errno (call $fd_read (local.get $fd) (i32.const 16) (i32.const 1) (i32.const 0)))
      (if (local.get $errno) (then (return (i32.sub (i32.const -1) (local.get $errno)))))
      (local.set $done (i32.add (local.get $done) (i32.load (i32.const 0))))
      (br_if $chunks (i32.load (i32.const 0))))
    (drop (call $fd_close (local.get $fd)))
    (local.get $done))

  ;; Creates (flags 5: create, exclusive) or opens (0) and closes files; with $skip 0 those four directories down.
  (func (export "open") (param $count i32) (param $flags i32) (param $skip i32) (result i32)
    (local $fd i32) (local $done i32) (local $errno i32)
    (loop $files
      (call $name (local.get $done))
      (local.set $fd (call $open (local.get $skip) (local.get $flags)))
      (if (i32.lt_s (local.get $fd) (i32.const 0)) (then (return (local.get $fd))))
      (local.set $errno (call $fd_close (local.get $fd)))
      (if (local.get $errno) (then (return (i32.sub (i32.const -1) (local.get $errno)))))
      (br_if $files
        (i32.lt_u (local.tee $done (i32.add (local.get $done) (i32.const 1))) (local.get $count))))
    (local.get $done))

  ;; Opens and closes the one file that is four directories down.
  (func (export "openDeep") (param $count i32) (result i32)
    (local $fd i32) (local $done i32)
    (call $name (i32.const 0))
    (loop $files
      (local.set $fd (call $open (i32.const 0) (i32.const 0)))
      (if (i32.lt_s (local.get $fd) (i32.const 0)) (then (return (local.get $fd))))
      (drop (call $fd_close (local.get $fd)))
      (br_if $files
        (i32.lt_u (local.tee $done (i32.add (local.get $done) (i32.const 1))) (local.get $count))))
    (local.get $done))

  (func (export "unlinkDeep") (result i32)
    (i32.sub (i32.const 1)
      (call $path_unlink_file (i32.const 3) (i32.const 1024) (i32.const 18))))

  (func (export "stat") (param $count i32) (result i32)
    (local $done i32) (local $errno i32)
    (loop $files
      (call $name (local.get $done))
      (local.set $errno
        (call $path_filestat_get (i32.const 3) (i32.const 0) (i32.const 1032) (i32.const 10) (i32.const 64)))
      (if (local.get $errno) (then (return (i32.sub (i32.const -1) (local.get $errno)))))
      (br_if $files
        (i32.lt_u (local.tee $done (i32.add (local.get $done) (i32.const 1))) (local.get $count))))
    (local.get $done))

  (func (export "unlink") (param $count i32) (result i32)
    (local $done i32) (local $errno i32)
    (loop $files
      (call $name (local.get $done))
      (local.set $errno (call $path_unlink_file (i32.const 3) (i32.const 1032) (i32.const 10)))
      (if (local.get $errno) (then (return (i32.sub (i32.const -1) (local.get $errno)))))
      (br_if $files
        (i32.lt_u (local.tee $done (i32.add (local.get $done) (i32.const 1))) (local.get $count))))
    (local.get $done))

  ;; Counts the directory's entries, without those that begin with a dot (node:wasi leaves `.` and `..` out), and reads them
  ;; as wasi-libc does: one that is cut at the buffer's end is asked for again.
  (func (export "list") (param $size i32) (result i32)
    (local $at i32) (local $end i32) (local $count i32) (local $errno i32) (local $cookie i64)
    (loop $calls
      (local.set $errno
        (call $fd_readdir (i32.const 3) (i32.const 65536) (local.get $size) (local.get $cookie) (i32.const 0)))
      (if (local.get $errno) (then (return (i32.sub (i32.const -1) (local.get $errno)))))
      (local.set $at (i32.const 65536))
      (local.set $end (i32.add (local.get $at) (i32.load (i32.const 0))))
      (block $cut
        (loop $entries
          (br_if $cut (i32.gt_u (i32.add (local.get $at) (i32.const 24)) (local.get $end)))
          (br_if $cut
            (i32.gt_u
              (i32.add (i32.add (local.get $at) (i32.const 24)) (i32.load offset=16 (local.get $at)))
              (local.get $end)))
          (local.set $count
            (i32.add (local.get $count)
              (i32.ne (i32.load8_u offset=24 (local.get $at)) (i32.const 46))))
          (local.set $cookie (i64.load (local.get $at)))
          (local.set $at
            (i32.add (i32.add (local.get $at) (i32.const 24)) (i32.load offset=16 (local.get $at))))
          (br $entries)))
      (br_if $calls (i32.eq (i32.load (i32.const 0)) (local.get $size))))
    (local.get $count)))
