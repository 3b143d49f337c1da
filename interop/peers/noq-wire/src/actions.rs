//! What the commands do.

use std::{net::SocketAddr, num::NonZeroU32, time::Instant};

use bytes::BytesMut;
use noq_proto::{FourTuple, NetworkChangeHint, PathId, PathStatus};

use crate::{
    command::{Change, Command, Ways},
    conn::Conn,
    events::{Event, list},
    impair::{Chance, Rules},
    link::{Datagram, Link, SocketId},
    pattern::Pattern,
    peer::Peer,
    report,
    tap::Injection,
};

/// What a command answers, or why it failed in the words of whoever refused it.
type Answer = Result<Event, String>;

/// Does what a line says. False if the process is to end.
pub fn run(peer: &mut Peer, line: &str) -> bool {
    let answer = match crate::command::parse(line) {
        Ok(Command::Quit) => return false,
        Ok(command) => execute(peer, command),
        Err(why) => Err(why),
    };
    let name = line.split_ascii_whitespace().next().unwrap_or_default();
    match answer {
        Ok(event) => event.with("command", name).emit(),
        Err(why) => Event::new("error").text("what", &why).with("command", name).emit(),
    }
    true
}

fn ok() -> Event {
    Event::new("ok")
}

fn execute(peer: &mut Peer, command: Command) -> Answer {
    match command {
        Command::Impair { way, path, change } => {
            impair(peer, way, path, change);
            Ok(ok())
        }
        Command::Unimpair => {
            peer.impairment.clear();
            Ok(ok())
        }
        Command::Listen(address) => listen(peer, address),
        Command::Counters => Ok(counters(peer)),
        Command::Use(number) if peer.conns.contains_key(&number) => {
            peer.current = number;
            Ok(ok())
        }
        Command::Use(number) => Err(format!("no connection {number}")),
        Command::Open { local, remote, status } => open(peer, local, remote, status),
        Command::Rebind { path, local } => rebind(peer, path, local),
        Command::Packet { path, number, bytes, id, way } => packet(peer, path, number, &bytes, id, way),
        other => {
            let conn = peer.conns.get_mut(&peer.current).ok_or("no connection yet")?;
            match other {
                Command::KeyUpdate if conn.update_keys() => Ok(ok()),
                Command::KeyUpdate => Err("noq does not update its keys now".to_owned()),
                Command::Paths | Command::Frames | Command::Addresses => tell(conn, &peer.link, &other),
                Command::AddAddress(_) | Command::RemoveAddress(_) | Command::NatRound => nat(conn, other),
                _ => on_connection(conn, other),
            }
        }
    }
}

fn impair(peer: &mut Peer, ways: Ways, path: Option<PathId>, change: Change) {
    for way in ways.0 {
        let rules: &mut Rules = peer.impairment.rules(*way, path);
        match change {
            Change::Mute(mute) => rules.mute = mute,
            Change::Drop { percent, seed } => rules.loss = Some(Chance::new(percent, seed)),
            Change::Duplicate { percent, seed } => rules.double = Some(Chance::new(percent, seed)),
            Change::Delay(delay) => rules.delay = delay,
            Change::Reorder { percent, late, seed } => rules.late = Some((Chance::new(percent, seed), late)),
        }
    }
}

fn listen(peer: &mut Peer, address: SocketAddr) -> Answer {
    let socket = peer.link.bind(address).map_err(|error| error.to_string())?;
    peer.listening.insert(socket);
    Ok(Event::new("listening").maybe("local", peer.link.address(socket)))
}

fn open(peer: &mut Peer, local: Option<SocketAddr>, remote: SocketAddr, status: PathStatus) -> Answer {
    let known = local.map_or_else(|| peer.socket_towards(remote), |local| peer.link.find(local));
    let socket = match (known, local) {
        (Some(socket), _) => socket,
        (None, Some(local)) => peer.link.bind(local).map_err(|error| error.to_string())?,
        (None, None) => return Err("no socket of that address family".to_owned()),
    };
    let conn = peer.conns.get_mut(&peer.current).ok_or("no connection yet")?;
    match conn.inner.open_path(FourTuple::from_remote(remote), status, Instant::now()) {
        Ok(path) => {
            conn.sockets.insert(path, socket);
            let event = conn.event("opening").with("path", path).with("remote", remote);
            Ok(event.maybe("local", peer.link.address(socket)))
        }
        Err(error) => {
            if known.is_none() {
                peer.release(socket);
            }
            Err(error.to_string())
        }
    }
}

fn rebind(peer: &mut Peer, path: PathId, local: Option<SocketAddr>) -> Answer {
    let conn = peer.conns.get(&peer.current).ok_or("no connection yet")?;
    let old = *conn.sockets.get(&path).ok_or("no such path")?;
    let before = peer.link.address(old).ok_or("the path has no socket")?;
    // The system chooses another port, as a NAT does that has forgotten the old one.
    let local = local.unwrap_or_else(|| SocketAddr::new(before.ip(), 0));
    let socket = socket_at(&mut peer.link, local)?;
    let event = Event::new("rebound").with("conn", peer.current).with("path", path).with("from", before);
    let event = event.maybe("to", peer.link.address(socket));
    if let Some(conn) = peer.conns.get_mut(&peer.current) {
        conn.sockets.insert(path, socket);
        conn.pinned.insert(path);
        // A server goes on listening where it was dialled; what comes to a client's old port is lost.
        if conn.inner.side().is_client() {
            peer.release(old);
        }
    }
    Ok(event)
}

fn packet(
    peer: &mut Peer,
    path: PathId,
    number: u64,
    bytes: &[u8],
    id: Option<u64>,
    way: Option<(SocketAddr, SocketAddr)>,
) -> Answer {
    let conn = peer.conns.get(&peer.current).ok_or("no connection yet")?;
    let (remote, socket) = match way {
        Some((remote, local)) => (remote, socket_at(&mut peer.link, local)?),
        None => {
            let known = conn.inner.network_path(path).or_else(|_| conn.inner.network_path(PathId::ZERO));
            let socket = conn.sockets.get(&path).or_else(|| conn.sockets.values().next());
            (known.map_err(|error| error.to_string())?.remote(), *socket.ok_or("no socket")?)
        }
    };
    let sealed = conn.tap.lock().made_up(path, number, id, bytes);
    let bytes = BytesMut::from(&sealed.ok_or("no key or no connection id for that")?[..]);
    peer.send(path, Datagram { socket, remote, ecn: None, bytes });
    Ok(Event::new("packet-sent").with("conn", peer.current).with("path", path).with("packet", number))
}

/// The socket with this address, which may have to be opened.
fn socket_at(link: &mut Link, local: SocketAddr) -> Result<SocketId, String> {
    match link.find(local) {
        Some(socket) => Ok(socket),
        None => link.bind(local).map_err(|error| error.to_string()),
    }
}

fn on_connection(conn: &mut Conn, command: Command) -> Answer {
    let now = Instant::now();
    let inner = &mut conn.inner;
    match command {
        Command::Abandon { path, code } => inner.close_path(now, path, code).map_err(|error| error.to_string())?,
        Command::Status { path, status } => {
            inner.set_path_status(path, status).map_err(|error| error.to_string())?;
        }
        Command::KeyUpdateEvery(every) => conn.key_update_every = every,
        Command::Send(bytes) => {
            let stream = conn.streams.send(&mut conn.inner, bytes, now).ok_or("no more streams allowed now")?;
            return Ok(conn.event("sending").with("stream", u64::from(stream)));
        }
        Command::Datagram(bytes) => {
            let datagram = Pattern::new().piece(0, bytes as u64);
            inner.datagrams().send(datagram, false).map_err(|error| error.to_string())?;
        }
        Command::Ping(path) => inner.ping_path(path).map_err(|error| error.to_string())?,
        Command::Frame { path, bytes, alone } => {
            // A PING makes noq build the packet that the bytes go into.
            inner.ping_path(path).map_err(|error| error.to_string())?;
            conn.tap.lock().inject(path, Injection { frames: bytes, alone });
        }
        Command::Skip { path, count } if !conn.tap.lock().skip_numbers(path, count) => {
            return Err("so many numbers can not be skipped".to_owned());
        }
        Command::Skip { .. } => {}
        Command::Watch(kinds) => conn.tap.lock().watched.push(kinds),
        Command::Unwatch => conn.tap.lock().watched.clear(),
        Command::MaxPaths(count) => {
            let count = NonZeroU32::new(count).ok_or("at least one path")?;
            inner.set_max_concurrent_paths(now, count).map_err(|error| error.to_string())?;
        }
        Command::NetworkChange => inner.handle_network_change(Some(&StillThere), now),
        Command::Close { code, reason } => inner.close(now, code, reason.into()),
        _ => return Err("not a command for a connection".to_owned()),
    }
    Ok(ok())
}

/// What iroh tells noq of paths whose interface is still there.
#[derive(Debug)]
struct StillThere;

impl NetworkChangeHint for StillThere {
    fn is_path_recoverable(&self, _path: PathId, _network_path: FourTuple) -> bool {
        true
    }
}

fn nat(conn: &mut Conn, command: Command) -> Answer {
    let inner = &mut conn.inner;
    let done = match command {
        Command::AddAddress(address) => inner.add_nat_traversal_address(address),
        Command::RemoveAddress(address) => inner.remove_nat_traversal_address(address),
        _ => {
            let probed = inner.initiate_nat_traversal_round(Instant::now()).map_err(|error| error.to_string())?;
            return Ok(conn.event("probing").with("remotes", list(probed)));
        }
    };
    done.map(|()| ok()).map_err(|error| error.to_string())
}

/// Lines about a connection, the last of which is the answer.
fn tell(conn: &mut Conn, link: &Link, command: &Command) -> Answer {
    match command {
        Command::Frames => {
            let tap = conn.tap.lock();
            report::frames(conn.number, "rx", &tap.received);
            report::frames(conn.number, "tx", &tap.sent);
        }
        Command::Paths => {
            for path in conn.inner.paths() {
                tell_path(conn, link, path);
            }
        }
        _ => {
            let told = |error: noq_proto::n0_nat_traversal::Error| error.to_string();
            let local = conn.inner.get_local_nat_traversal_addresses().map_err(told)?;
            // Only a client keeps those of the other side.
            let remote = conn.inner.get_remote_nat_traversal_addresses().unwrap_or_default();
            return Ok(conn.event("addresses").with("local", list(local)).with("remote", list(remote)));
        }
    }
    Ok(ok())
}

fn tell_path(conn: &mut Conn, link: &Link, path: PathId) {
    let event = conn.event("path").with("path", path).with("state", conn.state_of(path));
    let inner = &mut conn.inner;
    let local = conn.sockets.get(&path).and_then(|socket| link.address(*socket));
    let stats = inner.path_stats(path);
    event
        .maybe("remote", inner.network_path(path).ok().map(|known| known.remote()))
        .maybe("local", local)
        .maybe("status", inner.path_status(path).ok().map(report::status))
        .with("remote-status", inner.remote_path_status(path).map_or("-", report::status))
        .maybe("observed", inner.path_observed_address(path).ok().flatten())
        .maybe("rtt-us", stats.map(|stats| stats.rtt.as_micros()))
        .maybe("cwnd", stats.map(|stats| stats.cwnd))
        .maybe("mtu", stats.map(|stats| stats.current_mtu))
        .maybe("tx-datagrams", stats.map(|stats| stats.udp_tx.datagrams))
        .maybe("tx-bytes", stats.map(|stats| stats.udp_tx.bytes))
        .maybe("rx-datagrams", stats.map(|stats| stats.udp_rx.datagrams))
        .maybe("rx-bytes", stats.map(|stats| stats.udp_rx.bytes))
        .maybe("lost", stats.map(|stats| stats.lost_packets))
        .emit();
}

fn counters(peer: &Peer) -> Event {
    let fates = &peer.impairment.fates;
    let failed = peer.conns.get(&peer.current).map(|conn| conn.tap.lock().failed);
    let packets = peer.conns.get(&peer.current).map(|conn| conn.tap.lock().packets_sent);
    Event::new("counters")
        .with("rx", peer.link.received)
        .with("tx", peer.link.sent)
        .with("refused", peer.link.refused)
        .with("muted", fates.muted)
        .with("lost", fates.lost)
        .with("doubled", fates.doubled)
        .with("held", fates.held)
        .maybe("unopened", failed)
        .maybe("packets", packets)
}
