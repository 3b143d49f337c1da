//! Failures on their way to the caller, and the text behind the last one.

use std::cell::RefCell;
use std::fmt::Write;

use crate::abi::dk_status;

/// A failure: the status that crosses the interface and a text that does not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) status: dk_status,
    text: &'static str,
    /// Error number of the operating system, 0 when it was not involved.
    os: i32,
    /// The text of this thread already tells more than this fault does.
    told: bool,
}

pub(crate) type Outcome<T> = Result<T, Fault>;

impl Fault {
    pub(crate) const fn new(status: dk_status, text: &'static str) -> Fault {
        Fault {
            status,
            text,
            os: 0,
            told: false,
        }
    }

    /// A panic whose message was kept by [`remember_panic`].
    pub(crate) const fn panic() -> Fault {
        Fault {
            told: true,
            ..Fault::new(dk_status::DK_ERR_PANIC, "panic inside the library")
        }
    }

    pub(crate) const fn arg(text: &'static str) -> Fault {
        Fault::new(dk_status::DK_ERR_ARG, text)
    }

    pub(crate) const fn state(text: &'static str) -> Fault {
        Fault::new(dk_status::DK_ERR_STATE, text)
    }

    pub(crate) const fn buffer(text: &'static str) -> Fault {
        Fault::new(dk_status::DK_ERR_BUFFER, text)
    }

    pub(crate) const fn tls(text: &'static str) -> Fault {
        Fault::new(dk_status::DK_ERR_TLS, text)
    }

    /// Nothing to do: not remembered as an error.
    pub(crate) const fn done() -> Fault {
        Fault::new(dk_status::DK_DONE, "")
    }

    pub(crate) fn io(text: &'static str, error: &std::io::Error) -> Fault {
        Fault {
            os: error.raw_os_error().unwrap_or(0),
            ..Fault::new(dk_status::DK_ERR_IO, text)
        }
    }
}

impl From<quiche::Error> for Fault {
    fn from(error: quiche::Error) -> Fault {
        use quiche::Error as E;
        let (status, text) = match error {
            E::Done => return Fault::done(),
            E::BufferTooShort => (dk_status::DK_ERR_BUFFER, "buffer too short"),
            E::UnknownVersion => (dk_status::DK_ERR_VERSION, "unknown QUIC version"),
            E::InvalidState => (dk_status::DK_ERR_STATE, "not possible in this state"),
            E::InvalidStreamState(_) => (dk_status::DK_ERR_STATE, "no such stream, or it is over"),
            E::CryptoFail => (dk_status::DK_ERR_CRYPTO, "cryptographic operation failed"),
            E::TlsFail => (dk_status::DK_ERR_TLS, "TLS handshake failed"),
            E::FlowControl => (dk_status::DK_ERR_FLOW, "flow control violated"),
            E::StreamLimit => (dk_status::DK_ERR_STREAM_LIMIT, "stream limit reached"),
            E::StreamStopped(_) => (dk_status::DK_ERR_STREAM_STOPPED, "peer stopped the stream"),
            E::StreamReset(_) => (dk_status::DK_ERR_STREAM_RESET, "peer reset the stream"),
            E::FinalSize => (dk_status::DK_ERR_FINAL_SIZE, "final size violated"),
            E::IdLimit => (dk_status::DK_ERR_LIMIT, "too many connection ids"),
            E::OutOfIdentifiers => (dk_status::DK_ERR_NO_CID, "no connection id left"),
            _ => (dk_status::DK_ERR_PROTOCOL, "protocol violated"),
        };
        Fault::new(status, text)
    }
}

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps the text for `dk_last_error` of this thread. "Done" is an ordinary
/// answer of the data path and leaves the text alone.
pub(crate) fn remember(fault: &Fault) {
    if fault.status == dk_status::DK_DONE || fault.told {
        return;
    }
    store(|text| {
        text.push_str(fault.text);
        if fault.os != 0 {
            // Writing to a String cannot fail.
            let _ = write!(text, " (os error {})", fault.os);
        }
    });
}

pub(crate) fn remember_panic(message: &str) {
    store(|text| {
        text.push_str("panic: ");
        text.push_str(message);
    });
}

/// Runs `with` on the text of this thread's last error.
pub(crate) fn last<R>(with: impl FnOnce(&str) -> R) -> Option<R> {
    LAST.try_with(|last| last.try_borrow().ok().map(|text| with(&text)))
        .ok()
        .flatten()
}

fn store(fill: impl FnOnce(&mut String)) {
    // A thread that is ending has no storage any more; its text is not missed.
    let _ = LAST.try_with(|last| {
        if let Ok(mut text) = last.try_borrow_mut() {
            text.clear();
            fill(&mut text);
        }
    });
}
