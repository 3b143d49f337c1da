//! What each path has of its own.

use std::mem::swap;
use std::time::Duration;
use std::time::Instant;

use super::Tuple;
use crate::cid::ConnectionIdentifiers;
use crate::packet::PktNumManager;
use crate::packet::PktNumSpace;
use crate::path::Path;
use crate::path::PathMap;

/// As long as peers of iroh keep a silent path.
const IDLE: Duration = Duration::from_secs(15);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Has connection ids, and was never used.
    Unused,
    Open,
    /// Packets are still received and acknowledged, none are sent on it.
    Abandoned,
}

pub(super) struct Context {
    /// The path's place in the connection's list of paths. Never of another
    /// path: it is cleared when the path goes.
    pub(super) pid: Option<usize>,
    space: PktNumSpace,
    next_pkt_num: u64,
    skip: PktNumManager,
    ids: ConnectionIdentifiers,
    pub(super) state: State,
    pub(super) drop_at: Option<Instant>,
    /// The peer told that it gave the path up.
    pub(super) peer_abandoned: bool,
    /// The peer got another path id in exchange.
    pub(super) raised: bool,
    pub(super) told_ready: bool,
    pub(super) told_failed: bool,
    pub(super) suspected: bool,
    /// Since when, and when it is looked at again.
    pub(super) suspected_at: Option<Instant>,
    pub(super) verdict_at: Option<Instant>,
    /// Since when packets wait for an acknowledgement without getting any.
    pub(super) unanswered_since: Option<Instant>,
    /// Another path has to carry the acknowledgement, too.
    pub(super) repeat_ack: bool,
    /// The path can carry its own acknowledgements.
    pub(super) carries_ack: bool,
    /// Lowest packet number received in the current key phase.
    pub(super) phase_start: Option<u64>,
    /// First packet number sent in the current key phase.
    pub(super) phase_sent: u64,
    pub(super) status: Status,
    /// Where the path went before it moved to an address that is not
    /// validated yet.
    pub(super) before_rebind: Option<Tuple>,
    pub(super) opened: Option<Instant>,
    pub(super) last_received: Option<Instant>,
    pub(super) last_sent: Option<Instant>,
    /// When something that was sent on it was last acknowledged.
    pub(super) last_acked: Option<Instant>,
    /// Until a path on which nothing comes is given up; none for never.
    pub(super) idle_timeout: Option<Duration>,
}

/// Whether the path should be used, in the opinion of either side.
#[derive(Default)]
pub(super) struct Status {
    pub(super) backup: bool,
    pub(super) seq: u64,
    pub(super) peer_backup: bool,
    pub(super) peer_seq: Option<u64>,
}

impl Context {
    pub(super) fn new(ids: ConnectionIdentifiers) -> Context {
        Context {
            pid: None,
            space: PktNumSpace::new(),
            next_pkt_num: 0,
            skip: PktNumManager::new(),
            ids,
            state: State::Unused,
            drop_at: None,
            peer_abandoned: false,
            raised: false,
            told_ready: false,
            told_failed: false,
            suspected: false,
            suspected_at: None,
            verdict_at: None,
            unanswered_since: None,
            repeat_ack: false,
            carries_ack: false,
            phase_start: None,
            phase_sent: 0,
            status: Status::default(),
            before_rebind: None,
            opened: None,
            last_received: None,
            last_sent: None,
            last_acked: None,
            idle_timeout: Some(IDLE),
        }
    }

    pub(super) fn swap(
        &mut self, space: &mut PktNumSpace, next_pkt_num: &mut u64,
        skip: &mut PktNumManager, ids: &mut ConnectionIdentifiers,
    ) {
        swap(&mut self.space, space);
        swap(&mut self.next_pkt_num, next_pkt_num);
        swap(&mut self.skip, skip);
        swap(&mut self.ids, ids);
    }

    /// The packet number space, which is this one only while the path is not
    /// the entered.
    pub(super) fn space<'a>(
        &'a mut self, entered: bool, current: &'a mut PktNumSpace,
    ) -> &'a mut PktNumSpace {
        if entered {
            current
        } else {
            &mut self.space
        }
    }

    pub(super) fn waiting_space(&self) -> &PktNumSpace {
        &self.space
    }

    pub(super) fn next_pkt_num(&self) -> u64 {
        self.next_pkt_num
    }

    pub(super) fn waiting_ids(&self) -> &ConnectionIdentifiers {
        &self.ids
    }

    /// When the path is given up unless something comes.
    pub(super) fn idle_at(&self) -> Option<Instant> {
        let heard = self.last_received.max(self.opened)?;
        Some(heard + self.idle_timeout?)
    }

    /// When the peer has to hear something on the path.
    pub(super) fn ping_at(&self, every: Duration) -> Option<Instant> {
        Some(self.last_sent.max(self.opened)? + every)
    }

    pub(super) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// The path and its place in the list, unless it was given up.
    pub(super) fn open_path<'a>(&self, paths: &'a PathMap) -> Option<(usize, &'a Path)> {
        let pid = self.pid.filter(|_| self.is_open())?;
        Some((pid, paths.get(pid).ok()?))
    }
}
