//! The fuzz targets with bytes from a seed, a fixed number of times: what every
//! compiler can run.
//!
//! DIALKEY_FUZZ_SEED repeats what a seed did, DIALKEY_FUZZ_ROUNDS multiplies the
//! number of rounds. The bytes that a target could not bear are printed.

use std::panic;
use std::time::Instant;

/// What mutations begin with: frames and parameters that are right.
const FRAMES: &[&[u8]] = &[
    b"\x07\x01",
    b"\x07\x02\x05\x10\x01\x01\x00\x02",
    b"\x07\x03\x05\x10\x00\x01\x01\x02\x03",
    b"\x07\x06\x00\x03abc\x00\x00",
    b"\x07\x0f\x04\x08\x03abc",
    b"\x07\x1a12345678\x1b87654321",
    b"\x07\x18\x04\x02\x0812345678abcdefghijklmnop",
    b"\x07\x1c\x0a\x00\x02no\x1d\x00\x00",
    b"\x07\x3e\x01\x05\x10\x01\x01\x00\x02",
    b"\x07\x3f\x41\x00\x05\x10\x00\x01\x01\x02\x03",
    b"\x07\x7e\x75\x02\x40\x3e",
    b"\x07\x7e\x76\x01\x07\x7e\x77\x01\x08",
    b"\x07\x7e\x78\x01\x02\x01\x0812345678abcdefghijklmnop",
    b"\x07\x7e\x79\x01\x00\x7e\x7a\x09\x7e\x7b\x07\x7e\x7c\x01\x03",
    b"\x07\x80\x3d\x7f\x90\x05\x7f\x00\x00\x01\x10\x92",
    b"\x07\x80\x3d\x7f\x93\x050123456789abcdef\x10\x92",
    b"\x07\x80\x3d\x7f\x94\x40\x05",
    b"\x07\x80\x9f\x81\xa6\x05\x7f\x00\x00\x01\x10\x92",
];
const PARAMETERS: &[&[u8]] = &[
    b"\x00\x01\x04\x80\x00\x75\x30\x03\x02\x45\xc0\x04\x04\x80\x10\x00\x00",
    b"\x01\x0e\x01\x04\x0f\x0812345678\x3e\x01\x07\xc0\x00\x3d\x7f\x91\x12\x04\x01\x01\x20",
    b"\x00\x80\x00\x00\x3e\x04\xc0\x00\x00\x07\xdf\x81\xa1\x76\x01\x02\x20\x02\x45\xdc",
    b"\x01\x02\x100123456789abcdef\x00\x0812345678\x10\x0412341\x00",
];

/// xorshift64*
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() >> 16) as usize % n.max(1)
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..self.below(most)).map(|_| self.next() as u8).collect()
    }

    /// Some of the right ones in a row, changed in some places.
    fn mutated(&mut self, right: &[&[u8]], most: usize) -> Vec<u8> {
        if right.is_empty() || self.below(16) == 0 {
            return self.bytes(most);
        }
        let mut bytes = right[self.below(right.len())].to_vec();
        for _ in 0..self.below(4) {
            bytes.extend(&right[self.below(right.len())][1..]);
        }
        for _ in 0..self.below(6) {
            let at = self.below(bytes.len());
            match self.below(6) {
                0 => bytes.truncate(at.max(1)),
                1 => bytes.insert(at, self.next() as u8),
                2 if bytes.len() > 1 => drop(bytes.remove(at)),
                // Where lengths and numbers are at their limits.
                3 => bytes[at] = [0, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xff][self.below(8)],
                4 => bytes[at] = self.next() as u8,
                _ => bytes[at] ^= 1 << self.below(8),
            }
        }
        bytes
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    let given = std::env::var(name).ok();
    given
        .and_then(|given| given.parse().ok())
        .unwrap_or(otherwise)
}

fn run(target: fn(&[u8]), right: &[&[u8]], most: usize, rounds: u64) {
    let seed = number("DIALKEY_FUZZ_SEED", 20_260_131);
    let rounds = rounds * number("DIALKEY_FUZZ_ROUNDS", 1);
    println!("DIALKEY_FUZZ_SEED={seed}");
    let mut chance = Chance(seed | 1);
    let start = Instant::now();
    for round in 0..rounds {
        let bytes = chance.mutated(right, most);
        let result = panic::catch_unwind(|| target(&bytes));
        assert!(result.is_ok(), "round {round}, the bytes {bytes:?}");
    }
    println!("{rounds} rounds in {:?}", start.elapsed());
}

#[test]
fn frames() {
    run(dialkey_fuzz::frames, FRAMES, 100, 10_000_000);
}

#[test]
fn parameters() {
    run(dialkey_fuzz::parameters, PARAMETERS, 100, 10_000_000);
}

#[test]
fn packets() {
    run(dialkey_fuzz::packets, &[], 6_000, 5_000);
}

#[test]
fn entries() {
    run(dialkey_fuzz::entries, &[], 6_000, 5_000);
}
