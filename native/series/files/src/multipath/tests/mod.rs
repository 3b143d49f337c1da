#![allow(clippy::all, clippy::restriction)]

mod limits;
mod noise;
mod sim;
mod timers;

use super::*;
use sim::Link;
use sim::Sim;

const MIB: u64 = 1 << 20;

fn lossy() -> Link {
    Link {
        loss: 50,
        jitter: Duration::from_millis(3),
        ..Link::default()
    }
}

#[test]
fn both_sides_have_to_speak_it() {
    let mut none = sim::config("cubic", 7);
    none.local_transport_params.unknown_params = None;
    let mut sim = Sim::with(1, &mut sim::config("cubic", 7), &mut none);
    sim.transfer(MIB, 60);
    assert!(!sim.client.is_multipath() && !sim.server.is_multipath());
    assert!(sim.client_events.is_empty() && sim.server_events.is_empty());
}

#[test]
fn one_path_carries_data_as_before() {
    let mut sim = Sim::new(1);
    assert!(sim.client.is_multipath() && sim.server.is_multipath());
    sim.transfer(5 * MIB, 120);
}

#[test]
fn data_moves_to_another_path_and_back() {
    let mut sim = Sim::new(2);
    let path = sim.open(1, Link::default());
    assert_eq!(path, 1);
    sim.begin(5 * MIB);
    sim.pass(500);
    sim.client.set_active_multipath(1).unwrap();
    let before = sim.arrived.clone();
    sim.pass(500);
    let addr = sim::client_addr(1);
    let grown = sim.arrived[&addr] - before.get(&addr).copied().unwrap_or(0);
    assert!(grown > 100_000, "{grown}");
    sim.client.set_active_multipath(0).unwrap();
    sim.finish(120);
}

#[test]
fn loss_and_reordering_on_two_paths() {
    for seed in 0..20 {
        let mut sim = Sim::new(seed);
        let first = sim.links[0].0;
        *sim.at(first) = lossy();
        let path = sim.open(1, lossy());
        sim.begin(MIB);
        for turn in 0..8 {
            sim.pass(200);
            let to = if turn % 2 == 0 { path } else { 0 };
            sim.client.set_active_multipath(to).unwrap();
        }
        sim.finish(600);
    }
}

#[test]
fn a_hundred_paths_one_after_the_other() {
    let mut sim = Sim::new(3);
    let mut before = 0;
    for turn in 0..100_u32 {
        let which = 1 + turn as u8;
        let path = sim.open(which, Link::default());
        assert_eq!(path, turn + 1);
        sim.client.set_active_multipath(path).unwrap();
        sim.client.abandon_path(before, 0x3e).unwrap();
        sim.settle();
        before = path;
        sim.transfer(10_000, 10);
    }
    for conn in [&sim.client, &sim.server] {
        let multipath = &conn.multipath;
        assert!(multipath.contexts.len() <= MOST_CONTEXTS, "{}", multipath.contexts.len());
        assert_eq!(conn.paths.len(), 1);
        // Path 0 stays as a context.
        assert!(multipath.gone.len() <= 2);
        assert!(multipath.own_ids.len() <= MOST_CONTEXTS * 3);
        assert!(multipath.control.abandons.is_empty());
    }
}

#[test]
fn the_active_path_dies_and_nothing_is_lost() {
    for (seed, cc) in [(4, "cubic"), (5, "bbr2_gcongestion"), (6, "reno")] {
        let (mut a, mut b) = (sim::config(cc, 7), sim::config(cc, 7));
        let mut sim = Sim::with(seed, &mut a, &mut b);
        let path = sim.open(1, Link::default());
        sim.begin(5 * MIB);
        sim.pass(1_000);
        let first = sim.links[0].0;
        sim.at(first).to_server = false;
        sim.at(first).to_client = false;
        let dead = sim.now;
        sim.run("suspicion", 1, |sim| {
            sim.told(&MultipathEvent::Suspected { path: 0 })
        });
        assert!(sim.now - dead < Duration::from_millis(700), "{:?}", sim.now - dead);
        let read = sim.progress().unwrap().1;
        sim.client.set_active_multipath(path).unwrap();
        sim.client.abandon_path(0, 0x3e76).unwrap();
        sim.run("data goes on", 1, |sim| sim.progress().unwrap().1 > read);
        sim.finish(120);
        sim.pass(5_000);
        assert!(sim.told(&MultipathEvent::Gone { path: 0 }));
    }
}

#[test]
fn the_last_path_is_abandoned_by_the_peer() {
    let mut sim = Sim::new(7);
    assert_eq!(sim.client.abandon_path(0, 0), Err(Error::InvalidState));
    sim.client.tell_abandoned(0);
    let start = sim.now;
    sim.run("the end", 5, |sim| sim.server.is_closed());
    let took = sim.now - start;
    assert!((3_000..3_400).contains(&took.as_millis()), "{took:?}");
    assert_eq!(sim.server.local_error().unwrap().error_code, 0x10);
}

#[test]
fn a_new_path_in_time_saves_the_connection() {
    let mut sim = Sim::new(8);
    sim.client.tell_abandoned(0);
    sim.pass(1_000);
    let path = sim.open(1, Link::default());
    assert_eq!(path, 1);
    sim.transfer(MIB, 60);
}

#[test]
fn keys_change_while_two_paths_carry_packets() {
    for seed in 20..30 {
        let mut sim = Sim::new(seed);
        let first = sim.links[0].0;
        *sim.at(first) = lossy();
        let path = sim.open(1, lossy());
        sim.update_every = Some(50);
        sim.begin(MIB);
        for turn in 0..10 {
            sim.pass(150);
            sim.client.ping_path(path).unwrap();
            sim.client.ping_path(0).unwrap();
            let to = if turn % 2 == 0 { path } else { 0 };
            sim.client.set_active_multipath(to).unwrap();
        }
        sim.finish(600);
        let events = sim.server_events.iter();
        let updates = events.filter(|event| **event == MultipathEvent::KeyUpdated);
        assert!(updates.count() > 3);
    }
}

#[test]
fn a_client_that_moves_keeps_its_path() {
    for same_ip in [true, false] {
        let mut sim = Sim::new(9);
        sim.begin(5 * MIB);
        sim.pass(500);
        let first = sim.links[0].0;
        let ip = if same_ip { first.ip() } else { [10, 9, 9, 9].into() };
        let outside = SocketAddr::new(ip, 777);
        sim.at(first).outside = Some(outside);
        sim.finish(60);
        let rebound = |event: &MultipathEvent| {
            matches!(event, MultipathEvent::Rebound { path: 0, peer, .. } if *peer == outside)
        };
        assert!(sim.server_events.iter().any(rebound));
    }
}

/// A translation gives it one address after the other; its ids stay the same.
#[test]
fn a_client_without_multipath_moves_again_and_again() {
    let mut none = sim::config("cubic", 7);
    none.local_transport_params.unknown_params = None;
    let mut sim = Sim::with(11, &mut sim::config("cubic", 7), &mut none);
    sim.begin(10 * MIB);
    let first = sim.links[0].0;
    for port in 700..710 {
        sim.pass(500);
        sim.at(first).outside = Some(SocketAddr::new(first.ip(), port));
    }
    sim.finish(60);
    assert!(!sim.server.is_multipath());
}

#[test]
fn probes_are_answered_and_move_nothing() {
    let mut sim = Sim::new(10);
    let addr = sim.link(5, Link::default());
    let server = sim.server_addr();
    let value = sim.client.probe(addr, server).unwrap();
    sim.run("the answer", 1, |sim| {
        sim.client_events.iter().any(|event| {
            matches!(event, MultipathEvent::ProbeReply { value: got, .. } if *got == value)
        })
    });
    let probed = |event: &MultipathEvent| {
        matches!(event, MultipathEvent::Probed { peer, .. } if *peer == addr)
    };
    assert!(sim.server_events.iter().any(probed));
    assert_eq!(sim.server.paths.len(), 1);
    assert_eq!(sim.client.paths.len(), 1);
    // A server may probe, too; a client that hears it looks back.
    let first = sim.links[0].0;
    let here = sim.server_addr();
    sim.at(addr).outside = None;
    sim.server.probe(here, addr).unwrap();
    sim.run("the other answer", 1, |sim| {
        sim.server_events.iter().any(|event| {
            matches!(event, MultipathEvent::ProbeReply { peer, .. } if *peer == addr)
        }) && sim.client_events.iter().any(|event| {
            matches!(event, MultipathEvent::Probed { local, .. } if *local == addr)
        })
    });
    assert_ne!(first, addr);
    sim.transfer(MIB, 60);
}

#[test]
fn status_is_told_and_only_the_newest_counts() {
    let mut sim = Sim::new(11);
    let path = sim.open(1, Link::default());
    sim.client.set_path_status(path, false).unwrap();
    sim.settle();
    sim.client.set_path_status(path, true).unwrap();
    sim.settle();
    let told: Vec<_> = sim
        .server_events
        .iter()
        .filter(|event| matches!(event, MultipathEvent::Status { .. }))
        .collect();
    assert_eq!(
        told,
        [
            &MultipathEvent::Status {
                path,
                available: false
            },
            &MultipathEvent::Status {
                path,
                available: true
            }
        ]
    );
}

#[test]
fn frames_arrive_whatever_is_lost() {
    let mut sim = Sim::new(12);
    let first = sim.links[0].0;
    sim.at(first).loss = 300;
    let body = [7, 127, 0, 0, 1, 16, 146];
    let wrong = sim.client.send_frame(0x3d7f90, &body, Delivery::Reliable, 1);
    assert_eq!(wrong, Err(Error::InvalidState));
    sim.server
        .send_frame(0x3d7f90, &body, Delivery::Reliable, 1)
        .unwrap();
    sim.client
        .send_frame(0x3d7f92, &body, Delivery::Reliable, 2)
        .unwrap();
    sim.pass(5_000);
    let expected = FrameEvent::Received {
        ty: 0x3d7f90,
        body: body.to_vec(),
        path: 0,
    };
    assert_eq!(sim.client.frame_event_next(), Some(expected));
    assert_eq!(
        sim.client.frame_event_next(),
        Some(FrameEvent::Acked { token: 2 })
    );
}

#[test]
fn a_silent_path_is_given_up_and_one_that_is_pinged_is_not() {
    let mut sim = Sim::new(13);
    let path = sim.open(1, Link::default());
    let every = Some(Duration::from_secs(5));
    sim.client.set_path_keep_alive(every);
    sim.pass(60_000);
    assert_eq!(sim.client.path_infos().count(), 2);
    let addr = sim::client_addr(1);
    sim.at(addr).to_server = false;
    sim.at(addr).to_client = false;
    sim.pass(20_000);
    let given_up = |event: &MultipathEvent| {
        let code = 0x3e76;
        matches!(event, MultipathEvent::Abandoned { path: 1, code: told, .. } if *told == code)
    };
    assert_eq!(path, 1);
    assert!(sim.client_events.iter().any(given_up));
    sim.transfer(MIB, 60);
}
