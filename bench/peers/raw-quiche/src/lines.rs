//! Lines of standard input, handed to the thread that turns the loop.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};

use rustix::event::{PollFd, PollFlags};

use crate::contract;

pub struct Lines {
    receiver: Receiver<String>,
    /// Readable after each line; none after the end of input.
    pipe: Option<PipeReader>,
}

/// What the reading thread holds. Fields are dropped in this order: whom the
/// closed pipe wakes finds the channel closed as well.
struct Hand {
    sender: Sender<String>,
    pipe: PipeWriter,
}

impl Hand {
    fn over(&self, line: String) -> bool {
        self.sender.send(line).is_ok() && (&self.pipe).write_all(b"\n").is_ok()
    }
}

impl Lines {
    pub fn start() -> io::Result<Lines> {
        let (sender, receiver) = mpsc::channel();
        let (reader, pipe) = io::pipe()?;
        let hand = Hand { sender, pipe };
        contract::each_line(move |line| hand.over(line));
        Ok(Lines {
            receiver,
            pipe: Some(reader),
        })
    }

    pub fn next(&self) -> Result<String, TryRecvError> {
        self.receiver.try_recv()
    }

    pub fn poll_fd(&self) -> Option<PollFd<'_>> {
        let pipe = self.pipe.as_ref()?;
        Some(PollFd::new(pipe, PollFlags::IN))
    }

    /// Takes back what made the pipe readable.
    pub fn clear(&mut self) -> io::Result<()> {
        let Some(pipe) = &mut self.pipe else {
            return Ok(());
        };
        if pipe.read(&mut [0; 64])? == 0 {
            self.pipe = None;
        }
        Ok(())
    }
}
