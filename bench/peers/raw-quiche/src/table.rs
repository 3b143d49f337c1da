//! The connections, found by the connection ids that we gave them.

use std::collections::HashMap;
use std::time::Instant;

/// Bytes of our connection ids.
pub const CID_LEN: usize = 8;

/// Names a connection, and is its connection id on the wire: a slot of the
/// table, and how often that was used before. Anybody can guess such an id,
/// which does not matter to a benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConnId {
    slot: u32,
    generation: u32,
}

impl ConnId {
    pub fn new(slot: u32, generation: u32) -> ConnId {
        ConnId { slot, generation }
    }

    pub fn bytes(self) -> [u8; CID_LEN] {
        (u64::from(self.slot) << 32 | u64::from(self.generation)).to_be_bytes()
    }

    pub fn from_bytes(bytes: [u8; CID_LEN]) -> ConnId {
        let both = u64::from_be_bytes(bytes);
        ConnId::new((both >> 32) as u32, both as u32)
    }
}

pub struct Conn<S> {
    pub quic: quiche::Connection,
    /// What the role keeps with a connection.
    pub state: S,
    /// On the list of those to flush.
    pub touched: bool,
    /// Where its deadline stands among the timers.
    pub armed: Option<Instant>,
    /// The id to which a client sent its first packets.
    original: Option<Vec<u8>>,
}

struct Slot<S> {
    generation: u32,
    conn: Option<Box<Conn<S>>>,
}

pub struct Table<S> {
    slots: Vec<Slot<S>>,
    free: Vec<u32>,
    originals: HashMap<Vec<u8>, ConnId>,
}

impl<S: Default> Table<S> {
    pub fn new() -> Table<S> {
        Table {
            slots: Vec::new(),
            free: Vec::new(),
            originals: HashMap::new(),
        }
    }

    /// The id that the next connection gets.
    pub fn next_id(&mut self) -> ConnId {
        if self.free.is_empty() {
            self.free.push(self.slots.len() as u32);
            self.slots.push(Slot {
                generation: 0,
                conn: None,
            });
        }
        let slot = self.free.last().copied().unwrap_or_default();
        ConnId::new(slot, self.slots[slot as usize].generation)
    }

    /// Puts in a connection that was made with the next id.
    pub fn insert(&mut self, quic: quiche::Connection, original: Option<Vec<u8>>) -> ConnId {
        let id = self.next_id();
        self.free.pop();
        if let Some(original) = &original {
            self.originals.insert(original.clone(), id);
        }
        self.slots[id.slot as usize].conn = Some(Box::new(Conn {
            quic,
            state: S::default(),
            touched: false,
            armed: None,
            original,
        }));
        id
    }

    pub fn get(&mut self, id: ConnId) -> Option<&mut Conn<S>> {
        let slot = self.slots.get_mut(id.slot as usize)?;
        slot.conn
            .as_deref_mut()
            .filter(|_| slot.generation == id.generation)
    }

    pub fn by_original(&self, cid: &[u8]) -> Option<ConnId> {
        self.originals.get(cid).copied()
    }

    pub fn remove(&mut self, id: ConnId) {
        if self.get(id).is_none() {
            return;
        }
        let slot = &mut self.slots[id.slot as usize];
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(id.slot);
        if let Some(original) = slot.conn.take().and_then(|conn| conn.original) {
            self.originals.remove(&original);
        }
    }

    pub fn ids(&self) -> Vec<ConnId> {
        (0..)
            .zip(&self.slots)
            .filter(|(_, slot)| slot.conn.is_some())
            .map(|(index, slot)| ConnId::new(index, slot.generation))
            .collect()
    }
}
