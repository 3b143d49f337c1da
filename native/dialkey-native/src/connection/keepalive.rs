//! When to send a PING so that neither side's idle timer fires.

const NANOS_PER_MILLI: u64 = 1_000_000;

pub(super) struct KeepAlive {
    /// 0 = off.
    every: u64,
    /// Last packet sent or received, or last PING queued.
    last: u64,
    last_received: u64,
    last_sent: u64,
}

impl KeepAlive {
    pub(super) fn new(every_ms: u64, now: u64) -> KeepAlive {
        KeepAlive {
            every: every_ms.saturating_mul(NANOS_PER_MILLI),
            last: now,
            last_received: 0,
            last_sent: 0,
        }
    }

    pub(super) fn touch(&mut self, now: u64) {
        self.last = now;
    }

    pub(super) fn received(&mut self, now: u64) {
        self.last_received = now;
        self.last = now;
    }

    pub(super) fn sent(&mut self, now: u64) {
        self.last_sent = now;
        self.last = now;
    }

    pub(super) fn last_received(&self) -> u64 {
        self.last_received
    }

    pub(super) fn last_sent(&self) -> u64 {
        self.last_sent
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        (self.every > 0).then(|| self.last.saturating_add(self.every))
    }

    pub(super) fn is_due(&self, now: u64) -> bool {
        self.deadline().is_some_and(|at| at <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_due_after_silence_only() {
        let mut keep_alive = KeepAlive::new(5_000, 100);
        assert!(!keep_alive.is_due(5_000_000_099));
        assert!(keep_alive.is_due(5_000_000_100));
        keep_alive.received(5_000_000_100);
        assert!(!keep_alive.is_due(5_000_000_101));
        assert_eq!(keep_alive.deadline(), Some(10_000_000_100));
    }

    #[test]
    fn zero_turns_it_off() {
        assert_eq!(KeepAlive::new(0, 0).deadline(), None);
    }
}
