//! Handshakes: identities, names, ids, and what goes wrong.

mod common;

use common::*;
use dialkey::abi::*;
use dialkey::entry::*;

const LOCAL_TRANSPORT: u64 = dk_origin::DK_ORIGIN_LOCAL_TRANSPORT as u64;
const PEER_TRANSPORT: u64 = dk_origin::DK_ORIGIN_PEER_TRANSPORT as u64;

#[test]
fn both_sides_learn_key_name_and_confirmation() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    let confirmed = dk_state_flag::DK_STATE_CONFIRMED;
    pump(&mut client, &mut server, |c, s| {
        c.has(0, confirmed) && s.has(0, confirmed)
    });

    assert_eq!(client.peer_key(0), Ok(public_key(2)));
    assert_eq!(server.peer_key(0), Ok(public_key(1)));
    assert_eq!(client.alpn(0), b"dk/tst");
    assert_eq!(server.alpn(0), b"dk/tst");
    assert!(client.has(0, dk_state_flag::DK_STATE_CLIENT));
    assert!(!server.has(0, dk_state_flag::DK_STATE_CLIENT));
    assert_eq!(client.origin(0), (0, 0));
}

#[test]
fn works_over_ipv6() {
    let _alone = alone();
    let (client, server) = connect(
        Node::with_config(config(1), loopback6(0), 0),
        Node::with_config(config(2), loopback6(0), 0),
    );
    assert_eq!((client.addr.family, server.addr.family), (6, 6));
}

#[test]
fn nothing_is_known_before_the_handshake() {
    let _alone = alone();
    let (mut client, server) = (Node::new(1), Node::new(2));
    client.dial(&server, public_key(2), ALPN);
    assert_eq!(client.peer_key(0), Err(DONE));
    assert_eq!(client.alpn(0), b"");
    assert_eq!(client.state(0)[3..], [0; 5]);
}

#[test]
fn the_window_of_the_peer_is_known_after_it() {
    let _alone = alone();
    let (client, server) = connect(Node::new(1), Node::new(2));
    let window = client.state(0)[6];
    assert!(window > 0);
    assert_eq!(window, server.state(0)[6]);
}

#[test]
fn a_wrong_key_ends_the_dial_with_unknown_ca() {
    let _alone = alone();
    let (mut client, mut server) = (Node::new(1), Node::new(2));
    client.dial(&server, public_key(3), ALPN);
    pump(&mut client, &mut server, |c, s| c.ended(0) && s.ended(0));

    assert_eq!(client.origin(0), (LOCAL_TRANSPORT, 0x130));
    assert_eq!(server.origin(0), (PEER_TRANSPORT, 0x130));
    assert!(!client.established(0) && !server.established(0));
}

#[test]
fn no_common_name_ends_the_dial_on_the_server() {
    let _alone = alone();
    let (mut client, mut server) = (Node::new(1), Node::new(2));
    client.dial(&server, public_key(2), b"\x05other");
    pump(&mut client, &mut server, |c, s| c.ended(0) && s.ended(0));

    assert_eq!(client.origin(0), (PEER_TRANSPORT, 0x178));
    assert_eq!(server.origin(0), (LOCAL_TRANSPORT, 0x178));
}

#[test]
fn an_empty_list_of_names_accepts_nobody() {
    let _alone = alone();
    let (mut client, mut server) = (Node::new(1), Node::new(2));
    set_alpn(server.config, b"");
    client.dial(&server, public_key(2), ALPN);
    pump(&mut client, &mut server, |c, _| c.ended(0));
    assert_eq!(client.origin(0), (PEER_TRANSPORT, 0x178));
}

#[test]
fn the_order_of_the_server_decides() {
    let _alone = alone();
    let (mut client, mut server) = (Node::new(1), Node::new(2));
    set_alpn(server.config, b"\x01c\x01b\x01a");
    client.dial(&server, public_key(2), b"\x01a\x01b");
    pump(&mut client, &mut server, |c, _| c.established(0));
    assert_eq!(client.alpn(0), b"b");
}

#[test]
fn weak_and_malformed_arguments_make_no_connection() {
    let _alone = alone();
    let client = Node::new(1);
    let dial = |key: [u8; 32], alpn: &[u8]| {
        let mut id = 7;
        let rc = unsafe {
            dk_connect(
                client.config,
                key.as_ptr(),
                alpn.as_ptr(),
                alpn.len(),
                &client.addr,
                &client.addr,
                now_ns(),
                &mut id,
            )
        };
        (rc, id)
    };
    assert_eq!(dial([0; 32], ALPN), (ARG, 7));
    assert_eq!(dial([0xff; 32], ALPN), (ARG, 7));
    assert_eq!(dial(public_key(2), b""), (ARG, 7));
    assert_eq!(dial(public_key(2), b"\x05ab"), (ARG, 7));
}

#[test]
fn roles_are_obeyed() {
    let _alone = alone();
    let (mut config, seed) = (0, [1; 32]);
    for role in [0, 4, 7] {
        assert_eq!(
            unsafe { dk_config_new(seed.as_ptr(), role, &mut config) },
            ARG
        );
    }
    let both = common::config(1);
    let initial = first_initial(both, public_key(2));
    assert_eq!(unsafe { dk_config_new(seed.as_ptr(), 1, &mut config) }, 0);
    let (addr, mut conn) = (loopback(1), 0);
    let rc = unsafe {
        dk_accept(
            config,
            initial.as_ptr(),
            initial.len(),
            &addr,
            &addr,
            now_ns(),
            &mut conn,
        )
    };
    assert_eq!(rc, STATE);
    assert_eq!((dk_config_free(config), dk_config_free(both)), (0, 0));
}

#[test]
fn ids_are_issued_with_their_tokens_and_route_packets() {
    let _alone = alone();
    let key = [9; 32];
    let (client, server) = (Node::new(1), Node::new(2));
    assert_eq!(
        unsafe { dk_config_cid_key(server.config, key.as_ptr(), 8) },
        0
    );
    let (mut client, mut server) = connect(client, server);
    // Stock quiche and the default limit: one id of the handshake, three more.
    let issued = dk_event_kind::DK_EVENT_CID_ISSUED;
    pump(&mut client, &mut server, |c, s| {
        c.count(0, issued) == 4 && s.count(0, issued) == 4
    });

    for seen in server.take(0, issued) {
        assert_eq!(seen.payload.len(), 8 + 16);
        let expected = boring_hmac(&key, b"dialkey reset", &seen.payload[..8]);
        assert_eq!(seen.payload[8..], expected[..16]);
        let tag = boring_hmac(&key, b"dialkey cid", &seen.payload[..6]);
        assert_eq!(seen.payload[6..8], tag[..2]);
    }
}

fn boring_hmac(key: &[u8], label: &[u8], id: &[u8]) -> [u8; 32] {
    boring::hash::hmac_sha256(key, &[label, id].concat()).unwrap()
}

#[test]
fn the_client_tells_who_answered() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    let answered = client.take(0, dk_event_kind::DK_EVENT_PEER_ANSWERED);
    let pinned = client.take(0, dk_event_kind::DK_EVENT_PEER_PINNED);
    assert!(!answered.is_empty());
    assert_eq!(pinned.len(), 1);
    assert!(
        server
            .take(0, dk_event_kind::DK_EVENT_PEER_PINNED)
            .is_empty()
    );
}

#[test]
fn a_forged_handshake_packet_does_not_pin() {
    let _alone = alone();
    let (mut client, mut server) = (Node::new(1), Node::new(2));
    client.dial(&server, public_key(2), ALPN);
    client.flush(0);
    // The server's flight arrives behind garbage that looks like a Handshake
    // packet for the right id: only the index of the genuine one may be told.
    let mut forged = 0;
    server.filter = Some(Box::new(move |datagram: &mut Vec<u8>| {
        if forged == 0 {
            let dcid = header(datagram, 8).unwrap().dcid;
            let mut fake = vec![0xe0, 0, 0, 0, 1, dcid.len() as u8];
            fake.extend_from_slice(&dcid);
            fake.extend_from_slice(&[0, 0x40, 40]);
            fake.resize(fake.len() + 40, 0x55);
            fake.append(datagram);
            *datagram = fake;
        }
        forged += 1;
        true
    }));
    pump(&mut client, &mut server, |c, s| {
        c.established(0) && s.established(0)
    });
    assert_eq!(client.count(0, dk_event_kind::DK_EVENT_PEER_PINNED), 1);
}

#[test]
fn a_lost_first_packet_is_repeated_after_about_300_ms() {
    let _alone = alone();
    let (mut client, mut server) = (Node::new(1), Node::new(2));
    let mut dropped = false;
    client.filter = Some(Box::new(move |_: &mut Vec<u8>| {
        std::mem::replace(&mut dropped, true)
    }));
    client.dial(&server, public_key(2), ALPN);
    let start = now_ns();
    pump(&mut client, &mut server, |c, _| c.established(0));
    let took = (now_ns() - start) / 1_000_000;
    assert!((250..900).contains(&took), "took {took} ms");
}

#[test]
fn both_sides_export_the_same_keying_material() {
    let _alone = alone();
    let (mut client, mut server) = (Node::new(1), Node::new(2));
    client.dial(&server, public_key(2), ALPN);
    assert_eq!(client.export(0, b"label", b"", 32), Err(STATE));
    pump(&mut client, &mut server, |c, s| {
        c.established(0) && s.established(0)
    });
    for (label, context, len) in [
        (b"EXPORTER-test".as_slice(), b"context".as_slice(), 32),
        (b"EXPORTER-test", b"", 1),
        (&[b'x'; 249], &[0; 5000], 255 * 32),
    ] {
        let made = client.export(0, label, context, len).unwrap();
        assert_eq!(server.export(0, label, context, len).unwrap(), made);
    }
    let made = |label: &[u8], context: &[u8]| client.export(0, label, context, 32).unwrap();
    assert_ne!(made(b"a", b""), made(b"b", b""));
    assert_ne!(made(b"a", b""), made(b"a", b"c"));
    for (label, len) in [
        (b"".as_slice(), 32),
        (&[b'x'; 250], 32),
        (b"a", 0),
        (b"a", 8161),
    ] {
        assert_eq!(client.export(0, label, b"", len), Err(ARG));
    }
}
