//! wasi:clocks

use wasip2::clocks::{monotonic_clock, wall_clock};
use wasip2::io::poll::Pollable;

const MILLISECOND: u64 = 1_000_000;

/// Whether waiting for a timer takes at least so long. The time before it is made is what counts, however long making it takes.
fn takes(least: u64, timer: impl FnOnce(u64) -> Pollable) -> bool {
    let since = monotonic_clock::now();
    let timer = timer(since);
    timer.block();
    timer.ready() && monotonic_clock::now() - since >= least
}

pub fn table() {
    table! { "clocks/monotonic-clock":
        "now", "never backwards" => (0..100).map(|_| monotonic_clock::now()).is_sorted();
        "resolution", "at least a nanosecond, at most a second" => (1..=1_000_000_000).contains(&monotonic_clock::resolution());
        "subscribe-duration", "none" => takes(0, |_| monotonic_clock::subscribe_duration(0));
        "subscribe-duration", "3 ms" => takes(3 * MILLISECOND, |_| monotonic_clock::subscribe_duration(3 * MILLISECOND));
        "subscribe-duration", "for ever: not ready" => monotonic_clock::subscribe_duration(u64::MAX).ready();
        "subscribe-instant", "the past" => takes(0, |_| monotonic_clock::subscribe_instant(0));
        "subscribe-instant", "now" => takes(0, monotonic_clock::subscribe_instant);
        "subscribe-instant", "in 3 ms" => takes(3 * MILLISECOND, |now| monotonic_clock::subscribe_instant(now + 3 * MILLISECOND));
        "subscribe-instant", "the end of time: not ready" => monotonic_clock::subscribe_instant(u64::MAX).ready();
    }
    let (now, resolution) = (wall_clock::now(), wall_clock::resolution());
    table! { "clocks/wall-clock":
        "now", "after 2020, with nanoseconds below a second" => (now.seconds > 1_577_836_800, now.nanoseconds < 1_000_000_000);
        "resolution", "at most a second" => (resolution.seconds <= 1, resolution.nanoseconds < 1_000_000_000);
    }
}
