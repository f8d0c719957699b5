//! A terminal, for what a command does only where a person sits at one.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Command, Output, Stdio};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// What became of the command, and what stood on the screen: its stderr, and what was typed.
pub(crate) struct Seen {
    pub(crate) output: Output,
    pub(crate) screen: String,
}

/// Stdin and stderr are the terminal, at which this is typed; stdout is a pipe.
pub(crate) fn at_terminal(command: &mut Command, typed: &str) -> Seen {
    let (mut screen, keyboard) = pair();
    command.stdin(Stdio::from(keyboard.try_clone().expect("one more")));
    on(command, &mut screen, keyboard, typed)
}

/// Only stderr is the terminal: stdin is empty.
pub(crate) fn seen_at_terminal(command: &mut Command) -> Seen {
    let (mut screen, keyboard) = pair();
    command.stdin(Stdio::null());
    on(command, &mut screen, keyboard, "")
}

fn on(command: &mut Command, screen: &mut File, keyboard: File, typed: &str) -> Seen {
    command.stderr(Stdio::from(keyboard)).stdout(Stdio::piped());
    screen.write_all(typed.as_bytes()).expect("it is typed");
    let child = command.spawn().expect("the binary runs");
    // The command's own copies: the terminal ends when the last has gone.
    command.stdin(Stdio::null()).stderr(Stdio::null());
    let mut seen = Vec::new();
    // It ends by an error (EIO) when nobody has the other side any more.
    let _ = screen.read_to_end(&mut seen);
    let output = child.wait_with_output().expect("it ends");
    Seen { output, screen: String::from_utf8_lossy(&seen).into_owned() }
}

fn pair() -> (File, File) {
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&screen).and_then(|()| unlockpt(&screen)).expect("it is ours");
    let name = ptsname(&screen, Vec::new()).expect("it has a name");
    let keyboard =
        open(&*name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("its other side");
    (File::from(screen), File::from(keyboard))
}
