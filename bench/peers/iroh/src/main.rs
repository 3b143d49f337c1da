//! iroh as a peer of the benchmarks: direct connections over loopback, its
//! own settings but for what the contract fixes.

mod client;
#[path = "../../shared/contract.rs"]
mod contract;
mod endpoint;
mod server;

use std::error::Error;
use std::process::ExitCode;

use tokio::sync::mpsc;

use contract::Role;

pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> ExitCode {
    // On a worker, like all other tasks: the main thread would have to be
    // woken for each step.
    let ended = match tokio::spawn(run()).await {
        Ok(ended) => ended,
        Err(panicked) => Err(panicked.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("perf-iroh: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Outcome<()> {
    match Role::parse(std::env::args().skip(1))? {
        Role::Server(port) => server::run(port).await,
        Role::Client(ticket) => client::run(&ticket).await,
    }
}

/// Lines of standard input, until its end.
fn lines() -> mpsc::UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    contract::each_line(move |line| sender.send(line).is_ok());
    lines
}
