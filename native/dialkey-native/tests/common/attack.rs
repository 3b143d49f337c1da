//! A peer that holds the right keys and writes what it likes.

#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use dialkey::abi::*;
use dialkey::entry::*;

use crate::author::Author;
use crate::chance::{Chance, End, Sent, established, speak_multipath};
use crate::common::*;
use crate::seal::{Seal, short_part, varint};

/// Paths that a victim may keep.
const MOST_PATHS: usize = 16;

/// The two configurations, and the log with the secrets of the client.
pub struct World {
    client: dk_config,
    server: dk_config,
    folder: Folder,
    multipath: bool,
}

impl World {
    pub fn new(name: &str, multipath: bool) -> World {
        let world = World {
            client: config(1),
            server: config(2),
            folder: Folder::new(name),
            multipath,
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
            if multipath {
                speak_multipath(config);
            }
        }
        world
    }

    /// The secret that this connection's client or server writes 1-RTT packets with.
    fn secret(&self, of_client: bool) -> Vec<u8> {
        let label = match of_client {
            true => "CLIENT_TRAFFIC_SECRET_0",
            false => "SERVER_TRAFFIC_SECRET_0",
        };
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

/// What the attacker knows of a path.
struct Known {
    /// An id of the victim's for it.
    id: Vec<u8>,
    number: u64,
    /// The attacker's address, and the victim's.
    from: dk_addr,
    to: dk_addr,
    /// The last packet number that was heard on it.
    heard: Option<u64>,
}

/// An established connection of which one end is the victim.
pub struct Attack {
    ends: [End; 2],
    victim: usize,
    seal: Seal,
    /// Opens what the victim sends.
    ear: Seal,
    paths: BTreeMap<u32, Known>,
    /// Challenges of the victim that could be answered.
    challenges: Vec<(u32, Vec<u8>)>,
    buf: Vec<u8>,
    next_id: u64,
    multipath: bool,
}

impl Attack {
    pub fn new(world: &World, victim_is_server: bool) -> Attack {
        let keys = world.folder.0.join("keys");
        let _ = fs::remove_file(&keys);
        assert_eq!(set_keylog(world.client, keys.as_os_str().as_bytes()), 0);
        let victim = usize::from(victim_is_server);
        let addrs = [loopback(1000), loopback(2000)];
        let (mut id, mut heard) = (Vec::new(), Vec::new());
        let configs = [world.client, world.server];
        let ends = established(configs, addrs, |who, sent| {
            let is_short = sent.bytes[0] & 0x80 == 0;
            if who == victim {
                heard.push((sent.bytes.clone(), sent.from, sent.to));
            } else if is_short {
                // Short packets tell the id in use.
                id = sent.bytes[1..9].to_vec();
            }
        });
        assert_eq!(id.len(), 8, "no short packet was seen");
        let first = Known {
            id,
            number: 1000,
            from: addrs[1 - victim],
            to: addrs[victim],
            heard: None,
        };
        let mut attack = Attack {
            ends,
            victim,
            seal: Seal::new(&world.secret(victim_is_server)),
            ear: Seal::new(&world.secret(!victim_is_server)),
            paths: BTreeMap::from([(0, first)]),
            challenges: Vec::new(),
            buf: vec![0; 64 * 1024],
            next_id: 4,
            multipath: world.multipath,
        };
        for (bytes, from, to) in heard {
            attack.hear(&Sent { bytes, from, to });
        }
        attack
    }

    fn victim(&self) -> &End {
        &self.ends[self.victim]
    }

    /// Paths but the first that the victim gave ids for.
    pub fn others(&self) -> usize {
        self.paths.len() - 1
    }

    /// Learns ids, addresses and challenges from a packet of the victim.
    fn hear(&mut self, sent: &Sent) {
        let opened = (0..MOST_PATHS as u32).find_map(|path| {
            let (number, payload) = self.ear.open_short(path, short_part(&sent.bytes)?)?;
            Some((path, number, payload))
        });
        let Some((path, number, payload)) = opened else {
            return;
        };
        if let Some(known) = self.paths.get_mut(&path) {
            known.heard = Some(number);
            (known.from, known.to) = (sent.to, sent.from);
        }
        // The frames are not read one by one: what looks like one will do.
        for (at, bytes) in payload.windows(2).enumerate() {
            if self.multipath && bytes == [0x7e, 0x78] {
                self.learn_id(&payload[at + 2..], sent);
            }
            if bytes[0] == 0x1a && self.challenges.len() < 8 {
                let value = payload.get(at + 1..at + 9);
                self.challenges
                    .extend(value.map(|value| (path, value.to_vec())));
            }
        }
    }

    /// Of PATH_NEW_CONNECTION_ID: path, number, what to retire, length, id.
    fn learn_id(&mut self, frame: &[u8], sent: &Sent) {
        let [path, _, _, 8, id @ ..] = frame else {
            return;
        };
        if let (1..0x40, Some(id)) = (*path, id.get(..8)) {
            let port = sent.to.port + u16::from(*path);
            let known = self.paths.entry((*path).into()).or_insert(Known {
                id: Vec::new(),
                number: 0,
                from: loopback(port),
                to: sent.from,
                heard: None,
            });
            known.id = id.to_vec();
        }
    }

    /// The victim gets a packet on its first path.
    pub fn strike(&mut self, payload: &[u8]) {
        self.strike_on(0, None, payload);
    }

    /// On any path, from elsewhere than there if an address is given.
    fn strike_on(&mut self, path: u32, from: Option<dk_addr>, payload: &[u8]) {
        let Some(known) = self.paths.get_mut(&path) else {
            return;
        };
        let header = [&[0x43], known.id.as_slice()].concat();
        // A packet is never so short that it cannot be sampled.
        let payload = if payload.is_empty() { &[0] } else { payload };
        let number = known.number;
        known.number += 1;
        let mut packet = self.seal.packet(path, &header, number, payload);
        let (from, to) = (from.unwrap_or(known.from), known.to);
        self.victim().recv_at(from, to, &mut packet);
    }

    /// One packet of what comes to mind; one field in `wild` is not meant so.
    pub fn strike_somehow(&mut self, chance: &mut Chance, wild: usize) {
        let path = match chance.below(3) {
            0 => *self
                .paths
                .keys()
                .nth(chance.below(self.paths.len()))
                .unwrap(),
            _ => 0,
        };
        let from = chance.one_in(24).then(|| loopback(chance.next() as u16));
        let payload = match chance.below(8) {
            0 if !self.challenges.is_empty() => self.answer(chance),
            1 if chance.one_in(wild) => {
                let mut noise = vec![0; chance.below(200)];
                chance.fill(&mut noise);
                noise
            }
            _ => self.write(chance, wild),
        };
        self.strike_on(path, from, &payload);
    }

    fn write(&mut self, chance: &mut Chance, wild: usize) -> Vec<u8> {
        let heard = self.paths.iter();
        let heard = heard.filter_map(|(path, known)| Some((*path, known.heard?)));
        let mut author = Author {
            chance,
            wild,
            is_client: self.victim == 1,
            next_id: self.next_id,
            others: self.others(),
            heard: heard.collect(),
        };
        let payload = author.payload();
        self.next_id = author.next_id;
        payload
    }

    fn answer(&mut self, chance: &mut Chance) -> Vec<u8> {
        let nr = chance.below(self.challenges.len());
        let (_, value) = self.challenges.swap_remove(nr);
        [vec![0x1b], value, vec![1]].concat()
    }

    /// Answers the challenges where they were heard, and acknowledges.
    fn play_along(&mut self) {
        for (path, value) in std::mem::take(&mut self.challenges) {
            let ack = self.paths.get(&path).and_then(|known| {
                let number = varint(known.heard?);
                Some([vec![0x3e, path as u8], number, vec![0, 0, 0]].concat())
            });
            let answer = [vec![0x1b], value, ack.unwrap_or_default()].concat();
            self.strike_on(path, None, &answer);
        }
    }

    pub fn state(&self) -> [u64; 8] {
        let mut out = [0; 8];
        let rc = unsafe { dk_conn_state(self.victim().conn, out.as_mut_ptr()) };
        assert_eq!(rc, 0, "{}", last_error());
        out
    }

    pub fn is_over(&self) -> bool {
        self.state()[0] & dk_state_flag::DK_STATE_DRAINING as u64 != 0
    }

    pub fn received(&self) -> u64 {
        let mut out = [0; 22];
        unsafe { dk_conn_stats(self.victim().conn, out.as_mut_ptr(), 22) };
        out[dk_conn_stat::DK_CONN_RECV_PACKETS as usize]
    }

    /// Paths that the victim has.
    pub fn path_count(&self) -> usize {
        let mut paths = [dk_path_info::default(); 64];
        let n = unsafe { dk_path_list(self.victim().conn, paths.as_mut_ptr(), 64) };
        assert!(n >= 0, "{n} {}", last_error());
        n as usize
    }

    /// What an application does with its connection.
    pub fn use_victim(&mut self, chance: &mut Chance) {
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
        if self.others() > 0 {
            self.use_paths(chance);
        }
        assert_eq!(dk_conn_on_timeout(conn, now_ns()), 0, "{}", last_error());
        let mut buf = std::mem::take(&mut self.buf);
        let sent = self.victim().send_all(&mut buf);
        self.buf = buf;
        if self.others() > 0 {
            sent.iter().for_each(|sent| self.hear(sent));
            if chance.one_in(2) {
                self.play_along();
            }
            assert!(self.path_count() <= MOST_PATHS);
        }
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

    fn use_paths(&mut self, chance: &mut Chance) {
        let (conn, now, peer) = (
            self.victim().conn,
            now_ns(),
            self.ends[1 - self.victim].addr,
        );
        let path = chance.below(self.others() + 1) as u32;
        let local = loopback(5000 + chance.below(40) as u16);
        let (mut id, mut value, body) = (0, 0, [7, 127, 0, 0, 1, 16, 146]);
        let ty = if self.victim == 1 { 0x3d7f90 } else { 0x3d7f92 };
        let rc = unsafe {
            match chance.below(12) {
                0..=2 => dk_path_open(conn, now, &local, &peer, 0, &mut id),
                3 => dk_path_set_active(conn, now, path),
                4 if chance.one_in(4) => dk_path_abandon(conn, now, path, 7),
                5 => dk_path_set_status(conn, path, chance.below(2) as u8),
                6 => dk_path_ping(conn, path),
                7 if chance.one_in(4) => dk_path_rebind(conn, now, path, &local),
                8 => dk_probe(conn, now, &local, &peer, &mut value),
                9 => dk_frame_send(conn, ty, body.as_ptr(), body.len(), 0, 1),
                10 => dk_frame_cancel(conn, 1),
                _ => DONE,
            }
        };
        assert_ne!(rc, PANIC, "{}", last_error());
    }
}

impl Drop for Attack {
    fn drop(&mut self) {
        for end in &self.ends {
            dk_conn_free(end.conn);
        }
    }
}
