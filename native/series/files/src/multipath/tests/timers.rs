//! Timers of paths that do not work, in whole or in part.

use super::sim::Link;
use super::*;

/// What was sent lately is not answered, and an address is not proven: nothing
/// can be sent there, and no timer may ask for it again and again.
#[test]
fn a_server_without_credit_waits_for_it() {
    for seed in 40..60 {
        let mut sim = Sim::new(seed);
        sim.begin(MIB);
        sim.pass(100 + seed);
        let first = sim.links[0].0;
        let moved = sim.server_events.len();
        sim.at(first).outside = Some(SocketAddr::from(([10, 9, 9, 9], 777)));
        sim.run("the move", 5, |sim| sim.server_events.len() > moved);
        sim.at(first).to_server = false;
        sim.pass(8_000);
        sim.at(first).to_server = true;
        sim.finish(30);
    }
}

#[test]
fn a_path_that_nobody_answers_on_fails_and_is_quiet() {
    let mut sim = Sim::new(61);
    let link = Link {
        to_server: false,
        ..Link::default()
    };
    let addr = sim.link(1, link);
    let server = sim.server_addr();
    let path = sim.client.open_path(addr, server, false).unwrap();
    sim.run("the failure", 10, |sim| {
        sim.told(&MultipathEvent::Failed { path })
    });
    sim.transfer(MIB, 60);
    sim.pass(10_000);
}

/// Acknowledgements of what is sent after a lost challenge keep all other
/// timers from being due.
#[test]
fn a_lost_challenge_is_repeated_in_time() {
    let mut sim = Sim::new(63);
    move_and_lose_a_challenge(&mut sim);
    let path = sim.server.path_infos().next().unwrap();
    assert_eq!(path.state, PathState::Validated);
}

fn move_and_lose_a_challenge(sim: &mut Sim) {
    let first = sim.links[0].0;
    sim.at(first).outside = Some(SocketAddr::from(([10, 9, 9, 9], 777)));
    sim.at(first).to_client = false;
    sim.client.ping_path(0).unwrap();
    sim.pass(15);
    sim.at(first).to_client = true;
    for _ in 0..40 {
        sim.client.ping_path(0).unwrap();
        sim.server.ping_path(0).unwrap();
        sim.pass(10);
    }
}

#[test]
fn a_challenge_lost_before_another_was_answered_is_no_failure() {
    let mut sim = Sim::new(64);
    move_and_lose_a_challenge(&mut sim);
    let first = sim.links[0].0;
    sim.at(first).to_client = false;
    sim.server.ping_path(0).unwrap();
    sim.pass(12_000);
    sim.at(first).to_client = true;
    sim.transfer(MIB, 60);
}

/// Datagrams of the peer say nothing about the way there.
#[test]
fn a_path_that_is_only_heard_of_takes_over_from_none() {
    let mut sim = Sim::new(62);
    let slow = Link {
        delay: Duration::from_millis(150),
        ..Link::default()
    };
    let path = sim.open(1, slow);
    sim.settle();
    let (first, second) = (sim.links[0].0, sim.links[1].0);
    sim.at(second).to_server = false;
    sim.pass(1_000);
    sim.begin(5 * MIB);
    sim.pass(200);
    sim.at(first).to_server = false;
    sim.at(first).to_client = false;
    for _ in 0..6 {
        sim.server.ping_path(path).unwrap();
        sim.pass(100);
    }
    sim.at(first).to_server = true;
    sim.at(first).to_client = true;
    sim.finish(60);
    assert!(sim.told(&MultipathEvent::Suspected { path: 0 }));
    assert!(!sim.told(&MultipathEvent::Dead { path: 0 }));
}

/// What comes after it says that it was held back, or lost before.
#[test]
fn an_interruption_is_no_round_trip() {
    for seed in 80..100 {
        let mut sim = Sim::new(seed);
        sim.begin(3 * MIB);
        sim.pass(300);
        let first = sim.links[0].0;
        sim.at(first).to_server = false;
        sim.pass(5_000 + 100 * seed);
        sim.at(first).to_server = true;
        sim.finish(5);
        for conn in [&sim.client, &sim.server] {
            let longest = conn.path_infos().next().unwrap().stats.max_rtt;
            assert!(longest.unwrap() < Duration::from_millis(300), "{longest:?}");
        }
    }
}
