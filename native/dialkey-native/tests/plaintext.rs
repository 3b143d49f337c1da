//! Packets of a peer that holds the right keys and writes what it likes: an
//! authenticated peer can end its connection, and nothing else.
//!
//! A failing seed is printed; set DIALKEY_FUZZ_SEED to repeat it, and
//! DIALKEY_FUZZ_SECONDS to look for longer.

#[path = "common/chance.rs"]
mod chance;
mod common;
#[path = "common/seal.rs"]
mod seal;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, Instant};

use chance::{Chance, End, seed};
use common::*;
use dialkey::abi::*;
use dialkey::entry::*;
use seal::{Seal, varint};

/// Packets that one connection gets, if it lives that long.
const PACKETS: u64 = 400;
/// Far above what a connection may hold, and far below what a leak would need.
const MOST_GROWTH: u64 = 64 << 20;

fn seconds() -> u64 {
    let given = std::env::var("DIALKEY_FUZZ_SECONDS").ok();
    given.and_then(|given| given.parse().ok()).unwrap_or(2)
}

fn resident() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// The two configurations, and the log with the secrets of the client.
struct World {
    client: dk_config,
    server: dk_config,
    folder: Folder,
}

impl World {
    fn new(name: &str) -> World {
        let world = World {
            client: config(1),
            server: config(2),
            folder: Folder::new(name),
        };
        set_alpn(world.server, ALPN);
        for config in [world.client, world.server] {
            set(config, dk_option::DK_OPTION_DGRAM_RECV_QUEUE, 16);
            set(
                config,
                dk_option::DK_OPTION_INITIAL_MAX_STREAM_DATA,
                100_000,
            );
            set(config, dk_option::DK_OPTION_INITIAL_MAX_DATA, 300_000);
            set(config, dk_option::DK_OPTION_MAX_STREAMS_BIDI, 20);
            set(config, dk_option::DK_OPTION_MAX_STREAMS_UNI, 20);
        }
        world
    }

    /// The secret that this connection's client or server writes 1-RTT packets with.
    fn secret(&self, label: &str) -> Vec<u8> {
        let log = fs::read_to_string(self.folder.0.join("keys")).unwrap();
        let line = log.lines().find(|line| line.starts_with(label)).unwrap();
        let hex = line.rsplit(' ').next().unwrap();
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(byte).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        dk_config_free(self.client);
        dk_config_free(self.server);
    }
}

/// An established connection of which one end is the victim.
struct Attack {
    client: End,
    server: End,
    victim_is_server: bool,
    seal: Seal,
    /// What the victim's packets are sent to.
    id: Vec<u8>,
    number: u64,
    buf: Vec<u8>,
}

impl Attack {
    fn new(world: &World, victim_is_server: bool) -> Attack {
        let keys = world.folder.0.join("keys");
        let _ = fs::remove_file(&keys);
        assert_eq!(set_keylog(world.client, keys.as_os_str().as_bytes()), 0);
        let (a, b) = (loopback(1000), loopback(2000));
        let (mut conn, key) = (0, public_key(2));
        let (alpn, n) = (ALPN.as_ptr(), ALPN.len());
        let rc = unsafe {
            dk_connect(
                world.client,
                key.as_ptr(),
                alpn,
                n,
                &a,
                &b,
                now_ns(),
                &mut conn,
            )
        };
        assert_eq!(rc, 0);
        let client = End { conn, addr: a };
        let mut buf = vec![0; 64 * 1024];
        let mut first = client.send(&mut buf).remove(0);
        let (p, n) = (first.as_ptr(), first.len());
        let rc = unsafe { dk_accept(world.server, p, n, &b, &a, now_ns(), &mut conn) };
        assert_eq!(rc, 0);
        let server = End { conn, addr: b };
        server.recv(a, &mut first);
        let mut id = Vec::new();
        // Until both sides write short packets: those tell the ids in use.
        for _ in 0..6 {
            for mut pkt in server.send(&mut buf) {
                note_id(&pkt, !victim_is_server, &mut id);
                client.recv(b, &mut pkt);
            }
            for mut pkt in client.send(&mut buf) {
                note_id(&pkt, victim_is_server, &mut id);
                server.recv(a, &mut pkt);
            }
        }
        assert_eq!(id.len(), 8, "no short packet was seen");
        let label = if victim_is_server {
            "CLIENT_TRAFFIC_SECRET_0"
        } else {
            "SERVER_TRAFFIC_SECRET_0"
        };
        let seal = Seal::new(&world.secret(label));
        let number = 1000;
        Attack {
            client,
            server,
            victim_is_server,
            seal,
            id,
            number,
            buf,
        }
    }

    fn victim(&self) -> &End {
        if self.victim_is_server {
            &self.server
        } else {
            &self.client
        }
    }

    fn from(&self) -> dk_addr {
        if self.victim_is_server {
            self.client.addr
        } else {
            self.server.addr
        }
    }

    fn strike(&mut self, payload: &[u8]) {
        let header = [&[0x43], self.id.as_slice()].concat();
        // A packet is never so short that it cannot be sampled.
        let payload = if payload.is_empty() { &[0] } else { payload };
        let mut packet = self.seal.packet(&header, self.number, payload);
        self.number += 1;
        self.victim().recv(self.from(), &mut packet);
    }

    fn state(&self) -> [u64; 8] {
        let mut out = [0; 8];
        let rc = unsafe { dk_conn_state(self.victim().conn, out.as_mut_ptr()) };
        assert_eq!(rc, 0, "{}", last_error());
        out
    }

    fn received(&self) -> u64 {
        let mut out = [0; 22];
        unsafe { dk_conn_stats(self.victim().conn, out.as_mut_ptr(), 22) };
        out[dk_conn_stat::DK_CONN_RECV_PACKETS as usize]
    }

    /// What an application does with its connection.
    fn use_victim(&mut self, chance: &mut Chance) {
        let conn = self.victim().conn;
        let (mut events, mut side) = ([dk_event::default(); 64], [0; 512]);
        let n =
            unsafe { dk_conn_events(conn, events.as_mut_ptr(), 64, side.as_mut_ptr(), side.len()) };
        assert!(n >= 0, "{n} {}", last_error());
        for event in &events[..n as usize] {
            if event.kind == dk_event_kind::DK_EVENT_STREAM_READABLE as u32 {
                self.use_stream(chance, event.a);
            }
        }
        let p = self.buf.as_mut_ptr();
        let rc = unsafe { dk_dgram_recv(conn, p, 2000) };
        assert_ne!(rc, PANIC, "{}", last_error());
        let rc = unsafe { dk_dgram_send(conn, now_ns(), p, chance.below(1000), 1) };
        assert_ne!(rc, PANIC, "{}", last_error());
        assert_eq!(dk_conn_on_timeout(conn, now_ns()), 0, "{}", last_error());
        let mut buf = std::mem::take(&mut self.buf);
        self.victim().send(&mut buf);
        self.buf = buf;
    }

    fn use_stream(&mut self, chance: &mut Chance, id: u64) {
        let conn = self.victim().conn;
        let (p, n) = (self.buf.as_mut_ptr(), 1 + chance.below(4000));
        let (mut flags, mut out) = (0, [0; 2]);
        let rc = match chance.below(5) {
            0 => dk_stream_shutdown(conn, now_ns(), id, chance.below(2) as u32, 7).into(),
            1 => unsafe { dk_stream_send(conn, now_ns(), id, p, n, 1, out.as_mut_ptr()) },
            2 => dk_stream_acked(conn, id).into(),
            _ => unsafe { dk_stream_recv(conn, now_ns(), id, p, n, &mut flags, out.as_mut_ptr()) },
        };
        assert_ne!(rc, i64::from(PANIC), "{}", last_error());
    }
}

impl Drop for Attack {
    fn drop(&mut self) {
        dk_conn_free(self.client.conn);
        dk_conn_free(self.server.conn);
    }
}

fn note_id(pkt: &[u8], wanted: bool, id: &mut Vec<u8>) {
    if wanted && pkt[0] & 0x80 == 0 {
        *id = pkt[1..9].to_vec();
    }
}

/// Where all streams end, unless somebody is wild: data lies before it.
const STREAM_END: u64 = 6000;

/// Writes frames that are mostly allowed; one in `wild` fields is not meant so.
struct Author<'a> {
    chance: &'a mut Chance,
    wild: usize,
    is_client: bool,
    next_id: u64,
}

impl Author<'_> {
    fn is_wild(&mut self) -> bool {
        self.chance.one_in(self.wild)
    }

    fn field(&mut self, value: u64) -> Vec<u8> {
        let wild = self.is_wild();
        let number = self.chance.number() & ((1 << 62) - 1);
        varint(if wild { number } else { value })
    }

    fn below(&mut self, most: usize) -> Vec<u8> {
        let value = self.chance.below(most) as u64;
        self.field(value)
    }

    /// A stream of ours; only of one that goes both ways can we speak of the
    /// victim's half.
    fn stream_id(&mut self, both_ways: bool) -> Vec<u8> {
        let kind = if both_ways {
            0
        } else {
            2 * self.chance.below(2)
        };
        let opener = usize::from(!self.is_client);
        let id = 4 * self.chance.below(20) + kind + opener;
        self.field(id as u64)
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let mut bytes = vec![0; self.chance.below(most)];
        self.chance.fill(&mut bytes);
        bytes
    }

    fn counted(&mut self, most: usize) -> Vec<u8> {
        let bytes = self.bytes(most);
        [self.field(bytes.len() as u64), bytes].concat()
    }

    fn ack(&mut self) -> Vec<u8> {
        let ecn = self.chance.one_in(8);
        let largest = self.chance.below(3);
        let mut frame = vec![if ecn { 3 } else { 2 }];
        frame.extend(self.field(largest as u64));
        frame.extend(self.below(1000));
        frame.extend(self.field(0));
        frame.extend(self.below(largest + 1));
        for _ in 0..if ecn { 3 } else { 0 } {
            frame.extend(self.below(3));
        }
        frame
    }

    fn stream(&mut self) -> Vec<u8> {
        if self.chance.one_in(16) {
            let id = self.stream_id(false);
            return [vec![0x0f], id, self.field(STREAM_END), self.field(0)].concat();
        }
        let kind = if self.is_wild() {
            8 + self.chance.below(8) as u8
        } else {
            0x0e
        };
        let mut frame = vec![kind];
        frame.extend(self.stream_id(false));
        if kind & 4 != 0 {
            frame.extend(self.below(5000));
        }
        frame.extend(if kind & 2 != 0 {
            self.counted(300)
        } else {
            self.bytes(300)
        });
        frame
    }

    fn new_connection_id(&mut self) -> Vec<u8> {
        let mut frame = vec![0x18];
        let number = self.next_id;
        self.next_id += 1;
        frame.extend(self.field(number));
        frame.extend(self.field(number - 2));
        frame.push(if self.is_wild() {
            self.chance.below(30) as u8
        } else {
            8
        });
        let mut bytes = vec![0; 8 + 16];
        self.chance.fill(&mut bytes);
        frame.extend(bytes);
        frame
    }

    fn frame(&mut self) -> Vec<u8> {
        match self.chance.below(32) {
            0 => vec![0; 1 + self.chance.below(30)],
            1 => vec![1],
            2..=4 => self.ack(),
            5 => {
                let (id, code) = (self.stream_id(false), self.below(100));
                [vec![4], id, code, self.field(STREAM_END)].concat()
            }
            6 | 7 => [vec![5], self.stream_id(true), self.below(100)].concat(),
            8..=18 => self.stream(),
            19 => [vec![0x10], self.below(1 << 30)].concat(),
            20 => [vec![0x11], self.stream_id(true), self.below(1 << 30)].concat(),
            21 => [vec![0x12 + self.chance.below(2) as u8], self.below(1000)].concat(),
            22 => [vec![0x14], self.below(1 << 30)].concat(),
            23 => [vec![0x15], self.stream_id(false), self.below(1 << 20)].concat(),
            24 => [vec![0x16 + self.chance.below(2) as u8], self.below(1000)].concat(),
            25 => self.new_connection_id(),
            26 => {
                let number = 1 + self.chance.below(3) as u64;
                [vec![0x19], self.field(number)].concat()
            }
            27 => {
                let mut frame = vec![0x1a + self.chance.below(2) as u8; 9];
                self.chance.fill(&mut frame[1..]);
                frame
            }
            28 if !self.is_client => vec![0x1e],
            29 if self.is_wild() => self.rarity(),
            30 => [vec![0x30], self.bytes(300)].concat(),
            _ => [vec![0x31], self.counted(300)].concat(),
        }
    }

    /// What ends a connection in most cases.
    fn rarity(&mut self) -> Vec<u8> {
        match self.chance.below(6) {
            0 => [vec![6], self.below(200), self.counted(60)].concat(),
            1 => [vec![7], self.counted(60)].concat(),
            2 => [vec![0x1c], self.below(20), self.below(20), self.counted(60)].concat(),
            3 => [vec![0x1d], self.below(20), self.counted(60)].concat(),
            4 => vec![0x1e],
            _ => {
                let kind = varint(self.chance.number() & ((1 << 62) - 1));
                [kind, self.bytes(60)].concat()
            }
        }
    }

    fn payload(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..=self.chance.below(5) {
            let frame = self.frame();
            if bytes.len() + frame.len() <= 1100 {
                bytes.extend(frame);
            }
        }
        if self.is_wild() && !bytes.is_empty() {
            for _ in 0..=self.chance.below(4) {
                let at = self.chance.below(bytes.len());
                bytes[at] = self.chance.next() as u8;
            }
        }
        if self.is_wild() {
            bytes.truncate(self.chance.below(bytes.len() + 1));
        }
        bytes
    }
}

fn attack(name: &str, victim_is_server: bool) {
    let _alone = alone();
    let mut chance = Chance(seed() | 1);
    let world = World::new(name);
    let start = Instant::now();
    let time = Duration::from_secs(seconds());
    let (mut settled, mut packets, mut survivors) = (None, 0, 0);
    let mut codes = BTreeMap::new();
    while start.elapsed() < time {
        let mut attack = Attack::new(&world, victim_is_server);
        let before = attack.received();
        attack.strike(&[1]);
        assert_eq!(attack.received(), before + 1, "the keys are not right");
        let wild = 20 << (2 * chance.below(5));
        let mut next_id = 4;
        for _ in 0..PACKETS {
            let mut author = Author {
                chance: &mut chance,
                wild,
                is_client: victim_is_server,
                next_id,
            };
            let payload = author.payload();
            next_id = author.next_id;
            attack.strike(&payload);
            packets += 1;
            if chance.one_in(4) {
                attack.use_victim(&mut chance);
            }
            if attack.state()[0] & dk_state_flag::DK_STATE_DRAINING as u64 != 0 {
                break;
            }
        }
        attack.use_victim(&mut chance);
        let [flags, origin, code, ..] = attack.state();
        if flags & dk_state_flag::DK_STATE_DRAINING as u64 == 0 {
            survivors += 1;
        } else {
            assert_ne!(
                origin,
                dk_origin::DK_ORIGIN_NONE as u64,
                "no reason is known"
            );
            *codes.entry((origin, code)).or_insert(0) += 1;
        }
        if settled.is_none() && start.elapsed() > time / 3 {
            settled = Some(resident());
        }
    }
    println!("{packets} packets, {survivors} survivors, ends (origin, code): {codes:?}");
    let grown = resident().saturating_sub(settled.unwrap_or(0));
    assert!(grown < MOST_GROWTH, "grew by {grown} bytes");
    // Both happen, else the packets are too wild or too tame.
    let local = dk_origin::DK_ORIGIN_LOCAL_TRANSPORT as u64;
    assert!(
        codes
            .keys()
            .any(|(origin, code)| *origin == local && *code != 0)
    );
    assert!(survivors > 0);
}

#[test]
fn a_client_with_the_right_keys_can_only_end_its_connection() {
    attack("plaintext-server", true);
}

#[test]
fn a_server_with_the_right_keys_can_only_end_its_connection() {
    attack("plaintext-client", false);
}
