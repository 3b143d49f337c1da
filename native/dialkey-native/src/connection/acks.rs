//! When an acknowledgement that has nothing to travel with gets a packet of
//! its own (RFC 9000, 13.2.1 and 13.2.2).
//!
//! Every second packet is acknowledged at once. A single one waits for a
//! moment: the answer to a short request then carries its acknowledgement,
//! which saves a packet, and waking the peer for it, in each direction.

/// Well below the 25 ms that the peer counts with (`max_ack_delay`), for the
/// caller's timers may be late.
const DELAY_NS: u64 = 5_000_000;

#[derive(Default)]
pub(super) struct AckHold {
    until: Option<u64>,
}

impl AckHold {
    /// Packets came: so many wait for an acknowledgement, or none of them may
    /// wait. Returns whether it is held back.
    pub(super) fn received(&mut self, now: u64, unacknowledged: Option<usize>) -> bool {
        self.until = match unacknowledged {
            Some(1) => self.until.or(Some(now.saturating_add(DELAY_NS))),
            _ => None,
        };
        self.until.is_some()
    }

    /// Packets may be sent now. Returns whether it is held back.
    pub(super) fn sending(&mut self, now: u64) -> bool {
        self.until = self.until.filter(|at| *at > now);
        self.until.is_some()
    }

    /// Packets were sent; so many are left without an acknowledgement.
    pub(super) fn sent(&mut self, unacknowledged: Option<usize>) {
        if unacknowledged == Some(0) {
            self.until = None;
        }
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_packet_waits_once() {
        let mut hold = AckHold::default();
        assert!(hold.received(100, Some(1)));
        // Another packet without need of an answer does not prolong it.
        assert!(hold.received(200, Some(1)));
        assert_eq!(hold.deadline(), Some(100 + DELAY_NS));
        assert!(hold.sending(99 + DELAY_NS));
        assert!(!hold.sending(100 + DELAY_NS));
        assert_eq!(hold.deadline(), None);
    }

    #[test]
    fn the_second_packet_and_a_gap_do_not_wait() {
        for unacknowledged in [Some(0), Some(2), None] {
            let mut hold = AckHold::default();
            hold.received(100, Some(1));
            assert!(!hold.received(101, unacknowledged));
            assert_eq!(hold.deadline(), None);
        }
    }

    #[test]
    fn what_left_with_data_is_not_due_any_more() {
        let mut hold = AckHold::default();
        hold.received(100, Some(1));
        hold.sent(Some(1));
        assert!(hold.sending(101));
        hold.sent(Some(0));
        assert_eq!(hold.deadline(), None);
    }
}
