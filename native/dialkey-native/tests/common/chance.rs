//! What the fuzzers share: chance with a seed, and connections without sockets.

#![allow(dead_code)]

use std::collections::VecDeque;

use dialkey::abi::*;
use dialkey::entry::*;

use crate::common::*;

/// Decides by bytes that were given, while there are any; then by a
/// xorshift64*: small, seeded, good enough to be arbitrary.
pub struct Chance {
    state: u64,
    given: VecDeque<u8>,
}

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance {
            state: seed | 1,
            given: VecDeque::new(),
        }
    }

    /// Who chooses the bytes chooses what happens.
    pub fn of_bytes(bytes: &[u8]) -> Chance {
        Chance {
            state: 1,
            given: bytes.to_vec().into(),
        }
    }

    /// Whether all bytes were used.
    pub fn is_spent(&self) -> bool {
        self.given.is_empty()
    }

    fn take(&mut self, n: usize) -> Option<u64> {
        let first = self.given.pop_front()?;
        let more = (1..n).map_while(|_| self.given.pop_front());
        Some(more.fold(first.into(), |value, byte| (value << 8) | u64::from(byte)))
    }

    pub fn next(&mut self) -> u64 {
        self.take(8).unwrap_or_else(|| self.step())
    }

    fn step(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, n: usize) -> usize {
        let width = match n {
            0..=0x100 => 1,
            0x101..=0x1_0000 => 2,
            _ => 8,
        };
        let value = self.take(width).unwrap_or_else(|| self.step() >> 16);
        value as usize % n.max(1)
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// Numbers near the edges more often than others.
    pub fn number(&mut self) -> u64 {
        match self.below(8) {
            0 => self.below(8) as u64,
            1 => u64::MAX - self.below(4) as u64,
            2 => (1 << 62) - 2 + self.below(4) as u64,
            3 => u64::from(u32::MAX) - 2 + self.below(4) as u64,
            4 => 1 << self.below(64),
            5 => self.below(2000) as u64,
            6 => self.below(1 << 20) as u64,
            _ => self.next(),
        }
    }

    /// Given bytes are not spent on what is long: that is nobody's decision.
    pub fn fill(&mut self, to: &mut [u8]) {
        let is_short = to.len() <= 32;
        for byte in to {
            let given = if is_short { self.take(1) } else { None };
            *byte = given.unwrap_or_else(|| self.step()) as u8;
        }
    }
}

pub fn seed() -> u64 {
    let given = std::env::var("DIALKEY_FUZZ_SEED").ok();
    let seed = given
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20_260_131);
    println!("DIALKEY_FUZZ_SEED={seed}");
    seed
}

/// A datagram that a connection sent.
pub struct Sent {
    pub bytes: Vec<u8>,
    pub from: dk_addr,
    pub to: dk_addr,
}

/// One end of a connection without a socket.
pub struct End {
    pub conn: dk_conn,
    pub addr: dk_addr,
}

impl End {
    pub fn send(&self, buf: &mut [u8]) -> Vec<Vec<u8>> {
        let sent = self.send_all(buf).into_iter();
        sent.map(|sent| sent.bytes).collect()
    }

    /// With the addresses.
    pub fn send_all(&self, buf: &mut [u8]) -> Vec<Sent> {
        let sent = self.try_send_all(buf);
        assert!(sent.is_ok(), "{}", last_error());
        sent.unwrap_or_default()
    }

    /// Fails where another thread uses or frees the connection, too.
    pub fn try_send_all(&self, buf: &mut [u8]) -> Result<Vec<Sent>, i32> {
        let mut tx = [dk_tx::default(); 16];
        let (p, n) = (buf.as_mut_ptr(), buf.len());
        let tx_p = tx.as_mut_ptr();
        let n = unsafe { dk_conn_send_batch(self.conn, now_ns(), 0, p, n, tx_p, 16) };
        let n = usize::try_from(n).map_err(|_| n)?;
        let mut all = Vec::new();
        for tx in &tx[..n] {
            let run = &buf[tx.off as usize..(tx.off + tx.len) as usize];
            all.extend(run.chunks(tx.seg as usize).map(|bytes| Sent {
                bytes: bytes.to_vec(),
                from: tx.from,
                to: tx.to,
            }));
        }
        Ok(all)
    }

    pub fn recv(&self, from: dk_addr, datagram: &mut [u8]) {
        self.recv_at(from, self.addr, datagram);
    }

    pub fn recv_at(&self, from: dk_addr, to: dk_addr, datagram: &mut [u8]) {
        let taken = self.try_recv_at(from, to, datagram);
        assert_eq!(taken, Ok(()), "{}", last_error());
    }

    pub fn try_recv_at(&self, from: dk_addr, to: dk_addr, datagram: &mut [u8]) -> Result<(), i32> {
        let rx = dk_rx {
            len: datagram.len() as u32,
            from,
            to,
            ..dk_rx::default()
        };
        let (p, n) = (datagram.as_mut_ptr(), datagram.len());
        match unsafe { dk_conn_recv_batch(self.conn, now_ns(), p, n, &rx, 1) } {
            1 => Ok(()),
            rc => Err(rc),
        }
    }
}

/// Multipath, NAT traversal and address discovery, each with a value of one byte.
pub const MULTIPATH: [(u64, u8); 3] = [(0x3e, 7), (0x3d7f_9112_0401, 0x20), (0x9f81_a176, 2)];

pub fn speak_multipath(config: dk_config) {
    for (param, value) in MULTIPATH {
        let rc = unsafe { dk_config_transport_param(config, param, &value, 1) };
        assert_eq!(rc, 0, "{}", last_error());
    }
}

/// A client and a server who have agreed, without a socket between them. All that
/// they send is shown: by whom, client 0 and server 1.
pub fn established(
    configs: [dk_config; 2],
    addrs: [dk_addr; 2],
    show: impl FnMut(usize, &Sent),
) -> [End; 2] {
    let ends = try_established(configs, addrs, show, &mut Vec::new());
    ends.unwrap_or_else(|rc| panic!("{rc} {}", last_error()))
}

/// The same where other threads may use or free all of it. What was made is told
/// in any case.
pub fn try_established(
    configs: [dk_config; 2],
    addrs: [dk_addr; 2],
    mut show: impl FnMut(usize, &Sent),
    made: &mut Vec<dk_conn>,
) -> Result<[End; 2], i32> {
    let ([a, b], key) = (addrs, public_key(2));
    let (mut conn, (alpn, n)) = (0, (ALPN.as_ptr(), ALPN.len()));
    let now = now_ns();
    let rc = unsafe { dk_connect(configs[0], key.as_ptr(), alpn, n, &a, &b, now, &mut conn) };
    check(rc)?;
    made.push(conn);
    let client = End { conn, addr: a };
    let mut buf = vec![0; 64 * 1024];
    let mut first = client.try_send_all(&mut buf)?.pop().ok_or(DONE)?;
    let (p, n) = (first.bytes.as_ptr(), first.bytes.len());
    let rc = unsafe { dk_accept(configs[1], p, n, &b, &a, now_ns(), &mut conn) };
    check(rc)?;
    made.push(conn);
    let server = End { conn, addr: b };
    server.try_recv_at(a, b, &mut first.bytes)?;
    let ends = [client, server];
    // Until both write short packets.
    for way in [1, 0].into_iter().cycle().take(12) {
        for mut sent in ends[way].try_send_all(&mut buf)? {
            show(way, &sent);
            ends[1 - way].try_recv_at(sent.from, sent.to, &mut sent.bytes)?;
        }
    }
    Ok(ends)
}

fn check(rc: i32) -> Result<(), i32> {
    match rc {
        0 => Ok(()),
        rc => Err(rc),
    }
}
