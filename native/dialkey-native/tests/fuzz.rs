//! Every C entry with arbitrary arguments, and arbitrary datagrams into those
//! that read them: whatever comes, error codes come back, nothing else.
//!
//! Pointers are null or belong to buffers as long as the lengths say: that much
//! a caller promises. A failing seed is printed; set DIALKEY_FUZZ_SEED to repeat
//! it.

#[path = "common/chance.rs"]
mod chance;
mod common;

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use chance::{Chance, End, seed};
use common::*;
use dialkey::abi::*;
use dialkey::entry::*;

const THREADS: u64 = 3;
const TIME: Duration = Duration::from_secs(3);
/// Ids that all threads share.
const POOL: usize = 24;
const SPACE: usize = 128 * 1024;

/// Ids of all kinds, live and stale, shared by the threads.
struct Pool([AtomicU64; POOL]);

impl Pool {
    fn new() -> Pool {
        Pool([const { AtomicU64::new(0) }; POOL])
    }

    fn put(&self, chance: &mut Chance, id: u64) -> u64 {
        self.0[chance.below(POOL)].swap(id, Ordering::Relaxed)
    }

    fn pick(&self, chance: &mut Chance) -> u64 {
        let id = self.0[chance.below(POOL)].load(Ordering::Relaxed);
        match chance.below(24) {
            0 => chance.number(),
            1 => id.wrapping_add(1 << 32),
            2 => id.wrapping_sub(1 << 32),
            3 => id ^ 1,
            _ => id,
        }
    }
}

/// Kinds do not share ids on purpose, but may by chance.
fn free(id: u64) {
    dk_conn_free(id);
    dk_config_free(id);
    dk_udp_close(id);
}

/// A pointer, or null now and then.
fn maybe<T>(chance: &mut Chance, p: *mut T) -> *mut T {
    if chance.one_in(32) {
        std::ptr::null_mut()
    } else {
        p
    }
}

/// One thread's buffers and its share of the calls.
struct Caller<'a> {
    chance: Chance,
    pool: &'a Pool,
    initial: Vec<u8>,
    /// Where files may be made.
    folder: PathBuf,
    input: Vec<u8>,
    output: Vec<u8>,
    rx: Vec<dk_rx>,
    tx: Vec<dk_tx>,
    events: Vec<dk_event>,
    paths: Vec<dk_path_info>,
    numbers: Vec<u64>,
    words: Vec<u32>,
    /// All ids this thread got: a free fails while another thread is inside.
    made: Vec<u64>,
    calls: u64,
}

impl<'a> Caller<'a> {
    fn new(seed: u64, pool: &'a Pool, initial: Vec<u8>, folder: PathBuf) -> Caller<'a> {
        let mut chance = Chance(seed | 1);
        let mut input = vec![0; SPACE];
        chance.fill(&mut input);
        Caller {
            chance,
            pool,
            initial,
            folder,
            input,
            output: vec![0; SPACE],
            rx: vec![dk_rx::default(); 256],
            tx: vec![dk_tx::default(); 64],
            events: vec![dk_event::default(); 64],
            paths: vec![dk_path_info::default(); 4],
            numbers: vec![0; 64],
            words: vec![0; 128],
            made: Vec::new(),
            calls: 0,
        }
    }

    /// A pointer and a length that belong together, or null with any length.
    fn bytes_in(&mut self) -> (*const u8, usize) {
        if self.chance.one_in(16) {
            return (std::ptr::null(), self.chance.number() as usize);
        }
        if self.chance.one_in(4) {
            return (self.initial.as_ptr(), self.initial.len());
        }
        let (at, n) = self.range(SPACE);
        (self.input[at..].as_ptr(), n)
    }

    fn bytes_out(&mut self) -> (*mut u8, usize) {
        if self.chance.one_in(16) {
            return (std::ptr::null_mut(), self.chance.number() as usize);
        }
        let (at, n) = self.range(SPACE);
        (self.output[at..].as_mut_ptr(), n)
    }

    fn range(&mut self, space: usize) -> (usize, usize) {
        let most = if self.chance.one_in(4) { space } else { 2048 };
        let n = self.chance.below(most + 1);
        (self.chance.below(space - n), n)
    }

    fn count(&mut self, len: usize) -> u32 {
        self.chance.below(len + 1) as u32
    }

    /// Mostly loopback: packets of this test must not leave the machine.
    fn addr(&mut self) -> dk_addr {
        let port = self.chance.next() as u16;
        let mut addr = match self.chance.below(8) {
            0 => dk_addr::default(),
            1 | 2 => loopback6(port),
            _ => loopback(port),
        };
        if self.chance.one_in(16) {
            addr.family = self.chance.next() as u8 | 8;
        }
        if addr.family == 6 && self.chance.one_in(8) {
            addr.scope = self.chance.below(4) as u32;
        }
        addr
    }

    fn id(&mut self) -> u64 {
        self.pool.pick(&mut self.chance)
    }

    fn keep(&mut self, rc: i32, id: u64) {
        if rc != 0 {
            return;
        }
        self.made.push(id);
        let old = self.pool.put(&mut self.chance, id);
        free(old);
    }

    fn check(&mut self, rc: i64) {
        self.calls += 1;
        assert_ne!(
            rc,
            i64::from(PANIC),
            "call {}: {}",
            self.calls,
            last_error()
        );
        assert!(rc >= i64::from(PANIC), "call {}: {rc}", self.calls);
    }

    fn step(&mut self) {
        let rc = match self.chance.below(46) {
            0..=2 => self.make_config(),
            3 => i64::from(dk_config_free(self.id())),
            4..=6 => self.configure(),
            7..=9 => self.make_conn(),
            10 => i64::from(dk_conn_free(self.id())),
            11..=13 => self.recv_batch(),
            14..=16 => self.send_batch(),
            17..=19 => self.timers(),
            20 => self.close(),
            21..=24 => self.ask(),
            25..=32 => self.stream(),
            33..=35 => self.packet(),
            36 => self.open_socket(),
            37 => i64::from(dk_udp_close(self.id())),
            38..=40 => self.socket(),
            41..=43 => self.datagram(),
            44 => self.diagnose(),
            _ => self.library(),
        };
        self.check(rc);
    }

    fn make_config(&mut self) -> i64 {
        let seed = maybe(&mut self.chance, self.input.as_mut_ptr());
        let role = if self.chance.one_in(8) {
            self.chance.number() as u32
        } else {
            3
        };
        let mut id = 0;
        let out = maybe(&mut self.chance, &mut id);
        let rc = unsafe { dk_config_new(seed, role, out) };
        if rc == 0 {
            unsafe { dk_config_alpn(id, ALPN.as_ptr(), ALPN.len()) };
            set(id, dk_option::DK_OPTION_DGRAM_RECV_QUEUE, 4);
        }
        self.keep(rc, id);
        rc.into()
    }

    fn configure(&mut self) -> i64 {
        let id = self.id();
        match self.chance.below(4) {
            0 => {
                let (p, n) = self.bytes_in();
                unsafe { dk_config_alpn(id, p, n) }.into()
            }
            1 => {
                let key = maybe(&mut self.chance, self.input.as_mut_ptr());
                let len = self.chance.below(24) as u32;
                unsafe { dk_config_cid_key(id, key, len) }.into()
            }
            _ => {
                let option = self.chance.below(24) as u32;
                dk_config_set(id, option, self.chance.number()).into()
            }
        }
    }

    fn make_conn(&mut self) -> i64 {
        let (local, peer, mut id) = (self.addr(), self.addr(), 0);
        let (local, peer) = (
            maybe(&mut self.chance, &raw const local as *mut dk_addr),
            peer,
        );
        let now = now_ns();
        let config = self.id();
        let rc = if self.chance.one_in(2) {
            let key = public_key(self.chance.next() as u8);
            let good = !self.chance.one_in(4);
            let (alpn, n) = if good {
                (ALPN.as_ptr(), ALPN.len())
            } else {
                self.bytes_in()
            };
            let key = maybe(&mut self.chance, key.as_ptr().cast_mut());
            let out = maybe(&mut self.chance, &mut id);
            unsafe { dk_connect(config, key, alpn, n, local, &peer, now, out) }
        } else {
            let (p, n) = self.bytes_in();
            let out = maybe(&mut self.chance, &mut id);
            unsafe { dk_accept(config, p, n, local, &peer, now, out) }
        };
        self.keep(rc, id);
        rc.into()
    }

    fn recv_batch(&mut self) -> i64 {
        let n = self.count(8);
        let (p, len) = self.bytes_out();
        for at in 0..n as usize {
            let sane = !self.chance.one_in(8);
            let limit = if sane { len.min(1500) } else { SPACE * 2 };
            let size = self.chance.below(limit + 1) as u32;
            let off = self
                .chance
                .below((len - len.min(size as usize)).min(SPACE) + 1) as u32;
            self.rx[at] = dk_rx {
                off,
                len: size,
                ecn: self.chance.next() as u32,
                from: self.addr(),
                to: self.addr(),
                ..dk_rx::default()
            };
        }
        if !p.is_null() {
            self.scribble(p, len);
        }
        let pkts = maybe(&mut self.chance, self.rx.as_mut_ptr());
        unsafe { dk_conn_recv_batch(self.id(), now_ns(), p, len, pkts, n) }.into()
    }

    /// Packets of some sort, so that more than the first check is reached.
    fn scribble(&mut self, p: *mut u8, len: usize) {
        let to = unsafe { std::slice::from_raw_parts_mut(p, len) };
        if self.chance.one_in(2) {
            for (to, from) in to.iter_mut().zip(&self.initial) {
                *to = *from;
            }
        }
        for _ in 0..self.chance.below(8) {
            let at = self.chance.below(len.max(1));
            if let Some(byte) = to.get_mut(at) {
                *byte = self.chance.next() as u8;
            }
        }
    }

    fn send_batch(&mut self) -> i64 {
        let (p, n) = self.bytes_out();
        let max = self.count(64);
        let tx = maybe(&mut self.chance, self.tx.as_mut_ptr());
        let mask = if self.chance.one_in(4) {
            self.chance.number()
        } else {
            0
        };
        unsafe { dk_conn_send_batch(self.id(), now_ns(), mask, p, n, tx, max) }.into()
    }

    fn timers(&mut self) -> i64 {
        let now = if self.chance.one_in(4) {
            self.chance.number()
        } else {
            now_ns()
        };
        if self.chance.one_in(2) {
            return dk_conn_on_timeout(self.id(), now).into();
        }
        let at = maybe(&mut self.chance, self.numbers.as_mut_ptr());
        unsafe { dk_conn_timeout(self.id(), now, at) }.into()
    }

    fn close(&mut self) -> i64 {
        let (p, n) = self.bytes_in();
        let (app, code) = (self.chance.below(3) as u8, self.chance.number());
        unsafe { dk_conn_close(self.id(), now_ns(), app, code, p, n) }.into()
    }

    fn ask(&mut self) -> i64 {
        let id = self.id();
        let (p, n) = self.bytes_out();
        let numbers = maybe(&mut self.chance, self.numbers.as_mut_ptr());
        let count = self.count(64);
        unsafe {
            match self.chance.below(8) {
                0 => dk_conn_state(id, numbers),
                1 => dk_conn_peer_key(id, maybe(&mut self.chance, self.output.as_mut_ptr())),
                2 => dk_conn_alpn(id, p, n),
                3 => dk_conn_close_reason(id, p, n),
                4 => dk_conn_events(
                    id,
                    maybe(&mut self.chance, self.events.as_mut_ptr()),
                    count,
                    p,
                    n,
                ),
                5 => dk_conn_stats(id, numbers, count),
                6 => {
                    let (label, ln) = self.bytes_in();
                    let (context, cn) = self.bytes_in();
                    dk_conn_export_keying(id, label, ln, context, cn, p, n)
                }
                _ => {
                    let max = self.count(4);
                    dk_path_list(id, maybe(&mut self.chance, self.paths.as_mut_ptr()), max)
                }
            }
            .into()
        }
    }

    fn stream(&mut self) -> i64 {
        let conn = self.id();
        let small = self.chance.below(16) as u64;
        let id = if self.chance.one_in(4) {
            self.chance.number()
        } else {
            small
        };
        let numbers = maybe(&mut self.chance, self.numbers.as_mut_ptr());
        match self.chance.below(7) {
            0 | 1 => {
                let (p, n) = self.bytes_in();
                let fin = self.chance.below(3) as u8;
                unsafe { dk_stream_send(conn, now_ns(), id, p, n, fin, numbers) }
            }
            2 => {
                let (p, n) = self.bytes_out();
                let flags = maybe(&mut self.chance, self.words.as_mut_ptr());
                unsafe { dk_stream_recv(conn, now_ns(), id, p, n, flags, numbers) }
            }
            3 => dk_stream_capacity(conn, id),
            6 => dk_stream_acked(conn, id).into(),
            4 => {
                let (side, code) = (self.chance.below(3) as u32, self.chance.number());
                dk_stream_shutdown(conn, now_ns(), id, side, code).into()
            }
            _ => {
                let (urgency, way) = (self.chance.next() as u8, self.chance.below(3) as u8);
                dk_stream_priority(conn, id, urgency, way).into()
            }
        }
    }

    fn packet(&mut self) -> i64 {
        let (p, n) = self.bytes_in();
        let (out, cap) = self.bytes_out();
        let config = self.id();
        let addr = self.addr();
        unsafe {
            match self.chance.below(7) {
                0 => {
                    let (mut dcid, mut scid) = ([0; 20], [0; 20]);
                    let dcid = maybe(&mut self.chance, dcid.as_mut_ptr());
                    let scid = maybe(&mut self.chance, scid.as_mut_ptr());
                    let numbers = maybe(&mut self.chance, self.numbers.as_mut_ptr());
                    let len = self.chance.below(24) as u32;
                    dk_header(p, n, len, dcid, scid, out, cap, numbers)
                }
                1 => dk_version_negotiation(p, n, out, cap),
                3 => {
                    let lens = self.lengths(p, n);
                    let at = maybe(&mut self.chance, lens.as_ptr().cast_mut());
                    dk_peek(p, at, lens.len() as u32, out, cap)
                }
                4 => {
                    let now = self.chance.number();
                    dk_retry(config, p, n, &addr, now, out, cap)
                }
                5 => {
                    let from = maybe(&mut self.chance, &raw const addr as *mut dk_addr);
                    dk_token_check(config, p, n, from, self.chance.number())
                }
                2 => dk_refuse(config, p, n, &addr, self.chance.number(), out, cap),
                _ => dk_stateless_reset(config, p, n, out, cap),
            }
            .into()
        }
    }

    /// Lengths that add up to n, or any when there is nothing to read.
    fn lengths(&mut self, p: *const u8, n: usize) -> Vec<u32> {
        if p.is_null() {
            return (0..4).map(|_| self.chance.number() as u32).collect();
        }
        let (mut lens, mut left) = (Vec::new(), n);
        while left > 0 {
            let len = self.chance.below(left.min(1500) + 1);
            lens.push(len as u32);
            left -= len;
        }
        lens
    }

    fn datagram(&mut self) -> i64 {
        let id = self.id();
        match self.chance.below(4) {
            0 | 1 => {
                let (p, n) = self.bytes_in();
                let flags = self.chance.below(3) as u32;
                unsafe { dk_dgram_send(id, now_ns(), p, n, flags) }.into()
            }
            2 => {
                let (p, n) = self.bytes_out();
                unsafe { dk_dgram_recv(id, p, n) }.into()
            }
            _ => {
                let numbers = maybe(&mut self.chance, self.numbers.as_mut_ptr());
                unsafe { dk_dgram_state(id, numbers) }.into()
            }
        }
    }

    /// No path but of the folder, or below a file.
    fn diagnose(&mut self) -> i64 {
        let id = self.id();
        let mut path = match self.chance.below(4) {
            0 => self.folder.join("keys"),
            1 => PathBuf::new(),
            2 => self.folder.clone(),
            _ => self.folder.join("no/such"),
        };
        if self.chance.one_in(8) {
            path.push("\0");
        }
        let path = path.as_os_str().as_bytes();
        if self.chance.one_in(2) {
            return set_keylog(id, path).into();
        }
        let (prefix, n) = self.bytes_in();
        unsafe { dk_config_qlog(id, path.as_ptr(), path.len(), prefix, n) }.into()
    }

    fn open_socket(&mut self) -> i64 {
        let mut bind = self.addr();
        bind.port = 0;
        let (flags, mut id, mut bound) = (self.chance.below(5) as u32, 0, dk_addr::default());
        let size = self.chance.number();
        let numbers = maybe(&mut self.chance, self.numbers.as_mut_ptr());
        let bind = maybe(&mut self.chance, &mut bind);
        let rc = unsafe { dk_udp_open(bind, flags, size, 0, &mut id, &mut bound, numbers) };
        self.keep(rc, id);
        rc.into()
    }

    fn socket(&mut self) -> i64 {
        let id = self.id();
        match self.chance.below(5) {
            0 => {
                let interest = self.chance.below(5) as u32;
                let timeout = self.chance.below(200_000) as u64;
                dk_udp_wait(id, timeout, interest).into()
            }
            1 => dk_udp_wake(id).into(),
            2 => {
                let (p, n) = (self.output.as_mut_ptr(), self.output.len());
                let max = self.count(256);
                let rx = maybe(&mut self.chance, self.rx.as_mut_ptr());
                unsafe { dk_udp_recv(id, p, n, rx, max) }.into()
            }
            3 => self.udp_send(id),
            _ => {
                let count = self.count(64);
                unsafe {
                    dk_udp_stats(
                        id,
                        maybe(&mut self.chance, self.numbers.as_mut_ptr()),
                        count,
                    )
                }
                .into()
            }
        }
    }

    fn udp_send(&mut self, id: u64) -> i64 {
        let (p, n) = self.bytes_in();
        let count = self.count(4);
        for at in 0..count as usize {
            let len = self.chance.below(n.min(SPACE) + 1) as u32;
            self.tx[at] = dk_tx {
                off: self.chance.below(64) as u32,
                len,
                seg: self.chance.below(2000) as u32,
                ecn: self.chance.next() as u32,
                from: self.addr(),
                to: self.addr(),
                ..dk_tx::default()
            };
        }
        let mut sent = 0;
        let sent = maybe(&mut self.chance, &mut sent);
        unsafe {
            dk_udp_send(
                id,
                p,
                n,
                maybe(&mut self.chance, self.tx.as_mut_ptr()),
                count,
                sent,
            )
        }
        .into()
    }

    fn library(&mut self) -> i64 {
        let (p, n) = self.bytes_out();
        let count = self.count(64);
        unsafe {
            match self.chance.below(5) {
                0 => dk_library_info(p, n),
                1 => dk_last_error(p, n),
                2 => dk_layout(maybe(&mut self.chance, self.words.as_mut_ptr()), count),
                3 => dk_live_objects(maybe(&mut self.chance, self.numbers.as_mut_ptr()), count),
                _ => dk_test_panic(self.chance.below(2) as u32 * 7, self.id()),
            }
            .into()
        }
    }
}

#[test]
fn no_arguments_do_more_than_fail() {
    let _alone = alone();
    let seed = seed();
    let dialer = config(1);
    let initial = first_initial(dialer, public_key(2));
    let pool = Pool::new();
    let folder = Folder::new("fuzz");
    let results: Vec<(u64, Vec<u64>)> = thread::scope(|scope| {
        let callers: Vec<_> = (0..THREADS)
            .map(|nr| {
                let mut caller =
                    Caller::new(seed + nr * 7919, &pool, initial.clone(), folder.0.clone());
                scope.spawn(move || {
                    let end = Instant::now() + TIME;
                    while Instant::now() < end {
                        (0..64).for_each(|_| caller.step());
                    }
                    (caller.calls, caller.made)
                })
            })
            .collect();
        callers
            .into_iter()
            .map(|caller| caller.join().unwrap())
            .collect()
    });
    let calls: u64 = results.iter().map(|(calls, _)| calls).sum();
    println!("{calls} calls");
    assert!(calls > 1000);
    results
        .iter()
        .flat_map(|(_, made)| made)
        .for_each(|id| free(*id));
    free(dialer);
}

fn use_it(end: &End, chance: &mut Chance, buf: &mut [u8]) {
    let (mut events, mut side) = ([dk_event::default(); 32], [0; 512]);
    let n = unsafe {
        dk_conn_events(
            end.conn,
            events.as_mut_ptr(),
            32,
            side.as_mut_ptr(),
            side.len(),
        )
    };
    assert!(n >= 0, "{n} {}", last_error());
    for event in &events[..n as usize] {
        if event.kind == dk_event_kind::DK_EVENT_STREAM_READABLE as u32 {
            let (mut flags, mut code) = (0, 0);
            let (p, cap) = (buf.as_mut_ptr(), buf.len());
            let (conn, id) = (end.conn, event.a);
            let rc = unsafe { dk_stream_recv(conn, now_ns(), id, p, cap, &mut flags, &mut code) };
            assert_ne!(rc, i64::from(PANIC), "{}", last_error());
        }
    }
    let n = chance.below(1300);
    let rc = unsafe { dk_dgram_send(end.conn, now_ns(), buf.as_ptr(), n, 1) };
    assert_ne!(rc, PANIC, "{}", last_error());
    let rc = unsafe { dk_dgram_recv(end.conn, buf.as_mut_ptr(), chance.below(buf.len())) };
    assert_ne!(rc, PANIC, "{}", last_error());
    let stream = chance.below(6) as u64 * 4;
    assert_ne!(dk_stream_acked(end.conn, stream), PANIC, "{}", last_error());
    let (n, fin) = (chance.below(4000), chance.one_in(4).into());
    let mut out = [0; 2];
    let (p, out) = (buf.as_ptr(), out.as_mut_ptr());
    let rc = unsafe { dk_stream_send(end.conn, now_ns(), stream, p, n, fin, out) };
    assert_ne!(rc, i64::from(PANIC), "{}", last_error());
    let rc = dk_conn_on_timeout(end.conn, now_ns());
    assert_eq!(rc, 0, "{}", last_error());
}

/// Changes bytes, cuts, repeats, or replaces a datagram by noise.
fn mutate(chance: &mut Chance, datagram: &mut Vec<u8>) {
    match chance.below(6) {
        0 => datagram.truncate(chance.below(datagram.len() + 1).max(1)),
        1 => chance.fill(datagram),
        2 => {
            let more = datagram.clone();
            datagram.extend_from_slice(&more);
        }
        3 => {
            let n = chance.below(40) + 1;
            let at = datagram.len();
            datagram.resize(at + n, 0);
            chance.fill(&mut datagram[at..]);
        }
        _ => {
            for _ in 0..=chance.below(4) {
                // Mostly in the header, which is not sealed.
                let most = if chance.one_in(3) { datagram.len() } else { 60 };
                let at = chance.below(most.min(datagram.len()));
                datagram[at] ^= 1 << chance.below(8);
            }
        }
    }
}

/// One connection between two configurations over a hostile wire.
fn hostile_wire(chance: &mut Chance, client: dk_config, server: dk_config, one_in: usize) -> bool {
    let (a, b) = (loopback(1000), loopback(2000));
    let (mut dialled, key) = (0, public_key(2));
    let rc = unsafe {
        dk_connect(
            client,
            key.as_ptr(),
            ALPN.as_ptr(),
            ALPN.len(),
            &a,
            &b,
            now_ns(),
            &mut dialled,
        )
    };
    assert_eq!(rc, 0);
    let client = End {
        conn: dialled,
        addr: a,
    };
    let mut accepted: Option<End> = None;
    let mut buf = vec![0; 64 * 1024];
    for _ in 0..24 {
        for mut datagram in client.send(&mut buf) {
            if chance.one_in(one_in) {
                mutate(chance, &mut datagram);
            }
            if accepted.is_none() {
                let (p, n, mut conn) = (datagram.as_ptr(), datagram.len(), 0);
                let rc = unsafe { dk_accept(server, p, n, &b, &a, now_ns(), &mut conn) };
                assert_ne!(rc, PANIC, "{}", last_error());
                accepted = (rc == 0).then_some(End { conn, addr: b });
            }
            let _ = header(&datagram, 8);
            if let Some(server) = &accepted {
                // A client on the move, or somebody who claims to be it.
                let from = if chance.one_in(64) {
                    loopback(chance.next() as u16)
                } else {
                    a
                };
                server.recv(from, &mut datagram);
            }
        }
        let Some(server) = &accepted else { continue };
        for mut datagram in server.send(&mut buf) {
            if chance.one_in(one_in) {
                mutate(chance, &mut datagram);
            }
            client.recv(b, &mut datagram);
        }
        use_it(&client, chance, &mut buf);
        use_it(server, chance, &mut buf);
    }
    let mut state = [0; 8];
    assert_eq!(unsafe { dk_conn_state(client.conn, state.as_mut_ptr()) }, 0);
    assert_eq!(dk_conn_free(client.conn), 0);
    if let Some(server) = accepted {
        assert_eq!(dk_conn_free(server.conn), 0);
    }
    state[0] & dk_state_flag::DK_STATE_ESTABLISHED as u64 != 0
}

#[test]
fn no_datagram_does_more_than_end_its_connection() {
    let _alone = alone();
    let mut chance = Chance(seed() | 1);
    let (client, server) = (config(1), config(2));
    set_alpn(server, ALPN);
    for config in [client, server] {
        set(config, dk_option::DK_OPTION_DGRAM_RECV_QUEUE, 4);
    }
    let end = Instant::now() + TIME;
    let (mut rounds, mut established) = (0, 0);
    while Instant::now() < end {
        let one_in = 2 << chance.below(6);
        established += u32::from(hostile_wire(&mut chance, client, server, one_in));
        rounds += 1;
    }
    println!("{rounds} connections, {established} established");
    assert!(rounds > established && established > 0);
    assert_eq!((dk_config_free(client), dk_config_free(server)), (0, 0));
}

#[test]
fn no_packet_without_connection_does_harm() {
    let _alone = alone();
    let mut chance = Chance(seed() | 1);
    let config = config(1);
    let initial = first_initial(config, public_key(2));
    let (from, end) = (loopback(9), Instant::now() + Duration::from_secs(1));
    let mut out = [0; 2048];
    while Instant::now() < end {
        let mut pkt = initial.clone();
        for _ in 0..=chance.below(2) {
            mutate(&mut chance, &mut pkt);
        }
        if chance.one_in(2) {
            pkt[0] = chance.next() as u8;
        }
        let (p, n, cap) = (pkt.as_ptr(), pkt.len(), chance.below(out.len()));
        let o = out.as_mut_ptr();
        let results = unsafe {
            [
                header(&pkt, chance.below(21) as u32).err().unwrap_or(0),
                dk_version_negotiation(p, n, o, cap),
                dk_refuse(config, p, n, &from, 2, o, cap),
                dk_stateless_reset(config, p, n, o, cap),
                dk_retry(config, p, n, &from, 0, o, cap),
                token_check(config, &pkt, from, 0),
                peek(&[pkt.clone()]).err().unwrap_or(0),
            ]
        };
        for rc in results {
            assert_ne!(rc, PANIC, "{}", last_error());
            // No answer is longer than what it answers.
            assert!(rc < n as i32);
        }
    }
    assert_eq!(dk_config_free(config), 0);
}
