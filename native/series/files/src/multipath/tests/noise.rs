//! A peer that writes whatever frames of paths it likes, on all paths it has:
//! nothing panics, and whatever it makes us keep stays below its limit.

use std::collections::BTreeMap;

use super::*;
use crate::frame::ExtFrame;
use crate::frame::Frame;
use crate::rand::rand_u64_uniform as below;
use crate::ranges::RangeSet;
use crate::RecvInfo;

const SEEDS: u64 = 150;
const STEPS: usize = 150;

fn addr() -> SocketAddr {
    SocketAddr::from(([10, 2, 0, below(40) as u8], 1))
}

/// A path id that exists; one in so many is not meant so.
fn path(victim: &Connection, wild: u64) -> u32 {
    let multipath = &victim.multipath;
    match below(wild) {
        0 => below(1 << 32) as u32,
        1 => multipath.local_max.saturating_add(below(3) as u32),
        _ => below(8.min(u64::from(multipath.local_max) + 1)) as u32,
    }
}

fn number(most: u64, wild: u64) -> u64 {
    match below(wild) {
        0 => below(1 << 62),
        1 => (1 << 62) - 1,
        _ => below(most),
    }
}

/// Something that the peer may have been sent, or not.
fn ranges(conn: &mut Connection, path: u32, wild: u64) -> RangeSet {
    let next = conn.within(path, |conn| conn.next_pkt_num).max(1);
    let mut ranges = RangeSet::default();
    for _ in 0..=below(3) {
        let start = number(next, wild);
        ranges.insert(start..(start + 1 + below(4)).min(next.max(start + 1)));
    }
    ranges
}

fn frame(victim: &mut Connection, wild: u64) -> Frame {
    let path = path(victim, wild);
    let local_max = u64::from(victim.multipath.local_max);
    let number = |most| number(most, wild);
    let known = |conn: &mut Connection, of: fn(&Connection) -> u64| {
        conn.within(path, |conn| of(conn))
    };
    let mut ext = match below(20) {
        0 | 1 if below(wild) == 0 || victim.multipath.pid_of(path).is_some() =>
            ExtFrame::PathAck {
                path,
                delay: number(1_000),
                ranges: ranges(victim, path, wild),
            },
        2 if below(4) == 0 => ExtFrame::PathAbandon {
            path,
            code: number(100),
        },
        3 => ExtFrame::PathStatus {
            path,
            seq: number(50),
            available: below(2) == 0,
        },
        4 | 5 => {
            let next = known(victim, |conn| {
                conn.ids.largest_dcid_seq().map_or(0, |seq| seq + 1)
            });
            let seq = if below(wild) == 0 { number(9) } else { next };
            ExtFrame::PathNewConnectionId {
                path,
                seq,
                retire_prior_to: seq - below(2).min(seq),
                cid: (0..16).map(|_| below(256) as u8).collect(),
                token: [below(256) as u8; 16],
            }
        },
        6 | 7 => ExtFrame::PathRetireConnectionId {
            path,
            seq: number(known(victim, |conn| conn.ids.next_scid_seq()).max(1)),
        },
        8 => ExtFrame::MaxPathId {
            max: number(30) as u32,
        },
        9 => ExtFrame::PathsBlocked {
            max: number(local_max + 1) as u32,
        },
        10 => ExtFrame::PathCidsBlocked {
            path,
            next_seq: number(3),
        },
        11 | 12 => ExtFrame::Opaque {
            ty: 0x3d7f90 + number(5),
            body: vec![7, 127, 0, 0, 1, 16, 146],
        },
        13 => return Frame::PathChallenge { data: [below(256) as u8; 8] },
        14 => return Frame::PathResponse { data: [below(256) as u8; 8] },
        _ => return Frame::Ping { mtu_probe: None },
    };
    // The other role's would only end the connection.
    match &mut ext {
        ExtFrame::Opaque { ty, .. } if below(wild) > 0 =>
            *ty = if victim.is_server { 0x3d7f92 } else { 0x3d7f90 },
        _ => (),
    }
    Frame::Ext(ext)
}

/// One packet; false when the attacker has no path to send it on.
fn strike(
    attacker: &mut Connection, victim: &mut Connection, to: SocketAddr, wild: u64,
) -> bool {
    let all = attacker.multipath.contexts.iter().map(|(path, _)| path);
    let all: Vec<u32> = all.collect();
    let id = all[below(all.len() as u64) as usize];
    let mut frames: Vec<Frame> =
        (0..=below(4)).map(|_| frame(victim, wild)).collect();
    frames.push(Frame::Padding { len: 4 });
    let Some(home) = attacker.multipath.pid_of(id) else {
        return false;
    };
    let home = attacker.paths.get(home).unwrap().local_addr();
    let mut out = [0; 1_500];
    let sealed = attacker.within(id, |attacker| {
        if below(30) == 0 {
            attacker.next_pkt_num += below(3);
        }
        attacker.seal_probe(id, &frames, below(8) == 0, &mut out)
    });
    let Ok(len) = sealed else {
        return false;
    };
    let from = if below(10) == 0 { addr() } else { home };
    let _ = victim.recv(&mut out[..len], RecvInfo { from, to });
    true
}

/// What the victim sends reaches the attacker, who may find it odd.
fn drain(victim: &mut Connection, attacker: &mut Connection) {
    let mut out = [0; 1_500];
    for round in 0.. {
        assert!(round < 2_000, "it never ends");
        let Ok((len, info)) = victim.send(&mut out) else {
            return;
        };
        let info = RecvInfo {
            from: info.from,
            to: info.to,
        };
        let _ = attacker.recv(&mut out[..len], info);
    }
}

/// What an application does with several paths.
fn use_paths(conn: &mut Connection, peer: SocketAddr) {
    let path = below(10) as u32;
    match below(10) {
        0 => drop(conn.open_path(addr(), peer, below(2) == 0)),
        1 => drop(conn.set_active_multipath(path)),
        2 => drop(conn.abandon_path(path, 0)),
        3 => drop(conn.set_path_status(path, below(2) == 0)),
        4 => drop(conn.ping_path(path)),
        5 => drop(conn.rebind_path(path, addr())),
        6 => drop(conn.probe(peer, addr())),
        7 => {
            while conn.multipath_event_next().is_some() {}
            while conn.frame_event_next().is_some() {}
        },
        8 => {
            let ty = if conn.is_server { 0x3d7f90 } else { 0x3d7f92 };
            let body = [7, 127, 0, 0, 1, 16, 146];
            let _ = conn.send_frame(ty, &body, Delivery::Reliable, 1);
        },
        _ => (),
    }
    while conn.retired_path_scid_next().is_some() {}
    while conn.retired_scid_next().is_some() {}
    while let Some(path) = conn.first_path_without_scids() {
        let cid: Vec<u8> = (0..16).map(|_| below(256) as u8).collect();
        conn.new_path_scid(path, &cid, 7).unwrap();
    }
}

fn check_bounds(conn: &Connection) {
    let multipath = &conn.multipath;
    assert_eq!(multipath.entered, 0);
    assert!(!multipath.in_call);
    assert!(multipath.contexts.len() <= MOST_CONTEXTS);
    assert!(conn.paths.len() <= MOST_CONTEXTS);
    assert!(multipath.gone.len() <= MOST_CONTEXTS + 1);
    assert!(multipath.own_ids.len() <= 3 * MOST_CONTEXTS);
    assert!(multipath.events.len() <= MOST_EVENTS + 64);
    assert!(multipath.frames.unread() <= 256 + 64);
    let [challenges, answers, awaited] = multipath.probes.sizes();
    assert!(challenges <= 64 && answers <= 32 && awaited <= 256);
    assert!(multipath.control.abandons.len() <= 64);
    assert!(multipath.control.paths.len() <= 2 * MOST_CONTEXTS);
    for control in multipath.control.paths.values() {
        assert!(control.new_cids.len() <= 4 && control.retired.len() <= 64);
    }
    for (path, _) in multipath.contexts.iter() {
        let space = conn.space_of(path);
        assert!(space.recv_pkt_need_ack.len() <= crate::MAX_ACK_RANGES);
    }
}

#[test]
fn noise_of_a_peer_is_borne() {
    let mut ends = BTreeMap::new();
    for seed in 0..SEEDS {
        let mut sim = Sim::new(seed);
        let server = sim.server_addr();
        if seed % 3 > 0 {
            sim.open(1, Link::default());
        }
        let client = sim.links[0].0;
        let mut steps = 0;
        while steps < STEPS && !sim.client.is_closed() && !sim.server.is_closed() {
            steps += 1;
            let (attacker, victim, to) = match seed % 2 {
                0 => (&mut sim.client, &mut sim.server, server),
                _ => (&mut sim.server, &mut sim.client, client),
            };
            strike(attacker, victim, to, 30 << (2 * (seed % 5)));
            check_bounds(victim);
            if below(2) == 0 {
                use_paths(victim, if seed % 2 == 0 { client } else { server });
                drain(victim, attacker);
                // Whom else the attacker's engine may please.
                drain(attacker, victim);
            }
            if below(4) == 0 {
                sim.idle(Duration::from_millis(below(200)));
                for conn in [&mut sim.client, &mut sim.server] {
                    if conn.timeout_instant().is_some_and(|at| at <= sim.now) {
                        conn.on_timeout();
                    }
                }
            }
            check_bounds(&sim.client);
            check_bounds(&sim.server);
            let victim = if seed % 2 == 0 { &sim.server } else { &sim.client };
            if victim.local_error().is_some() || victim.is_draining() {
                break;
            }
        }
        let victim = if seed % 2 == 0 { &sim.server } else { &sim.client };
        let code = victim.local_error().map(|error| error.error_code);
        *ends.entry((code, steps == STEPS)).or_insert(0) += 1;
    }
    println!("{ends:?}");
    // Some live through all of it, some are ended, and never by a defect.
    assert!(ends.contains_key(&(None, true)) && ends.len() > 1, "{ends:?}");
}
