//! The ClientHello (RFC 8446, 4.1.2), as far as a server wants to know before
//! it decides to answer. Everything is checked up to the last byte.

use crate::abi::dk_status;
use crate::fault::{Fault, Outcome};
use crate::tls::is_alpn_list;

const CLIENT_HELLO: u8 = 1;
const SERVER_NAME: u16 = 0;
const ALPN: u16 = 16;
const HOST_NAME: u8 = 0;

const MAX_MESSAGE: usize = 16 * 1024;
const MAX_NAME: usize = 255;

/// What the client asks for, as slices of its message; empty when absent.
#[derive(Default)]
pub(crate) struct Hello<'a> {
    /// Names in wire format.
    pub(crate) alpn: &'a [u8],
    pub(crate) name: &'a [u8],
}

impl<'a> Hello<'a> {
    /// DK_DONE while the message is not complete.
    pub(crate) fn parse(message: &'a [u8]) -> Outcome<Hello<'a>> {
        let Some((&kind, rest)) = message.split_first() else {
            return Err(Fault::done());
        };
        if kind != CLIENT_HELLO {
            return Err(malformed());
        }
        let Some((&[a, b, c], rest)) = rest.split_first_chunk() else {
            return Err(Fault::done());
        };
        let len = u32::from_be_bytes([0, a, b, c]) as usize;
        if len > MAX_MESSAGE - 4 || rest.len() > len {
            return Err(malformed());
        }
        if rest.len() < len {
            return Err(Fault::done());
        }
        Hello::body(rest).ok_or(malformed())
    }

    fn body(from: &'a [u8]) -> Option<Hello<'a>> {
        let (_version, rest) = from.split_first_chunk::<2>()?;
        let (_random, rest) = rest.split_first_chunk::<32>()?;
        let (session, rest) = short(rest)?;
        let (suites, rest) = long(rest)?;
        let (compression, rest) = short(rest)?;
        let (extensions, rest) = long(rest)?;
        let proper = session.len() <= 32
            && !suites.is_empty()
            && suites.len().is_multiple_of(2)
            && !compression.is_empty()
            && rest.is_empty();
        if !proper {
            return None;
        }
        Hello::extensions(extensions)
    }

    fn extensions(mut from: &'a [u8]) -> Option<Hello<'a>> {
        let mut hello = Hello::default();
        let mut seen = Vec::new();
        while !from.is_empty() {
            let (kind, rest) = from.split_first_chunk()?;
            let (content, rest) = long(rest)?;
            let kind = u16::from_be_bytes(*kind);
            match kind {
                SERVER_NAME => hello.name = server_name(content)?,
                ALPN => hello.alpn = alpn(content)?,
                _ => {}
            }
            seen.push(kind);
            from = rest;
        }
        let all = seen.len();
        seen.sort_unstable();
        seen.dedup();
        // None may come twice.
        (seen.len() == all).then_some(hello)
    }
}

/// A list of one name (RFC 6066, 3): no other kind than a host's was ever
/// defined, and there may be one of each kind.
fn server_name(from: &[u8]) -> Option<&[u8]> {
    let (list, rest) = long(from)?;
    let (&kind, entry) = list.split_first()?;
    let (name, more) = long(entry)?;
    let proper = rest.is_empty()
        && more.is_empty()
        && kind == HOST_NAME
        && (1..=MAX_NAME).contains(&name.len())
        && !name.contains(&0);
    proper.then_some(name)
}

fn alpn(from: &[u8]) -> Option<&[u8]> {
    let (list, rest) = long(from)?;
    (rest.is_empty() && !list.is_empty() && is_alpn_list(list)).then_some(list)
}

/// A field behind a length of one byte, and what follows it.
fn short(from: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&len, rest) = from.split_first()?;
    rest.split_at_checked(usize::from(len))
}

/// A field behind a length of two bytes, and what follows it.
fn long(from: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = from.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))
}

fn malformed() -> Fault {
    Fault::new(dk_status::DK_ERR_PROTOCOL, "malformed ClientHello")
}
