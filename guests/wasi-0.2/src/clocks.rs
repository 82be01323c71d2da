//! wasi:clocks

use wasip2::clocks::{monotonic_clock, wall_clock};

const MILLISECOND: u64 = 1_000_000;

/// Whether waiting for a timer takes at least so long.
fn takes(timer: wasip2::io::poll::Pollable, since: u64, least: u64) -> bool {
    timer.block();
    timer.ready() && monotonic_clock::now() - since >= least
}

pub fn table() {
    let start = monotonic_clock::now();
    table! { "clocks/monotonic-clock":
        "now", "never backwards" => (0..100).map(|_| monotonic_clock::now()).is_sorted();
        "resolution", "at least a nanosecond, at most a second" => (1..=1_000_000_000).contains(&monotonic_clock::resolution());
        "subscribe-duration", "none" => takes(monotonic_clock::subscribe_duration(0), start, 0);
        "subscribe-duration", "3 ms" => takes(monotonic_clock::subscribe_duration(3 * MILLISECOND), monotonic_clock::now(), 3 * MILLISECOND);
        "subscribe-duration", "for ever: not ready" => monotonic_clock::subscribe_duration(u64::MAX).ready();
        "subscribe-instant", "the past" => takes(monotonic_clock::subscribe_instant(0), start, 0);
        "subscribe-instant", "now" => takes(monotonic_clock::subscribe_instant(start), start, 0);
        "subscribe-instant", "in 3 ms" => takes(monotonic_clock::subscribe_instant(monotonic_clock::now() + 3 * MILLISECOND), monotonic_clock::now(), 2 * MILLISECOND);
        "subscribe-instant", "the end of time: not ready" => monotonic_clock::subscribe_instant(u64::MAX).ready();
    }
    let (now, resolution) = (wall_clock::now(), wall_clock::resolution());
    table! { "clocks/wall-clock":
        "now", "after 2020, with nanoseconds below a second" => (now.seconds > 1_577_836_800, now.nanoseconds < 1_000_000_000);
        "resolution", "at most a second" => (resolution.seconds <= 1, resolution.nanoseconds < 1_000_000_000);
    }
}
