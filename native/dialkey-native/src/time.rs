//! The caller's time, which is the only one that connections go by.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use quiche::clock::{self, Frozen};

/// The origin of the caller's time. It lies in the future, so that round trips
/// may be subtracted from the first moments after it.
static ORIGIN: LazyLock<Instant> = LazyLock::new(|| Instant::now() + AHEAD);
const AHEAD: Duration = Duration::from_secs(3600);
/// Far enough for every process, and not too far for the sum.
const LAST_NS: u64 = i64::MAX as u64 / 2;

pub(crate) fn instant(now_ns: u64) -> Instant {
    *ORIGIN + Duration::from_nanos(now_ns.min(LAST_NS))
}

/// On the caller's scale; nothing is before its origin.
pub(crate) fn nanos_at(instant: Instant) -> u64 {
    let since = instant.saturating_duration_since(*ORIGIN);
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Makes it this time for the engine, on this thread, while the result lives.
pub(crate) fn freeze(now_ns: u64) -> Frozen {
    clock::freeze(instant(now_ns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for ns in [0, 1, 1_000_000_007, LAST_NS] {
            assert_eq!(nanos_at(instant(ns)), ns);
        }
        assert_eq!(nanos_at(instant(u64::MAX)), LAST_NS);
        assert_eq!(nanos_at(Instant::now()), 0);
    }
}
