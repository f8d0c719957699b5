;; js/dist/assent.wasm: it has the gate's module inside, in columns, as a data segment that
;; js/build/section.mjs puts behind this, and joins them. js/src/join.js runs it. As WebAssembly
;; because all JavaScript of a page view runs for the first time, when it is some ten times as slow.
;;
;; Damaged columns cannot do harm: every loop writes a byte in each turn, and what is read or written
;; outside of the memory is a trap.
(module
  ;; 512 KiB for the columns, from address 0; 512 KiB for the file.
  (memory (export "memory") 16)
  (global $end (mut i32) (i32.const 0x80000))

  ;; Columns (js/build/columns.mjs has the format). A column goes by the address of its entry in the
  ;; table, 4 times its number. Gives the address behind the file.
  (func (export "join") (result i32)
    (local $entry i32) (local $start i32) (local $after i32)
    (local.set $after (i32.load (i32.const 0)))
    ;; The table comes with the columns' lengths. From here on it has the address of what is next in
    ;; each, or 0 where there is no such column.
    (local.set $start (i32.const 4240))
    (loop $table
      (if (i32.load (local.get $entry))
        (then
          (local.get $entry)
          (local.get $start)
          (local.set $start (i32.add (local.get $start) (i32.load (local.get $entry))))
          (i32.store)))
      (br_if $table
        (i32.lt_u (local.tee $entry (i32.add (local.get $entry) (i32.const 4))) (i32.const 4240))))
    ;; What is before the functions.
    (call $counted (i32.const 8))
    ;; The opcodes are the last column.
    (loop $functions
      (call $function)
      (br_if $functions (i32.lt_u (i32.load (i32.const 4236)) (local.get $start))))
    ;; What is after them is the first, right behind the table.
    (memory.copy (global.get $end) (i32.const 4240) (local.get $after))
    (i32.add (global.get $end) (local.get $after)))

  ;; A function: what it declares, its instructions, and the size of both before them.
  (func $function
    (local $start i32) (local $size i32) (local $first i32) (local $next i32)
    (local.set $start (global.get $end))
    (call $counted (i32.const 8))
    (loop $instructions
      ;; The column of the opcode's first numbers.
      (local.set $first
        (i32.add (i32.shl (call $take (i32.const 4236)) (i32.const 2)) (i32.const 12)))
      ;; 255, which stands for the last `end`
      (if (i32.ne (local.get $first) (i32.const 1032))
        (then
          (local.set $next (i32.load8_u (i32.load (i32.const 4236))))
          (call $number
            ;; 0x41, `i32.const`: the column goes by the next opcode
            (if (result i32) (i32.eq (local.get $first) (i32.const 272))
              (then (i32.add (i32.shl (local.get $next) (i32.const 2)) (i32.const 2060)))
              (else
                ;; 0x20, `local.get`: by its five lower bits
                (if (result i32) (i32.eq (local.get $first) (i32.const 140))
                  (then
                    (i32.add
                      (i32.shl (i32.and (local.get $next) (i32.const 31)) (i32.const 2))
                      (i32.const 4108)))
                  (else (local.get $first))))))
          ;; A second number
          (if (i32.load offset=1024 (local.get $first))
            (then
              (if
                (i32.gt_u
                  (call $take (i32.add (local.get $first) (i32.const 1024)))
                  (i32.const 127))
                (then (call $number (i32.const 4))))))
          ;; What is not one number or two
          (if (i32.load offset=3072 (local.get $first))
            (then (call $counted (i32.add (local.get $first) (i32.const 3072)))))
          (br $instructions))))
    (i32.store8 (i32.sub (global.get $end) (i32.const 1)) (i32.const 0x0b))
    ;; The size is written digit by digit (LEB128), each time moving the function on by one byte.
    (local.set $size (i32.sub (global.get $end) (local.get $start)))
    (loop $measure
      (memory.copy
        (i32.add (local.get $start) (i32.const 1))
        (local.get $start)
        (i32.sub (global.get $end) (local.get $start)))
      (i32.store8
        (local.get $start)
        (i32.or
          (i32.and (local.get $size) (i32.const 127))
          (i32.shl (i32.gt_u (local.get $size) (i32.const 127)) (i32.const 7))))
      (local.set $start (i32.add (local.get $start) (i32.const 1)))
      (global.set $end (i32.add (global.get $end) (i32.const 1)))
      (br_if $measure (local.tee $size (i32.shr_u (local.get $size) (i32.const 7))))))

  ;; A number (LEB128: after a byte above 127 comes another), if there is such a column.
  (func $number (param $column i32)
    (if (i32.load (local.get $column))
      (then
        (loop $more
          (br_if $more (i32.gt_u (call $take (local.get $column)) (i32.const 127)))))))

  ;; Bytes behind their count; after a count of 255 come more.
  (func $counted (param $column i32)
    (local $count i32) (local $left i32)
    (loop $more
      (local.set $left (local.tee $count (call $take (local.get $column))))
      ;; The count is not part of the file.
      (global.set $end (i32.sub (global.get $end) (i32.const 1)))
      (loop $some
        (if (local.get $left)
          (then
            (drop (call $take (local.get $column)))
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br $some))))
      (br_if $more (i32.eq (local.get $count) (i32.const 255)))))

  ;; Puts a column's next byte to the end of the file, and gives it.
  (func $take (param $column i32) (result i32)
    (local $at i32)
    (i32.store
      (local.get $column)
      (i32.add (local.tee $at (i32.load (local.get $column))) (i32.const 1)))
    (i32.store8 (global.get $end) (i32.load8_u (local.get $at)))
    (global.set $end (i32.add (global.get $end) (i32.const 1)))
    (i32.load8_u (local.get $at))))
