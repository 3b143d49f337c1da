//! The time that a connection goes by.
//!
//! Whoever drives connections from outside says what time it is: once for a
//! batch of packets, for to read the clock for each of them costs some percent
//! of all processor time, and freely in a simulation.

use std::cell::Cell;
use std::time::Instant;

thread_local! {
    static FROZEN: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// The time that was set for this thread, or what the clock says.
#[inline]
pub fn now() -> Instant {
    FROZEN.get().unwrap_or_else(Instant::now)
}

/// Sets the time for this thread until the result is dropped.
pub fn freeze(at: Instant) -> Frozen {
    Frozen {
        before: FROZEN.replace(Some(at)),
    }
}

/// While it lives, time stands still for this thread.
#[must_use]
pub struct Frozen {
    before: Option<Instant>,
}

impl Drop for Frozen {
    fn drop(&mut self) {
        FROZEN.set(self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn time_stands_still_and_goes_on() {
        let start = Instant::now();
        let far = start + Duration::from_secs(3_600);
        {
            let _time = freeze(far);
            assert_eq!(now(), far);
            {
                let _time = freeze(start);
                assert_eq!(now(), start);
            }
            assert_eq!(now(), far);
        }
        assert!(now() < far);
    }
}
