;; y = W x + b in SIMD: rows × cols float32, row by row; cols a multiple of 8.
(module
  (import "page" "memory" (memory 1))
  (func (export "matvec")
    (param $w i32) (param $x i32) (param $b i32) (param $y i32) (param $rows i32) (param $cols i32)
    (local $p i32) (local $end i32) (local $one v128) (local $two v128)
    (local.set $end (i32.add (local.get $x) (i32.shl (local.get $cols) (i32.const 2))))
    (loop $row
      (local.set $p (local.get $x))
      (local.set $one (f32x4.splat (f32.const 0)))
      (local.set $two (f32x4.splat (f32.const 0)))
      (loop $column
        (local.set $one (f32x4.add (local.get $one)
          (f32x4.mul (v128.load (local.get $w)) (v128.load (local.get $p)))))
        (local.set $two (f32x4.add (local.get $two)
          (f32x4.mul (v128.load offset=16 (local.get $w)) (v128.load offset=16 (local.get $p)))))
        (local.set $w (i32.add (local.get $w) (i32.const 32)))
        (local.set $p (i32.add (local.get $p) (i32.const 32)))
        (br_if $column (i32.lt_u (local.get $p) (local.get $end))))
      (local.set $one (f32x4.add (local.get $one) (local.get $two)))
      (f32.store (local.get $y)
        (f32.add (f32.load (local.get $b))
          (f32.add
            (f32.add (f32x4.extract_lane 0 (local.get $one)) (f32x4.extract_lane 1 (local.get $one)))
            (f32.add (f32x4.extract_lane 2 (local.get $one)) (f32x4.extract_lane 3 (local.get $one))))))
      (local.set $b (i32.add (local.get $b) (i32.const 4)))
      (local.set $y (i32.add (local.get $y) (i32.const 4)))
      (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
      (br_if $row (local.get $rows)))))
