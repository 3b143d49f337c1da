//! Packets of a peer that holds the right keys and writes what it likes: an
//! authenticated peer can end its connection, and nothing else.
//!
//! A failing seed is printed; set DIALKEY_FUZZ_SEED to repeat it, and
//! DIALKEY_FUZZ_SECONDS to look for longer.

#[path = "common/attack.rs"]
mod attack;
#[path = "common/author.rs"]
mod author;
#[path = "common/chance.rs"]
mod chance;
mod common;
#[path = "common/seal.rs"]
mod seal;

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use attack::{Attack, World};
use chance::{Chance, seed};
use common::*;
use dialkey::abi::*;

/// Packets that one connection gets, if it lives that long.
const PACKETS: u64 = 200;
/// Far above what a connection may hold, and far below what a leak would need.
const MOST_GROWTH: u64 = 64 << 20;

fn seconds() -> u64 {
    let given = std::env::var("DIALKEY_FUZZ_SECONDS").ok();
    given.and_then(|given| given.parse().ok()).unwrap_or(2)
}

fn resident() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

fn attack(name: &str, victim_is_server: bool, multipath: bool) {
    let _alone = alone();
    let mut chance = Chance::new(seed());
    let world = World::new(name, multipath);
    let start = Instant::now();
    let time = Duration::from_secs(seconds());
    let (mut settled, mut packets, mut survivors, mut most_paths) = (None, 0, 0, 0);
    let mut codes = BTreeMap::new();
    while start.elapsed() < time {
        let mut attack = Attack::new(&world, victim_is_server);
        let before = attack.received();
        attack.strike(&[1]);
        assert_eq!(attack.received(), before + 1, "the keys are not right");
        assert_eq!(attack.others() > 0, multipath);
        let wild = 20 << (2 * chance.below(5));
        for _ in 0..PACKETS {
            attack.strike_somehow(&mut chance, wild);
            packets += 1;
            if chance.one_in(4) {
                attack.use_victim(&mut chance);
                most_paths = most_paths.max(attack.path_count());
            }
            if attack.is_over() {
                break;
            }
        }
        attack.use_victim(&mut chance);
        let [_, origin, code, ..] = attack.state();
        if attack.is_over() {
            assert_ne!(
                origin,
                dk_origin::DK_ORIGIN_NONE as u64,
                "no reason is known"
            );
            *codes.entry((origin, code)).or_insert(0) += 1;
        } else {
            survivors += 1;
        }
        if settled.is_none() && start.elapsed() > time / 3 {
            settled = Some(resident());
        }
    }
    println!(
        "{packets} packets, {survivors} survivors, {most_paths} paths, \
         ends (origin, code): {codes:?}"
    );
    let grown = resident().saturating_sub(settled.unwrap_or(0));
    assert!(grown < MOST_GROWTH, "grew by {grown} bytes");
    // Both happen, else the packets are too wild or too tame.
    let local = dk_origin::DK_ORIGIN_LOCAL_TRANSPORT as u64;
    assert!(
        codes
            .keys()
            .any(|(origin, code)| *origin == local && *code != 0)
    );
    assert!(survivors > 0);
    // The fault is the peer's, and its end says which.
    let all: u32 = codes.values().sum();
    let unexplained = codes.get(&(local, 1)).copied().unwrap_or(0);
    assert!(unexplained <= all / 100, "{unexplained} of {all}");
    assert_eq!(most_paths > 2, multipath);
}

#[test]
fn a_client_with_the_right_keys_can_only_end_its_connection() {
    attack("plaintext-server", true, false);
}

#[test]
fn a_server_with_the_right_keys_can_only_end_its_connection() {
    attack("plaintext-client", false, false);
}

#[test]
fn a_client_with_several_paths_can_only_end_its_connection() {
    attack("plaintext-paths-server", true, true);
}

#[test]
fn a_server_with_several_paths_can_only_end_its_connection() {
    attack("plaintext-paths-client", false, true);
}
