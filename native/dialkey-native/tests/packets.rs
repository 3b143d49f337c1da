//! Packets without a connection: headers, version negotiation, resets, refusals.

mod common;

use common::*;
use dialkey::abi::*;
use dialkey::entry::*;

fn long(version: u32, first: u8, dcid: &[u8], scid: &[u8], rest: &[u8]) -> Vec<u8> {
    let mut pkt = vec![first];
    pkt.extend_from_slice(&version.to_be_bytes());
    pkt.push(dcid.len() as u8);
    pkt.extend_from_slice(dcid);
    pkt.push(scid.len() as u8);
    pkt.extend_from_slice(scid);
    pkt.extend_from_slice(rest);
    pkt
}

#[test]
fn reads_an_initial() {
    let _alone = alone();
    let config = config(1);
    let pkt = first_initial(config, public_key(2));
    let header = header(&pkt, 8).unwrap();
    assert!(pkt.len() >= 1200);
    assert_eq!(
        header.values[..2],
        [dk_packet_type::DK_PACKET_INITIAL as u64, 1]
    );
    assert_eq!(
        (header.dcid.len(), header.scid.len(), header.token.len()),
        (16, 8, 0)
    );
    assert_eq!(dk_config_free(config), 0);
}

#[test]
fn reads_the_token_and_says_where_it_is() {
    let pkt = long(1, 0xc3, &[1; 8], &[2; 4], b"\x05token\x40\x64rest");
    let header = header(&pkt, 8).unwrap();
    assert_eq!(header.token, b"token");
    assert_eq!(header.values, [0, 1, 8, 4, 5, 20]);
    assert_eq!(&pkt[20..25], b"token");

    let (mut dcid, mut scid, mut out) = ([0; 20], [0; 20], [0; 6]);
    let mut call = |token: &mut [u8]| unsafe {
        dk_header(
            pkt.as_ptr(),
            pkt.len(),
            8,
            dcid.as_mut_ptr(),
            scid.as_mut_ptr(),
            token.as_mut_ptr(),
            token.len(),
            out.as_mut_ptr(),
        )
    };
    assert_eq!(call(&mut [0; 4]), BUFFER);
    assert_eq!(call(&mut []), 0);
    assert_eq!(out[4], 5);
}

#[test]
fn reads_a_short_header() {
    let header = header(&[0x40, 1, 2, 3, 4, 5, 6, 7, 8, 9], 8).unwrap();
    assert_eq!(header.values[0], dk_packet_type::DK_PACKET_SHORT as u64);
    assert_eq!(header.dcid, [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn every_truncation_is_refused_not_read_beyond() {
    let pkt = long(1, 0xc3, &[1; 8], &[2; 4], b"\x05token");
    let protocol = dk_status::DK_ERR_PROTOCOL as i32;
    for n in 0..pkt.len() {
        assert_eq!(header(&pkt[..n], 8).err(), Some(protocol), "{n}");
    }
    assert!(header(&pkt, 8).is_ok());
    assert_eq!(header(&[0x40; 8], 8).err(), Some(protocol));
    assert_eq!(header(&[0x40; 64], 21).err(), Some(ARG));
}

#[test]
fn long_ids_of_other_versions_are_told_apart() {
    let limit = dk_status::DK_ERR_LIMIT as i32;
    let protocol = dk_status::DK_ERR_PROTOCOL as i32;
    assert_eq!(
        header(&long(7, 0xc0, &[1; 21], &[], &[]), 8).err(),
        Some(limit)
    );
    assert_eq!(
        header(&long(1, 0xe0, &[1; 21], &[], &[]), 8).err(),
        Some(protocol)
    );
}

fn negotiate(pkt: &[u8]) -> Result<Vec<u8>, i32> {
    let mut out = [0; 600];
    match unsafe { dk_version_negotiation(pkt.as_ptr(), pkt.len(), out.as_mut_ptr(), 600) } {
        n if n > 0 => Ok(out[..n as usize].to_vec()),
        rc => Err(rc),
    }
}

#[test]
fn unknown_versions_are_answered_with_ours() {
    let mut pkt = long(0x0a1a_2a3a, 0xc0, &[1; 255], &[2; 30], &[]);
    pkt.resize(1200, 0);
    let answer = negotiate(&pkt).unwrap();
    assert_eq!(answer[0] & 0xc0, 0xc0);
    assert_eq!(answer[1..5], [0; 4]);
    assert_eq!((answer[5], answer[6..36].to_vec()), (30, vec![2; 30]));
    assert_eq!((answer[36], answer[37..292].to_vec()), (255, vec![1; 255]));
    let versions: Vec<_> = answer[292..].chunks(4).collect();
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[1], [0, 0, 0, 1]);
    assert!(versions[0].iter().all(|byte| byte & 0x0f == 0x0a));
    assert_ne!(versions[0], [0x0a, 0x1a, 0x2a, 0x3a]);

    assert_eq!(negotiate(&pkt[..1199]), Err(DONE));
    let mut out = [0; 10];
    let rc = unsafe { dk_version_negotiation(pkt.as_ptr(), pkt.len(), out.as_mut_ptr(), 10) };
    assert_eq!(rc, BUFFER);
}

#[test]
fn known_versions_and_negotiations_are_not_answered() {
    for version in [0, 1] {
        let mut pkt = long(version, 0xc0, &[1; 8], &[2; 8], &[]);
        pkt.resize(1200, 0);
        assert_eq!(negotiate(&pkt), Err(DONE));
    }
    assert_eq!(negotiate(&[0x40; 1200]), Err(DONE));
}

#[test]
fn a_client_gives_up_on_foreign_versions() {
    let _alone = alone();
    let (mut client, mut server) = (Node::new(1), Node::new(2));
    server.accepts = false;
    client.dial(&server, public_key(2), ALPN);
    let mut dcid = Vec::new();
    let mut scid = Vec::new();
    client.filter = Some(Box::new(|_: &mut Vec<u8>| false));
    client.flush(0);
    client.filter = None;
    // The ids are in the events and in the packet that was not sent: ask the
    // next one.
    let initial = loop {
        client.wait(std::time::Duration::from_millis(50));
        client.turn();
        let mut slab = vec![0; 65536];
        let mut rx = vec![dk_rx::default(); 64];
        let n = unsafe {
            dk_udp_recv(
                server.socket,
                slab.as_mut_ptr(),
                slab.len(),
                rx.as_mut_ptr(),
                64,
            )
        };
        if n > 0 {
            break slab[..rx[0].len as usize].to_vec();
        }
    };
    let seen = header(&initial, 8).unwrap();
    dcid.extend_from_slice(&seen.scid);
    scid.extend_from_slice(&seen.dcid);
    let answer = long(0, 0xc0, &dcid, &scid, &0xff00_001du32.to_be_bytes());
    server.send_raw(&answer, client.addr);
    pump(&mut client, &mut server, |c, _| c.ended(0));
    assert_eq!(client.count(0, dk_event_kind::DK_EVENT_PEER_ANSWERED), 1);
    assert_eq!(
        client.origin(0).0,
        dk_origin::DK_ORIGIN_LOCAL_TRANSPORT as u64
    );
}

/// An id made by a configuration, from a throw-away connection.
fn own_id(config: dk_config) -> Vec<u8> {
    header(&first_initial(config, public_key(9)), 8)
        .unwrap()
        .scid
}

fn reset(config: dk_config, pkt: &[u8], cap: usize) -> Result<Vec<u8>, i32> {
    let mut out = [0; 64];
    match unsafe { dk_stateless_reset(config, pkt.as_ptr(), pkt.len(), out.as_mut_ptr(), cap) } {
        n if n > 0 => Ok(out[..n as usize].to_vec()),
        rc => Err(rc),
    }
}

#[test]
fn resets_are_shorter_than_their_trigger_and_of_many_sizes() {
    let _alone = alone();
    let config = config(1);
    let key = [3; 32];
    assert_eq!(unsafe { dk_config_cid_key(config, key.as_ptr(), 8) }, 0);
    let id = own_id(config);
    let mut pkt = vec![0x41];
    pkt.extend_from_slice(&id);
    pkt.resize(200, 0);
    let token = boring::hash::hmac_sha256(&key, &[b"dialkey reset", id.as_slice()].concat());
    let token = token.unwrap()[..16].to_vec();
    let mut sizes = std::collections::BTreeSet::new();
    for n in (22..60).cycle().take(1000) {
        let answer = reset(config, &pkt[..n], 64).unwrap();
        assert!(answer.len() >= 21 && answer.len() < n && answer.len() <= 42);
        assert_eq!(answer[0] & 0xc0, 0x40);
        assert_eq!(answer[answer.len() - 16..], token);
        sizes.insert(answer.len());
    }
    assert!(sizes.len() > 10);
    assert_eq!(reset(config, &pkt[..21], 64), Err(DONE));
    assert_eq!(reset(config, &pkt, 20), Err(BUFFER));
    pkt[0] = 0xc0;
    assert_eq!(reset(config, &pkt, 64), Err(DONE));
    pkt[0] = 0x40;
    pkt[8] ^= 1;
    assert_eq!(reset(config, &pkt, 64), Err(DONE));
    assert_eq!(dk_config_free(config), 0);
}

#[test]
fn only_initials_are_refused() {
    let _alone = alone();
    let config = config(1);
    let addr = loopback(1);
    let refuse = |pkt: &[u8], code: u64, cap: usize| {
        let mut out = vec![0; cap];
        unsafe {
            dk_refuse(
                config,
                pkt.as_ptr(),
                pkt.len(),
                &addr,
                code,
                out.as_mut_ptr(),
                cap,
            )
        }
    };
    let initial = first_initial(config, public_key(2));
    assert!(refuse(&initial, 2, 256) > 0);
    assert_eq!(refuse(&initial, 1 << 62, 256), ARG);
    assert_eq!(refuse(&initial, 2, 20), BUFFER);
    assert_eq!(refuse(&initial[..1199], 2, 256), DONE);
    for (version, first, dcid) in [(2, 0xc0, 8), (1, 0xe0, 8), (1, 0xc0, 7), (1, 0x80, 8)] {
        let mut pkt = long(version, first, &vec![1; dcid], &[2; 8], &[]);
        pkt.resize(1200, 0);
        assert_eq!(refuse(&pkt, 2, 256), DONE);
    }
    assert_eq!(dk_config_free(config), 0);
}

#[test]
fn only_initials_are_accepted() {
    let _alone = alone();
    let config = config(1);
    let (addr, mut conn) = (loopback(1), 5);
    let mut accept = |pkt: &[u8]| unsafe {
        dk_accept(
            config,
            pkt.as_ptr(),
            pkt.len(),
            &addr,
            &addr,
            now_ns(),
            &mut conn,
        )
    };
    let initial = first_initial(config, public_key(2));
    let protocol = dk_status::DK_ERR_PROTOCOL as i32;
    assert_eq!(accept(&initial[..1199]), protocol);
    assert_eq!(accept(&[]), protocol);
    for (version, first, dcid) in [(1, 0xe0, 8), (1, 0xc0, 7), (1, 0x80, 8), (1, 0xc0, 21)] {
        let mut pkt = long(version, first, &vec![1; dcid], &[2; 8], &[]);
        pkt.resize(1200, 0);
        assert_eq!(accept(&pkt), protocol);
    }
    let mut pkt = long(2, 0xc0, &[1; 8], &[2; 8], &[]);
    pkt.resize(1200, 0);
    assert_eq!(accept(&pkt), dk_status::DK_ERR_VERSION as i32);
    assert_eq!(conn, 5);
    assert_eq!(dk_config_free(config), 0);
}
