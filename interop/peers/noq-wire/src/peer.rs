//! The endpoint: one thread that turns noq's state machines, the sockets and the commands.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use mio::{Events, Poll};
use noq_proto::{ConnectionHandle, DatagramEvent, Endpoint, FourTuple, Incoming, PathId, Transmit};

use crate::{
    conn::Conn,
    events::{Event, list},
    impair::{Impairment, Way},
    link::{Datagram, Link, SocketId},
    options::{Options, Target},
    report,
    setup::Setup,
    tap::Tap,
    tls,
};

/// Connection ids of this peer have so many bytes; they stand behind the first byte of a short header.
const ID_BYTES: usize = 8;

/// Addresses of peers and the sockets they came to; a test has few.
const MAX_SEEN: usize = 10_000;

/// Ended connections are kept to be asked about, the oldest are forgotten.
const MAX_CONNECTIONS: usize = 256;

/// How long the loop sleeps at most when nothing is due.
const MAX_SLEEP: Duration = Duration::from_secs(3600);

pub struct Peer {
    setup: Setup,
    endpoint: Endpoint,
    pub link: Link,
    /// Sockets that stay whether or not a path uses them.
    pub listening: BTreeSet<SocketId>,
    pub impairment: Impairment,
    pub conns: BTreeMap<u64, Conn>,
    handles: HashMap<ConnectionHandle, u64>,
    /// The connection that commands are about.
    pub current: u64,
    next_number: u64,
    /// Over which socket an address was last heard of.
    seen: HashMap<SocketAddr, SocketId>,
    busy: bool,
}

impl Peer {
    pub fn bind(options: &Options, poll: &Poll) -> Result<Self, String> {
        let setup = Setup::new(options)?;
        let mut link = Link::new(poll.registry().try_clone().map_err(|error| error.to_string())?);
        let mut listening = BTreeSet::new();
        for address in &options.binds {
            listening.insert(link.bind(*address).map_err(|error| format!("{address}: {error}"))?);
        }
        let endpoint = Endpoint::new(setup.endpoint.clone(), Some(setup.server()), true);
        Ok(Self {
            setup,
            endpoint,
            link,
            listening,
            impairment: Impairment::default(),
            conns: BTreeMap::new(),
            handles: HashMap::new(),
            current: 0,
            next_number: 1,
            seen: HashMap::new(),
            busy: false,
        })
    }

    pub fn announce(&self) {
        Event::new("READY")
            .with("key", data_encoding::HEXLOWER.encode(&self.setup.key))
            .with("addrs", list(self.link.addresses()))
            .with("noq", env!("CARGO_PKG_VERSION"))
            .emit();
    }

    pub fn dial(&mut self, target: &Target) -> Result<(), String> {
        let socket = self.socket_towards(target.address).ok_or("no socket of that address family")?;
        let tap = Arc::new(Tap::default());
        let config = self.setup.tapped_client(&tap);
        let name = tls::session_name(&target.key);
        let dialled = self.endpoint.connect(Instant::now(), config, target.address, &name);
        let (handle, inner) = dialled.map_err(|error| error.to_string())?;
        self.add(handle, |number| Conn::new(number, inner, tap, socket));
        Ok(())
    }

    fn add(&mut self, handle: ConnectionHandle, conn: impl FnOnce(u64) -> Conn) {
        let number = self.next_number;
        self.next_number += 1;
        self.conns.insert(number, conn(number));
        self.handles.insert(handle, number);
        self.current = number;
        if self.conns.len() > MAX_CONNECTIONS {
            let ended = self.conns.iter().find(|(_, conn)| conn.has_ended()).map(|(number, _)| *number);
            if let Some(ended) = ended.filter(|ended| !self.handles.values().any(|live| live == ended)) {
                self.conns.remove(&ended);
            }
        }
    }

    /// The first socket that could reach an address.
    pub fn socket_towards(&self, remote: SocketAddr) -> Option<SocketId> {
        self.link
            .addresses()
            .find(|local| local.is_ipv4() == remote.is_ipv4())
            .and_then(|local| self.link.find(local))
    }

    /// Sleeps until something may be done.
    pub fn sleep(&self, poll: &mut Poll, events: &mut Events) -> io::Result<()> {
        let now = Instant::now();
        let due = self.handles.values().filter_map(|number| self.conns.get(number)?.inner.poll_timeout());
        let next = due.chain(self.impairment.next_due()).min();
        let sleep = match next {
            _ if self.busy => Duration::ZERO,
            Some(next) => next.saturating_duration_since(now).min(MAX_SLEEP),
            None => MAX_SLEEP,
        };
        match poll.poll(events, Some(sleep)) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }

    /// Handles what has come and what is due, and sends what is to be sent.
    pub fn turn(&mut self) {
        let mut datagrams = Vec::new();
        self.busy = self.link.receive(&mut datagrams);
        let now = Instant::now();
        for datagram in datagrams {
            let path = self.path_of(&datagram.bytes);
            for datagram in self.impairment.pass(Way::In, path, datagram, now) {
                self.deliver(datagram, now);
            }
        }
        while let Some((way, datagram)) = self.impairment.take_due(now) {
            match way {
                Way::In => self.deliver(datagram, now),
                Way::Out => self.link.send(&datagram),
            }
        }
        self.turn_connections(now);
        let freed: Vec<_> = self.conns.values_mut().flat_map(|conn| conn.freed.drain(..)).collect();
        for socket in freed {
            if !self.listening.contains(&socket) {
                self.release(socket);
            }
        }
    }

    fn turn_connections(&mut self, now: Instant) {
        let Self { endpoint, link, impairment, conns, handles, seen, busy, .. } = self;
        handles.retain(|handle, number| {
            let Some(conn) = conns.get_mut(number) else {
                return false;
            };
            conn.turn(endpoint, *handle, now);
            let more = conn.transmit(seen, now, |path, datagram| {
                for datagram in impairment.pass(Way::Out, path, datagram, now) {
                    link.send(&datagram);
                }
            });
            *busy |= more;
            // What was sent may have made room, and a last packet may have ended the connection.
            conn.turn(endpoint, *handle, now);
            if conn.inner.is_drained() {
                conn.event("drained").emit();
            }
            !conn.inner.is_drained()
        });
    }

    /// The path that an incoming packet belongs to, as far as its destination is known.
    fn path_of(&self, packet: &[u8]) -> PathId {
        let short = packet.first().is_some_and(|first| first & 0x80 == 0);
        let id = packet.get(1..=ID_BYTES).filter(|_| short);
        let paths =
            id.and_then(|id| self.handles.values().find_map(|number| self.conns.get(number)?.tap.lock().path_of(id)));
        paths.unwrap_or(PathId::ZERO)
    }

    fn deliver(&mut self, datagram: Datagram, now: Instant) {
        let Datagram { socket, remote, ecn, bytes } = datagram;
        if self.seen.len() >= MAX_SEEN {
            self.seen.clear();
        }
        self.seen.insert(remote, socket);
        let mut answer = Vec::new();
        match self.endpoint.handle(now, FourTuple::from_remote(remote), ecn, bytes, &mut answer) {
            Some(DatagramEvent::ConnectionEvent(handle, event)) => {
                if let Some(conn) = self.handles.get(&handle).and_then(|number| self.conns.get_mut(number)) {
                    conn.inner.handle_event(event);
                    conn.arrived(socket, remote);
                }
            }
            Some(DatagramEvent::NewConnection(incoming)) => self.accept(incoming, socket, now),
            Some(DatagramEvent::Response(transmit)) => self.answer(socket, &transmit, &answer),
            None => {}
        }
    }

    fn accept(&mut self, incoming: Incoming, socket: SocketId, now: Instant) {
        let tap = Arc::new(Tap::default());
        let config = self.setup.tapped_server(&tap);
        let mut answer = Vec::new();
        match self.endpoint.accept(incoming, now, &mut answer, Some(config)) {
            Ok((handle, inner)) => self.add(handle, |number| Conn::new(number, inner, tap, socket)),
            Err(error) => {
                report::lost(Event::new("refused"), &error.cause).emit();
                if let Some(transmit) = &error.response {
                    self.answer(socket, transmit, &answer);
                }
            }
        }
    }

    /// Sends what belongs to no connection.
    fn answer(&mut self, socket: SocketId, transmit: &Transmit, bytes: &[u8]) {
        let bytes = bytes.get(..transmit.size).unwrap_or(bytes).into();
        self.link.send(&Datagram { socket, remote: transmit.destination, ecn: transmit.ecn, bytes });
    }

    /// Sends a datagram that noq does not know of.
    pub fn send(&mut self, path: PathId, datagram: Datagram) {
        for datagram in self.impairment.pass(Way::Out, path, datagram, Instant::now()) {
            self.link.send(&datagram);
        }
    }

    /// Closes a socket that no path uses any more.
    pub fn release(&mut self, socket: SocketId) {
        if !self.conns.values().any(|conn| conn.sockets.values().any(|used| *used == socket)) {
            self.link.close(socket);
        }
    }
}
