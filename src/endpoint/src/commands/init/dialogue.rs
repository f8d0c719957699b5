//! Questions and answers: a line out, a line in. What is behind it is a terminal, or a test.

use std::io::{self, BufRead, Write};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{
    LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr,
};

/// What a terminal takes in one line before it cuts it (Linux, N_TTY_BUF_SIZE less one).
const LONGEST_LINE: usize = 4095;

/// After so long nothing more comes of a paste, also over a slow line.
const QUIET: Timespec = Timespec { tv_sec: 0, tv_nsec: 500_000_000 };

#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error("the questions ended before they were answered; nothing was written")]
    Ended,
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] io::Error),
}

pub(super) struct Dialogue<R, W> {
    reader: R,
    writer: W,
    /// Keeps what is typed from being shown, for as long as it lives.
    silence: fn() -> Option<Silence>,
}

impl<R: BufRead, W: Write> Dialogue<R, W> {
    pub(super) fn new(reader: R, writer: W, silence: fn() -> Option<Silence>) -> Self {
        Self { reader, writer, silence }
    }

    pub(super) fn tell(&mut self, text: &str) -> Result<(), AskError> {
        Ok(writeln!(self.writer, "{text}")?)
    }

    /// Asks until `check` takes the answer; an empty one is asked of it too.
    pub(super) fn ask<T>(
        &mut self,
        question: &str,
        check: impl FnMut(&str) -> Result<T, String>,
    ) -> Result<T, AskError> {
        self.repeat(question, || None, check)
    }

    /// The same, and what is typed is not shown.
    pub(super) fn ask_secret<T>(
        &mut self,
        question: &str,
        check: impl FnMut(&str) -> Result<T, String>,
    ) -> Result<T, AskError> {
        let silence = self.silence;
        self.repeat(question, silence, check)
    }

    /// Asks once and takes lines, which are not shown, until `take` has what it needs of all of them together. What
    /// is pasted at a terminal is taken as a whole: further down a page may name another than its beginning does.
    /// `None`: before that Enter was pressed on an empty line. (A page that is pasted has empty lines too.)
    pub(super) fn gather<T>(
        &mut self,
        question: &str,
        mut take: impl FnMut(&str) -> Gathered<T>,
    ) -> Result<Option<T>, AskError> {
        let silent = (self.silence)();
        write!(self.writer, "{question} ")?;
        self.writer.flush()?;
        let mut text = String::new();
        loop {
            let line = self.line()?;
            text.push_str(&line);
            if silent.is_some() && is_coming() {
                continue;
            }
            let taken = match take(&text) {
                Gathered::Whole(value, said) => {
                    self.tell(&format!("\n  {said}"))?;
                    Some(value)
                }
                Gathered::Part(said) => {
                    self.tell(&format!("\n  {said}"))?;
                    continue;
                }
                Gathered::Nothing if line.trim().is_empty() => None,
                Gathered::Nothing => continue,
            };
            if let Some(silent) = &silent {
                silent.drain();
            }
            if taken.is_none() {
                writeln!(self.writer)?;
            }
            return Ok(taken);
        }
    }

    fn repeat<T>(
        &mut self,
        question: &str,
        silence: impl Fn() -> Option<Silence>,
        mut check: impl FnMut(&str) -> Result<T, String>,
    ) -> Result<T, AskError> {
        loop {
            // Before the question is seen: what is typed at once must be neither shown nor lost.
            let silent = silence();
            write!(self.writer, "{question} ")?;
            self.writer.flush()?;
            let line = self.line()?;
            if silent.is_some() {
                writeln!(self.writer)?; // the one that was typed was not shown either
            }
            drop(silent);
            if line.len() >= LONGEST_LINE {
                self.tell("  That is longer than a terminal takes in one line, so it was cut; please give it as a flag (assent init --help).")?;
                continue;
            }
            match check(line.trim()) {
                Ok(answer) => return Ok(answer),
                Err(fault) => self.tell(&format!("  {fault}"))?,
            }
        }
    }

    fn line(&mut self) -> Result<String, AskError> {
        let mut line = String::new();
        match self.reader.read_line(&mut line)? {
            0 => Err(AskError::Ended),
            _ => Ok(line),
        }
    }
}

/// What has come of the lines so far, and what a person is told of it.
pub(super) enum Gathered<T> {
    Whole(T, String),
    Part(String),
    Nothing,
}

/// The terminal as it was before what is typed was hidden; dropping this brings it back.
pub(super) struct Silence(Termios);

/// `None` where standard input is no terminal.
pub(super) fn silence() -> Option<Silence> {
    let before = tcgetattr(io::stdin()).ok()?;
    let mut hidden = before.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(io::stdin(), OptionalActions::Flush, &hidden).ok()?;
    Some(Silence(before))
}

impl Silence {
    /// Throws away what is still coming of a paste, which may be a whole page: it must reach neither the next
    /// question nor, in the end, the shell.
    fn drain(&self) {
        let stdin = io::stdin();
        let mut rest = [0; LONGEST_LINE];
        while is_coming() && rustix::io::read(&stdin, &mut rest).is_ok_and(|read| read > 0) {}
        // And of its last line what no Enter has ended. Where it fails there is no terminal any more.
        _ = tcflush(stdin, QueueSelector::IFlush);
    }
}

/// At a terminal, which hands over one line at a time, so that none is in a buffer of ours.
fn is_coming() -> bool {
    let stdin = io::stdin();
    let mut asked = [PollFd::new(&stdin, PollFlags::IN)];
    poll(&mut asked, Some(&QUIET)).is_ok_and(|ready| ready > 0)
}

impl Drop for Silence {
    fn drop(&mut self) {
        // Where it fails there is no terminal any more.
        _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}
