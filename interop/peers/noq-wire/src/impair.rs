//! What the network does to datagrams on their way, by command: lose, hold back, pass out of order, double.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use noq_proto::PathId;

use crate::link::Datagram;

/// Seen from this peer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    In,
    Out,
}

/// Datagrams held back at one time; those beyond are lost, as in a full queue.
const MAX_HELD: usize = 100_000;

/// What may happen on one path, or on all that have no rules of their own, in one direction.
#[derive(Clone, Default)]
pub struct Rules {
    pub mute: bool,
    pub loss: Option<Chance>,
    pub double: Option<Chance>,
    pub delay: Duration,
    /// Datagrams that are held back longer than the others.
    pub late: Option<(Chance, Duration)>,
}

/// Says yes to a share of all questions; the same seed gives the same answers.
#[derive(Clone)]
pub struct Chance {
    percent: f64,
    state: u64,
}

impl Chance {
    pub fn new(percent: f64, seed: u64) -> Self {
        Self { percent, state: seed }
    }

    /// SplitMix64, which is enough for dice.
    fn happens(&mut self) -> bool {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        ((bits >> 11) as f64) / ((1u64 << 53) as f64) * 100.0 < self.percent
    }
}

/// How many datagrams met which fate.
#[derive(Default)]
pub struct Fates {
    pub muted: u64,
    pub lost: u64,
    pub doubled: u64,
    pub held: u64,
}

#[derive(Default)]
pub struct Impairment {
    rules: BTreeMap<(Way, Option<PathId>), Rules>,
    /// By the time they are due; the number keeps the order of those due together.
    held: BTreeMap<(Instant, u64), (Way, Datagram)>,
    next_held: u64,
    pub fates: Fates,
}

impl Impairment {
    /// The rules of a path, or without one those of all paths that have none. A path starts with the rules of all.
    pub fn rules(&mut self, way: Way, path: Option<PathId>) -> &mut Rules {
        if !self.rules.contains_key(&(way, path)) {
            let start = self.rules.get(&(way, None)).cloned().unwrap_or_default();
            self.rules.insert((way, path), start);
        }
        self.rules.entry((way, path)).or_default()
    }

    pub fn clear(&mut self) {
        self.rules.clear();
    }

    /// The datagrams that go on at once: none, the one, or the one twice.
    pub fn pass(&mut self, way: Way, path: PathId, datagram: Datagram, now: Instant) -> Vec<Datagram> {
        let key = if self.rules.contains_key(&(way, Some(path))) {
            Some(path)
        } else {
            None
        };
        let Some(rules) = self.rules.get_mut(&(way, key)) else {
            return vec![datagram];
        };
        if rules.mute {
            self.fates.muted += 1;
            return Vec::new();
        }
        if rules.loss.as_mut().is_some_and(Chance::happens) {
            self.fates.lost += 1;
            return Vec::new();
        }
        let mut copies = Vec::new();
        if rules.double.as_mut().is_some_and(Chance::happens) {
            self.fates.doubled += 1;
            copies.push(Datagram { bytes: datagram.bytes.clone(), ..datagram });
        }
        copies.push(datagram);
        let mut delay = rules.delay;
        if let Some((chance, longer)) = &mut rules.late
            && chance.happens()
        {
            delay += *longer;
        }
        if delay.is_zero() {
            return copies;
        }
        for copy in copies {
            self.hold(now + delay, way, copy);
        }
        Vec::new()
    }

    fn hold(&mut self, due: Instant, way: Way, datagram: Datagram) {
        if self.held.len() >= MAX_HELD {
            self.fates.lost += 1;
            return;
        }
        self.fates.held += 1;
        self.held.insert((due, self.next_held), (way, datagram));
        self.next_held += 1;
    }

    pub fn next_due(&self) -> Option<Instant> {
        self.held.keys().next().map(|(due, _)| *due)
    }

    pub fn take_due(&mut self, now: Instant) -> Option<(Way, Datagram)> {
        if self.next_due()? > now {
            return None;
        }
        self.held.pop_first().map(|(_, held)| held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_met_and_the_seed_decides() {
        let count = |seed| {
            let mut chance = Chance::new(10.0, seed);
            (0..10_000).map(|_| chance.happens()).collect::<Vec<_>>()
        };
        let yes = count(1).iter().filter(|happened| **happened).count();
        assert!((900..1100).contains(&yes), "{yes}");
        assert!(count(1) == count(1) && count(1) != count(2));
    }
}
