//! The loop: one socket, all connections on it, one thread.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use quiche::{ConnectionId, Header, RecvInfo, Type};

use crate::Outcome;
use crate::lines::Lines;
use crate::outbox::Outbox;
use crate::table::{CID_LEN, Conn, ConnId, Table};
use crate::timers::Timers;
use crate::udp::Socket;

/// Least size of a datagram with a client's first packet (RFC 9000, 14.1).
const MIN_INITIAL: usize = 1200;

pub struct Endpoint<S> {
    pub lines: Lines,
    pub socket: Socket,
    config: quiche::Config,
    accepts: bool,
    table: Table<S>,
    timers: Timers,
    /// Connections that something happened to since they were flushed.
    touched: Vec<ConnId>,
    outbox: Outbox,
}

impl<S: Default> Endpoint<S> {
    pub fn new(socket: Socket, config: quiche::Config, accepts: bool, lines: Lines) -> Endpoint<S> {
        Endpoint {
            lines,
            socket,
            config,
            accepts,
            table: Table::new(),
            timers: Timers::default(),
            touched: Vec::new(),
            outbox: Outbox::new(),
        }
    }

    pub fn connect(&mut self, to: SocketAddr) -> Outcome<ConnId> {
        let cid = self.table.next_id().bytes();
        let scid = ConnectionId::from_ref(&cid);
        let local = self.socket.local().into();
        let quic = quiche::connect(None, &scid, local, to, &mut self.config)?;
        let id = self.table.insert(quic, None);
        self.touch(id);
        Ok(id)
    }

    /// Sends what there is, waits until something happens or the deadline has
    /// come, and takes it in. Connections that it happened to are touched.
    pub fn turn(&mut self, deadline: Option<Instant>) -> io::Result<()> {
        self.flush()?;
        let next = [deadline, self.timers.first()].into_iter().flatten().min();
        let timeout = next.map(|at| at.saturating_duration_since(Instant::now()));
        let full = self.outbox.is_blocked();
        if self.socket.wait(timeout, full, &mut self.lines)? {
            self.receive()?;
        }
        self.expire(Instant::now());
        Ok(())
    }

    /// A connection to work with; it is flushed later.
    pub fn conn(&mut self, id: ConnId) -> Option<&mut Conn<S>> {
        self.touch(id);
        self.table.get(id)
    }

    /// A connection to look at.
    pub fn look(&mut self, id: ConnId) -> Option<&Conn<S>> {
        self.table.get(id).map(|conn| &*conn)
    }

    /// Works with each connection that something happened to.
    pub fn each_touched(&mut self, mut work: impl FnMut(&mut Conn<S>)) {
        for id in &self.touched {
            if let Some(conn) = self.table.get(*id) {
                work(conn);
            }
        }
    }

    /// Closes a connection. What is due of its handshake leaves first: quiche
    /// 0.30 would send that in front of the close without end.
    pub fn close(&mut self, id: ConnId) -> io::Result<()> {
        if let Some(conn) = self.table.get(id) {
            self.outbox.send_all(&mut conn.quic, &mut self.socket)?;
            // One that is over already needs no close.
            let _ = conn.quic.close(true, 0, b"");
            self.touch(id);
        }
        Ok(())
    }

    pub fn close_all(&mut self) -> io::Result<()> {
        for id in self.table.ids() {
            self.close(id)?;
        }
        self.flush()
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.outbox.resume(&mut self.socket)?;
        while let Some(id) = self.touched.pop() {
            let Some(conn) = self.table.get(id) else {
                continue;
            };
            self.outbox.send_all(&mut conn.quic, &mut self.socket)?;
            if self.outbox.is_blocked() {
                // There may be more: it stays touched until the socket has room.
                self.touched.push(id);
                break;
            }
            conn.touched = false;
            let wanted = conn.quic.timeout_instant();
            conn.armed = self.timers.advance(id, conn.armed, wanted);
            if conn.quic.is_closed() {
                self.table.remove(id);
            }
        }
        Ok(())
    }

    fn touch(&mut self, id: ConnId) {
        touch(&mut self.table, &mut self.touched, id);
    }

    fn receive(&mut self) -> io::Result<()> {
        let to = self.socket.local().into();
        let Endpoint {
            socket,
            config,
            accepts,
            table,
            touched,
            ..
        } = self;
        socket.receive(|datagram, from| {
            let found = find(table, datagram).or_else(|| {
                let initial = accepts.then(|| new_initial(datagram)).flatten()?;
                accept(table, config, &initial, to, from)
            });
            let Some(id) = found else {
                return;
            };
            if let Some(conn) = table.get(id) {
                // An error closes the connection, and the flush sends that.
                let _ = conn.quic.recv(datagram, RecvInfo { from, to });
                touch(table, touched, id);
            }
        })
    }

    fn expire(&mut self, now: Instant) {
        while let Some(id) = self.timers.due(now) {
            let Some(conn) = self.table.get(id) else {
                continue;
            };
            conn.armed = None;
            let wanted = conn.quic.timeout_instant();
            if wanted.is_some_and(|at| at <= now) {
                conn.quic.on_timeout();
                self.touch(id);
            } else {
                conn.armed = self.timers.advance(id, None, wanted);
            }
        }
    }
}

fn touch<S: Default>(table: &mut Table<S>, touched: &mut Vec<ConnId>, id: ConnId) {
    if let Some(conn) = table.get(id).filter(|conn| !conn.touched) {
        conn.touched = true;
        touched.push(id);
    }
}

/// The connection that a datagram is for.
fn find<S: Default>(table: &mut Table<S>, datagram: &mut [u8]) -> Option<ConnId> {
    if is_long(datagram) {
        let header = Header::from_slice(datagram, CID_LEN).ok()?;
        if let Some(id) = table.by_original(&header.dcid) {
            return Some(id);
        }
        let cid = <[u8; CID_LEN]>::try_from(&header.dcid[..]).ok()?;
        let id = ConnId::from_bytes(cid);
        return table.get(id).map(|_| id);
    }
    let (_, rest) = datagram.split_first()?;
    rest.first_chunk().copied().map(ConnId::from_bytes)
}

fn is_long(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| first & 0x80 != 0)
}

/// The header of a datagram that may begin a connection.
fn new_initial(datagram: &mut [u8]) -> Option<Header<'static>> {
    if !is_long(datagram) || datagram.len() < MIN_INITIAL {
        return None;
    }
    let header = Header::from_slice(datagram, CID_LEN).ok()?;
    let usable = header.ty == Type::Initial && header.version == quiche::PROTOCOL_VERSION;
    usable.then_some(header)
}

fn accept<S: Default>(
    table: &mut Table<S>,
    config: &mut quiche::Config,
    initial: &Header<'_>,
    to: SocketAddr,
    from: SocketAddr,
) -> Option<ConnId> {
    let cid = table.next_id().bytes();
    let scid = ConnectionId::from_ref(&cid);
    let quic = quiche::accept(&scid, None, to, from, config).ok()?;
    Some(table.insert(quic, Some(initial.dcid.to_vec())))
}
