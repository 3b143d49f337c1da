//! Files for whoever looks at packets: TLS secrets and qlog.
//!
//! Both are off unless asked for. Writing may wait for the disk, and a write
//! that fails is lost without a word: the connection goes on.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf, is_separator};
use std::sync::Arc;

use crate::fault::{Fault, Outcome};

/// Where the writers that quiche takes end up.
type Writer = Box<dyn Write + Send + Sync>;

/// Secrets of later connections in the format of NSS, a line each.
#[derive(Clone)]
pub(crate) struct KeyLog(Arc<File>);

impl KeyLog {
    pub(crate) fn open(path: &[u8]) -> Outcome<KeyLog> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(path_of(path)?)
            .map_err(|error| Fault::io("cannot open the key log", &error))?;
        Ok(KeyLog(Arc::new(file)))
    }

    /// The engine gives each line in one write, and the system appends it in
    /// one piece.
    pub(crate) fn writer(&self) -> Writer {
        Box::new(Arc::clone(&self.0))
    }
}

/// A folder for one file per later connection.
#[derive(Clone)]
pub(crate) struct Qlog {
    dir: PathBuf,
    prefix: String,
}

impl Qlog {
    pub(crate) fn open(dir: &[u8], prefix: &[u8]) -> Outcome<Qlog> {
        let prefix = str::from_utf8(prefix)
            .ok()
            .filter(|prefix| !prefix.contains(|c| is_separator(c) || c == '\0'))
            .ok_or(Fault::arg("the prefix is no part of a file name"))?;
        let dir = path_of(dir)?;
        let meta = dir
            .metadata()
            .map_err(|error| Fault::io("cannot find the folder for qlog", &error))?;
        if !meta.is_dir() {
            let error = std::io::ErrorKind::NotADirectory.into();
            return Err(Fault::io("not a folder for qlog", &error));
        }
        Ok(Qlog {
            dir: dir.to_path_buf(),
            prefix: prefix.to_owned(),
        })
    }

    /// The log of a connection, named by the destination id of its client's
    /// first packet. A peer chooses that one: no file is overwritten.
    pub(crate) fn writer(&self, original: &[u8], side: &str) -> Option<Writer> {
        let id: String = original.iter().map(|b| format!("{b:02x}")).collect();
        let name = format!("{}{id}-{side}.sqlog", self.prefix);
        let file = File::create_new(self.dir.join(name)).ok()?;
        Some(Box::new(BufWriter::new(file)))
    }
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> Outcome<&Path> {
    use std::os::unix::ffi::OsStrExt;
    Ok(Path::new(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Outcome<&Path> {
    let text = str::from_utf8(bytes).map_err(|_| Fault::arg("the path is not UTF-8"))?;
    Ok(Path::new(text))
}
