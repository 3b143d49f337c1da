//! Packet numbers that noq counts, and those on the wire, which may skip any amount.
//!
//! noq does not know of the skips: what it sends gets the higher number, and what is acknowledged the lower one again.

use std::collections::BTreeSet;

use crate::frames::{Reader, put_varint};

/// The numbers of one path.
#[derive(Default)]
pub struct Numbers {
    /// In ascending order; each holds from its first number on.
    skips: Vec<Skip>,
    /// Numbers on the wire of packets that noq does not know of.
    foreign: BTreeSet<u64>,
}

struct Skip {
    /// In noq's count.
    first: u64,
    /// Sum of this skip and those before.
    offset: u64,
}

/// Largest sum of skips on a path: numbers stay below 2^62, and a number of four bytes is still understood.
const MAX_OFFSET: u64 = 1 << 30;

/// Packets without noq, each of which is looked at for each acknowledgement.
const MAX_FOREIGN: usize = 10_000;

impl Numbers {
    /// From noq's number `first` on, `count` more numbers are left out. False if that is too far.
    pub fn skip(&mut self, first: u64, count: u64) -> bool {
        let offset = self.offset(first).saturating_add(count);
        if offset > MAX_OFFSET {
            return false;
        }
        self.skips.retain(|skip| skip.first < first);
        self.skips.push(Skip { first, offset });
        true
    }

    pub fn is_plain(&self) -> bool {
        self.skips.is_empty() && self.foreign.is_empty()
    }

    pub fn on_wire(&self, number: u64) -> u64 {
        number + self.offset(number)
    }

    fn offset(&self, number: u64) -> u64 {
        self.skips.iter().rev().find(|skip| skip.first <= number).map_or(0, |skip| skip.offset)
    }

    /// A packet with this number goes out without noq. False if there are too many of them already.
    pub fn add_foreign(&mut self, number: u64) -> bool {
        self.foreign.len() < MAX_FOREIGN && {
            self.foreign.insert(number);
            true
        }
    }

    /// A range without the numbers of packets that noq does not know of, in descending order.
    fn of_noq(&self, lowest: u64, highest: u64) -> Vec<(u64, u64)> {
        let mut ranges = Vec::new();
        let mut high = Some(highest);
        for foreign in self.foreign.range(lowest..=highest).rev() {
            if let Some(high) = high.filter(|high| high > foreign) {
                ranges.push((foreign + 1, high));
            }
            high = foreign.checked_sub(1).filter(|below| *below >= lowest);
        }
        ranges.extend(high.map(|high| (lowest, high)));
        ranges
    }

    /// noq's numbers of a range on the wire, in descending order; the ones left out have none.
    fn in_count(&self, lowest: u64, highest: u64) -> Vec<(u64, u64)> {
        let mut ranges = Vec::new();
        let mut end = u64::MAX;
        let sections = self.skips.iter().rev().map(|skip| (skip.first, skip.offset)).chain([(0, 0)]);
        for (first, offset) in sections {
            let low = lowest.saturating_sub(offset).max(first);
            // What lies below the section's first number on the wire belongs to none of its numbers.
            if let Some(high) = highest.checked_sub(offset).map(|high| high.min(end))
                && low <= high
            {
                ranges.push((low, high));
            }
            match first.checked_sub(1) {
                Some(before) => end = before,
                None => break,
            }
        }
        ranges
    }
}

/// What became of an acknowledgement.
pub struct Rewritten {
    /// The frame for noq. `None` if it acknowledged nothing that noq has sent.
    pub frame: Option<Vec<u8>>,
    /// How many numbers it acknowledged that were never sent.
    pub unsent: u64,
}

/// Translates an ACK or PATH_ACK frame. `None` if it is malformed, which noq may find out for itself.
pub fn rewrite_ack(kind: u64, frame: &[u8], numbers: &Numbers) -> Option<Rewritten> {
    let mut reader = Reader::new(frame);
    let mut head = Vec::new();
    put_varint(&mut head, reader.varint()?);
    if kind >= 0x3e {
        put_varint(&mut head, reader.varint()?);
    }
    let mut highest = reader.varint()?;
    let delay = reader.varint()?;
    let more = reader.varint()?;

    let mut ranges: Vec<(u64, u64)> = Vec::new();
    let (mut acknowledged, mut known) = (0, 0);
    for index in 0..=more {
        if index > 0 {
            let (lowest, gap) = (highest, reader.varint()?);
            highest = lowest.checked_sub(gap)?.checked_sub(2)?;
        }
        let lowest = highest.checked_sub(reader.varint()?)?;
        for (lowest, highest) in numbers.of_noq(lowest, highest) {
            acknowledged += highest - lowest + 1;
            for (low, high) in numbers.in_count(lowest, highest) {
                known += high - low + 1;
                match ranges.last_mut() {
                    // Only numbers that were left out lie between the two.
                    Some(last) if last.0 == high + 1 => last.0 = low,
                    _ => ranges.push((low, high)),
                }
            }
        }
        highest = lowest;
    }

    let unsent = acknowledged - known;
    let Some(first) = ranges.first().copied() else {
        return Some(Rewritten { frame: None, unsent });
    };
    let mut out = head;
    for value in [first.1, delay, ranges.len() as u64 - 1, first.1 - first.0] {
        put_varint(&mut out, value);
    }
    for pair in ranges.windows(2) {
        put_varint(&mut out, pair[0].0 - pair[1].1 - 2);
        put_varint(&mut out, pair[1].1 - pair[1].0);
    }
    // The ECN counts.
    out.extend_from_slice(reader.rest());
    Some(Rewritten { frame: Some(out), unsent })
}

/// The path whose packets an ACK or PATH_ACK frame acknowledges.
pub fn acknowledged_path(kind: u64, frame: &[u8]) -> Option<u64> {
    let mut reader = Reader::new(frame);
    reader.varint()?;
    if kind >= 0x3e { reader.varint() } else { Some(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_return_as_they_were_counted() {
        let mut numbers = Numbers::default();
        assert!(numbers.skip(5, 10) && numbers.skip(8, 100));
        let wire: Vec<u64> = (3..10).map(|number| numbers.on_wire(number)).collect();
        assert_eq!(wire, [3, 4, 15, 16, 17, 118, 119]);
        assert_eq!(numbers.in_count(0, 200), [(8, 90), (5, 7), (0, 4)]);
        assert_eq!(numbers.in_count(5, 14), []);
        assert_eq!(numbers.in_count(16, 118), [(8, 8), (6, 7)]);
    }

    #[test]
    fn foreign_numbers_are_taken_out() {
        let mut numbers = Numbers::default();
        assert!([0, 3, 4, 9].into_iter().all(|number| numbers.add_foreign(number)));
        assert_eq!(numbers.of_noq(0, 9), [(5, 8), (1, 2)]);
        assert_eq!(numbers.of_noq(2, 6), [(5, 6), (2, 2)]);
        assert_eq!(numbers.of_noq(3, 4), []);
    }

    #[test]
    fn ranges_that_a_skip_divides_become_one() {
        let mut numbers = Numbers::default();
        assert!(numbers.skip(5, 10));
        // PATH_ACK of path 2: 15 to 16, and 3 to 4.
        let rewritten = rewrite_ack(0x3e, &[0x3e, 2, 16, 0, 1, 1, 9, 1], &numbers).expect("well formed");
        assert_eq!(rewritten.frame.as_deref(), Some(&[0x3e, 2, 6, 0, 0, 3][..]));
        assert_eq!(rewritten.unsent, 0);
    }

    #[test]
    fn acknowledged_gaps_are_told() {
        let mut numbers = Numbers::default();
        assert!(numbers.skip(5, 10));
        let rewritten = rewrite_ack(0x03, &[3, 16, 0, 0, 12, 7, 7, 7], &numbers).expect("well formed");
        assert_eq!(rewritten.frame.as_deref(), Some(&[3, 6, 0, 0, 2, 7, 7, 7][..]));
        assert_eq!(rewritten.unsent, 10);
        let nothing = rewrite_ack(0x02, &[2, 14, 0, 0, 3], &numbers).expect("well formed");
        assert!(nothing.frame.is_none());
        assert_eq!(nothing.unsent, 4);
    }
}
