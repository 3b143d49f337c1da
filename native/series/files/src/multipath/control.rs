//! Frames that wait to be sent, as flags: a frame that was lost is sent again
//! only if it still says something, with what is right by then.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::time::Duration;
use std::time::Instant;

use crate::frame::ExtFrame;
use crate::Error;
use crate::Result;

/// Connection ids of the peer whose retirement was not sent yet, per path.
const MOST_RETIRED: usize = 64;
/// Paths whose end was not sent yet.
const MOST_ABANDONED: usize = 64;

#[derive(Default)]
pub(super) struct Control {
    pub(super) paths: BTreeMap<u32, PathControl>,
    /// Codes, which outlive the context of a path.
    pub(super) abandons: BTreeMap<u32, u64>,
    pub(super) max_path_id: bool,
    pub(super) paths_blocked: bool,
}

#[derive(Default)]
pub(super) struct PathControl {
    /// Sequence numbers of our connection ids.
    pub(super) new_cids: VecDeque<u64>,
    /// Sequence numbers of the peer's.
    pub(super) retired: BTreeSet<u64>,
    pub(super) status: bool,
    pub(super) cids_blocked: bool,
}

impl PathControl {
    fn is_empty(&self) -> bool {
        self.new_cids.is_empty() &&
            self.retired.is_empty() &&
            !self.status &&
            !self.cids_blocked
    }
}

impl Control {
    pub(super) fn is_empty(&self) -> bool {
        self.paths.values().all(PathControl::is_empty) &&
            self.abandons.is_empty() &&
            !self.max_path_id &&
            !self.paths_blocked
    }

    pub(super) fn path(&mut self, path: u32) -> &mut PathControl {
        self.paths.entry(path).or_default()
    }

    pub(super) fn advertise(&mut self, path: u32, seq: u64) {
        let waiting = &mut self.path(path).new_cids;
        if !waiting.contains(&seq) {
            waiting.push_back(seq);
        }
    }

    pub(super) fn retire(&mut self, path: u32, seq: u64) -> Result<()> {
        let waiting = &mut self.path(path).retired;
        if waiting.len() >= MOST_RETIRED && !waiting.contains(&seq) {
            return Err(Error::IdLimit);
        }
        waiting.insert(seq);
        Ok(())
    }

    pub(super) fn abandon(&mut self, path: u32, code: u64) -> Result<()> {
        self.paths.remove(&path);
        if self.abandons.len() >= MOST_ABANDONED {
            return Err(Error::InvalidPacket);
        }
        self.abandons.insert(path, code);
        Ok(())
    }

    /// A frame was sent: it waits no longer.
    pub(super) fn sent(&mut self, frame: &ExtFrame) {
        match frame {
            ExtFrame::PathAbandon { path, .. } => {
                self.abandons.remove(path);
            },
            ExtFrame::PathStatus { path, .. } =>
                self.path(*path).status = false,
            ExtFrame::PathNewConnectionId { path, seq, .. } =>
                self.path(*path).new_cids.retain(|waiting| waiting != seq),
            ExtFrame::PathRetireConnectionId { path, seq } => {
                self.path(*path).retired.remove(seq);
            },
            ExtFrame::PathCidsBlocked { path, .. } =>
                self.path(*path).cids_blocked = false,
            ExtFrame::MaxPathId { .. } => self.max_path_id = false,
            ExtFrame::PathsBlocked { .. } => self.paths_blocked = false,
            ExtFrame::PathAck { .. } | ExtFrame::Opaque { .. } => (),
        }
        // Each packet asks all that are left.
        self.paths.retain(|_, waiting| !waiting.is_empty());
    }
}

/// Ends a connection whose peer does nothing but keep us busy.
#[derive(Default)]
pub(super) struct FloodGuard {
    began: Option<Instant>,
    retirements: usize,
    abandons: usize,
}

impl FloodGuard {
    const MOST_RETIREMENTS: usize = 64;
    const MOST_ABANDONS: usize = 32;

    pub(super) fn retirement(
        &mut self, now: Instant, window: Duration,
    ) -> Result<()> {
        self.turn(now, window);
        self.retirements += 1;
        self.check()
    }

    pub(super) fn abandon(
        &mut self, now: Instant, window: Duration,
    ) -> Result<()> {
        self.turn(now, window);
        self.abandons += 1;
        self.check()
    }

    fn turn(&mut self, now: Instant, window: Duration) {
        let over = self.began.is_none_or(|began| now >= began + window);
        if over {
            *self = FloodGuard {
                began: Some(now),
                ..FloodGuard::default()
            };
        }
    }

    fn check(&self) -> Result<()> {
        let flooded = self.retirements > Self::MOST_RETIREMENTS ||
            self.abandons > Self::MOST_ABANDONS;
        match flooded {
            true => Err(Error::InvalidPacket),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_an_error_and_a_trickle_is_not() {
        let window = Duration::from_millis(10);
        let start = Instant::now();
        let mut guard = FloodGuard::default();
        for _ in 0..FloodGuard::MOST_ABANDONS {
            assert!(guard.abandon(start, window).is_ok());
        }
        assert!(guard.abandon(start, window).is_err());
        let mut guard = FloodGuard::default();
        for turn in 0..1_000 {
            assert!(guard.retirement(start + window * turn, window).is_ok());
        }
    }

    #[test]
    fn what_was_sent_leaves_nothing_behind() {
        let mut control = Control::default();
        control.advertise(1, 7);
        control.path(1).status = true;
        let cid = ExtFrame::PathNewConnectionId {
            path: 1,
            seq: 7,
            retire_prior_to: 0,
            cid: vec![1; 8],
            token: [0; 16],
        };
        control.sent(&cid);
        assert_eq!(control.paths.len(), 1);
        control.sent(&ExtFrame::PathStatus {
            path: 1,
            seq: 0,
            available: true,
        });
        assert!(control.paths.is_empty());
    }

    #[test]
    fn retirements_are_bounded() {
        let mut control = Control::default();
        for seq in 0..MOST_RETIRED as u64 {
            assert!(control.retire(1, seq).is_ok());
        }
        assert!(control.retire(1, 0).is_ok());
        assert_eq!(control.retire(1, 999), Err(Error::IdLimit));
    }

    #[test]
    fn abandons_are_bounded() {
        let mut control = Control::default();
        for path in 0..MOST_ABANDONED as u32 {
            assert!(control.abandon(path, 0).is_ok());
        }
        assert_eq!(control.abandon(99, 0), Err(Error::InvalidPacket));
    }
}
