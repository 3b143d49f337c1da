//! Frames that are mostly allowed.

use crate::chance::Chance;
use crate::seal::varint;

/// Where all streams end, unless somebody is wild: data lies before it.
const STREAM_END: u64 = 6000;

/// Writes frames that are mostly allowed; one in `wild` fields is not meant so.
pub struct Author<'a> {
    pub chance: &'a mut Chance,
    pub wild: usize,
    pub is_client: bool,
    pub next_id: u64,
    /// Paths but the first that the victim gave ids for.
    pub others: usize,
    /// The last packet number that the victim sent on each path.
    pub heard: Vec<(u32, u64)>,
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
        if self.others > 0 && self.chance.one_in(2) {
            return self.path_frame();
        }
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

    fn path_id(&mut self) -> Vec<u8> {
        self.below(self.others + 1)
    }

    fn path_ack(&mut self) -> Vec<u8> {
        let ecn = self.chance.one_in(8);
        let Some((path, number)) = self.heard.get(self.chance.below(self.heard.len())).copied()
        else {
            return vec![1];
        };
        let mut frame = vec![if ecn { 0x3f } else { 0x3e }];
        frame.extend(self.field(path.into()));
        frame.extend(self.field(number));
        frame.extend(self.below(1000));
        frame.extend(self.field(0));
        frame.extend(self.field(0));
        for _ in 0..if ecn { 3 } else { 0 } {
            frame.extend(self.below(3));
        }
        frame
    }

    fn path_new_connection_id(&mut self) -> Vec<u8> {
        let number = self.next_id;
        self.next_id += 1;
        let mut frame = [varint(0x3e78), self.path_id()].concat();
        frame.extend(self.field(number));
        frame.extend(self.field(number - 2));
        frame.push(8);
        let mut bytes = vec![0; 8 + 16];
        self.chance.fill(&mut bytes);
        frame.extend(bytes);
        frame
    }

    /// Frames of several paths, of NAT traversal and of address discovery.
    fn path_frame(&mut self) -> Vec<u8> {
        match self.chance.below(20) {
            0..=5 => self.path_ack(),
            6 if self.chance.one_in(4) => {
                [varint(0x3e75), self.path_id(), self.below(100)].concat()
            }
            7 | 8 => {
                let ty = 0x3e76 + self.chance.below(2) as u64;
                [varint(ty), self.path_id(), self.below(100)].concat()
            }
            9 | 10 => self.path_new_connection_id(),
            11 => [varint(0x3e79), self.path_id(), self.below(3)].concat(),
            12 => [varint(0x3e7a), self.below(20)].concat(),
            13 => [varint(0x3e7b), self.below(8)].concat(),
            14 => [varint(0x3e7c), self.path_id(), self.below(3)].concat(),
            15 => {
                let v6 = self.chance.one_in(2);
                let ty = if self.is_client { 0x3d7f92 } else { 0x3d7f90 };
                self.address(ty, v6)
            }
            16 => {
                let v6 = self.chance.one_in(2);
                self.address(0x9f81a6, v6)
            }
            17 if !self.is_client => [varint(0x3d7f94), self.below(100)].concat(),
            18 => {
                let mut frame = vec![0x1a + self.chance.below(2) as u8; 9];
                self.chance.fill(&mut frame[1..]);
                frame
            }
            _ => vec![1],
        }
    }

    fn address(&mut self, ty: u64, v6: bool) -> Vec<u8> {
        let mut bytes = vec![0; if v6 { 18 } else { 6 }];
        self.chance.fill(&mut bytes);
        [varint(ty + u64::from(v6)), self.below(100), bytes].concat()
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

    pub fn payload(&mut self) -> Vec<u8> {
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
