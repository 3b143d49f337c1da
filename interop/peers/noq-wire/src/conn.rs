//! One connection: noq's state machine, the sockets of its paths, and what is told of it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::SocketAddr,
    num::NonZeroUsize,
    sync::Arc,
    time::Instant,
};

use bytes::BytesMut;
use noq_proto::{
    Connection, ConnectionHandle, Endpoint, Event as NoqEvent, PathEvent, PathId, StreamEvent, n0_nat_traversal,
};
use rustls::pki_types::CertificateDer;

use crate::{
    events::Event,
    link::{Datagram, SocketId},
    report,
    streams::Streams,
    tap::Tap,
    tls,
};

/// Datagrams that one turn sends before it looks for what has come.
const MAX_SENT_PER_TURN: usize = 64;

pub struct Conn {
    pub number: u64,
    pub inner: Connection,
    pub tap: Arc<Tap>,
    pub streams: Streams,
    /// Where the packets of each path leave.
    pub sockets: BTreeMap<PathId, SocketId>,
    /// Paths that were moved by command and do not follow the peer.
    pub pinned: BTreeSet<PathId>,
    /// Sockets that a path has left; another may still use them.
    pub freed: Vec<SocketId>,
    pub key_update_every: Option<u64>,
    packets_at_update: u64,
    paths: BTreeMap<PathId, Path>,
    ended: bool,
}

/// A path as it was last told.
struct Path {
    remote: SocketAddr,
    state: &'static str,
}

impl Conn {
    pub fn new(number: u64, inner: Connection, tap: Arc<Tap>, socket: SocketId) -> Self {
        Self {
            number,
            inner,
            tap,
            streams: Streams::new(number),
            sockets: BTreeMap::from([(PathId::ZERO, socket)]),
            pinned: BTreeSet::new(),
            freed: Vec::new(),
            key_update_every: None,
            packets_at_update: 0,
            paths: BTreeMap::new(),
            ended: false,
        }
    }

    pub fn event(&self, name: &str) -> Event {
        Event::new(name).with("conn", self.number)
    }

    /// A datagram for this connection was handed to noq.
    pub fn arrived(&mut self, socket: SocketId, remote: SocketAddr) {
        let Some(path) = self.tap.lock().last_opened.take() else {
            return;
        };
        let follows = self.inner.side().is_server() && !self.pinned.contains(&path);
        let from_path = self.inner.network_path(path).is_ok_and(|known| known.remote() == remote);
        if from_path && (follows || !self.sockets.contains_key(&path)) {
            self.sockets.insert(path, socket);
        }
        self.tell_sightings();
    }

    /// Lets noq do what is due and tells what happened.
    pub fn turn(&mut self, endpoint: &mut Endpoint, handle: ConnectionHandle, now: Instant) {
        if self.inner.poll_timeout().is_some_and(|due| due <= now) {
            self.inner.handle_timeout(now);
        }
        while let Some(event) = self.inner.poll_endpoint_events() {
            if let Some(event) = endpoint.handle_event(handle, event) {
                self.inner.handle_event(event);
            }
        }
        self.tell_paths();
        while let Some(event) = self.inner.poll() {
            self.tell(event, now);
        }
        self.tell_updates();
    }

    /// Sends what noq has to send. True if more is left than one turn sends.
    pub fn transmit(
        &mut self,
        seen: &HashMap<SocketAddr, SocketId>,
        now: Instant,
        mut send: impl FnMut(PathId, Datagram),
    ) -> bool {
        let mut buffer = Vec::new();
        for _ in 0..MAX_SENT_PER_TURN {
            self.update_keys_if_due();
            buffer.clear();
            let Some(transmit) = self.inner.poll_transmit(now, NonZeroUsize::MIN, &mut buffer) else {
                return false;
            };
            let sealed = self.tap.lock().take_sealed();
            // What the tap does not see belongs to the handshake.
            let path = sealed.as_ref().map_or(PathId::ZERO, |sealed| sealed.path);
            if let Some((length, packet)) = sealed.and_then(|sealed| sealed.replacement) {
                // Earlier packets of the datagram stay.
                buffer.truncate(transmit.size - length);
                buffer.extend_from_slice(&packet);
            }
            self.tell_sightings();
            self.tell_updates();
            if let Some(socket) = self.socket_for(path, transmit.destination, seen) {
                let bytes = BytesMut::from(&buffer[..]);
                send(path, Datagram { socket, remote: transmit.destination, ecn: transmit.ecn, bytes });
            }
        }
        true
    }

    fn socket_for(
        &mut self,
        path: PathId,
        destination: SocketAddr,
        seen: &HashMap<SocketAddr, SocketId>,
    ) -> Option<SocketId> {
        let own = self.sockets.get(&path).copied();
        let on_path = self.inner.network_path(path).is_ok_and(|known| known.remote() == destination);
        if on_path && own.is_some() {
            return own;
        }
        let main = || self.sockets.values().next().copied();
        // The answer to a probe leaves where the probe came in.
        let socket = seen.get(&destination).copied().or(own).or_else(main);
        if let (true, Some(socket)) = (on_path, socket) {
            // noq has opened this path by itself, to an address that answered a probe.
            self.sockets.insert(path, socket);
        }
        socket
    }

    /// Starts a key update. False if noq does not start one yet: it waits until old packets can not come any more.
    pub fn update_keys(&mut self) -> bool {
        let before = self.tap.lock().updates.len();
        self.inner.force_key_update();
        let tap = self.tap.lock();
        self.packets_at_update = tap.packets_sent;
        tap.updates.len() > before
    }

    fn update_keys_if_due(&mut self) {
        let sent = self.tap.lock().packets_sent - self.packets_at_update;
        if self.key_update_every.is_some_and(|every| sent >= every) && !self.inner.is_handshaking() {
            self.update_keys();
        }
    }

    fn tell(&mut self, event: NoqEvent, now: Instant) {
        match event {
            NoqEvent::Connected => self.tell_connected(),
            NoqEvent::HandshakeConfirmed => self.event("confirmed").emit(),
            NoqEvent::ConnectionLost { reason } => {
                self.ended = true;
                report::lost(self.event("lost"), &reason).emit();
            }
            NoqEvent::Stream(event) => self.on_stream(event, now),
            NoqEvent::DatagramReceived => self.on_datagrams(),
            NoqEvent::Path(event) => self.tell_path(event),
            NoqEvent::NatTraversal(event) => match event {
                n0_nat_traversal::Event::AddressAdded(address) => {
                    self.event("address-added").with("address", address).emit();
                }
                n0_nat_traversal::Event::AddressRemoved(address) => {
                    self.event("address-removed").with("address", address).emit();
                }
            },
            NoqEvent::HandshakeDataReady | NoqEvent::DatagramsUnblocked => {}
        }
    }

    fn tell_connected(&mut self) {
        // noq speaks of the paths after the first only.
        self.set_state(PathId::ZERO, "established");
        let identity = self.inner.crypto_session().peer_identity();
        let keys = identity.and_then(|any| any.downcast::<Vec<CertificateDer<'static>>>().ok());
        let key = keys.and_then(|keys| tls::raw_key(keys.first()?));
        self.event("connected")
            .with(
                "side",
                if self.inner.side().is_client() {
                    "client"
                } else {
                    "server"
                },
            )
            .with("peer", key.map_or_else(|| "-".to_owned(), |key| data_encoding::HEXLOWER.encode(&key)))
            .maybe("remote", self.inner.network_path(PathId::ZERO).ok().map(|path| path.remote()))
            .with("multipath", self.inner.is_multipath_negotiated())
            .emit();
    }

    fn on_stream(&mut self, event: StreamEvent, now: Instant) {
        match event {
            StreamEvent::Opened { dir } => self.streams.accept(&mut self.inner, dir, now),
            StreamEvent::Readable { id } | StreamEvent::Writable { id } | StreamEvent::Stopped { id, .. } => {
                self.streams.work(&mut self.inner, id, now);
            }
            StreamEvent::Finished { .. } | StreamEvent::Available { .. } => {}
        }
    }

    fn on_datagrams(&mut self) {
        while let Some(datagram) = self.inner.datagrams().recv() {
            self.event("datagram").with("bytes", datagram.len()).emit();
            // As elsewhere in these tests, the side that was dialled sends them back. What does not fit is lost.
            if self.inner.side().is_server() {
                let _ = self.inner.datagrams().send(datagram, true);
            }
        }
    }

    fn tell_path(&mut self, event: PathEvent) {
        match event {
            PathEvent::Established { id, .. } => {
                self.set_state(id, "established");
                self.event("path-established").with("path", id).emit();
            }
            PathEvent::Abandoned { id, reason, .. } => {
                self.set_state(id, "abandoned");
                report::abandoned(self.event("path-abandoned").with("path", id), &reason).emit();
            }
            PathEvent::Discarded { id, path_stats, .. } => {
                self.paths.remove(&id);
                self.freed.extend(self.sockets.remove(&id));
                self.event("path-discarded").with("path", id).with("lost", path_stats.lost_packets).emit();
            }
            PathEvent::RemoteStatus { id, status, .. } => {
                self.event("remote-status").with("path", id).with("status", report::status(status)).emit();
            }
            PathEvent::ObservedAddr { id, addr, .. } => {
                self.event("observed-address").with("path", id).with("address", addr).emit();
            }
            _ => {}
        }
    }

    fn set_state(&mut self, id: PathId, state: &'static str) {
        if let Some(path) = self.paths.get_mut(&id) {
            path.state = state;
        }
    }

    /// noq reports neither that a path begins nor that its remote address changes.
    fn tell_paths(&mut self) {
        for id in self.inner.paths() {
            let Ok(remote) = self.inner.network_path(id).map(|path| path.remote()) else {
                continue;
            };
            match self.paths.get_mut(&id) {
                None => {
                    self.paths.insert(id, Path { remote, state: "opening" });
                    self.event("path-opened").with("path", id).with("remote", remote).emit();
                }
                Some(path) if path.remote != remote => {
                    let before = std::mem::replace(&mut path.remote, remote);
                    self.event("path-moved").with("path", id).with("from", before).with("to", remote).emit();
                }
                Some(_) => {}
            }
        }
    }

    fn tell_updates(&mut self) {
        while let Some(update) = self.take_update() {
            let by = if update.by_peer { "remote" } else { "local" };
            self.event("key-update").with("count", update.count).with("by", by).emit();
        }
    }

    fn take_update(&self) -> Option<crate::tap::Update> {
        self.tap.lock().updates.pop_front()
    }

    fn tell_sightings(&self) {
        let sightings = std::mem::take(&mut self.tap.lock().sightings);
        for sighting in &sightings {
            report::sighting(self.number, sighting);
        }
    }

    pub fn state_of(&self, id: PathId) -> &'static str {
        self.paths.get(&id).map_or("discarded", |path| path.state)
    }

    /// Nothing more will happen, by a close or otherwise.
    pub fn has_ended(&self) -> bool {
        self.ended || self.inner.is_closed()
    }
}
