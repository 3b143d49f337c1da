//! Commands that use streams.

use std::rc::Rc;
use std::time::Instant;

use quiche::Error;

use super::Client;
use crate::contract::{Answer, PIECE, REQUEST};

/// How much of an answer is kept; none is longer.
const ANSWER: usize = 16;

impl Client {
    pub fn bulk(&mut self, bytes: u64) -> Result<Answer, String> {
        let lost = self.quic()?.stats().lost;
        let sends = self.endpoint.socket.sends;
        self.endpoint.socket.largest = 0;
        let start = Instant::now();
        let id = self.next_stream;
        self.next_stream += 4;
        let mut left = bytes;
        let mut answer = Vec::new();
        loop {
            left = self.write_pieces(id, left)?;
            if left == 0 && self.read(id, &mut answer)? {
                break;
            }
            self.turn(None)?;
        }
        let elapsed = start.elapsed();
        Ok(Answer::new(elapsed)
            .with("lost", self.quic()?.stats().lost - lost)
            .with("sends", self.endpoint.socket.sends - sends)
            .with("datagram", self.endpoint.socket.largest))
    }

    pub fn lat(&mut self, count: u64) -> Result<Answer, String> {
        let mut times = Vec::new();
        let start = Instant::now();
        for _ in 0..count {
            let asked = Instant::now();
            self.ask(REQUEST)?;
            times.push(asked.elapsed());
        }
        Ok(Answer::new(start.elapsed()).percentiles(times))
    }

    pub fn rps(&mut self, count: u64, at_once: u64) -> Result<Answer, String> {
        let (mut asked, mut answered) = (0, 0);
        let start = Instant::now();
        while answered < count {
            while asked < count && asked - answered < at_once && self.send_byte(REQUEST)? {
                asked += 1;
            }
            self.turn(None)?;
            answered += self.read_all()?;
        }
        Ok(Answer::new(start.elapsed()).rate(count))
    }

    /// Asks on a new stream and waits for the answer.
    pub fn ask(&mut self, kind: u8) -> Result<Vec<u8>, String> {
        let id = self.next_stream;
        while !self.send_byte(kind)? {
            self.turn(None)?;
        }
        let mut answer = Vec::new();
        loop {
            self.turn(None)?;
            if self.read(id, &mut answer)? {
                return Ok(answer);
            }
        }
    }

    /// Opens a stream with one byte on it; false when it has to wait.
    fn send_byte(&mut self, byte: u8) -> Result<bool, String> {
        let id = self.next_stream;
        match self.quic()?.stream_send(id, &[byte], true) {
            Ok(_) => {
                self.next_stream += 4;
                Ok(true)
            }
            Err(Error::Done | Error::StreamLimit) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// Writes as much as quiche takes; gives back how much is left.
    fn write_pieces(&mut self, id: u64, mut left: u64) -> Result<u64, String> {
        let piece = Rc::clone(&self.piece);
        let quic = self.quic()?;
        while left > 0 {
            let len = left.min(PIECE as u64);
            match quic.stream_send(id, &piece[..len as usize], len == left) {
                Ok(taken) => left -= taken as u64,
                Err(Error::Done | Error::StreamLimit) => break,
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(left)
    }

    /// Reads what there is; true at the end of the stream.
    fn read(&mut self, id: u64, answer: &mut Vec<u8>) -> Result<bool, String> {
        let quic = self.quic()?;
        let mut space = [0; ANSWER];
        loop {
            match quic.stream_recv(id, &mut space) {
                Ok((len, fin)) => {
                    answer.extend(&space[..len]);
                    if fin {
                        return Ok(true);
                    }
                }
                Err(Error::Done) => return Ok(false),
                Err(error) => return Err(failed(error)),
            }
        }
    }

    /// Reads all streams that have something; gives back how many ended.
    fn read_all(&mut self) -> Result<u64, String> {
        let quic = self.quic()?;
        let mut space = [0; ANSWER];
        let mut ended = 0;
        while let Some(id) = quic.stream_readable_next() {
            loop {
                match quic.stream_recv(id, &mut space) {
                    Ok((_, true)) => {
                        ended += 1;
                        break;
                    }
                    Ok(_) => {}
                    Err(Error::Done) => break,
                    Err(error) => return Err(failed(error)),
                }
            }
        }
        Ok(ended)
    }
}

fn failed(error: Error) -> String {
    format!("the stream failed: {error:?}")
}
