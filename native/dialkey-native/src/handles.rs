//! Ids instead of pointers: an append-only table with generations.
//!
//! An id is `generation << 32 | slot index + 1`. The state of a slot is one
//! atomic word, so a stale id, a second free or a call in parallel is found by
//! a single compare-and-swap and never reaches freed memory. Slots are never
//! unmapped; a freed slot is used again under the next generation.

use std::cell::UnsafeCell;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::abi::dk_status;
use crate::fault::{Fault, Outcome};

/// Slots of the first chunk; each further chunk has twice as many.
const FIRST_CHUNK: usize = 64;
const CHUNKS: usize = 16;
const MAX_SLOTS: usize = FIRST_CHUNK * ((1 << CHUNKS) - 1);

// Layout of a slot's word: generation in the upper half, then these.
const LIVE: u64 = 1;
const POISONED: u64 = 2;
const USER: u64 = 4;
const USERS: u64 = 0xffff_fffc;
const GENERATION: u64 = 0xffff_ffff_0000_0000;

struct Slot<T> {
    word: AtomicU64,
    value: UnsafeCell<Option<T>>,
}

struct Table<T> {
    chunks: [OnceLock<Box<[Slot<T>]>>; CHUNKS],
    vacant: Mutex<Vacant>,
    live: AtomicU64,
}

struct Vacant {
    /// Freed slots, ready for the next generation.
    indices: Vec<u32>,
    /// Slots below were handed out at least once.
    used: usize,
}

// The word admits either one exclusive user or several shared ones, never
// both kinds for one table: see the two wrappers below.
unsafe impl<T: Send> Sync for Table<T> {}
unsafe impl<T: Send> Send for Table<T> {}

fn stale() -> Fault {
    Fault::state("stale or unknown id, or in use by another thread")
}

fn panicked() -> Fault {
    Fault::new(dk_status::DK_ERR_PANIC, "poisoned by an earlier panic")
}

impl<T> Table<T> {
    const fn new() -> Table<T> {
        Table {
            chunks: [const { OnceLock::new() }; CHUNKS],
            vacant: Mutex::new(Vacant {
                indices: Vec::new(),
                used: 0,
            }),
            live: AtomicU64::new(0),
        }
    }

    fn slot(&self, index: usize) -> Option<&Slot<T>> {
        if index >= MAX_SLOTS {
            return None;
        }
        // Chunk k starts at FIRST_CHUNK * (2^k - 1).
        let chunk = (index / FIRST_CHUNK + 1).ilog2() as usize;
        let start = FIRST_CHUNK * ((1 << chunk) - 1);
        self.chunks.get(chunk)?.get()?.get(index - start)
    }

    /// Takes an id apart: the slot, its index, and the generation in place.
    fn find(&self, id: u64) -> Outcome<(&Slot<T>, u32, u64)> {
        let index = (id as u32).checked_sub(1).ok_or_else(stale)?;
        let slot = self.slot(index as usize).ok_or_else(stale)?;
        Ok((slot, index, id & GENERATION))
    }

    fn insert(&self, value: T) -> Outcome<u64> {
        let index = self.claim_index()?;
        let slot = self.slot(index as usize).ok_or_else(stale)?;
        // The slot is not live and its index is ours alone: nobody else
        // touches the value until the word says so.
        unsafe { *slot.value.get() = Some(value) };
        let generation = slot.word.load(Ordering::Relaxed) & GENERATION;
        self.live.fetch_add(1, Ordering::Relaxed);
        slot.word.store(generation | LIVE, Ordering::Release);
        Ok(generation | (u64::from(index) + 1))
    }

    fn claim_index(&self) -> Outcome<u32> {
        let mut vacant = self.vacant.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = vacant.indices.pop() {
            return Ok(index);
        }
        let index = vacant.used;
        let full = Fault::new(dk_status::DK_ERR_LIMIT, "too many objects");
        if index >= MAX_SLOTS {
            return Err(full);
        }
        let chunk = (index / FIRST_CHUNK + 1).ilog2() as usize;
        let cell = self.chunks.get(chunk).ok_or(full)?;
        cell.get_or_init(|| empty_chunk(FIRST_CHUNK << chunk));
        vacant.used += 1;
        u32::try_from(index).map_err(|_| full)
    }

    fn leave(&self, slot: &Slot<T>, index: u32) {
        let before = slot.word.fetch_sub(USER, Ordering::AcqRel);
        if before & LIVE == 0 && before & USERS == USER {
            self.reap(slot, index);
        }
    }

    /// Drops the value of a slot that is neither live nor used.
    fn reap(&self, slot: &Slot<T>, index: u32) {
        let value = unsafe { (*slot.value.get()).take() };
        // A destructor that panics must not unwind into C; what it leaked is
        // lost, the slot is not.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(value)));
        self.live.fetch_sub(1, Ordering::Relaxed);
        let word = slot.word.load(Ordering::Relaxed) & GENERATION;
        if let Some(next) = word.checked_add(1 << 32) {
            slot.word.store(next, Ordering::Release);
            let mut vacant = self.vacant.lock().unwrap_or_else(PoisonError::into_inner);
            vacant.indices.push(index);
        }
        // A slot that ran out of generations is never used again: its word
        // keeps the last one, not live.
    }

    fn live(&self) -> u64 {
        self.live.load(Ordering::Relaxed)
    }
}

fn empty_chunk<T>(slots: usize) -> Box<[Slot<T>]> {
    (0..slots)
        .map(|_| Slot {
            // Generation 1, so that small numbers are never valid ids.
            word: AtomicU64::new(1 << 32),
            value: UnsafeCell::new(None),
        })
        .collect()
}

/// One use of an object. Dropping it gives the object back.
struct Visit<'a, T> {
    table: &'a Table<T>,
    slot: &'a Slot<T>,
    index: u32,
}

impl<T> Visit<'_, T> {
    fn poison(&self) {
        self.slot.word.fetch_or(POISONED, Ordering::AcqRel);
    }
}

impl<T> Drop for Visit<'_, T> {
    fn drop(&mut self) {
        self.table.leave(self.slot, self.index);
    }
}

/// Objects with one user at a time: a second one is told so, not queued.
pub(crate) struct Exclusive<T>(Table<T>);

impl<T: Send> Exclusive<T> {
    pub(crate) const fn new() -> Exclusive<T> {
        Exclusive(Table::new())
    }

    pub(crate) fn insert(&self, value: T) -> Outcome<u64> {
        self.0.insert(value)
    }

    pub(crate) fn live(&self) -> u64 {
        self.0.live()
    }

    pub(crate) fn enter(&self, id: u64) -> Outcome<ExclusiveVisit<'_, T>> {
        let (slot, index, generation) = self.0.find(id)?;
        let idle = generation | LIVE;
        slot.word
            .compare_exchange(idle, idle + USER, Ordering::Acquire, Ordering::Relaxed)
            .map_err(|found| {
                if found == idle | POISONED {
                    panicked()
                } else {
                    stale()
                }
            })?;
        Ok(ExclusiveVisit(Visit {
            table: &self.0,
            slot,
            index,
        }))
    }

    /// Frees an object that nobody uses, poisoned or not.
    pub(crate) fn free(&self, id: u64) -> Outcome<()> {
        let (slot, index, generation) = self.0.find(id)?;
        let idle = generation | LIVE;
        [idle, idle | POISONED]
            .into_iter()
            .find(|word| {
                slot.word
                    .compare_exchange(*word, generation, Ordering::Acquire, Ordering::Relaxed)
                    .is_ok()
            })
            .ok_or_else(stale)?;
        self.0.reap(slot, index);
        Ok(())
    }
}

pub(crate) struct ExclusiveVisit<'a, T>(Visit<'a, T>);

impl<T> ExclusiveVisit<'_, T> {
    pub(crate) fn value(&mut self) -> Outcome<&mut T> {
        // The word admitted exactly this user, and `&mut self` keeps the
        // reference unique within it.
        unsafe { (*self.0.slot.value.get()).as_mut() }.ok_or_else(stale)
    }

    pub(crate) fn poison(&self) {
        self.0.poison();
    }
}

/// Objects used by several threads at once. A free takes effect when the last
/// user has left; from then on, and for new users at once, the id is stale.
pub(crate) struct Shared<T>(Table<T>);

impl<T: Send + Sync> Shared<T> {
    pub(crate) const fn new() -> Shared<T> {
        Shared(Table::new())
    }

    pub(crate) fn insert(&self, value: T) -> Outcome<u64> {
        self.0.insert(value)
    }

    pub(crate) fn live(&self) -> u64 {
        self.0.live()
    }

    pub(crate) fn enter(&self, id: u64) -> Outcome<SharedVisit<'_, T>> {
        self.admit(id, |word| {
            if word & POISONED == 0 {
                Ok(word + USER)
            } else {
                Err(panicked())
            }
        })
    }

    /// Marks the object as gone and returns its last visit, so that the caller
    /// can tell other users. Works on a poisoned object too.
    pub(crate) fn free(&self, id: u64) -> Outcome<SharedVisit<'_, T>> {
        self.admit(id, |word| Ok((word & !LIVE) + USER))
    }

    fn admit(&self, id: u64, next: impl Fn(u64) -> Outcome<u64>) -> Outcome<SharedVisit<'_, T>> {
        let (slot, index, generation) = self.0.find(id)?;
        let mut word = slot.word.load(Ordering::Relaxed);
        loop {
            let crowded = word & USERS == USERS;
            if word & GENERATION != generation || word & LIVE == 0 || crowded {
                return Err(stale());
            }
            let wanted = next(word)?;
            match slot.word.compare_exchange_weak(
                word,
                wanted,
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => {
                    return Ok(SharedVisit(Visit {
                        table: &self.0,
                        slot,
                        index,
                    }));
                }
                Err(found) => word = found,
            }
        }
    }
}

pub(crate) struct SharedVisit<'a, T>(Visit<'a, T>);

impl<T> SharedVisit<'_, T> {
    pub(crate) fn poison(&self) {
        self.0.poison();
    }
}

impl<T> Deref for SharedVisit<'_, T> {
    type Target = Option<T>;

    fn deref(&self) -> &Option<T> {
        // While a user is counted the value is neither moved nor dropped, and
        // nobody holds it mutably.
        unsafe { &*self.0.slot.value.get() }
    }
}
