//! The arguments of the program.

use std::net::SocketAddr;

/// What the program was told.
pub(crate) struct Options {
    pub(crate) binds: Vec<SocketAddr>,
    /// What the certificate is for: DNS names and IP addresses.
    pub(crate) names: Vec<String>,
    pub(crate) expired: bool,
}

impl Options {
    pub(crate) fn from_args(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options { binds: Vec::new(), names: Vec::new(), expired: false };
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--bind" => options.binds.push(loopback(&value(&arg, args.next())?)?),
                "--name" => options.names.push(value(&arg, args.next())?),
                "--expired" => options.expired = true,
                _ => return Err(format!("unknown argument {arg}")),
            }
        }
        if options.binds.is_empty() {
            options.binds.push(SocketAddr::from(([127, 0, 0, 1], 0)));
        }
        if options.names.is_empty() {
            options.names = ["localhost", "127.0.0.1", "::1"].map(String::from).to_vec();
        }
        Ok(options)
    }
}

fn value(name: &str, given: Option<String>) -> Result<String, String> {
    given.ok_or_else(|| format!("{name} needs a value"))
}

/// The tests send to loopback only, and nobody else has to reach this server.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let addr: SocketAddr = text.parse().map_err(|_| format!("no address: {text}"))?;
    if !addr.ip().to_canonical().is_loopback() {
        return Err(format!("not on loopback: {addr}"));
    }
    Ok(addr)
}
