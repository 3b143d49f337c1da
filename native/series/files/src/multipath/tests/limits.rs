//! Everything that a peer can make grow has an end. The client is the one that
//! goes too far here, in packets that its own engine would not write.

use super::*;
use crate::frame::ExtFrame;
use crate::frame::Frame;
use crate::ranges::RangeSet;
use crate::RecvInfo;

const PROTOCOL_VIOLATION: u64 = 0xa;
const INTERNAL_ERROR: u64 = 0x1;
const REACH_OUT_V4: u64 = 0x3d7f92;
const OBSERVED_ADDRESS_V4: u64 = 0x9f81a6;

fn addr(which: u16) -> SocketAddr {
    SocketAddr::from(([10, 1, (which >> 8) as u8, which as u8], 1))
}

impl Sim {
    /// A packet of the client's path with these frames, from there.
    fn strike_from(
        &mut self, from: SocketAddr, path: u32, frames: &[Frame],
    ) -> Result<usize> {
        let mut out = [0; 1_500];
        // Never so short that it cannot be sampled.
        let frames = [frames, &[Frame::Padding { len: 4 }]].concat();
        let sealed = self.client.within(path, |client| {
            client.seal_probe(path, &frames, false, &mut out)
        });
        let info = RecvInfo {
            from,
            to: self.server_addr(),
        };
        self.server.recv(&mut out[..sealed.unwrap()], info)
    }

    /// The same from where the first path goes.
    fn strike(&mut self, frames: &[Frame]) -> Result<usize> {
        let from = self.links[0].0;
        self.strike_from(from, 0, frames)
    }

    fn server_code(&self) -> Option<u64> {
        self.server.local_error().map(|error| error.error_code)
    }

    /// Datagrams that the server sends now.
    fn served(&mut self) -> Vec<(usize, SocketAddr)> {
        let mut out = [0; 1_500];
        let mut all = Vec::new();
        while let Ok((len, info)) = self.server.send(&mut out) {
            all.push((len, info.to));
        }
        all
    }
}

fn opaque(ty: u64) -> Frame {
    Frame::Ext(ExtFrame::Opaque {
        ty,
        body: vec![7, 127, 0, 0, 1, 16, 146],
    })
}

fn challenge(value: u8) -> Frame {
    Frame::PathChallenge { data: [value; 8] }
}

fn abandon(path: u32) -> Frame {
    Frame::Ext(ExtFrame::PathAbandon { path, code: 7 })
}

fn max_path_id(max: u32) -> Frame {
    Frame::Ext(ExtFrame::MaxPathId { max })
}

fn retire(path: u32, seq: u64) -> Frame {
    Frame::Ext(ExtFrame::PathRetireConnectionId { path, seq })
}

fn new_cid(path: u32, seq: u64, retire_prior_to: u64) -> Frame {
    Frame::Ext(ExtFrame::PathNewConnectionId {
        path,
        seq,
        retire_prior_to,
        cid: [&[9; 8][..], &seq.to_be_bytes()].concat(),
        token: [seq as u8; 16],
    })
}

#[test]
fn a_number_used_again_is_not_sent() {
    let mut sim = Sim::new(40);
    let path = sim.open(1, Link::default());
    for id in [0, path] {
        let mut out = [0; 1_500];
        let again = sim.client.within(id, |client| {
            client.next_pkt_num -= 1;
            client.seal_probe(id, &[Frame::Ping { mtu_probe: None }], false, &mut out)
        });
        assert_eq!(again, Err(Error::CryptoFail));
        sim.client.ping_path(id).unwrap();
    }
    let mut out = [0; 1_500];
    assert_eq!(sim.client.send(&mut out), Err(Error::CryptoFail));
}

#[test]
fn unread_frames() {
    let mut sim = Sim::new(41);
    let frames = vec![opaque(REACH_OUT_V4); 64];
    for _ in 0..4 {
        sim.strike(&frames).unwrap();
    }
    // What is read makes room.
    assert!(sim.server.frame_event_next().is_some());
    sim.strike(&frames[..1]).unwrap();
    assert_eq!(sim.server_code(), None);
    sim.strike(&frames[..1]).unwrap();
    assert_eq!(sim.server_code(), Some(INTERNAL_ERROR));
    // A connection that ends takes no more.
    let before = sim.server.multipath.frames.unread();
    sim.strike(&frames).unwrap();
    assert_eq!(sim.server.multipath.frames.unread(), before);
}

/// No frame of today is long enough to reach it.
#[test]
fn unread_bytes() {
    let mut frames = Frames::default();
    frames.negotiated(true, true);
    for _ in 0..16 {
        frames.receive(REACH_OUT_V4, vec![0; 1_024], 0, true).unwrap();
        assert!(!frames.is_overfull());
    }
    frames.receive(REACH_OUT_V4, vec![0], 0, true).unwrap();
    assert!(frames.is_overfull());
}

#[test]
fn unread_frames_without_multipath() {
    let mut client = sim::config("cubic", 7);
    let mut server = sim::config("cubic", 7);
    client.local_transport_params.unknown_params = None;
    client.set_transport_param(ADDRESS_DISCOVERY, &[0]);
    server.set_transport_param(ADDRESS_DISCOVERY, &[1]);
    let mut sim = Sim::with(42, &mut client, &mut server);
    assert!(!sim.server.is_multipath());
    let mut out = [0; 1_500];
    let from = sim.links[0].0;
    let frames = vec![opaque(OBSERVED_ADDRESS_V4); 64];
    for round in 0..5 {
        assert_eq!(sim.server_code(), None, "{round}");
        let ty = crate::Type::Short;
        let len = crate::test_utils::encode_pkt(&mut sim.client, ty, &frames, &mut out);
        let info = RecvInfo {
            from,
            to: sim.server_addr(),
        };
        sim.server.recv(&mut out[..len.unwrap()], info).unwrap();
    }
    assert_eq!(sim.server_code(), Some(INTERNAL_ERROR));
}

#[test]
fn frames_that_wait_for_the_peer() {
    let mut sim = Sim::new(43);
    let first = sim.links[0].0;
    sim.at(first).to_server = false;
    let body = [7, 127, 0, 0, 1, 16, 146];
    let mut send = |token| {
        sim.client
            .send_frame(REACH_OUT_V4, &body, Delivery::Reliable, token)
    };
    for token in 0..256 {
        assert_eq!(send(token), Ok(()));
    }
    assert_eq!(send(256), Err(Error::Done));
}

#[test]
fn answers_to_challenges_from_elsewhere() {
    let mut sim = Sim::new(44);
    for which in 0..50 {
        sim.strike_from(addr(which), 0, &[challenge(1)]).unwrap();
    }
    // From one address the last counts.
    for value in 0..10 {
        sim.strike_from(addr(49), 0, &[challenge(value)]).unwrap();
    }
    let answers = sim.served();
    let answers: Vec<_> =
        answers.iter().filter(|(_, to)| to.port() == 1 && to.ip() != addr(0).ip()).collect();
    let elsewhere = answers.iter().filter(|(len, to)| *len == 1_200 && *to != sim.links[0].0);
    assert_eq!(elsewhere.count(), 32);
    // Sixty of the sixty-four of this second are used up.
    for which in 100..150 {
        sim.strike_from(addr(which), 0, &[challenge(1)]).unwrap();
    }
    let padded = sim.served().iter().filter(|(len, _)| *len == 1_200).count();
    assert_eq!(padded, 4);
    sim.idle(Duration::from_secs(1));
    for which in 200..250 {
        sim.strike_from(addr(which), 0, &[challenge(1)]).unwrap();
    }
    let padded = sim.served().iter().filter(|(len, _)| *len == 1_200).count();
    assert_eq!(padded, 32);
    assert_eq!(sim.server.paths.len(), 1);
}

#[test]
fn probes_that_await_an_answer() {
    let mut sim = Sim::new(45);
    let local = sim.link(5, Link::default());
    let mut out = [0; 1_500];
    for round in 0..6_u16 {
        for which in 0..64 {
            sim.client.probe(local, addr(round * 64 + which)).unwrap();
        }
        assert_eq!(sim.client.probe(local, addr(0)), Err(Error::Done));
        while sim.client.send(&mut out).is_ok() {}
    }
    assert_eq!(sim.client.multipath.probes.sizes()[2], 256);
    sim.idle(Duration::from_secs(5));
    sim.client.probe(local, addr(0)).unwrap();
    while sim.client.send(&mut out).is_ok() {}
    assert_eq!(sim.client.multipath.probes.sizes()[2], 1);
}

#[test]
fn events_that_nobody_fetches() {
    let mut sim = Sim::new(46);
    let before = sim.server.multipath.events.len() as u16;
    assert!(before < 64);
    for which in 0..1_024 - before {
        if which % 64 == 0 {
            sim.idle(Duration::from_secs(1));
        }
        sim.strike_from(addr(which), 0, &[challenge(1)]).unwrap();
        sim.served();
    }
    assert_eq!(sim.server.multipath.events.len(), MOST_EVENTS);
    assert_eq!(sim.server_code(), None);
    sim.idle(Duration::from_secs(1));
    sim.strike_from(addr(2_000), 0, &[challenge(1)]).unwrap();
    assert_eq!(sim.server_code(), Some(INTERNAL_ERROR));
}

#[test]
fn events_on_the_same_thing() {
    let mut sim = Sim::new(47);
    for seq in 0..5_000_u64 {
        let status = Frame::Ext(ExtFrame::PathStatus {
            path: 0,
            seq,
            available: seq % 2 == 0,
        });
        sim.strike(&[status]).unwrap();
    }
    for which in 0..100 {
        let ping = Frame::Ping { mtu_probe: None };
        sim.strike_from(addr(which), 0, &[ping]).unwrap();
    }
    let events: Vec<_> = sim.server.multipath.events.iter().collect();
    assert_eq!(events.len(), 2, "{events:?}");
    assert_eq!(sim.server_code(), None);
}

#[test]
fn contexts() {
    let mut sim = Sim::new(48);
    sim.strike(&[max_path_id(1_000)]).unwrap();
    let mut most = 0;
    let mut refused = None;
    for path in 1..200 {
        let before = sim.server.multipath.local_max;
        let result = sim.strike(&[abandon(path)]);
        let multipath = &sim.server.multipath;
        most = most.max(multipath.contexts.len());
        assert!(multipath.control.abandons.len() <= MOST_CONTEXTS);
        if result.is_err() {
            assert_eq!(before, multipath.local_max);
            refused = Some(path);
            break;
        }
    }
    assert_eq!(most, MOST_CONTEXTS);
    // All that there is room for, and the peer was not promised more.
    let refused = refused.unwrap();
    assert_eq!(refused, sim.server.multipath.local_max + 1);
    assert_eq!(sim.server_code(), Some(PROTOCOL_VIOLATION));
}

#[test]
fn contexts_come_back_with_time() {
    let mut sim = Sim::new(49);
    sim.strike(&[max_path_id(1_000)]).unwrap();
    let mut path = 1;
    while path <= sim.server.multipath.local_max {
        sim.strike(&[abandon(path)]).unwrap();
        path += 1;
    }
    let before = sim.server.multipath.local_max;
    sim.idle(Duration::from_secs(3));
    sim.server.on_timeout();
    let multipath = &sim.server.multipath;
    assert!(multipath.local_max > before);
    assert!(multipath.contexts.len() <= MOST_CONTEXTS);
    assert_eq!(multipath.raise_due, 0);
    assert_eq!(sim.server_code(), None);
}

#[test]
fn contexts_of_a_generous_peer() {
    for most in [63, 7] {
        let (mut client, mut server) = (sim::config("cubic", 63), sim::config("cubic", most));
        let mut sim = Sim::with(50, &mut client, &mut server);
        sim.strike(&[max_path_id(u32::MAX)]).unwrap();
        let contexts = sim.server.multipath.contexts.len();
        assert_eq!(contexts, MOST_CONTEXTS.min(usize::from(most) + 1));
    }
}

#[test]
fn paths_never_used_have_nothing_to_acknowledge() {
    let mut sim = Sim::new(51);
    let mut ranges = RangeSet::default();
    ranges.insert(0..1);
    let ack = Frame::Ext(ExtFrame::PathAck {
        path: 1,
        delay: 0,
        ranges,
    });
    assert_eq!(sim.strike(&[ack]), Err(Error::InvalidPacket));
}

#[test]
fn retirements_of_our_ids() {
    for path in [0, 1] {
        let mut sim = Sim::new(52);
        let mut retired = 0;
        let result = loop {
            let seq = sim.server.within(path, |server| {
                let next = server.ids.next_scid_seq();
                next - 1
            });
            let result = sim.strike(&[retire(path, seq)]);
            if result.is_err() || retired > 200 {
                break result;
            }
            retired += 1;
            // The application issues another at once, and nothing is sent.
            let cid = [&[path as u8 | 0x40; 8][..], &(retired as u64).to_be_bytes()].concat();
            match path {
                0 => {
                    let cid = crate::ConnectionId::from_ref(&cid);
                    sim.server.new_scid(&cid, retired as u128, false)
                },
                _ => sim.server.new_path_scid(path, &cid, retired as u128),
            }
            .unwrap();
            while sim.server.retired_path_scid_next().is_some() {}
            let multipath = &mut sim.server.multipath;
            assert!(multipath.control.path(path).new_cids.len() <= 3);
            assert!(multipath.cids.len() <= 3 * MOST_CONTEXTS);
        };
        assert_eq!(result, Err(Error::InvalidPacket));
        assert_eq!(retired, 64);
        assert_eq!(sim.server_code(), Some(PROTOCOL_VIOLATION));
    }
}

#[test]
fn retirements_in_good_time() {
    let mut sim = Sim::new(53);
    for turn in 0..200_u64 {
        let seq = sim.server.within(1, |server| server.ids.next_scid_seq() - 1);
        sim.strike(&[retire(1, seq)]).unwrap();
        let cid = [&[0x41; 8][..], &turn.to_be_bytes()].concat();
        sim.server.new_path_scid(1, &cid, turn.into()).unwrap();
        sim.idle(Duration::from_millis(20));
    }
    assert_eq!(sim.server_code(), None);
}

#[test]
fn retirements_that_we_are_asked_for() {
    for path in [0, 1] {
        let mut sim = Sim::new(54);
        let first = sim.server.within(path, |server| {
            server.ids.largest_dcid_seq().unwrap() + 1
        });
        let mut asked = 0;
        let result = loop {
            let seq = first + asked;
            let result = sim.strike(&[new_cid(path, seq, seq)]);
            let waiting = sim.server.multipath.control.path(path).retired.len();
            assert!(waiting <= 64, "{waiting}");
            if result.is_err() || asked > 200 {
                break result;
            }
            asked += 1;
        };
        assert_eq!(result, Err(Error::IdLimit));
        assert!(asked < 64);
    }
}

#[test]
fn ids_that_the_peer_issues() {
    let mut sim = Sim::new(55);
    let first = sim.server.within(1, |server| server.ids.largest_dcid_seq().unwrap() + 1);
    let mut taken = 0;
    while sim.strike(&[new_cid(1, first + taken, 0)]).is_ok() {
        taken += 1;
        assert!(taken < 10);
    }
    assert!(sim.server_code().is_some());
}

#[test]
fn ranges_to_acknowledge() {
    let mut sim = Sim::new(56);
    let path = sim.open(1, Link::default());
    let from = sim::client_addr(1);
    for id in [0, path] {
        let from = if id == 0 { sim.links[0].0 } else { from };
        for _ in 0..200 {
            sim.client.within(id, |client| client.next_pkt_num += 1);
            let padding = Frame::Padding { len: 8 };
            sim.strike_from(from, id, &[padding]).unwrap();
        }
        let ranges = sim.server.within(id, |server| {
            server.pkt_num_spaces[APPLICATION].recv_pkt_need_ack.len()
        });
        assert_eq!(ranges, crate::MAX_ACK_RANGES);
        let ping = Frame::Ping { mtu_probe: None };
        sim.strike_from(from, id, &[ping]).unwrap();
    }
    // Both fit a packet.
    assert!(sim.served().iter().all(|(len, _)| *len <= 1_350));
    sim.pass(100);
    sim.transfer(MIB, 60);
}

#[test]
fn a_path_above_the_limit() {
    for frame in [
        abandon(8),
        new_cid(8, 0, 0),
        Frame::Ext(ExtFrame::PathsBlocked { max: 8 }),
        Frame::Ext(ExtFrame::PathCidsBlocked { path: 8, next_seq: 0 }),
        Frame::Ext(ExtFrame::PathCidsBlocked { path: 1, next_seq: 99 }),
        retire(1, 99),
        Frame::Ext(ExtFrame::PathStatus {
            path: 8,
            seq: 0,
            available: true,
        }),
        retire(8, 0),
    ] {
        let mut sim = Sim::new(57);
        let name = format!("{frame:?}");
        assert_eq!(sim.strike(&[frame]), Err(Error::InvalidPacket), "{name}");
        assert_eq!(sim.server_code(), Some(PROTOCOL_VIOLATION));
    }
}
