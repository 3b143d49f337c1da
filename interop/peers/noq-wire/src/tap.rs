//! What is done with the plaintext of 1-RTT packets: counted, changed before sealing, and shown.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    ops::RangeInclusive,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::BytesMut;
use noq_proto::{
    PathId,
    crypto::{HeaderKey, PacketKey},
};

use crate::{
    frames::{Frame, Reader, frames, name},
    numbers::{Numbers, acknowledged_path, rewrite_ack},
};

/// Bytes of a packet number where this program writes it.
const NUMBER_BYTES: usize = 4;

/// Sightings kept until the loop tells them; the loop does after each packet, a burst of frames fits.
const MAX_SIGHTINGS: usize = 1024;

/// Shared by a connection's keys, which noq owns, and by its driver. One thread uses both.
#[derive(Default)]
pub struct Tap(Mutex<State>);

impl Tap {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
pub struct State {
    pub header_key: Option<Arc<dyn HeaderKey>>,
    pub sent: Counts,
    pub received: Counts,
    /// Packets that could not be opened with the key noq chose for them.
    pub failed: u64,
    /// 1-RTT packets sent.
    pub packets_sent: u64,
    pub updates: VecDeque<Update>,
    pub sightings: VecDeque<Sighting>,
    /// Frame types that are shown whenever they come or go.
    pub watched: Vec<RangeInclusive<u64>>,
    /// The path of the last packet opened, until it is taken.
    pub last_opened: Option<PathId>,
    injections: BTreeMap<PathId, VecDeque<Injection>>,
    numbers: BTreeMap<PathId, Numbers>,
    next_number: BTreeMap<PathId, u64>,
    sealed: Option<Sealed>,
    /// Connection ids issued to the peer, from the frames that issue them.
    issued: HashMap<Vec<u8>, PathId>,
    /// Those of the peer, by their sequence number, and the one last used on a path.
    ids_of_peer: BTreeMap<(PathId, u64), Vec<u8>>,
    id_in_use: BTreeMap<PathId, Vec<u8>>,
    /// Of the packets sent, by generation.
    keys: BTreeMap<u64, Arc<dyn PacketKey>>,
    generation_in_use: u64,
    newest_generation_opened: u64,
}

/// How many frames of each type were in the packets of each path.
pub type Counts = BTreeMap<PathId, BTreeMap<u64, u64>>;

/// Bytes for the next packet of a path.
pub struct Injection {
    pub frames: Vec<u8>,
    /// Whether they are all of the packet, instead of standing before what noq wrote.
    pub alone: bool,
}

/// The last packet that noq had sealed.
pub struct Sealed {
    pub path: PathId,
    /// Its length at the end of noq's datagram, and what has to stand there instead.
    pub replacement: Option<(usize, Vec<u8>)>,
}

/// Other keys are in use.
pub struct Update {
    /// How many updates there have been.
    pub count: u64,
    /// Whether the peer began it.
    pub by_peer: bool,
}

/// Something for the driver to tell.
pub enum Sighting {
    /// A frame of a watched type, or one that this program put into a packet.
    Frame {
        way: &'static str,
        path: PathId,
        number: u64,
        name: String,
        bytes: Vec<u8>,
    },
    Injected {
        path: PathId,
        number: u64,
        bytes: usize,
    },
    AcknowledgedUnsent {
        path: PathId,
        count: u64,
    },
}

impl State {
    /// noq is about to seal a packet. If the wire gets another one, it is left for the driver; noq's own packet is
    /// sealed as well and goes nowhere.
    pub fn sealing(&mut self, key: &dyn PacketKey, path: PathId, number: u64, buf: &[u8], header_len: usize) {
        self.packets_sent += 1;
        self.next_number.insert(path, number + 1);
        let number_at = number_position(&buf[..header_len]);
        self.id_in_use.insert(path, buf[1..number_at].to_vec());
        let end = buf.len() - key.tag_len();
        let (header, plaintext) = (&buf[..header_len], &buf[header_len..end]);
        let injection = self.injections.get_mut(&path).and_then(VecDeque::pop_front);
        let numbers = self.numbers.get(&path).filter(|numbers| !numbers.is_plain());
        let on_wire = numbers.map_or(number, |numbers| numbers.on_wire(number));
        // After a jump of the numbers the few bytes that noq writes of one say too little.
        if injection.is_none() && numbers.is_none() {
            self.count_sent(path, number, plaintext);
            self.sealed = Some(Sealed { path, replacement: None });
            return;
        }

        let mut other = Vec::new();
        if let Some(injection) = injection {
            self.sight(Sighting::Injected { path, number: on_wire, bytes: injection.frames.len() });
            other = injection.frames;
            if !injection.alone {
                other.extend_from_slice(plaintext);
            }
        } else {
            other.extend_from_slice(plaintext);
        }
        self.count_sent(path, on_wire, &other);
        let packet = self.sealed_anew(key, path, on_wire, header, &other);
        self.sealed = Some(Sealed { path, replacement: packet.map(|packet| (buf.len(), packet)) });
    }

    fn sealed_anew(
        &self,
        key: &dyn PacketKey,
        path: PathId,
        number: u64,
        header: &[u8],
        plaintext: &[u8],
    ) -> Option<Vec<u8>> {
        let header_key = self.header_key.as_ref()?;
        let number_at = number_position(header);
        let mut packet = header[..number_at].to_vec();
        packet[0] |= (NUMBER_BYTES - 1) as u8;
        packet.extend_from_slice(&(number as u32).to_be_bytes());
        packet.extend_from_slice(plaintext);
        packet.resize(packet.len() + key.tag_len(), 0);
        key.encrypt(path, number, &mut packet, number_at + NUMBER_BYTES);
        header_key.encrypt(number_at, &mut packet);
        Some(packet)
    }

    /// A packet that noq does not know of. Its connection id is the one with this sequence number, or else the one in
    /// use on the path or the first that is known. `None` if there is none, or no key.
    pub fn made_up(&mut self, path: PathId, number: u64, sequence: Option<u64>, plaintext: &[u8]) -> Option<Vec<u8>> {
        let key = self.keys.get(&self.generation_in_use)?.clone();
        let of_path = (path, 0)..=(path, u64::MAX);
        let id = match sequence {
            Some(sequence) => self.ids_of_peer.get(&(path, sequence)),
            None => self.id_in_use.get(&path).or_else(|| self.ids_of_peer.range(of_path).next().map(|(_, id)| id)),
        };
        // The fixed bit, the key phase, and a packet number, which is put in later.
        let first = 0x40 | ((self.generation_in_use & 1) << 2) as u8;
        let header = [&[first], id?.as_slice(), &[0]].concat();
        if !self.numbers.entry(path).or_default().add_foreign(number) {
            return None;
        }
        self.count_sent(path, number, plaintext);
        self.sealed_anew(&*key, path, number, &header, plaintext)
    }

    /// A packet of the peer was opened; this is its plaintext.
    pub fn opened(&mut self, path: PathId, number: u64, generation: u64, payload: &mut BytesMut) {
        self.last_opened = Some(path);
        self.newest_generation_opened = self.newest_generation_opened.max(generation);
        let mut changed: Option<Vec<u8>> = None;
        let plaintext = payload.split();
        for frame in frames(&plaintext) {
            *self.received.entry(path).or_default().entry(frame.kind).or_default() += 1;
            self.watch("rx", path, number, &frame);
            if let Some(issued) = issued_id(&frame) {
                self.ids_of_peer.insert((issued.path, issued.sequence), issued.id.to_vec());
            }
            let start = frame.bytes.as_ptr() as usize - plaintext.as_ptr() as usize;
            match self.translated(&frame) {
                Some(other) => changed.get_or_insert_with(|| plaintext[..start].to_vec()).extend_from_slice(&other),
                None => {
                    if let Some(changed) = &mut changed {
                        changed.extend_from_slice(frame.bytes);
                    }
                }
            }
        }
        match changed {
            Some(changed) => payload.extend_from_slice(&changed),
            None => payload.unsplit(plaintext),
        }
    }

    /// An acknowledgement in the numbers that noq counts, if they are others.
    fn translated(&mut self, frame: &Frame<'_>) -> Option<Vec<u8>> {
        if !matches!(frame.kind, 0x02 | 0x03 | 0x3e | 0x3f) {
            return None;
        }
        let path = PathId::from(u32::try_from(acknowledged_path(frame.kind, frame.bytes)?).ok()?);
        let numbers = self.numbers.get(&path).filter(|numbers| !numbers.is_plain())?;
        let rewritten = rewrite_ack(frame.kind, frame.bytes, numbers)?;
        if rewritten.unsent > 0 {
            self.sight(Sighting::AcknowledgedUnsent { path, count: rewritten.unsent });
        }
        // A packet must not become empty; PADDING says nothing.
        Some(rewritten.frame.unwrap_or_else(|| vec![0]))
    }

    fn count_sent(&mut self, path: PathId, number: u64, plaintext: &[u8]) {
        for frame in frames(plaintext) {
            *self.sent.entry(path).or_default().entry(frame.kind).or_default() += 1;
            self.watch("tx", path, number, &frame);
            if let Some(issued) = issued_id(&frame) {
                self.issued.insert(issued.id.to_vec(), issued.path);
            }
        }
    }

    fn watch(&mut self, way: &'static str, path: PathId, number: u64, frame: &Frame<'_>) {
        if self.watched.iter().any(|kinds| kinds.contains(&frame.kind)) {
            let sighting = Sighting::Frame { way, path, number, name: name(frame.kind), bytes: frame.bytes.to_vec() };
            self.sight(sighting);
        }
    }

    fn sight(&mut self, sighting: Sighting) {
        if self.sightings.len() < MAX_SIGHTINGS {
            self.sightings.push_back(sighting);
        }
    }

    pub fn new_key(&mut self, generation: u64, key: Arc<dyn PacketKey>) {
        self.keys.insert(generation, key);
        // The ones in use, and the next ones, which are prepared early.
        self.keys.retain(|known, _| known + 1 >= generation);
    }

    /// The keys of this generation protect what is sent from now on.
    pub fn keys_in_use(&mut self, generation: u64) {
        if generation > self.generation_in_use {
            let by_peer = self.newest_generation_opened >= generation;
            self.generation_in_use = generation;
            self.updates.push_back(Update { count: generation, by_peer });
        }
    }

    pub fn inject(&mut self, path: PathId, injection: Injection) {
        self.injections.entry(path).or_default().push_back(injection);
    }

    /// Leaves out so many packet numbers of a path. False if they are too many.
    pub fn skip_numbers(&mut self, path: PathId, count: u64) -> bool {
        let first = self.next_number.get(&path).copied().unwrap_or_default();
        self.numbers.entry(path).or_default().skip(first, count)
    }

    pub fn take_sealed(&mut self) -> Option<Sealed> {
        self.sealed.take()
    }

    /// The path that the packets with this connection id belong to.
    pub fn path_of(&self, id: &[u8]) -> Option<PathId> {
        self.issued.get(id).copied()
    }
}

/// Where the packet number begins in a short header.
fn number_position(header: &[u8]) -> usize {
    header.len() - usize::from(header[0] & 0x03) - 1
}

/// A connection id in the frame that issues it.
struct Issued<'a> {
    path: PathId,
    sequence: u64,
    id: &'a [u8],
}

fn issued_id<'a>(frame: &Frame<'a>) -> Option<Issued<'a>> {
    let mut reader = Reader::new(frame.bytes);
    let path = match reader.varint()? {
        0x18 => 0,
        0x3e78 => u32::try_from(reader.varint()?).ok()?,
        _ => return None,
    };
    let sequence = reader.varint()?;
    reader.varint()?;
    // One byte, which is below 64 where the frame is well formed.
    let length = reader.varint()?;
    Some(Issued { path: PathId::from(path), sequence, id: reader.bytes(length)? })
}
