//! What the fuzzers share: chance with a seed, and connections without sockets.

#![allow(dead_code)]

use dialkey::abi::*;
use dialkey::entry::*;

use crate::common::*;

/// xorshift64*: small, seeded, good enough to be arbitrary.
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() >> 16) as usize % n.max(1)
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

    pub fn fill(&mut self, to: &mut [u8]) {
        for byte in to {
            *byte = self.next() as u8;
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

/// One end of a connection without a socket.
pub struct End {
    pub conn: dk_conn,
    pub addr: dk_addr,
}

impl End {
    pub fn send(&self, buf: &mut [u8]) -> Vec<Vec<u8>> {
        let mut tx = [dk_tx::default(); 16];
        let n = unsafe {
            dk_conn_send_batch(
                self.conn,
                now_ns(),
                0,
                buf.as_mut_ptr(),
                buf.len(),
                tx.as_mut_ptr(),
                16,
            )
        };
        assert!(n >= 0, "{n} {}", last_error());
        tx[..n as usize]
            .iter()
            .flat_map(|tx| buf[tx.off as usize..(tx.off + tx.len) as usize].chunks(tx.seg as usize))
            .map(<[u8]>::to_vec)
            .collect()
    }

    pub fn recv(&self, from: dk_addr, datagram: &mut [u8]) {
        let rx = dk_rx {
            len: datagram.len() as u32,
            from,
            to: self.addr,
            ..dk_rx::default()
        };
        let (p, n) = (datagram.as_mut_ptr(), datagram.len());
        let rc = unsafe { dk_conn_recv_batch(self.conn, now_ns(), p, n, &rx, 1) };
        assert_eq!(rc, 1, "{}", last_error());
    }
}
