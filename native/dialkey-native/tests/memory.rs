//! What a connection at rest keeps in memory.

#[path = "common/chance.rs"]
mod chance;
mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use chance::speak_multipath;
use common::*;

/// Counts what is allocated by Rust code: all but BoringSSL's own.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(ptr, layout) }
    }
}

const CONNECTIONS: usize = 20;
/// Bytes for each connection and end.
const MOST: usize = 30_000;
const MOST_WITH_PATHS: usize = 45_000;

fn bytes_at_rest(multipath: bool) -> usize {
    let (first, second) = (config(1), config(2));
    if multipath {
        speak_multipath(first);
        speak_multipath(second);
    }
    let mut client = Node::with_config(first, loopback(0), 0);
    let mut server = Node::with_config(second, loopback(0), 0);
    let mut before = 0;
    for link in 0..=CONNECTIONS {
        client.dial(&server, public_key(2), ALPN);
        pump(&mut client, &mut server, |c, s| {
            c.established(link) && s.links.len() > link && s.established(link)
        });
        pump_for(
            &mut client,
            &mut server,
            Duration::from_millis(20),
            |_, _| false,
        );
        if link == 0 {
            before = LIVE.load(Relaxed);
        }
    }
    (LIVE.load(Relaxed) - before) / CONNECTIONS / 2
}

#[test]
fn paths_that_are_not_used_take_little() {
    let _alone = alone();
    let (without, with) = (bytes_at_rest(false), bytes_at_rest(true));
    println!("{without} bytes without multipath, {with} with it");
    assert!(
        without < MOST && with < MOST_WITH_PATHS,
        "{without}, {with}"
    );
}
