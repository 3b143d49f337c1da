//! A plain loop around quiche as a peer of the benchmarks: one thread, one
//! socket, no more than is needed. What Dialkey is compared with.

mod client;
#[path = "../../shared/contract.rs"]
mod contract;
mod endpoint;
mod lines;
mod outbox;
mod server;
mod table;
mod ticket;
mod timers;
mod tls;
mod udp;

use std::error::Error;
use std::process::ExitCode;

use contract::Role;

pub type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let ended = match Role::parse(std::env::args().skip(1)) {
        Ok(Role::Server(port)) => server::run(port),
        Ok(Role::Client(ticket)) => client::run(&ticket),
        Err(usage) => Err(usage.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("perf-raw-quiche: {error}");
            ExitCode::FAILURE
        }
    }
}
