//! wasi:random

use wasip2::random::{insecure, insecure_seed, random};

pub fn table() {
    table! { "random/random":
        "get-random-bytes", "none" => random::get_random_bytes(0).len();
        "get-random-bytes", "one" => random::get_random_bytes(1).len();
        "get-random-bytes", "32: not twice the same" => random::get_random_bytes(32) == random::get_random_bytes(32);
        "get-random-bytes", "100,000: not all the same" => random::get_random_bytes(100_000).iter().any(|byte| *byte != 0);
        "get-random-u64", "not twice the same" => random::get_random_u64() == random::get_random_u64();
    }
    table! { "random/insecure":
        "get-insecure-random-bytes", "none" => insecure::get_insecure_random_bytes(0).len();
        "get-insecure-random-bytes", "100,000" => insecure::get_insecure_random_bytes(100_000).len();
        "get-insecure-random-u64", "not twice the same" => insecure::get_insecure_random_u64() == insecure::get_insecure_random_u64();
    }
    table! { "random/insecure-seed":
        "insecure-seed", "the same all the time" => insecure_seed::insecure_seed() == insecure_seed::insecure_seed();
    }
}
