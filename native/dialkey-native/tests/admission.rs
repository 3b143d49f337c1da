//! Before a connection is made: a look into the first flight, and Retry.

mod common;
#[path = "common/seal.rs"]
mod seal;

use common::*;
use dialkey::abi::*;
use dialkey::entry::*;
use seal::{Seal, varint};

const DCID: [u8; 8] = [9; 8];
const SECOND: u64 = 1_000_000_000;

fn counted(field: &[u8]) -> Vec<u8> {
    [&(field.len() as u16).to_be_bytes(), field].concat()
}

fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    [kind.to_be_bytes().to_vec(), counted(content)].concat()
}

fn alpn(wire: &[u8]) -> Vec<u8> {
    extension(16, &counted(wire))
}

fn server_name(name: &[u8]) -> Vec<u8> {
    extension(0, &counted(&[&[0], counted(name).as_slice()].concat()))
}

fn hello(extensions: &[Vec<u8>]) -> Vec<u8> {
    let body = [
        [3, 3].as_slice(),
        &[5; 32],
        &[0],
        &counted(&[0x13, 0x01]),
        &[1, 0],
        &counted(&extensions.concat()),
    ]
    .concat();
    message(1, &body)
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let len = (body.len() as u32).to_be_bytes();
    [&[kind], &len[1..], body].concat()
}

fn crypto(offset: usize, bytes: &[u8]) -> Vec<u8> {
    let (offset, len) = (varint(offset as u64), varint(bytes.len() as u64));
    [[6].as_slice(), &offset, &len, bytes].concat()
}

/// An Initial of a client whose first destination id is DCID.
fn initial(number: u64, frames: &[u8]) -> Vec<u8> {
    let mut payload = frames.to_vec();
    payload.resize(payload.len().max(1200), 0);
    let len = (payload.len() + 4 + 16) as u16 | 0x4000;
    let header = [
        [0xc3, 0, 0, 0, 1, 8].as_slice(),
        &DCID,
        &[4, 1, 2, 3, 4, 0],
        &len.to_be_bytes(),
    ]
    .concat();
    Seal::initial_client(&DCID).packet(0, &header, number, &payload)
}

fn peek_hello(message: &[u8]) -> Result<(Vec<u8>, Vec<u8>), i32> {
    peek(&[initial(0, &crypto(0, message))])
}

#[test]
fn the_first_packet_of_our_own_client_tells_its_names() {
    let _alone = alone();
    let config = config(1);
    let pkt = first_initial(config, public_key(2));
    let before = pkt.clone();
    assert_eq!(
        peek(std::slice::from_ref(&pkt)),
        Ok((ALPN.to_vec(), Vec::new()))
    );
    assert_eq!(pkt, before, "the packet was changed");
    let mut out = [0; 8];
    let (p, len) = (pkt.as_ptr(), pkt.len() as u32);
    let rc = unsafe { dk_peek(p, &len, 1, out.as_mut_ptr(), out.len()) };
    assert_eq!((rc, out), (BUFFER, [0; 8]));
    assert_eq!(dk_config_free(config), 0);
}

#[test]
fn names_are_read_whatever_stands_between_them() {
    let padding = extension(21, &[0; 300]);
    let list = b"\x02h3\x06dk/tst";
    let name = b"peer.example";
    let message = hello(&[
        padding,
        alpn(list),
        extension(0x0a0a, &[]),
        server_name(name),
    ]);
    assert_eq!(peek_hello(&message), Ok((list.to_vec(), name.to_vec())));
    assert_eq!(peek_hello(&hello(&[])), Ok((vec![], vec![])));
}

#[test]
fn a_hello_in_pieces_is_read_in_any_order_once_it_is_complete() {
    let message = hello(&[extension(21, &[0; 3000]), alpn(ALPN)]);
    let expected = Ok((ALPN.to_vec(), Vec::new()));
    let (a, b, c) = (&message[..900], &message[900..1800], &message[1800..]);
    let first = initial(0, &crypto(900, b));
    let second = initial(1, &[vec![1, 0, 2, 0, 0, 0, 0], crypto(1800, c)].concat());
    let third = initial(
        2,
        &[crypto(0, &a[..500]), crypto(400, &message[400..1000])].concat(),
    );
    let all = [first.clone(), second.clone(), third.clone()];
    assert_eq!(peek(&all), expected);
    assert_eq!(peek(&[third.clone(), second, first.clone()]), expected);
    assert_eq!(peek(&[first, third]), Err(DONE));
    assert_eq!(peek(&[initial(0, &[])]), Err(DONE));
    // Packet numbers are completed from what was seen before.
    let far = initial(0x1_0000_0001, &crypto(0, &hello(&[alpn(ALPN)])));
    assert_eq!(
        peek(&[initial(0, &[1]), far]),
        Err(DONE),
        "no number is near"
    );
}

#[test]
fn what_does_not_authenticate_or_belong_is_passed_over() {
    let good = initial(0, &crypto(0, &hello(&[alpn(ALPN)])));
    let mut forged = initial(1, &crypto(0, b"\x02"));
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let noise = vec![0x40; 60];
    let expected = Ok((ALPN.to_vec(), Vec::new()));
    assert_eq!(peek(&[good.clone(), forged.clone(), noise]), expected);
    assert_eq!(peek(&[[good, forged.clone()].concat()]), expected);
    assert_eq!(peek(&[forged]), Err(PROTOCOL));
}

#[test]
fn what_is_no_client_hello_is_refused() {
    let good = hello(&[alpn(ALPN), server_name(b"a")]);
    assert!(peek_hello(&good).is_ok());
    let bad: Vec<Vec<u8>> = vec![
        message(2, &good[4..]),
        [good.clone(), vec![0]].concat(),
        hello(&[alpn(ALPN), alpn(ALPN)]),
        hello(&[extension(7, &[]), extension(7, &[])]),
        hello(&[alpn(b"")]),
        hello(&[alpn(b"\x00")]),
        hello(&[alpn(b"\x03h3")]),
        hello(&[extension(16, &[counted(ALPN), vec![0]].concat())]),
        hello(&[server_name(b"")]),
        hello(&[server_name(&[b'a'; 256])]),
        hello(&[server_name(b"a\0b")]),
        hello(&[extension(0, &counted(&[1, 0, 1, b'a']))]),
        hello(&[vec![0, 16, 0, 9, 0]]),
        message(1, &[3, 3]),
        [vec![1, 0xff, 0xff, 0xff], vec![0; 100]].concat(),
    ];
    for message in bad {
        assert_eq!(peek_hello(&message), Err(PROTOCOL), "{message:02x?}");
    }
    // Every body that is cut, with a length that fits.
    for len in 0..good.len() - 4 {
        let cut = message(1, &good[4..4 + len]);
        assert_eq!(peek_hello(&cut), Err(PROTOCOL), "{len} bytes");
        assert_eq!(peek_hello(&good[..len]), Err(DONE), "{len} bytes");
    }
}

#[test]
fn frames_that_a_first_flight_does_not_hold_are_refused() {
    let hello = crypto(0, &hello(&[alpn(ALPN)]));
    for frame in [
        [0x08, 0, 0].as_slice(),
        &[0x1c, 0, 0, 0],
        &[0x30],
        &[0x41],
        &[0x02, 0, 0, 5, 0],
    ] {
        let frames = [hello.as_slice(), frame].concat();
        let mut payload = frames.clone();
        // Not padded, so that the last frame stays truncated.
        payload.splice(0..0, vec![0; 1200]);
        assert_eq!(peek(&[initial(0, &payload)]), Err(PROTOCOL), "{frame:02x?}");
    }
    let beyond = crypto(16 * 1024, b"x");
    assert_eq!(peek(&[initial(0, &beyond)]), Err(PROTOCOL));
    let huge = [[6].as_slice(), &varint((1 << 62) - 1), &varint(1), b"x"].concat();
    assert_eq!(peek(&[initial(0, &huge)]), Err(PROTOCOL));
}

#[test]
fn peek_takes_initials_of_version_1_only() {
    let good = initial(0, &crypto(0, &hello(&[alpn(ALPN)])));
    let mut other = good.clone();
    other[4] = 2;
    let mut handshake = good.clone();
    handshake[0] ^= 0x20;
    for pkt in [other, handshake, vec![0x40; 100], vec![0xc3], vec![]] {
        assert_eq!(peek(&[pkt]), Err(PROTOCOL));
    }
    assert_eq!(peek(&[]), Err(PROTOCOL));
    let len = good.len() as u32;
    let out = std::ptr::null_mut();
    assert_eq!(unsafe { dk_peek(NULL, &len, 1, out, 0) }, ARG);
    assert_eq!(unsafe { dk_peek(NULL, std::ptr::null(), 1, out, 0) }, ARG);
}

#[test]
fn a_client_that_answers_a_retry_is_accepted() {
    let _alone = alone();
    let (client, mut server) = (Node::new(1), Node::new(2));
    server.retries = true;
    let (mut client, mut server) = connect(client, server);
    // The Retry, and then the Initial that the server answered with.
    assert!(client.count(0, dk_event_kind::DK_EVENT_PEER_ANSWERED) >= 2);
    assert_eq!(server.links.len(), 1);
    assert_eq!(client.send(0, 0, b"hello", true), Ok(5));
    let mut buf = [0; 8];
    pump(&mut client, &mut server, |_, s| {
        s.recv(0, 0, &mut buf).is_ok_and(|(n, _)| n == 5)
    });
}

/// A Retry as a client sees it: its id and its token.
fn retried(config: dk_config, pkt: &[u8], from: dk_addr, now: u64) -> (Vec<u8>, Vec<u8>) {
    let answer = retry(config, pkt, from, now).unwrap();
    assert!(answer.len() < pkt.len() / 3);
    let header = header(&answer, 8).unwrap();
    let kind = dk_packet_type::DK_PACKET_RETRY as u64;
    assert_eq!(header.values[..2], [kind, 1]);
    let token_at = 7 + header.dcid.len() + header.scid.len();
    (header.scid, answer[token_at..answer.len() - 16].to_vec())
}

/// The Initial with another destination id and a token. Nothing of it decrypts.
fn with_token(dcid: &[u8], token: &[u8]) -> Vec<u8> {
    let mut pkt = [[0xc0, 0, 0, 0, 1, dcid.len() as u8].as_slice(), dcid, &[0]].concat();
    pkt.extend(varint(token.len() as u64));
    pkt.extend(token);
    let rest = 1200 - pkt.len() - 2;
    pkt.extend((rest as u16 | 0x4000).to_be_bytes());
    pkt.resize(1200, 0);
    pkt
}

fn accept(config: dk_config, pkt: &[u8], from: dk_addr, now: u64) -> i32 {
    let (local, mut conn) = (loopback(1), 0);
    let (p, n) = (pkt.as_ptr(), pkt.len());
    let rc = unsafe { dk_accept(config, p, n, &local, &from, now, &mut conn) };
    if rc == 0 {
        assert_eq!(dk_conn_free(conn), 0);
    }
    rc
}

#[test]
fn a_token_is_good_for_its_address_connection_and_time() {
    let _alone = alone();
    let (config, other) = (config(1), config(2));
    let pkt = first_initial(config, public_key(2));
    let (from, now) = (loopback(4000), 100 * SECOND);
    let (id, token) = retried(config, &pkt, from, now);
    assert_eq!(id.len(), 8);
    let good = with_token(&id, &token);
    let mut moved = from;
    moved.ip[3] = 2;
    let mut as_ipv6 = loopback6(4000);
    as_ipv6.ip = [0; 16];
    as_ipv6.ip[..4].copy_from_slice(&from.ip[..4]);
    let mut wrong_id = id.clone();
    wrong_id[0] ^= 1;
    let cases = [
        (config, good.clone(), from, now, 1),
        (config, good.clone(), from, now + 15 * SECOND - 1, 1),
        (config, good.clone(), from, now + 15 * SECOND, CRYPTO),
        // Of a future that this clock will never reach in time.
        (config, good.clone(), from, now - 1, CRYPTO),
        (config, good.clone(), loopback(4001), now, CRYPTO),
        (config, good.clone(), moved, now, CRYPTO),
        (config, good.clone(), as_ipv6, now, CRYPTO),
        (other, good.clone(), from, now, CRYPTO),
        (config, with_token(&wrong_id, &token), from, now, CRYPTO),
        (config, with_token(&id, &[]), from, now, DONE),
        (config, with_token(&id, &token[1..]), from, now, DONE),
        (config, with_token(&id, &[7; 64]), from, now, DONE),
        (config, pkt, from, now, DONE),
    ];
    for (nr, (config, pkt, from, now, expected)) in cases.into_iter().enumerate() {
        assert_eq!(token_check(config, &pkt, from, now), expected, "case {nr}");
        let accepted = if expected == CRYPTO { CRYPTO } else { 0 };
        assert_eq!(accept(config, &pkt, from, now), accepted, "case {nr}");
    }
    for at in 1..token.len() {
        let mut forged = token.clone();
        forged[at] ^= 1;
        let pkt = with_token(&id, &forged);
        assert_eq!(token_check(config, &pkt, from, now), CRYPTO, "byte {at}");
    }
    assert_eq!((dk_config_free(config), dk_config_free(other)), (0, 0));
}

#[test]
fn endpoints_with_one_key_take_each_others_tokens() {
    let _alone = alone();
    let (a, b) = (config(1), config(2));
    for config in [a, b] {
        assert_eq!(
            unsafe { dk_config_cid_key(config, [3; 32].as_ptr(), 12) },
            0
        );
    }
    let pkt = first_initial(a, public_key(2));
    let (id, token) = retried(a, &pkt, loopback6(5), SECOND);
    assert_eq!(id.len(), 12);
    let answer = with_token(&id, &token);
    assert_eq!(token_check(b, &answer, loopback6(5), SECOND), 1);
    assert_eq!((dk_config_free(a), dk_config_free(b)), (0, 0));
}

#[test]
fn only_initials_worth_an_answer_get_a_retry() {
    let _alone = alone();
    let config = config(1);
    let good = first_initial(config, public_key(2));
    let from = loopback(7);
    assert!(retry(config, &good, from, 0).is_ok());
    let mut version = good.clone();
    version[4] = 2;
    let mut handshake = good.clone();
    handshake[0] ^= 0x20;
    let short_id = with_token(&[1; 7], &[]);
    for pkt in [
        good[..1199].to_vec(),
        version,
        handshake,
        short_id,
        vec![0x40; 1200],
    ] {
        assert_eq!(retry(config, &pkt, from, 0), Err(DONE));
    }
    let (p, n, mut out) = (good.as_ptr(), good.len(), [0; 50]);
    let rc = unsafe { dk_retry(config, p, n, &from, 0, out.as_mut_ptr(), out.len()) };
    assert_eq!((rc, out), (BUFFER, [0; 50]));
    let none = dk_addr::default();
    assert_eq!(retry(config, &good, none, 0), Err(ARG));
    assert_eq!(token_check(config, &good, none, 0), ARG);
    assert_eq!(token_check(config, &[], from, 0), DONE);
    assert_eq!(dk_config_free(config), 0);
}
