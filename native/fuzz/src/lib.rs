//! Fuzz targets: functions of bytes that must neither panic nor hang, whatever
//! the bytes are.
//!
//! cargo-fuzz looks for such bytes, guided by what they reach; CONTRIBUTING.md
//! says how. The feature `libfuzzer` is for it alone.
//!
//! `tests/seeded.rs` calls the same functions with bytes from a seed.

#[path = "../../dialkey-native/tests/common/attack.rs"]
mod attack;
#[path = "../../dialkey-native/tests/common/author.rs"]
mod author;
#[path = "../../dialkey-native/tests/common/caller.rs"]
mod caller;
#[path = "../../dialkey-native/tests/common/chance.rs"]
mod chance;
#[path = "../../dialkey-native/tests/common/mod.rs"]
mod common;
#[path = "../../dialkey-native/tests/common/seal.rs"]
mod seal;

use std::cell::LazyCell;

use attack::{Attack, World};
use caller::{Caller, Pool, free};
use chance::Chance;
use common::{Folder, config, first_initial, public_key};

/// Packets that one connection gets, and calls that are made in a row.
const MOST_PACKETS: usize = 200;
const MOST_CALLS: usize = 400;

/// The payload of a packet, whose type is the first byte's business: frames.
pub fn frames(bytes: &[u8]) {
    quiche::multipath::fuzz::frames(bytes);
}

/// Transport parameters, of a server or a client by the first byte.
pub fn parameters(bytes: &[u8]) {
    quiche::multipath::fuzz::parameters(bytes);
}

/// Packets of a peer with the right keys. The first byte decides who is attacked,
/// whether there are several paths, and how wild it is; the others decide what
/// is written.
pub fn packets(bytes: &[u8]) {
    thread_local! {
        static WORLDS: LazyCell<[World; 2]> = LazyCell::new(|| {
            [World::new("fuzz-one", false), World::new("fuzz-many", true)]
        });
    }
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let multipath = first & 3 > 0;
    let wild = 20 << (2 * usize::from(first >> 3 & 7));
    WORLDS.with(|worlds| {
        let mut attack = Attack::new(&worlds[usize::from(multipath)], first & 4 > 0);
        let mut chance = Chance::of_bytes(rest);
        for _ in 0..MOST_PACKETS {
            attack.strike_somehow(&mut chance, wild);
            if chance.one_in(4) {
                attack.use_victim(&mut chance);
            }
            if chance.is_spent() || attack.is_over() {
                break;
            }
        }
        attack.use_victim(&mut chance);
    });
}

/// Every C entry; the bytes decide which, with what.
pub fn entries(bytes: &[u8]) {
    thread_local! {
        static INITIAL: LazyCell<Vec<u8>> = LazyCell::new(|| {
            let config = config(1);
            let initial = first_initial(config, public_key(2));
            free(config);
            initial
        });
        static FOLDER: LazyCell<Folder> = LazyCell::new(|| Folder::new("fuzz-entries"));
    }
    let pool = Pool::new();
    let initial = INITIAL.with(|initial| initial.to_vec());
    let folder = FOLDER.with(|folder| folder.0.clone());
    let mut caller = Caller::new(Chance::of_bytes(bytes), &pool, initial, folder);
    for _ in 0..MOST_CALLS {
        if caller.is_spent() {
            break;
        }
        caller.step();
    }
    caller.made.iter().for_each(|id| free(*id));
}
