//! What a server may send to an address that nobody has proved yet
//! (RFC 9000, 8.1). quiche counts the packets but not the padding behind
//! them, which is most of a datagram with an Initial.

/// Bytes that may be sent for each one received.
const FACTOR: usize = 3;
/// Handshake datagrams have this size; a client may drop a shorter one.
const DATAGRAM: usize = 1200;

pub(super) struct Allowance {
    /// None: there is no limit.
    left: Option<usize>,
}

impl Allowance {
    pub(super) fn new(is_limited: bool) -> Allowance {
        Allowance {
            left: is_limited.then_some(0),
        }
    }

    pub(super) fn received(&mut self, len: usize) {
        if let Some(left) = &mut self.left {
            *left = left.saturating_add(len.saturating_mul(FACTOR));
        }
    }

    /// The address is proved.
    pub(super) fn lift(&mut self) {
        self.left = None;
    }

    /// How much of a datagram's room may be used; none when a whole one is not allowed.
    pub(super) fn room(&self, wanted: usize) -> Option<usize> {
        match self.left {
            Some(left) if left < DATAGRAM => None,
            Some(left) => Some(wanted.min(left)),
            None => Some(wanted),
        }
    }

    pub(super) fn sent(&mut self, len: usize) {
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(len);
        }
    }
}
