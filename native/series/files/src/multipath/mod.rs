//! Several paths for one connection (draft-ietf-quic-multipath).
//!
//! The base protocol has one packet number space for application data, one set
//! of connection ids, one counter: hundreds of places use them by name. Here
//! each path owns a [`Context`] with all of these, and exactly one is
//! *entered*: its parts stand where the connection looks for them, the others
//! wait in a map. Between two calls of the application the one of path 0 is
//! entered; [`Connection::recv`] and [`Connection::send_on_path`] are wrapped
//! to see to that.
//!
//! Which path carries data is the application's choice; nothing here decides,
//! but for the path that takes over when the one in use is gone.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
// Fields say by their names what they are; `path` is a path id.
#![allow(missing_docs)]

mod acks;
mod context;
mod contexts;
mod control;
mod frames;
#[doc(hidden)]
pub mod fuzz;
mod ids;
mod keys;
mod negotiation;
mod own_ids;
mod paths;
mod probes;
mod receive;
mod send;
mod timers;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;
use std::time::Instant;

use crate::packet;
use crate::ranges::RangeSet;
use crate::BufFactory;
use crate::Connection;
use crate::Error;
use crate::Result;

use context::Context;
use context::State;
use contexts::Contexts;
use control::Control;
use frames::Frames;
use own_ids::OwnIds;
use probes::Probes;

pub(crate) use acks::AckRoom;
pub use frames::Delivery;
pub use frames::FrameEvent;
pub use paths::PathInfo;
pub use paths::PathState;

/// Local and peer address.
type Tuple = (SocketAddr, SocketAddr);

const APPLICATION: packet::Epoch = packet::Epoch::Application;

/// Events that wait to be fetched. None of them may be lost, so a connection
/// whose application does not fetch them is closed.
const MOST_EVENTS: usize = 1024;
/// Contexts of paths in use or not used yet, and as many again that are being
/// given up: beyond these the peer gets no further path ids.
const MOST_CONTEXTS: usize = 16;

/// The transport parameter with the highest path id.
pub const INITIAL_MAX_PATH_ID: u64 = 0x3e;
/// How many addresses of the peer an endpoint keeps for NAT traversal.
pub const NAT_TRAVERSAL: u64 = 0x3d7f_9112_0401;
/// Whether observed addresses are sent (0), received (1) or both (2).
pub const ADDRESS_DISCOVERY: u64 = 0x9f81_a176;

/// What happened to paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MultipathEvent {
    /// Both sides speak multipath, up to these path ids.
    Negotiated { local_max: u32, peer_max: u32 },
    /// The peer opened a path.
    New {
        path: u32,
        local: SocketAddr,
        peer: SocketAddr,
    },
    /// Our challenge was answered.
    Validated { path: u32 },
    /// The peer has accepted the path: it acknowledged packets of it, or sent
    /// something else than probes on it. From now on data may move to it and
    /// the path that carried them before may be abandoned.
    PeerReady { path: u32 },
    /// No challenge was answered. The path stays until it is abandoned.
    Failed { path: u32 },
    /// Nothing is sent on the path any more.
    Abandoned { path: u32, code: u64, by_peer: bool },
    /// Nothing of the path is left.
    Gone { path: u32 },
    /// The path that carried data is gone; this one took over.
    Active { path: u32 },
    /// What the peer prefers.
    Status { path: u32, available: bool },
    /// The path goes over another pair of addresses.
    Rebound {
        path: u32,
        local: SocketAddr,
        peer: SocketAddr,
    },
    /// Packets of the path are not acknowledged, while another path works.
    Suspected { path: u32 },
    /// A suspected path still does not answer, while another does.
    Dead { path: u32 },
    /// Packets of a suspected path are acknowledged again.
    Recovered { path: u32 },
    /// A probe was answered from where it was sent to.
    ProbeReply {
        local: SocketAddr,
        peer: SocketAddr,
        value: [u8; 8],
    },
    /// A probe of the peer was answered.
    Probed {
        local: SocketAddr,
        peer: SocketAddr,
    },
    /// A path can be opened, where that failed before.
    MayOpen,
    /// The keys were changed by either side.
    KeyUpdated,
}

/// What a connection knows about its paths.
pub(crate) struct Multipath {
    on: bool,
    /// A call of the application is under way; it goes home at its end.
    in_call: bool,
    entered: u32,
    local_max: u32,
    peer_max: u32,
    /// Lowest path id that was never used.
    next_open: u32,
    /// The application could not open a path.
    open_failed: bool,
    /// Paths that we owe the peer an id for, until there is room.
    raise_due: u32,
    contexts: Contexts,
    /// Ids of paths of which nothing is left.
    gone: RangeSet,
    own_ids: OwnIds,
    retired_cids: VecDeque<Vec<u8>>,
    control: Control,
    frames: Frames,
    probes: Probes,
    events: VecDeque<MultipathEvent>,
    /// Where the packet came from that is processed, if that is not where its
    /// path goes.
    foreign: Option<Tuple>,
    datagram_len: usize,
    send: send::Choice,
    keys: keys::Phase,
    /// When a connection without a path is given up.
    give_up_at: Option<Instant>,
    flood: control::FloodGuard,
    /// How often something is sent on each path.
    keep_alive: Option<Duration>,
    pings: u64,
    /// Size to probe for, and probes for each size, on paths in use.
    pmtud: Option<(usize, u8)>,
    /// On some path nothing can be sent now.
    muted: bool,
}

impl Multipath {
    pub(crate) fn new() -> Multipath {
        Multipath {
            on: false,
            in_call: false,
            entered: 0,
            local_max: 0,
            peer_max: 0,
            next_open: 1,
            open_failed: false,
            raise_due: 0,
            contexts: Contexts::default(),
            gone: RangeSet::default(),
            own_ids: OwnIds::default(),
            retired_cids: VecDeque::new(),
            control: Control::default(),
            frames: Frames::default(),
            probes: Probes::default(),
            events: VecDeque::new(),
            foreign: None,
            datagram_len: 0,
            send: send::Choice::default(),
            keys: keys::Phase::default(),
            give_up_at: None,
            flood: control::FloodGuard::default(),
            keep_alive: None,
            pings: 0,
            pmtud: None,
            muted: false,
        }
    }

    pub(crate) fn on(&self) -> bool {
        self.on
    }

    /// The path whose nonces packets of this type use.
    pub(crate) fn path_for(&self, ty: crate::Type) -> u32 {
        match ty {
            crate::Type::Short => self.entered,
            _ => 0,
        }
    }

    /// Whether another context than that of path 0 is entered.
    pub(crate) fn is_away(&self) -> bool {
        self.entered != 0
    }

    /// Whether this path is another one than the entered.
    pub(crate) fn is_other(&self, pid: usize) -> bool {
        self.on && self.pid_of(self.entered) != Some(pid)
    }

    fn pid_of(&self, path: u32) -> Option<usize> {
        self.contexts.get(path).and_then(|context| context.pid)
    }

    fn path_of(&self, pid: usize) -> Option<u32> {
        let mut used = self.used();
        let found = used.find(|(_, context)| context.pid == Some(pid));
        found.map(|(path, _)| path)
    }

    /// The contexts of all paths that were used. What is asked for each packet
    /// asks these: as many again wait for their first use, above them.
    fn used(&self) -> impl Iterator<Item = (u32, &Context)> {
        let end = self.next_open;
        self.contexts.iter().take_while(move |(path, _)| *path < end)
    }

    fn used_mut(&mut self) -> impl Iterator<Item = (u32, &mut Context)> {
        let end = self.next_open;
        self.contexts.iter_mut().take_while(move |(path, _)| *path < end)
    }

    fn open_count(&self) -> usize {
        self.used().filter(|(_, context)| context.is_open()).count()
    }

    fn is_gone(&self, path: u32) -> bool {
        self.gone.contains(path.into())
    }

    fn push(&mut self, event: MultipathEvent) {
        self.events.push_back(event);
    }

    /// Replaces what was told about the same thing and not fetched yet.
    fn push_latest(
        &mut self, event: MultipathEvent,
        is_same: impl Fn(&MultipathEvent) -> bool,
    ) {
        self.events.retain(|told| !is_same(told));
        self.events.push_back(event);
    }
}

impl<F: BufFactory> Connection<F> {
    /// Whether multipath was negotiated.
    pub fn is_multipath(&self) -> bool {
        self.multipath.on
    }

    /// The next thing that happened to a path.
    pub fn multipath_event_next(&mut self) -> Option<MultipathEvent> {
        self.multipath.events.pop_front()
    }

    /// Makes this path's context the one that the connection works on.
    fn enter(&mut self, path: u32) {
        let multipath = &mut self.multipath;
        if multipath.entered == path || !multipath.contexts.contains(path) {
            return;
        }
        for id in [multipath.entered, path] {
            if let Some(context) = multipath.contexts.get_mut(id) {
                context.swap(
                    &mut self.pkt_num_spaces[APPLICATION],
                    &mut self.next_pkt_num,
                    &mut self.pkt_num_manager,
                    &mut self.ids,
                );
            }
        }
        multipath.entered = path;
        self.recall_phase();
    }

    /// Runs something with a path's context entered.
    fn within<R>(
        &mut self, path: u32, work: impl FnOnce(&mut Connection<F>) -> R,
    ) -> R {
        let back = self.multipath.entered;
        self.enter(path);
        let result = work(self);
        self.enter(back);
        result
    }

    /// Whether a call of the application begins here: then it is wrapped.
    pub(crate) fn begins_call(&mut self) -> bool {
        if !self.multipath.on || self.multipath.in_call {
            return false;
        }
        debug_assert_eq!(self.multipath.entered, 0);
        self.multipath.in_call = true;
        true
    }

    /// Whether connection ids, not addresses, tell the path of a packet.
    pub(crate) fn goes_by_cid(&self) -> bool {
        self.multipath.on
    }

    fn end_call(&mut self) {
        self.multipath.foreign = None;
        self.enter(0);
        self.multipath.in_call = false;
        self.close_when_unread();
    }

    /// Events and frames are not lost, so there cannot be more and more.
    fn close_when_unread(&mut self) {
        const INTERNAL_ERROR: u64 = 0x1;
        let too_many = self.multipath.events.len() > MOST_EVENTS ||
            self.multipath.frames.is_overfull();
        if too_many {
            self.close(false, INTERNAL_ERROR, b"unread events").ok();
        }
    }
}
