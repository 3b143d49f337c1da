//! What every entry runs in: a panic becomes a status, a fault becomes a text.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::abi::{dk_kind, dk_status};
use crate::config::Config;
use crate::connection::Conn;
use crate::fault::{self, Fault, Outcome};
use crate::handles::{Exclusive, Shared};
use crate::udp::Socket;

pub(crate) static CONFIGS: Shared<Config> = Shared::new();
pub(crate) static SOCKETS: Shared<Socket> = Shared::new();
/// Boxed, because a table slot stays allocated for good.
pub(crate) static CONNS: Exclusive<Box<Conn>> = Exclusive::new();

/// An integer that a C entry returns.
pub(crate) trait Reply {
    fn status(status: dk_status) -> Self;
}

impl Reply for i32 {
    fn status(status: dk_status) -> i32 {
        status as i32
    }
}

impl Reply for i64 {
    fn status(status: dk_status) -> i64 {
        i64::from(status as i32)
    }
}

/// Runs an entry that uses no object, or several.
pub(crate) fn run<R: Reply>(body: impl FnOnce() -> Outcome<R>) -> R {
    settle(catch_unwind(AssertUnwindSafe(body)))
}

/// Runs an entry on a connection.
pub(crate) fn with_conn<R: Reply>(id: u64, body: impl FnOnce(&mut Conn) -> Outcome<R>) -> R {
    run(|| {
        let mut visit = CONNS.enter(id)?;
        let conn = visit.value()?;
        let result = catch_unwind(AssertUnwindSafe(|| body(conn)));
        if result.is_err() {
            visit.poison();
        }
        unpack(result)
    })
}

/// Runs an entry on a configuration.
pub(crate) fn with_config<R: Reply>(id: u64, body: impl FnOnce(&Config) -> Outcome<R>) -> R {
    run(|| shared(&CONFIGS, id, body))
}

/// Runs an entry on a socket.
pub(crate) fn with_socket<R: Reply>(id: u64, body: impl FnOnce(&Socket) -> Outcome<R>) -> R {
    run(|| shared(&SOCKETS, id, body))
}

fn shared<T: Send + Sync, R>(
    table: &Shared<T>,
    id: u64,
    body: impl FnOnce(&T) -> Outcome<R>,
) -> Outcome<R> {
    let visit = table.enter(id)?;
    let Some(value) = visit.as_ref() else {
        return Err(Fault::state("the object is gone"));
    };
    let result = catch_unwind(AssertUnwindSafe(|| body(value)));
    if result.is_err() {
        visit.poison();
    }
    unpack(result)
}

/// Panics on purpose inside the guard of an object.
pub(crate) fn panic_in(kind: u32, id: u64) -> i32 {
    match kind {
        k if k == dk_kind::DK_KIND_CONFIG as u32 => with_config(id, |_| provoke()),
        k if k == dk_kind::DK_KIND_CONN as u32 => with_conn(id, |_| provoke()),
        k if k == dk_kind::DK_KIND_SOCKET as u32 => with_socket(id, |_| provoke()),
        _ => run(|| Err(Fault::arg("unknown kind of object"))),
    }
}

#[expect(clippy::panic, reason = "the test entry exists to panic")]
fn provoke() -> Outcome<i32> {
    panic!("provoked by dk_test_panic");
}

fn unpack<R>(result: Result<Outcome<R>, Box<dyn Any + Send>>) -> Outcome<R> {
    match result {
        Ok(outcome) => outcome,
        Err(payload) => Err(caught(payload)),
    }
}

fn settle<R: Reply>(result: Result<Outcome<R>, Box<dyn Any + Send>>) -> R {
    match unpack(result) {
        Ok(value) => value,
        Err(fault) => {
            fault::remember(&fault);
            R::status(fault.status)
        }
    }
}

fn caught(payload: Box<dyn Any + Send>) -> Fault {
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    fault::remember_panic(message);
    // The payload is foreign code's value; its destructor may panic as well.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(payload)));
    Fault::panic()
}
