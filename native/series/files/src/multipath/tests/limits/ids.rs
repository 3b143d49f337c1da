//! Path ids and connection ids.

use super::*;
use crate::ranges::RangeSet;

const PROTOCOL_VIOLATION: u64 = 0xa;

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
            assert!(multipath.own_ids.len() <= 3 * MOST_CONTEXTS);
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
        assert!(asked <= 64);
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

#[test]
fn the_last_number_of_an_id() {
    let mut sim = Sim::new(58);
    let last = (1 << 62) - 1;
    sim.strike(&[new_cid(1, last, last)]).unwrap();
    sim.server.multipath.control.path(1).cids_blocked = true;
    assert!(!sim.served().is_empty());
    assert_eq!(sim.server_code(), None);
}

#[test]
fn codes_that_cannot_be_written() {
    let mut sim = Sim::new(59);
    let path = sim.open(1, Link::default());
    for code in [1 << 62, u64::MAX] {
        let given_up = sim.client.abandon_path(path, code);
        assert_eq!(given_up, Err(Error::InvalidState));
    }
    sim.client.abandon_path(path, (1 << 62) - 1).unwrap();
    sim.settle();
    assert!(sim.server_events.contains(&MultipathEvent::Abandoned {
        path,
        code: (1 << 62) - 1,
        by_peer: true
    }));
}
