//! Two connections and a network between them, in time that does not pass.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::HashMap;
use std::time::Duration;

use super::*;
use crate::test_utils::Pipe;
use crate::Config;
use crate::Connection;
use crate::RecvInfo;

/// What happens to datagrams between an address of the client and the server.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) delay: Duration,
    /// Added at random, so that datagrams overtake each other.
    pub(super) jitter: Duration,
    /// Per thousand.
    pub(super) loss: u64,
    pub(super) copies: u64,
    pub(super) to_server: bool,
    pub(super) to_client: bool,
    /// What the server sees instead of the client's address.
    pub(super) outside: Option<SocketAddr>,
}

impl Default for Link {
    fn default() -> Link {
        Link {
            delay: Duration::from_millis(10),
            jitter: Duration::ZERO,
            loss: 0,
            copies: 0,
            to_server: true,
            to_client: true,
            outside: None,
        }
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Flying {
    at: Instant,
    number: u64,
    to_server: bool,
    from: SocketAddr,
    to: SocketAddr,
    bytes: Vec<u8>,
}

/// A stream that comes back from the server as it was sent.
struct Echo {
    id: u64,
    len: u64,
    written: u64,
    read: u64,
    over: bool,
}

pub(super) struct Sim {
    pub(super) client: Connection,
    pub(super) server: Connection,
    pub(super) now: Instant,
    pub(super) links: Vec<(SocketAddr, Link)>,
    pub(super) client_events: Vec<MultipathEvent>,
    pub(super) server_events: Vec<MultipathEvent>,
    /// Bytes delivered to the server from each address.
    pub(super) arrived: HashMap<SocketAddr, usize>,
    /// Changes the keys of the client after so many packets.
    pub(super) update_every: Option<u64>,
    cid: u64,
    number: u64,
    flying: BinaryHeap<Reverse<Flying>>,
    echo: Option<Echo>,
    time: Option<crate::clock::Frozen>,
    /// How often somebody had something to do at this moment.
    turns: u32,
    back: HashMap<u64, (VecDeque<u8>, bool)>,
}

pub(super) fn client_addr(which: u8) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, which], 1))
}

pub(super) fn config(cc: &str, max_path_id: u8) -> Config {
    let mut config = Pipe::default_config_no_pq(cc).unwrap();
    // Together with the delay these say how fast it goes.
    config.set_initial_max_data(128 << 10);
    config.set_initial_max_stream_data_bidi_local(64 << 10);
    config.set_initial_max_stream_data_bidi_remote(64 << 10);
    config.set_max_connection_window(128 << 10);
    config.set_max_stream_window(64 << 10);
    config.set_initial_max_streams_bidi(100);
    config.set_max_idle_timeout(30_000);
    config.set_active_connection_id_limit(4);
    config.set_ack_delay_exponent(3);
    config.set_max_send_udp_payload_size(1_350);
    config.set_transport_param(INITIAL_MAX_PATH_ID, &[max_path_id]);
    config.set_transport_param(NAT_TRAVERSAL, &[32]);
    config
}

fn pattern(at: u64) -> u8 {
    (at ^ (at >> 8) ^ (at >> 17)) as u8
}

impl Sim {
    pub(super) fn new(seed: u64) -> Sim {
        Sim::with(seed, &mut config("cubic", 7), &mut config("cubic", 7))
    }

    pub(super) fn with(
        seed: u64, client: &mut Config, server: &mut Config,
    ) -> Sim {
        crate::chance::seed(Some(seed));
        let now = Instant::now();
        let time = Some(crate::clock::freeze(now));
        let pipe =
            Pipe::with_client_and_server_config(client, server).unwrap();
        let mut sim = Sim {
            client: pipe.client,
            server: pipe.server,
            now,
            links: Vec::new(),
            client_events: Vec::new(),
            server_events: Vec::new(),
            arrived: HashMap::new(),
            update_every: None,
            cid: 0,
            number: 0,
            flying: BinaryHeap::new(),
            echo: None,
            time,
            turns: 0,
            back: HashMap::new(),
        };
        sim.links.push((Pipe::client_addr(), Link::default()));
        sim.run("handshake", 5, |sim| {
            sim.client.handshake_confirmed && sim.server.handshake_confirmed
        });
        sim.settle();
        sim
    }

    /// Another address of the client.
    pub(super) fn link(&mut self, which: u8, link: Link) -> SocketAddr {
        let addr = client_addr(which);
        self.links.push((addr, link));
        addr
    }

    pub(super) fn at(&mut self, addr: SocketAddr) -> &mut Link {
        let mut all = self.links.iter_mut();
        &mut all.find(|(client, _)| *client == addr).unwrap().1
    }

    pub(super) fn server_addr(&self) -> SocketAddr {
        Pipe::server_addr()
    }

    /// Opens a path from another address and waits until both are ready.
    pub(super) fn open(&mut self, which: u8, link: Link) -> u32 {
        let addr = self.link(which, link);
        let server = self.server_addr();
        let path = self.client.open_path(addr, server, false).unwrap();
        self.run("opening", 10, |sim| {
            sim.told(&MultipathEvent::PeerReady { path })
        });
        path
    }

    pub(super) fn told(&self, event: &MultipathEvent) -> bool {
        self.client_events.contains(event)
    }

    fn random(&mut self, below: u64) -> u64 {
        crate::rand::rand_u64_uniform(below)
    }

    /// Runs until something holds, for some seconds at most.
    pub(super) fn run(
        &mut self, what: &str, seconds: u64, done: impl Fn(&Sim) -> bool,
    ) {
        let end = self.now + Duration::from_secs(seconds);
        while !done(self) {
            assert!(
                self.now < end,
                "{what}: {:?} {:?} {:?}",
                self.client_events,
                self.server_events,
                self.progress()
            );
            self.step(end);
        }
    }

    pub(super) fn progress(&self) -> Option<(u64, u64)> {
        self.echo.as_ref().map(|echo| (echo.written, echo.read))
    }

    /// Lets some time pass.
    pub(super) fn pass(&mut self, millis: u64) {
        let end = self.now + Duration::from_millis(millis);
        while self.now < end {
            self.step(end);
        }
    }

    /// Lets time pass in which nobody does anything.
    pub(super) fn idle(&mut self, time: Duration) {
        self.now += time;
        self.time = None;
        self.time = Some(crate::clock::freeze(self.now));
    }

    /// Until nothing is on its way and nobody has anything to say.
    pub(super) fn settle(&mut self) {
        self.pass(300);
    }

    /// Sends that many bytes there and back, and checks them.
    pub(super) fn transfer(&mut self, len: u64, seconds: u64) {
        self.begin(len);
        self.finish(seconds);
    }

    pub(super) fn begin(&mut self, len: u64) {
        let id = self.echo.as_ref().map_or(0, |echo| echo.id + 4);
        self.echo = Some(Echo {
            id,
            len,
            written: 0,
            read: 0,
            over: false,
        });
    }

    pub(super) fn finish(&mut self, seconds: u64) {
        self.run("transfer", seconds, |sim| {
            sim.echo.as_ref().unwrap().over
        });
    }

    /// Flushes both, then goes to what happens next.
    fn step(&mut self, end: Instant) {
        self.issue();
        self.work_client();
        self.work_server();
        self.flush(true);
        self.flush(false);
        self.collect();
        let timers = [self.client.timeout_instant(), self.server.timeout_instant()];
        let timer = timers.into_iter().flatten().min();
        let arrival = self.flying.peek().map(|Reverse(next)| next.at);
        let next = [timer, arrival, Some(end)].into_iter().flatten().min().unwrap();
        self.turns = if next > self.now { 0 } else { self.turns + 1 };
        assert!(self.turns < 1_000, "nothing comes to rest");
        self.now = next.max(self.now);
        // One after the other: the end of the first lets time go on.
        self.time = None;
        self.time = Some(crate::clock::freeze(self.now));
        while self.flying.peek().is_some_and(|Reverse(next)| next.at <= self.now) {
            let Some(Reverse(next)) = self.flying.pop() else {
                break;
            };
            self.deliver(next);
        }
        for conn in [&mut self.client, &mut self.server] {
            if conn.timeout_instant().is_some_and(|at| at <= self.now) {
                conn.on_timeout();
            }
        }
    }

    /// Gives both all the connection ids they may have.
    fn issue(&mut self) {
        for conn in [&mut self.client, &mut self.server] {
            while conn.is_established() && conn.scids_left() > 0 {
                self.cid += 1;
                let cid = [&[0; 8][..], &self.cid.to_be_bytes()].concat();
                let cid = crate::ConnectionId::from_ref(&cid);
                let token = u128::from(self.cid);
                if conn.new_scid(&cid, token, false).is_err() {
                    break;
                }
            }
            while let Some(path) = conn.first_path_without_scids() {
                self.cid += 1;
                let cid = [&[path as u8; 8][..], &self.cid.to_be_bytes()].concat();
                let token = u128::from(self.cid);
                conn.new_path_scid(path, &cid, token).unwrap();
            }
        }
    }

    fn flush(&mut self, from_client: bool) {
        let mut out = [0; 1_500];
        loop {
            let conn = match from_client {
                true => &mut self.client,
                false => &mut self.server,
            };
            let (len, info) = match conn.send(&mut out) {
                Ok(sent) => sent,
                Err(Error::Done) => return,
                Err(error) => panic!("{error:?}"),
            };
            self.launch(from_client, info.from, info.to, &out[..len]);
        }
    }

    fn launch(&mut self, to_server: bool, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        let (inner, outer) = match to_server {
            true => (from, None),
            false => (to, Some(to)),
        };
        let links = self.links.iter();
        let mut found = links.filter(|(client, link)| match outer {
            Some(outer) => link.outside.unwrap_or(*client) == outer,
            None => *client == inner,
        });
        let Some((client, link)) = found.next() else {
            return;
        };
        let (client, link) = (*client, link.clone());
        let open = match to_server {
            true => link.to_server,
            false => link.to_client,
        };
        if !open {
            return;
        }
        let copies = 1 + u64::from(self.random(1_000) < link.copies);
        for _ in 0..copies {
            if self.random(1_000) < link.loss {
                continue;
            }
            let jitter = self.random(link.jitter.as_micros() as u64 + 1);
            self.number += 1;
            let at = self.now + link.delay + Duration::from_micros(jitter);
            let (from, to) = match to_server {
                true => (link.outside.unwrap_or(from), to),
                false => (from, client),
            };
            self.flying.push(Reverse(Flying {
                at,
                number: self.number,
                to_server,
                from,
                to,
                bytes: bytes.to_vec(),
            }));
        }
    }

    fn deliver(&mut self, mut next: Flying) {
        let conn = match next.to_server {
            true => &mut self.server,
            false => &mut self.client,
        };
        if next.to_server {
            *self.arrived.entry(next.from).or_default() += next.bytes.len();
        }
        let info = RecvInfo {
            from: next.from,
            to: next.to,
        };
        match conn.recv(&mut next.bytes, info) {
            Ok(_) | Err(Error::Done) => (),
            Err(error) => panic!("{error:?} {:?}", conn.multipath.entered),
        }
        assert_eq!(conn.multipath.entered, 0);
    }

    fn collect(&mut self) {
        while let Some(event) = self.client.multipath_event_next() {
            self.client_events.push(event);
        }
        while let Some(event) = self.server.multipath_event_next() {
            self.server_events.push(event);
        }
        for conn in [&mut self.client, &mut self.server] {
            while conn.retired_path_scid_next().is_some() {}
            while conn.retired_scid_next().is_some() {}
            while conn.path_event_next().is_some() {}
        }
    }

    fn work_client(&mut self) {
        if let Some(every) = self.update_every {
            let seal = self.client.crypto_ctx[APPLICATION].crypto_seal.as_ref();
            if seal.is_some_and(|seal| seal.sealed() > every) {
                self.client.update_keys(self.now).unwrap();
            }
        }
        let Some(echo) = &mut self.echo else {
            return;
        };
        while echo.written < echo.len {
            let end = echo.len.min(echo.written + 16_384);
            let piece: Vec<u8> = (echo.written..end).map(pattern).collect();
            match self.client.stream_send(echo.id, &piece, end == echo.len) {
                Ok(0) | Err(Error::Done) => break,
                Ok(taken) => echo.written += taken as u64,
                Err(error) => panic!("{error:?}"),
            }
        }
        let mut piece = [0; 16_384];
        while let Ok((len, fin)) = self.client.stream_recv(echo.id, &mut piece) {
            for byte in &piece[..len] {
                assert_eq!(*byte, pattern(echo.read), "at {}", echo.read);
                echo.read += 1;
            }
            if fin {
                assert_eq!(echo.read, echo.len);
                echo.over = true;
            }
        }
    }

    fn work_server(&mut self) {
        let mut piece = [0; 16_384];
        while let Some(id) = self.server.stream_readable_next() {
            let (waiting, over) = self.back.entry(id).or_default();
            while let Ok((len, fin)) = self.server.stream_recv(id, &mut piece) {
                waiting.extend(&piece[..len]);
                *over |= fin;
            }
        }
        let mut gone = Vec::new();
        for (id, (waiting, over)) in &mut self.back {
            while !waiting.is_empty() || *over {
                let fin = *over;
                match self.server.stream_send(*id, waiting.make_contiguous(), fin) {
                    Err(Error::Done) => break,
                    Ok(taken) => {
                        waiting.drain(..taken);
                        if fin && waiting.is_empty() {
                            gone.push(*id);
                            *over = false;
                        } else if taken == 0 {
                            break;
                        }
                    },
                    Err(error) => panic!("{error:?}"),
                }
            }
        }
        for id in gone {
            self.back.remove(&id);
        }
    }
}
