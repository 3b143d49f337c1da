//! The bytes that tests send, and the checksum that they compare.

use bytes::Bytes;

/// Largest piece handed to the transport at once.
pub const PIECE_BYTES: usize = 64 * 1024;

/// The pattern repeats after so many bytes, because 31 is odd.
const PERIOD: usize = 256;

/// Endless bytes `(i * 31 + 7) mod 256`, cut out of one buffer.
#[derive(Clone)]
pub struct Pattern {
    buffer: Bytes,
}

impl Pattern {
    pub fn new() -> Self {
        let byte = |i: usize| (i.wrapping_mul(31).wrapping_add(7) & 0xff) as u8;
        Self { buffer: (0..PIECE_BYTES + PERIOD).map(byte).collect() }
    }

    /// Up to a piece of the pattern from the given position on.
    pub fn piece(&self, position: u64, max_bytes: u64) -> Bytes {
        let start = (position % PERIOD as u64) as usize;
        let length = max_bytes.min(PIECE_BYTES as u64) as usize;
        self.buffer.slice(start..start + length)
    }

    /// Whether these bytes, however many, are the pattern from the given position on.
    pub fn matches(&self, position: u64, bytes: &[u8]) -> bool {
        let mut position = position;
        bytes.chunks(PIECE_BYTES).all(|chunk| {
            let same = self.piece(position, chunk.len() as u64) == chunk;
            position += chunk.len() as u64;
            same
        })
    }
}

/// FNV-1a with 64 bits, over all bytes of a stream.
pub struct Fnv(u64);

impl Fnv {
    pub fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    pub fn value(&self) -> u64 {
        self.0
    }
}
