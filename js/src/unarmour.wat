;; What the pasted text carries in front, to read the rest: js/src/unpack.js runs it, and
;; js/build/pack.mjs assembles it. As WebAssembly because all JavaScript of a page view runs for the
;; first time, when it is some ten times as slow; written by hand because it stands there in base64.
;;
;; Damaged input cannot do harm: what is read or written outside of the memory is a trap. That the
;; input is whole is checked by what inflates it.
(module
  ;; 64 KiB: as much as can be pasted.
  (memory (export "memory") 1)

  ;; Armour: bytes as text, a digit of base 92 a character (js/build/armour.mjs). It is undone in
  ;; place, which works because a character gives less than a byte. Gives the number of bytes.
  (func (export "unarmour") (param $length i32) (result i32)
    (local $from i32) (local $to i32) (local $state i32) (local $character i32)
    (loop $digit
      ;; The digits are the characters from "!" to "~" without the quotation mark and "\".
      (local.set $state
        (i32.add
          (i32.mul (local.get $state) (i32.const 92))
          (i32.sub
            (i32.sub
              (i32.sub
                (local.tee $character (i32.load8_u (local.get $from)))
                (i32.const 33))
              (i32.gt_u (local.get $character) (i32.const 34)))
            (i32.gt_u (local.get $character) (i32.const 92)))))
      ;; From 2^24 on it has a byte too many.
      (if (i32.shr_u (local.get $state) (i32.const 24))
        (then
          (i32.store8 (local.get $to) (local.get $state))
          (local.set $to (i32.add (local.get $to) (i32.const 1)))
          (local.set $state (i32.shr_u (local.get $state) (i32.const 8)))))
      (br_if $digit
        (i32.lt_u (local.tee $from (i32.add (local.get $from) (i32.const 1))) (local.get $length))))
    (local.get $to)))
