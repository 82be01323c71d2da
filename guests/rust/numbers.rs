//! Arithmetic of every width, an ordered map, formatted floats, and a trait object or two.

use std::collections::BTreeMap;

trait Shape {
    fn area(&self) -> f64;
}

struct Circle(f64);
struct Rectangle(f64, f64);

impl Shape for Circle {
    fn area(&self) -> f64 {
        std::f64::consts::PI * self.0 * self.0
    }
}

impl Shape for Rectangle {
    fn area(&self) -> f64 {
        self.0 * self.1
    }
}

fn factorial(n: u32) -> u128 {
    (1..=u128::from(n)).product()
}

fn collatz(mut n: u64) -> u32 {
    let mut steps = 0;
    while n != 1 {
        n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
        steps += 1;
    }
    steps
}

fn main() {
    for n in [5, 20, 30, 34] {
        println!("{n}! = {}", factorial(n));
    }
    let big = 0x1234_5678_9abc_def0_0fed_cba9_8765_4321u128;
    println!("{big:x} / 1000000007 = {:x}, rest {}", big / 1_000_000_007, big % 1_000_000_007);
    println!("shifted {:x}, negative {}", big << 37 | big >> 91, -(big as i128 >> 3));
    println!(
        "wrapping {}, checked {:?}, saturating {}, leading zeros {}",
        i64::MIN.wrapping_sub(1),
        i32::MAX.checked_mul(2),
        200u8.saturating_add(100),
        (big as u64).leading_zeros()
    );

    let mut longest: BTreeMap<u32, u64> = BTreeMap::new();
    for n in 1..3000u64 {
        longest.entry(collatz(n)).or_insert(n);
    }
    for (steps, n) in longest.iter().rev().take(5) {
        println!("{n} takes {steps} steps");
    }
    println!("first with at least 100 steps: {:?}", longest.range(100..).next());

    let shapes: Vec<Box<dyn Shape>> =
        vec![Box::new(Circle(1.5)), Box::new(Rectangle(0.1, 3.0)), Box::new(Circle(1e-8))];
    for shape in &shapes {
        println!("area {} {:.3e}", shape.area(), shape.area());
    }
    let values = [0.1f64 + 0.2, -0.0, 1e21, 5e-324, f64::MAX, f64::NAN, f64::NEG_INFINITY];
    println!("{values:?}");
    println!("{} {} {}", 16777217i32 as f32, 0.1f32 as f64, -1.5f64 as u8);
    println!("{}", "Größe → 漢字 🦀".chars().rev().collect::<String>());
}
