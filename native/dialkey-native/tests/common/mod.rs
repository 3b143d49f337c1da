//! Two endpoints over loopback, driven through the C entries only.

#![allow(dead_code)]

use std::collections::{HashMap, VecDeque};
use std::ptr;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use dialkey::abi::*;
use dialkey::entry::*;

pub const DONE: i32 = dk_status::DK_DONE as i32;
pub const BUFFER: i32 = dk_status::DK_ERR_BUFFER as i32;
pub const STATE: i32 = dk_status::DK_ERR_STATE as i32;
pub const ARG: i32 = dk_status::DK_ERR_ARG as i32;
pub const PANIC: i32 = dk_status::DK_ERR_PANIC as i32;
pub const CRYPTO: i32 = dk_status::DK_ERR_CRYPTO as i32;
pub const PROTOCOL: i32 = dk_status::DK_ERR_PROTOCOL as i32;
pub const LIMIT_REACHED: i32 = dk_status::DK_ERR_LIMIT as i32;
pub const CLOSED: i32 = dk_status::DK_ERR_CLOSED as i32;

pub const ALPN: &[u8] = b"\x06dk/tst";
const SLAB: usize = 32 * 65536;

/// Milliseconds after which a test gives up; none should come near.
const LIMIT: Duration = Duration::from_secs(20);

/// One test at a time, so that each can demand that no object is left.
pub struct Alone(#[expect(dead_code, reason = "held, not read")] MutexGuard<'static, ()>);

pub fn alone() -> Alone {
    static ONE: Mutex<()> = Mutex::new(());
    let guard = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(live(), [0, 0, 0], "objects left by another test");
    Alone(guard)
}

impl Drop for Alone {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(live(), [0, 0, 0], "objects left by this test");
        }
    }
}

pub fn live() -> [u64; 3] {
    let mut out = [9; 3];
    assert_eq!(unsafe { dk_live_objects(out.as_mut_ptr(), 3) }, 3);
    out
}

pub fn last_error() -> String {
    let mut buf = [0; 256];
    let n = unsafe { dk_last_error(buf.as_mut_ptr(), buf.len()) } as usize;
    String::from_utf8_lossy(&buf[..n.min(256)]).into_owned()
}

pub fn now_ns() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    // Not from 0, so that a forgotten zero shows.
    1_000_000_000 + START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

pub fn loopback(port: u16) -> dk_addr {
    let mut ip = [0; 16];
    ip[..4].copy_from_slice(&[127, 0, 0, 1]);
    dk_addr {
        ip,
        port,
        family: 4,
        ..dk_addr::default()
    }
}

pub fn loopback6(port: u16) -> dk_addr {
    let mut ip = [0; 16];
    ip[15] = 1;
    dk_addr {
        ip,
        port,
        family: 6,
        ..dk_addr::default()
    }
}

pub fn config(seed: u8) -> dk_config {
    let mut out = 0;
    let rc = unsafe { dk_config_new([seed; 32].as_ptr(), dk_role::DK_ROLE_BOTH as u32, &mut out) };
    assert_eq!(rc, 0, "{}", last_error());
    out
}

pub fn set(config: dk_config, option: dk_option, value: u64) {
    assert_eq!(dk_config_set(config, option as u32, value), 0, "{option:?}");
}

pub fn set_alpn(config: dk_config, wire: &[u8]) {
    assert_eq!(
        unsafe { dk_config_alpn(config, wire.as_ptr(), wire.len()) },
        0
    );
}

/// The public key of `config(seed)`, from BoringSSL itself.
pub fn public_key(seed: u8) -> [u8; 32] {
    let mut public = [0; 32];
    let mut private = [0; 64];
    unsafe {
        boring_sys::ED25519_keypair_from_seed(
            public.as_mut_ptr(),
            private.as_mut_ptr(),
            [seed; 32].as_ptr(),
        );
    }
    public
}

pub fn open_udp(bind: dk_addr, flags: u32) -> (dk_socket, dk_addr, [u64; 4]) {
    let (mut socket, mut bound, mut granted) = (0, dk_addr::default(), [0; 4]);
    let rc = unsafe {
        dk_udp_open(
            &bind,
            flags,
            0,
            0,
            &mut socket,
            &mut bound,
            granted.as_mut_ptr(),
        )
    };
    assert_eq!(rc, 0, "{}", last_error());
    (socket, bound, granted)
}

/// An event with its payload.
#[derive(Clone, Debug)]
pub struct Seen {
    pub event: dk_event,
    pub payload: Vec<u8>,
}

/// A connection of a node and what was heard of it.
pub struct Link {
    pub id: dk_conn,
    pub seen: Vec<Seen>,
}

/// What a loop turn lets a test do with each datagram before it is sent.
type Filter = Box<dyn FnMut(&mut Vec<u8>) -> bool>;

/// An endpoint: socket, configuration, connections routed by id.
pub struct Node {
    pub config: dk_config,
    pub socket: dk_socket,
    pub addr: dk_addr,
    pub links: Vec<Link>,
    pub accepts: bool,
    /// Answers resets for packets of unknown connections.
    pub resets: bool,
    /// Takes only clients that answered a Retry.
    pub retries: bool,
    /// Says which outgoing datagrams get through; none: all, as they stand.
    pub filter: Option<Filter>,
    /// Outgoing datagrams are held back so long.
    pub delay: Option<Duration>,
    /// Local address that arriving datagrams are given.
    pub arrives_as: Option<dk_addr>,
    /// Most bytes that left in one flush.
    pub largest_flush: usize,
    late: VecDeque<(u64, Vec<u8>, dk_addr)>,
    routes: HashMap<Vec<u8>, usize>,
    slab: Vec<u8>,
    rx: Vec<dk_rx>,
    tx: Vec<dk_tx>,
    out: Vec<u8>,
    side: Vec<u8>,
    events: Vec<dk_event>,
}

impl Node {
    pub fn new(seed: u8) -> Node {
        Node::with_config(config(seed), loopback(0), 0)
    }

    pub fn with_config(config: dk_config, bind: dk_addr, flags: u32) -> Node {
        set_alpn(config, ALPN);
        let (socket, addr, _) = open_udp(bind, flags);
        Node {
            config,
            socket,
            addr,
            links: Vec::new(),
            accepts: true,
            resets: false,
            retries: false,
            filter: None,
            delay: None,
            arrives_as: None,
            largest_flush: 0,
            late: VecDeque::new(),
            routes: HashMap::new(),
            slab: vec![0; SLAB],
            rx: vec![dk_rx::default(); 2048],
            tx: vec![dk_tx::default(); 64],
            out: vec![0; 256 * 1024],
            side: vec![0; 1024],
            events: vec![dk_event::default(); 64],
        }
    }

    pub fn dial(&mut self, to: &Node, key: [u8; 32], alpn: &[u8]) -> usize {
        self.dial_addr(to.addr, key, alpn)
    }

    pub fn dial_addr(&mut self, to: dk_addr, key: [u8; 32], alpn: &[u8]) -> usize {
        let mut id = 0;
        let rc = unsafe {
            dk_connect(
                self.config,
                key.as_ptr(),
                alpn.as_ptr(),
                alpn.len(),
                &self.addr,
                &to,
                now_ns(),
                &mut id,
            )
        };
        assert_eq!(rc, 0, "{}", last_error());
        self.add(id)
    }

    fn add(&mut self, id: dk_conn) -> usize {
        let link = self.links.len();
        self.links.push(Link {
            id,
            seen: Vec::new(),
        });
        self.collect(link);
        link
    }

    pub fn conn(&self, link: usize) -> dk_conn {
        self.links[link].id
    }

    pub fn free(&mut self, link: usize) {
        assert_eq!(dk_conn_free(self.links[link].id), 0);
        self.links[link].id = 0;
        self.routes.retain(|_, to| *to != link);
    }

    /// One turn: timers, what came in, events, what goes out. Returns whether
    /// anything happened.
    pub fn turn(&mut self) -> bool {
        let mut busy = self.timers();
        busy |= self.release();
        busy |= self.receive();
        for link in 0..self.links.len() {
            if self.links[link].id != 0 {
                self.collect(link);
                busy |= self.flush(link);
            }
        }
        busy
    }

    /// Sends what was held back long enough.
    fn release(&mut self) -> bool {
        let now = now_ns();
        let mut any = false;
        while self.late.front().is_some_and(|(at, ..)| *at <= now) {
            let (_, bytes, to) = self.late.pop_front().unwrap();
            self.send_raw(&bytes, to);
            any = true;
        }
        any
    }

    fn timers(&mut self) -> bool {
        let mut fired = false;
        for link in &self.links {
            let (now, mut at) = (now_ns(), 0);
            if link.id != 0 && unsafe { dk_conn_timeout(link.id, now, &mut at) } == 0 && at <= now {
                assert_eq!(dk_conn_on_timeout(link.id, now), 0);
                fired = true;
            }
        }
        fired
    }

    /// Nanoseconds to the next timer.
    pub fn until_timer(&self) -> u64 {
        let now = now_ns();
        let left = self.links.iter().filter_map(|link| {
            let mut at = 0;
            let rc = unsafe { dk_conn_timeout(link.id, now, &mut at) };
            (rc == 0).then(|| at.saturating_sub(now))
        });
        left.min().unwrap_or(u64::MAX)
    }

    fn receive(&mut self) -> bool {
        let n = unsafe {
            dk_udp_recv(
                self.socket,
                self.slab.as_mut_ptr(),
                self.slab.len(),
                self.rx.as_mut_ptr(),
                self.rx.len() as u32,
            )
        };
        if n == DONE {
            return false;
        }
        assert!(n > 0, "{n} {}", last_error());
        let n = n as usize;
        if let Some(to) = self.arrives_as {
            self.rx[..n].iter_mut().for_each(|rx| rx.to = to);
        }
        let mut first = 0;
        while first < n {
            let link = self.route(first);
            let mut last = first + 1;
            while last < n && self.route_known(last) == link && link.is_some() {
                last += 1;
            }
            if let Some(link) = link {
                self.give(link, first, last);
            }
            first = last;
        }
        true
    }

    fn dcid(&self, index: usize) -> Option<(u64, Vec<u8>)> {
        let rx = self.rx[index];
        let pkt = &self.slab[rx.off as usize..(rx.off + rx.len) as usize];
        let header = header(pkt, 8).ok()?;
        Some((header.values[0], header.dcid))
    }

    fn route_known(&self, index: usize) -> Option<usize> {
        self.routes.get(&self.dcid(index)?.1).copied()
    }

    fn route(&mut self, index: usize) -> Option<usize> {
        if let Some(link) = self.route_known(index) {
            return Some(link);
        }
        let (kind, dcid) = self.dcid(index)?;
        if kind == dk_packet_type::DK_PACKET_INITIAL as u64 && self.accepts {
            return self.accept(index, dcid);
        }
        if kind != dk_packet_type::DK_PACKET_SHORT as u64 {
            return None;
        }
        if self.resets {
            self.reset(index);
            return None;
        }
        // A stateless reset carries no id of ours: it is offered to the
        // connections with its sender, here to the only one.
        (!self.links.is_empty() && self.links[0].id != 0).then_some(0)
    }

    fn accept(&mut self, index: usize, dcid: Vec<u8>) -> Option<usize> {
        let rx = self.rx[index];
        let pkt = &self.slab[rx.off as usize..(rx.off + rx.len) as usize];
        if self.retries && token_check(self.config, pkt, rx.from, now_ns()) == DONE {
            let answer = retry(self.config, pkt, rx.from, now_ns());
            self.send_raw(&answer.unwrap(), rx.from);
            return None;
        }
        let mut id = 0;
        let rc = unsafe {
            dk_accept(
                self.config,
                self.slab.as_ptr().add(rx.off as usize),
                rx.len as usize,
                &rx.to,
                &rx.from,
                now_ns(),
                &mut id,
            )
        };
        if rc != 0 {
            return None;
        }
        let link = self.add(id);
        self.routes.insert(dcid, link);
        Some(link)
    }

    fn reset(&mut self, index: usize) {
        let rx = self.rx[index];
        let mut out = [0; 64];
        let n = unsafe {
            dk_stateless_reset(
                self.config,
                self.slab.as_ptr().add(rx.off as usize),
                rx.len as usize,
                out.as_mut_ptr(),
                out.len(),
            )
        };
        if n > 0 {
            self.send_raw(&out[..n as usize], rx.from);
        }
    }

    pub fn send_raw(&self, bytes: &[u8], to: dk_addr) {
        let entry = dk_tx {
            len: bytes.len() as u32,
            to,
            ..dk_tx::default()
        };
        let mut sent = 0;
        let rc = unsafe {
            dk_udp_send(
                self.socket,
                bytes.as_ptr(),
                bytes.len(),
                &entry,
                1,
                &mut sent,
            )
        };
        assert_eq!((rc, sent), (0, 1), "{}", last_error());
    }

    fn give(&mut self, link: usize, first: usize, last: usize) {
        let n = (last - first) as u32;
        let rc = unsafe {
            dk_conn_recv_batch(
                self.links[link].id,
                now_ns(),
                self.slab.as_mut_ptr(),
                self.slab.len(),
                self.rx.as_ptr().add(first),
                n,
            )
        };
        assert_eq!(rc, n as i32, "{}", last_error());
        self.collect(link);
    }

    /// Fetches all events of a connection and keeps its routes.
    pub fn collect(&mut self, link: usize) {
        loop {
            let n = unsafe {
                dk_conn_events(
                    self.links[link].id,
                    self.events.as_mut_ptr(),
                    self.events.len() as u32,
                    self.side.as_mut_ptr(),
                    self.side.len(),
                )
            };
            assert!(n >= 0, "{n} {}", last_error());
            for event in &self.events[..n as usize] {
                let payload = &self.side[event.off as usize..(event.off + event.len) as usize];
                let cid = &payload[..payload.len().min(8)];
                if event.kind == dk_event_kind::DK_EVENT_CID_ISSUED as u32 {
                    self.routes.insert(cid.to_vec(), link);
                } else if event.kind == dk_event_kind::DK_EVENT_CID_RETIRED as u32 {
                    self.routes.remove(cid);
                }
                self.links[link].seen.push(Seen {
                    event: *event,
                    payload: payload.to_vec(),
                });
            }
            if (n as usize) < self.events.len() {
                return;
            }
        }
    }

    pub fn flush(&mut self, link: usize) -> bool {
        let mut any = false;
        let mut bytes = 0;
        loop {
            let n = unsafe {
                dk_conn_send_batch(
                    self.links[link].id,
                    now_ns(),
                    0,
                    self.out.as_mut_ptr(),
                    self.out.len(),
                    self.tx.as_mut_ptr(),
                    self.tx.len() as u32,
                )
            };
            assert!(n >= 0, "{n} {}", last_error());
            if n == 0 {
                self.largest_flush = self.largest_flush.max(bytes);
                return any;
            }
            bytes += self.tx[..n as usize]
                .iter()
                .map(|tx| tx.len as usize)
                .sum::<usize>();
            any = true;
            self.transmit(n as usize);
        }
    }

    fn transmit(&mut self, n: usize) {
        if self.filter.is_some() || self.delay.is_some() {
            self.transmit_filtered(n);
            return;
        }
        let mut done = 0;
        while done < n {
            let mut sent = 0;
            let rc = unsafe {
                dk_udp_send(
                    self.socket,
                    self.out.as_ptr(),
                    self.out.len(),
                    self.tx.as_ptr().add(done),
                    (n - done) as u32,
                    &mut sent,
                )
            };
            done += sent as usize;
            assert!(rc == 0 || rc == DONE, "{rc} {}", last_error());
            if rc == DONE {
                dk_udp_wait(self.socket, 1_000_000, dk_wait_bit::DK_WAIT_WRITABLE as u32);
            }
        }
    }

    fn transmit_filtered(&mut self, n: usize) {
        for at in 0..n {
            let entry = self.tx[at];
            let bytes = &self.out[entry.off as usize..(entry.off + entry.len) as usize];
            for datagram in bytes.chunks(entry.seg as usize) {
                let mut datagram = datagram.to_vec();
                if !self
                    .filter
                    .as_mut()
                    .is_none_or(|filter| filter(&mut datagram))
                {
                    continue;
                }
                let delay = self.delay.map_or(0, |delay| delay.as_nanos() as u64);
                self.late.push_back((now_ns() + delay, datagram, entry.to));
            }
        }
        self.release();
    }

    pub fn wait(&self, at_most: Duration) {
        let timeout = self.until_timer().min(at_most.as_nanos() as u64);
        let rc = dk_udp_wait(self.socket, timeout, dk_wait_bit::DK_WAIT_READABLE as u32);
        assert!(rc >= 0, "{rc} {}", last_error());
    }

    pub fn state(&self, link: usize) -> [u64; 8] {
        let mut out = [0; 8];
        let rc = unsafe { dk_conn_state(self.conn(link), out.as_mut_ptr()) };
        assert_eq!(rc, 0, "{}", last_error());
        out
    }

    pub fn has(&self, link: usize, flag: dk_state_flag) -> bool {
        self.links.get(link).is_some() && self.state(link)[0] & flag as u64 != 0
    }

    pub fn established(&self, link: usize) -> bool {
        self.has(link, dk_state_flag::DK_STATE_ESTABLISHED)
    }

    pub fn ended(&self, link: usize) -> bool {
        self.has(link, dk_state_flag::DK_STATE_DRAINING)
    }

    pub fn origin(&self, link: usize) -> (u64, u64) {
        let [_, origin, code, ..] = self.state(link);
        (origin, code)
    }

    pub fn peer_key(&self, link: usize) -> Result<[u8; 32], i32> {
        let mut key = [0; 32];
        match unsafe { dk_conn_peer_key(self.conn(link), key.as_mut_ptr()) } {
            0 => Ok(key),
            rc => Err(rc),
        }
    }

    pub fn reason(&self, link: usize) -> Vec<u8> {
        let mut buf = [0; 2048];
        let n = unsafe { dk_conn_close_reason(self.conn(link), buf.as_mut_ptr(), buf.len()) };
        buf[..n as usize].to_vec()
    }

    pub fn alpn(&self, link: usize) -> Vec<u8> {
        let mut buf = [0; 256];
        let n = unsafe { dk_conn_alpn(self.conn(link), buf.as_mut_ptr(), buf.len()) };
        buf[..n as usize].to_vec()
    }

    pub fn close(&self, link: usize, app: u8, code: u64, reason: &[u8]) -> i32 {
        let id = self.conn(link);
        unsafe { dk_conn_close(id, now_ns(), app, code, reason.as_ptr(), reason.len()) }
    }

    pub fn stats(&self, link: usize) -> [u64; 22] {
        let mut out = [0; 22];
        let n = unsafe { dk_conn_stats(self.conn(link), out.as_mut_ptr(), 22) };
        assert_eq!(n, 22);
        out
    }

    pub fn send(
        &self,
        link: usize,
        stream: u64,
        data: &[u8],
        fin: bool,
    ) -> Result<usize, (i64, u64)> {
        let mut out = [0; 2];
        let n = unsafe {
            dk_stream_send(
                self.conn(link),
                now_ns(),
                stream,
                data.as_ptr(),
                data.len(),
                fin.into(),
                out.as_mut_ptr(),
            )
        };
        usize::try_from(n).map_err(|_| (n, out[0]))
    }

    /// Bytes, flags.
    pub fn recv(
        &self,
        link: usize,
        stream: u64,
        buf: &mut [u8],
    ) -> Result<(usize, u32), (i64, u64)> {
        let (mut flags, mut code) = (0, 0);
        let n = unsafe {
            dk_stream_recv(
                self.conn(link),
                now_ns(),
                stream,
                buf.as_mut_ptr(),
                buf.len(),
                &mut flags,
                &mut code,
            )
        };
        usize::try_from(n)
            .map(|n| (n, flags))
            .map_err(|_| (n, code))
    }

    pub fn dgram_send(&self, link: usize, data: &[u8], flags: u32) -> i32 {
        unsafe { dk_dgram_send(self.conn(link), now_ns(), data.as_ptr(), data.len(), flags) }
    }

    pub fn dgram_recv(&self, link: usize) -> Result<Vec<u8>, i32> {
        let mut buf = vec![0; 2000];
        let n = unsafe { dk_dgram_recv(self.conn(link), buf.as_mut_ptr(), buf.len()) };
        buf.truncate(usize::try_from(n).map_err(|_| n)?);
        Ok(buf)
    }

    pub fn dgram_state(&self, link: usize) -> [u64; 4] {
        let mut out = [0; 4];
        assert_eq!(
            unsafe { dk_dgram_state(self.conn(link), out.as_mut_ptr()) },
            0
        );
        out
    }

    pub fn export(
        &self,
        link: usize,
        label: &[u8],
        context: &[u8],
        len: usize,
    ) -> Result<Vec<u8>, i32> {
        let mut out = vec![0; len];
        let rc = unsafe {
            dk_conn_export_keying(
                self.conn(link),
                label.as_ptr(),
                label.len(),
                context.as_ptr(),
                context.len(),
                out.as_mut_ptr(),
                len,
            )
        };
        if rc == 0 { Ok(out) } else { Err(rc) }
    }

    pub fn shutdown(&self, link: usize, stream: u64, side: dk_side, code: u64) -> i32 {
        dk_stream_shutdown(self.conn(link), now_ns(), stream, side as u32, code)
    }

    /// Takes the events of a kind out of what was seen.
    pub fn take(&mut self, link: usize, kind: dk_event_kind) -> Vec<Seen> {
        let Some(link) = self.links.get_mut(link) else {
            return Vec::new();
        };
        let (taken, kept) = std::mem::take(&mut link.seen)
            .into_iter()
            .partition(|seen| seen.event.kind == kind as u32);
        link.seen = kept;
        taken
    }

    pub fn count(&self, link: usize, kind: dk_event_kind) -> usize {
        let seen = &self.links[link].seen;
        seen.iter()
            .filter(|seen| seen.event.kind == kind as u32)
            .count()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        for link in &self.links {
            if link.id != 0 {
                dk_conn_free(link.id);
            }
        }
        dk_udp_close(self.socket);
        dk_config_free(self.config);
    }
}

/// Turns two nodes until the condition holds.
pub fn pump(a: &mut Node, b: &mut Node, mut until: impl FnMut(&mut Node, &mut Node) -> bool) {
    assert!(
        pump_for(a, b, LIMIT, &mut until),
        "the condition never held"
    );
}

/// The same, for a limited time; returns whether the condition held.
pub fn pump_for(
    a: &mut Node,
    b: &mut Node,
    limit: Duration,
    mut until: impl FnMut(&mut Node, &mut Node) -> bool,
) -> bool {
    let end = Instant::now() + limit;
    while !until(a, b) {
        if Instant::now() > end {
            return false;
        }
        if !(a.turn() | b.turn()) {
            let left = a.until_timer().min(b.until_timer());
            a.wait(Duration::from_nanos(left).min(Duration::from_millis(1)));
        }
    }
    true
}

/// Two nodes with an established connection: link 0 on both.
pub fn pair() -> (Node, Node) {
    connect(Node::new(1), Node::new(2))
}

pub fn connect(mut client: Node, mut server: Node) -> (Node, Node) {
    client.dial(&server, public_key(2), ALPN);
    pump(&mut client, &mut server, |c, s| {
        c.established(0) && s.established(0)
    });
    (client, server)
}

pub struct Header {
    pub values: [u64; 6],
    pub dcid: Vec<u8>,
    pub scid: Vec<u8>,
    pub token: Vec<u8>,
}

pub fn header(pkt: &[u8], cid_len: u32) -> Result<Header, i32> {
    let (mut dcid, mut scid, mut token) = ([0; 20], [0; 20], [0; 512]);
    let mut values = [0; 6];
    let rc = unsafe {
        dk_header(
            pkt.as_ptr(),
            pkt.len(),
            cid_len,
            dcid.as_mut_ptr(),
            scid.as_mut_ptr(),
            token.as_mut_ptr(),
            token.len(),
            values.as_mut_ptr(),
        )
    };
    if rc != 0 {
        return Err(rc);
    }
    Ok(Header {
        values,
        dcid: dcid[..values[2] as usize].to_vec(),
        scid: scid[..values[3] as usize].to_vec(),
        token: token[..values[4] as usize].to_vec(),
    })
}

/// The first datagram a new client connection sends; the connection is freed.
pub fn first_initial(config: dk_config, key: [u8; 32]) -> Vec<u8> {
    let (local, peer) = (loopback(1000), loopback(2000));
    let mut conn = 0;
    let rc = unsafe {
        dk_connect(
            config,
            key.as_ptr(),
            ALPN.as_ptr(),
            ALPN.len(),
            &local,
            &peer,
            now_ns(),
            &mut conn,
        )
    };
    assert_eq!(rc, 0, "{}", last_error());
    let mut buf = vec![0; 4096];
    let mut tx = [dk_tx::default(); 4];
    let n = unsafe {
        dk_conn_send_batch(
            conn,
            now_ns(),
            0,
            buf.as_mut_ptr(),
            buf.len(),
            tx.as_mut_ptr(),
            4,
        )
    };
    assert_eq!(n, 1);
    assert_eq!(dk_conn_free(conn), 0);
    buf.truncate(tx[0].seg as usize);
    buf
}

pub fn retry(config: dk_config, pkt: &[u8], from: dk_addr, now: u64) -> Result<Vec<u8>, i32> {
    let mut out = vec![0; 1200];
    let (p, n) = (pkt.as_ptr(), pkt.len());
    let n = unsafe { dk_retry(config, p, n, &from, now, out.as_mut_ptr(), out.len()) };
    out.truncate(usize::try_from(n).map_err(|_| n)?);
    Ok(out)
}

pub fn token_check(config: dk_config, pkt: &[u8], from: dk_addr, now: u64) -> i32 {
    unsafe { dk_token_check(config, pkt.as_ptr(), pkt.len(), &from, now) }
}

pub fn peek(datagrams: &[Vec<u8>]) -> Result<(Vec<u8>, Vec<u8>), i32> {
    let lens: Vec<u32> = datagrams.iter().map(|d| d.len() as u32).collect();
    let all = datagrams.concat();
    let mut out = vec![0; 16 * 1024];
    let n = unsafe {
        dk_peek(
            all.as_ptr(),
            lens.as_ptr(),
            lens.len() as u32,
            out.as_mut_ptr(),
            out.len(),
        )
    };
    out.truncate(usize::try_from(n).map_err(|_| n)?);
    let field = |at: usize| {
        let len = usize::from(out[at]) << 8 | usize::from(out[at + 1]);
        out[at + 2..at + 2 + len].to_vec()
    };
    let alpn = field(0);
    let name = field(2 + alpn.len());
    assert_eq!(out.len(), 4 + alpn.len() + name.len());
    Ok((alpn, name))
}

/// A folder for one test, removed with all that is in it.
pub struct Folder(pub std::path::PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("dialkey-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).unwrap();
        Folder(path)
    }

    pub fn files(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(&self.0)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn set_keylog(config: dk_config, path: &[u8]) -> i32 {
    unsafe { dk_config_keylog(config, path.as_ptr(), path.len()) }
}

pub fn set_qlog(config: dk_config, dir: &[u8], prefix: &[u8]) -> i32 {
    let (d, p) = (dir.as_ptr(), prefix.as_ptr());
    unsafe { dk_config_qlog(config, d, dir.len(), p, prefix.len()) }
}

pub const NULL: *const u8 = ptr::null();
