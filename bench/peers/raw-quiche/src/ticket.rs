//! Endpoint tickets, as far as this peer needs them: a key and one IPv4
//! address. The format is described in docs/spec/addressing.md.

use std::net::{Ipv4Addr, SocketAddrV4};

const KIND: &str = "endpoint";
const VARIANT: u8 = 0;
const RELAY: u64 = 0;
const IP: u64 = 1;
const CUSTOM: u64 = 2;
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

#[derive(Debug, PartialEq, Eq)]
pub struct Ticket {
    pub id: [u8; 32],
    pub addr: SocketAddrV4,
}

impl Ticket {
    pub fn write(&self) -> String {
        let mut bytes = vec![VARIANT];
        bytes.extend(self.id);
        // One address, which is an IP address, of version 4.
        bytes.extend([1, IP as u8, 0]);
        bytes.extend(self.addr.ip().octets());
        put_varint(self.addr.port().into(), &mut bytes);
        format!("{KIND}{}", encode(&bytes))
    }

    /// Takes the first IPv4 address of a ticket and passes over all others.
    pub fn read(text: &str) -> Result<Ticket, String> {
        let code = text
            .strip_prefix(KIND)
            .ok_or("a ticket begins with \"endpoint\"")?;
        let bytes = decode(code).ok_or("the ticket is not proper base32")?;
        let mut reader = Reader { rest: &bytes };
        let (id, addr) = reader.content().ok_or("the ticket is malformed")?;
        let addr = addr.ok_or("the ticket has no IPv4 address")?;
        Ok(Ticket { id, addr })
    }
}

fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn encode(bytes: &[u8]) -> String {
    let (mut bits, mut count) = (0u32, 0);
    let mut text = String::new();
    let mut put = |five: u32| text.push(ALPHABET[five as usize & 31].into());
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            put(bits >> count);
        }
    }
    if count > 0 {
        put(bits << (5 - count));
    }
    text
}

/// None where the text is not what encoding gives, but for the case of letters.
fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut count) = (0u32, 0);
    let mut bytes = Vec::new();
    for symbol in text.bytes() {
        let lower = symbol.to_ascii_lowercase();
        let five = ALPHABET.iter().position(|known| *known == lower)?;
        bits = bits << 5 | five as u32;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    // A whole symbol that carries no bit, or a bit that belongs to no byte.
    let spare = bits & ((1 << count) - 1);
    (count < 5 && spare == 0).then_some(bytes)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn content(&mut self) -> Option<([u8; 32], Option<SocketAddrV4>)> {
        let [variant] = self.take()?;
        if variant != VARIANT {
            return None;
        }
        let id = self.take()?;
        let mut found = None;
        for _ in 0..self.varint()? {
            let addr = self.address()?;
            found = found.or(addr);
        }
        Some((id, found))
    }

    /// Outer none: malformed. Inner none: not an IPv4 address.
    fn address(&mut self) -> Option<Option<SocketAddrV4>> {
        match self.varint()? {
            RELAY => self.skip_counted(),
            IP => self.socket_address(),
            CUSTOM => {
                self.varint()?;
                self.skip_counted()
            }
            _ => None,
        }
    }

    fn socket_address(&mut self) -> Option<Option<SocketAddrV4>> {
        let [version] = self.take()?;
        let ip = match version {
            0 => Some(Ipv4Addr::from(self.take::<4>()?)),
            1 => {
                self.take::<16>()?;
                None
            }
            _ => return None,
        };
        let port = u16::try_from(self.varint()?).ok()?;
        Some(ip.map(|ip| SocketAddrV4::new(ip, port)))
    }

    fn skip_counted(&mut self) -> Option<Option<SocketAddrV4>> {
        let len = usize::try_from(self.varint()?).ok()?;
        self.rest = self.rest.get(len..)?;
        Some(None)
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.take()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return None;
            }
            value |= part << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From addressing/src/test/resources/vectors/addressing.json, by name,
    /// with the first IPv4 address of each.
    const GOOD: [(&str, &str); 6] = [
        // ticket-1
        (
            "endpointaamzfvj4alg4arlg4xao3mooqmyfzvkqff4vhichurc6umtewvfrqaqacbuhi5dqhixs6zdfojyc43lffyxqcad7aaaadaai",
            "127.0.0.1:1024",
        ),
        // ticket-2: a relay before it, an IPv6 address after it
        (
            "endpointaa6pgwpwlltql2zhtjlvb3wfp5fmn36ggxqe3ewwb2w4zkd5euhrqayaenuhi5dqom5c6l3fovrtcljrfzzgk3dbpexg4mbonfzg62bonruw42zof4aqbqfiaefldkadaeasaainxaaaaaaaaaaaaaaaaaaadmniam",
            "192.168.1.10:54321",
        ),
        // ticket-5: ports around the steps of the varint
        (
            "endpointab3eymu2bwd5kkk6ccpyvpphnbwf2kphr2xb4xpvh2sn6ueln62mybibaaaqeayeaaaqaaicamch6aiaaebagbeaaeaqaaicamcp67ybaaaqeayeqcaac",
            "1.2.3.4:0",
        ),
        // payload-upper
        (
            "endpointACXFR74IGMSBVSBNN73WCECG5VT3KBZNCQWFRDIAMPUUFWNHKUBLMAQACBUHI5DQHIXS6ZDFOJYC43LFFYXQCAD7AAAADAAI",
            "127.0.0.1:1024",
        ),
        // trailing-bytes
        (
            "endpointacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmaqacbuhi5dqhixs6zdfojyc43lffyxqcad7aaaadaai777q",
            "127.0.0.1:1024",
        ),
        // long-varint
        (
            "endpointacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublnaqaaaigq5duoa5c6l3emvzhaltnmuxc6aiap4aaaamaba",
            "127.0.0.1:1024",
        ),
    ];

    /// From the same file: kind-upper, kind-missing, leading-space,
    /// trailing-newline, padding, trailing-bits, bad-symbol, empty-payload,
    /// unknown-variant, truncated-id, truncated-list, count-too-big, no-list,
    /// unknown-address-kind, ip-family-2, port-too-big, varint-too-long; and
    /// ticket-0, a good one without addresses.
    const BAD: [&str; 18] = [
        "ENDPOINTacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmaqacbuhi5dqhixs6zdfojyc43lffyxqcad7aaaadaai",
        "acxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmaqacbuhi5dqhixs6zdfojyc43lffyxqcad7aaaadaai",
        " endpointacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmaqacbuhi5dqhixs6zdfojyc43lffyxqcad7aaaadaai",
        "endpointacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmaqacbuhi5dqhixs6zdfojyc43lffyxqcad7aaaadaai\n",
        "endpointacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmaa=",
        "endpointacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmab",
        "endpointacxfr74igmsb1sbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmaqacbuhi5dqhixs6zdfojyc43lffyxqcad7aaaadaai",
        "endpoint",
        "endpointagxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmaqacbuhi5dqhixs6zdfojyc43lffyxqcad7aaaadaai",
        "endpointacxfr74igmsbvsbnn73wcecg5vt3kbzn",
        "endpointacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmaqacbuhi5dqhixs6zdfojyc43lffyxqcad7aaaadaa",
        "endpointacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmbiacbuhi5dqhixs6zdfojyc43lffyxqcad7aaaadaai",
        "endpointacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublm",
        "endpointacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmaidaa",
        "endpointacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmaibaiaaaaaaaaaa",
        "endpointacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmaibaaaqeayeqcaai",
        "endpointacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublnaeaqcaibaeaqcaiaai",
        "endpointacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmaa",
    ];

    /// Written by iroh-tickets 1.0.0: id, address, ticket.
    const OF_IROH: [([u8; 32], &str, &str); 3] = [
        (
            [
                0x3b, 0x6a, 0x27, 0xbc, 0xce, 0xb6, 0xa4, 0x2d, 0x62, 0xa3, 0xa8, 0xd0, 0x2a, 0x6f,
                0x0d, 0x73, 0x65, 0x32, 0x15, 0x77, 0x1d, 0xe2, 0x43, 0xa6, 0x3a, 0xc0, 0x48, 0xa1,
                0x8b, 0x59, 0xda, 0x29,
            ],
            "127.0.0.1:1024",
            "endpointaa5wuj54z23killcuounaktpbvzwkmqvo4o6eq5ghlaerimllhncsaibab7qaaabqaea",
        ),
        (
            [
                0xea, 0x4a, 0x6c, 0x63, 0xe2, 0x9c, 0x52, 0x0a, 0xbe, 0xf5, 0x50, 0x7b, 0x13, 0x2e,
                0xc5, 0xf9, 0x95, 0x47, 0x76, 0xae, 0xbe, 0xbe, 0x7b, 0x92, 0x42, 0x1e, 0xea, 0x69,
                0x14, 0x46, 0xd2, 0x2c,
            ],
            "127.0.0.1:127",
            "endpointadveu3dd4kofecv66vihwezoyx4zkr3wv27l464siipou2iui3jcyaibab7qaaabp4",
        ),
        (
            [
                0xfd, 0x17, 0x24, 0x38, 0x5a, 0xa0, 0xc7, 0x5b, 0x64, 0xfb, 0x78, 0xcd, 0x60, 0x2f,
                0xa1, 0xd9, 0x91, 0xfd, 0xeb, 0xf7, 0x6b, 0x13, 0xc5, 0x8e, 0xd7, 0x02, 0xea, 0xc8,
                0x35, 0xe9, 0xf6, 0x18,
            ],
            "10.1.2.3:65535",
            "endpointad6rojbylkqmow3e7n4m2ybpuhmzd7pl65vrhrmo24bovsbv5h3bqaibaafacaqd777qg",
        ),
    ];

    #[test]
    fn a_ticket_is_written_as_iroh_writes_it() {
        for (id, addr, text) in OF_IROH {
            let addr = addr.parse().unwrap();
            assert_eq!(Ticket { id, addr }.write(), text);
            assert_eq!(Ticket::read(text), Ok(Ticket { id, addr }));
        }
    }

    #[test]
    fn the_first_ipv4_address_is_found() {
        for (text, addr) in GOOD {
            let ticket = Ticket::read(text).unwrap();
            assert_eq!(ticket.addr.to_string(), addr, "{text}");
        }
    }

    #[test]
    fn the_key_is_found() {
        let ticket = Ticket::read(GOOD[0].0).unwrap();
        assert_eq!(ticket.id[..4], [0x19, 0x92, 0xd5, 0x3c]);
        assert_eq!(ticket.id[28..], [0x64, 0xb5, 0x4b, 0x18]);
    }

    #[test]
    fn bad_tickets_are_refused() {
        for text in BAD {
            assert!(Ticket::read(text).is_err(), "{text}");
        }
    }
}
