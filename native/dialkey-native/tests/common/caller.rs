//! Calls of every C entry with arbitrary arguments.
//!
//! Pointers are null or belong to buffers as long as the lengths say: that much
//! a caller promises.

#![allow(dead_code)]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use dialkey::abi::*;
use dialkey::entry::*;

use crate::chance::{Chance, End, MULTIPATH, try_established};
use crate::common::*;

#[path = "calls.rs"]
mod calls;
#[path = "path_calls.rs"]
mod path_calls;

/// Ids that all threads share.
const POOL: usize = 24;
pub const SPACE: usize = 128 * 1024;

/// Ids of all kinds, live and stale, shared by the threads.
pub struct Pool([AtomicU64; POOL]);

impl Pool {
    pub fn new() -> Pool {
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
pub fn free(id: u64) {
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
pub struct Caller<'a> {
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
    pub made: Vec<u64>,
    pub calls: u64,
    /// Connections that speak multipath with each other.
    pairs: Vec<[End; 2]>,
    /// Pairs that were made.
    pub agreed: u64,
}

impl<'a> Caller<'a> {
    pub fn new(chance: Chance, pool: &'a Pool, initial: Vec<u8>, folder: PathBuf) -> Caller<'a> {
        let mut input = vec![0; SPACE];
        // Given bytes decide what is called, not with which bytes.
        Chance::new(7).fill(&mut input);
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
            pairs: Vec::new(),
            agreed: 0,
        }
    }

    pub fn is_spent(&self) -> bool {
        self.chance.is_spent()
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

    pub fn step(&mut self) {
        let rc = match self.chance.below(60) {
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
            45..=52 => self.path(),
            53..=57 => self.relay(),
            58 => self.make_pair(),
            _ => self.library(),
        };
        self.check(rc);
    }
}
