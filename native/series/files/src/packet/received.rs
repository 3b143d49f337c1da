//! Packet numbers that were received.

/// How far behind the newest packet another one may come. Paths whose delay
/// changes at once, from a relay's to a direct one's, put hundreds of packets
/// out of order.
const KEPT: u64 = 2048;
const WORD: u64 = u64::BITS as u64;
const WORDS: usize = (KEPT / WORD) as usize;

/// The last [`KEPT`] packet numbers, and which of them came. Older ones count
/// as received.
#[derive(Default)]
pub struct ReceivedNumbers {
    /// One more than the highest.
    end: u64,
    /// Number n is bit n modulo [`KEPT`]. None before the first packet, for
    /// many a packet number space never sees one.
    bits: Option<Box<[u64; WORDS]>>,
}

impl ReceivedNumbers {
    pub fn insert(&mut self, number: u64) {
        let bits = self.bits.get_or_insert_with(|| Box::new([0; WORDS]));
        if self.end.saturating_sub(number) > KEPT {
            return;
        }
        let skipped = number.saturating_sub(self.end);
        if skipped >= KEPT {
            **bits = [0; WORDS];
        } else {
            for missing in self.end..number {
                *word(bits, missing) &= !bit(missing);
            }
        }
        *word(bits, number) |= bit(number);
        self.end = self.end.max(number.saturating_add(1));
    }

    pub fn contains(&mut self, number: u64) -> bool {
        if number >= self.end {
            return false;
        }
        let old = self.end - number > KEPT;
        let bits = self.bits.as_mut();
        old || bits.is_some_and(|bits| *word(bits, number) & bit(number) != 0)
    }
}

fn word(bits: &mut [u64; WORDS], number: u64) -> &mut u64 {
    &mut bits[(number / WORD) as usize % WORDS]
}

fn bit(number: u64) -> u64 {
    1 << (number % WORD)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rand::rand_u64_uniform as below;
    use crate::test_utils::emit_flight;
    use crate::test_utils::process_flight;
    use crate::test_utils::Pipe;

    #[test]
    fn the_last_ones_are_told_apart() {
        let mut received = ReceivedNumbers::default();
        assert!(!received.contains(0));
        received.insert(0);
        received.insert(KEPT - 1);
        assert!(received.contains(0));
        assert!(!received.contains(1));
        received.insert(KEPT);
        // Too old to be known.
        assert!(received.contains(0));
        assert!(!received.contains(1));
        received.insert(1);
        assert!(received.contains(1));
        received.insert(10 * KEPT);
        assert!(received.contains(9 * KEPT));
        assert!(!received.contains(9 * KEPT + 1));
        assert!(!received.contains(10 * KEPT + 1));
    }

    #[test]
    fn the_highest_numbers_are_no_trap() {
        let last = (1 << 62) - 1;
        let mut received = ReceivedNumbers::default();
        received.insert(last);
        assert!(received.contains(last));
        assert!(!received.contains(last - 1));
        received.insert(last - 1);
        assert!(received.contains(last - 1));
        received.insert(u64::MAX);
        received.insert(u64::MAX - 1);
        assert!(received.contains(u64::MAX - 1));
    }

    #[test]
    fn agrees_with_a_set() {
        for _ in 0..200 {
            let spread = 1 << below(14);
            let mut received = ReceivedNumbers::default();
            let mut all = BTreeSet::new();
            let mut base = below(1 << 40);
            for _ in 0..2_000 {
                base += below(3);
                let number = base + below(spread);
                let newest = all.last().copied().unwrap_or(0);
                let old = !all.is_empty() && newest >= number + KEPT;
                assert_eq!(received.contains(number), old || all.contains(&number));
                received.insert(number);
                if !old {
                    all.insert(number);
                }
            }
        }
    }

    /// A path that becomes faster lets new packets overtake hundreds.
    #[test]
    fn a_thousand_packets_in_reverse_order_all_arrive() {
        const PACKETS: u16 = 1_300;
        const IN_ORDER: usize = 300;
        let mut config = Pipe::default_config_no_pq("cubic").unwrap();
        config.enable_dgram(true, PACKETS.into(), PACKETS.into());
        config.set_initial_congestion_window_packets(2 * usize::from(PACKETS));
        config.enable_pacing(false);
        let mut pipe = Pipe::with_config(&mut config).unwrap();
        pipe.handshake().unwrap();
        let mut flight = Vec::new();
        for number in 0..PACKETS {
            pipe.client.dgram_send(&number.to_be_bytes()).unwrap();
            flight.extend(emit_flight(&mut pipe.client).unwrap());
        }
        // From here on their numbers take two bytes, for one cannot tell a
        // thousand apart.
        flight[IN_ORDER..].reverse();
        process_flight(&mut pipe.server, flight).unwrap();
        let mut arrived = BTreeSet::new();
        let mut datagram = [0; 2];
        while pipe.server.dgram_recv(&mut datagram).is_ok() {
            arrived.insert(datagram);
        }
        assert_eq!(arrived.len(), PACKETS.into());
    }
}
