//! The frames of a packet's plaintext: where each one begins and ends, and what it is called.
//!
//! Only as much is understood as it takes to find the next frame; whether its values make sense is noq's business.

/// Reads the fields of a frame. `None` is the end of the packet in the middle of a field.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub fn bytes(&mut self, count: u64) -> Option<&'a [u8]> {
        let count = usize::try_from(count).ok()?;
        let taken = self.rest.get(..count)?;
        self.rest = &self.rest[count..];
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.bytes(1).map(|byte| byte[0])
    }

    /// RFC 9000 section 16.
    pub fn varint(&mut self) -> Option<u64> {
        let first = self.byte()?;
        let more = (1u64 << (first >> 6)) - 1;
        let start = u64::from(first & 0x3f);
        Some(self.bytes(more)?.iter().fold(start, |value, byte| value << 8 | u64::from(*byte)))
    }
}

/// Appends a variable-length integer in its shortest form. Larger values do not exist on the wire.
pub fn put_varint(out: &mut Vec<u8>, value: u64) {
    match value {
        0..0x40 => out.push(value as u8),
        0x40..0x4000 => out.extend_from_slice(&(value as u16 | 0x4000).to_be_bytes()),
        0x4000..0x4000_0000 => out.extend_from_slice(&(value as u32 | 0x8000_0000).to_be_bytes()),
        _ => out.extend_from_slice(&(value | 0xc000_0000_0000_0000).to_be_bytes()),
    }
}

/// One frame, or a run of PADDING.
pub struct Frame<'a> {
    pub kind: u64,
    /// All of it, the type included.
    pub bytes: &'a [u8],
}

/// Instead of a type of which not all bytes are there. No type is as high.
const CUT: u64 = u64::MAX;

/// The frames of a plaintext, up to the first that has an unknown type or is cut off; that one is the last, and takes
/// all that remains.
pub fn frames(plaintext: &[u8]) -> impl Iterator<Item = Frame<'_>> {
    let mut reader = Reader::new(plaintext);
    std::iter::from_fn(move || {
        let start = reader.rest();
        if start.is_empty() {
            return None;
        }
        let mut ahead = reader;
        let kind = ahead.varint().unwrap_or(CUT);
        let end = if skip(kind, &mut ahead).is_some() {
            ahead
        } else {
            Reader::new(&[])
        };
        reader = end;
        Some(Frame { kind, bytes: &start[..start.len() - end.rest().len()] })
    })
}

/// Moves behind the fields of a frame.
fn skip(kind: u64, reader: &mut Reader<'_>) -> Option<()> {
    match kind {
        0x00 => {
            let more = reader.rest().iter().take_while(|byte| **byte == 0).count();
            reader.bytes(more as u64)?;
        }
        0x01 | 0x1e | 0x1f => {}
        0x02 | 0x03 => ack(kind == 0x03, reader)?,
        0x3e | 0x3f => {
            reader.varint()?;
            ack(kind == 0x3f, reader)?;
        }
        0x08..=0x0f => {
            reader.varint()?;
            if kind & 0x04 != 0 {
                reader.varint()?;
            }
            let length = if kind & 0x02 != 0 {
                reader.varint()?
            } else {
                reader.rest().len() as u64
            };
            reader.bytes(length)?;
        }
        0x30 => {
            reader.bytes(reader.rest().len() as u64)?;
        }
        0x18 => connection_id(2, reader)?,
        0x3e78 => connection_id(3, reader)?,
        _ => fields(layout(kind)?, reader)?,
    }
    Some(())
}

/// `v` is a variable-length integer, `L` bytes with their length before them, a digit so many times four bytes, `p` a
/// port.
fn layout(kind: u64) -> Option<&'static str> {
    Some(match kind {
        0x04 => "vvv",
        0x05 | 0x11 | 0x15 | 0x3e75..=0x3e77 | 0x3e79 | 0x3e7c => "vv",
        0x06 | 0x1d => "vL",
        0x07 | 0x31 => "L",
        0x10 | 0x12..=0x14 | 0x16 | 0x17 | 0x19 | 0x3e7a | 0x3e7b | 0x3d7f94 => "v",
        0x1a | 0x1b => "2",
        0x1c => "vvL",
        0xaf => "vvvv",
        0x9f81a6 | 0x3d7f90 | 0x3d7f92 => "v1p",
        0x9f81a7 | 0x3d7f91 | 0x3d7f93 => "v4p",
        _ => return None,
    })
}

fn fields(layout: &str, reader: &mut Reader<'_>) -> Option<()> {
    for field in layout.bytes() {
        match field {
            b'v' => {
                reader.varint()?;
            }
            b'L' => {
                let length = reader.varint()?;
                reader.bytes(length)?;
            }
            b'p' => {
                reader.bytes(2)?;
            }
            words => {
                reader.bytes(u64::from(words - b'0') * 4)?;
            }
        }
    }
    Some(())
}

fn ack(ecn: bool, reader: &mut Reader<'_>) -> Option<()> {
    fields("vv", reader)?;
    let ranges = reader.varint()?;
    reader.varint()?;
    for _ in 0..ranges {
        fields("vv", reader)?;
    }
    if ecn { fields("vvv", reader) } else { Some(()) }
}

fn connection_id(numbers: usize, reader: &mut Reader<'_>) -> Option<()> {
    for _ in 0..numbers {
        reader.varint()?;
    }
    let length = reader.byte()?;
    reader.bytes(u64::from(length))?;
    reader.bytes(16).map(|_| ())
}

/// What the specifications call a frame type; an unknown one is its number.
pub fn name(kind: u64) -> String {
    NAMES
        .iter()
        .find(|(known, _)| known.contains(&kind))
        .map_or_else(|| format!("0x{kind:x}"), |named| named.1.into())
}

/// Frame types of this name or hexadecimal number.
pub fn kinds(name: &str) -> Option<std::ops::RangeInclusive<u64>> {
    let named = NAMES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(kinds, _)| kinds.clone());
    named.or_else(|| {
        let number = u64::from_str_radix(name.strip_prefix("0x")?, 16).ok()?;
        Some(number..=number)
    })
}

const NAMES: &[(std::ops::RangeInclusive<u64>, &str)] = &[
    (CUT..=CUT, "CUT"),
    (0x00..=0x00, "PADDING"),
    (0x01..=0x01, "PING"),
    (0x02..=0x03, "ACK"),
    (0x04..=0x04, "RESET_STREAM"),
    (0x05..=0x05, "STOP_SENDING"),
    (0x06..=0x06, "CRYPTO"),
    (0x07..=0x07, "NEW_TOKEN"),
    (0x08..=0x0f, "STREAM"),
    (0x10..=0x10, "MAX_DATA"),
    (0x11..=0x11, "MAX_STREAM_DATA"),
    (0x12..=0x13, "MAX_STREAMS"),
    (0x14..=0x14, "DATA_BLOCKED"),
    (0x15..=0x15, "STREAM_DATA_BLOCKED"),
    (0x16..=0x17, "STREAMS_BLOCKED"),
    (0x18..=0x18, "NEW_CONNECTION_ID"),
    (0x19..=0x19, "RETIRE_CONNECTION_ID"),
    (0x1a..=0x1a, "PATH_CHALLENGE"),
    (0x1b..=0x1b, "PATH_RESPONSE"),
    (0x1c..=0x1d, "CONNECTION_CLOSE"),
    (0x1e..=0x1e, "HANDSHAKE_DONE"),
    (0x1f..=0x1f, "IMMEDIATE_ACK"),
    (0x30..=0x31, "DATAGRAM"),
    (0x3e..=0x3f, "PATH_ACK"),
    (0xaf..=0xaf, "ACK_FREQUENCY"),
    (0x3e75..=0x3e75, "PATH_ABANDON"),
    (0x3e76..=0x3e76, "PATH_STATUS_BACKUP"),
    (0x3e77..=0x3e77, "PATH_STATUS_AVAILABLE"),
    (0x3e78..=0x3e78, "PATH_NEW_CONNECTION_ID"),
    (0x3e79..=0x3e79, "PATH_RETIRE_CONNECTION_ID"),
    (0x3e7a..=0x3e7a, "MAX_PATH_ID"),
    (0x3e7b..=0x3e7b, "PATHS_BLOCKED"),
    (0x3e7c..=0x3e7c, "PATH_CIDS_BLOCKED"),
    (0x3d7f90..=0x3d7f91, "ADD_ADDRESS"),
    (0x3d7f92..=0x3d7f93, "REACH_OUT"),
    (0x3d7f94..=0x3d7f94, "REMOVE_ADDRESS"),
    (0x9f81a6..=0x9f81a7, "OBSERVED_ADDRESS"),
];

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    /// One frame each, of a layout that no other here has.
    const SAMPLES: &[&str] = &[
        "01",
        "3e02412c000141200109",
        "3fc0000000ffffffff0e2a03000101030000022a180c",
        "7e75017e76",
        "7e7801000008a1a2a3a4a5a6a7a8000102030405060708090a0b0c0d0e0f",
        "7e7a07",
        "0e044064026162",
        "1a1112131415161718",
        "1c4130060161",
        "1d07026869",
        "803d7f90057f00000104d2",
        "809f81a7050000000000000000000000000000000104d2",
        "0400",
    ];

    fn split(bytes: &[u8]) -> Vec<String> {
        frames(bytes).map(|frame| HEXLOWER.encode(frame.bytes)).collect()
    }

    #[test]
    fn frames_are_found_one_after_the_other() {
        let whole = HEXLOWER.decode(SAMPLES[..12].concat().as_bytes()).expect("hexadecimal");
        assert_eq!(split(&whole), SAMPLES[..12]);
        assert_eq!(split(&[0, 0, 0, 1]), ["000000", "01"]);
        assert_eq!(split(&[]), Vec::<String>::new());
    }

    #[test]
    fn whatever_is_cut_off_is_the_last_frame() {
        for sample in SAMPLES {
            let whole = HEXLOWER.decode(sample.as_bytes()).expect("hexadecimal");
            for end in 1..whole.len() {
                assert_eq!(split(&whole[..end]).concat(), HEXLOWER.encode(&whole[..end]));
            }
        }
        assert_eq!(split(&[1, 0x7f, 0xff, 1]), ["01", "7fff01"]);
        // A length beyond everything.
        assert_eq!(split(&[0x31, 0xff, 255, 255, 255, 255, 255, 255, 255]).len(), 1);
    }

    #[test]
    fn types_are_known_by_name_and_number() {
        assert_eq!((kinds("path_ack"), kinds("0x3f"), kinds("x")), (Some(0x3e..=0x3f), Some(0x3f..=0x3f), None));
        assert_eq!((name(0x0a), name(0x3fff)), ("STREAM".to_owned(), "0x3fff".to_owned()));
    }
}
