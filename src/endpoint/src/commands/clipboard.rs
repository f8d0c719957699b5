//! The clipboard of whoever sits before the terminal.
//!
//! A program of the desktop says whether it has taken the text, so it is asked first. Where there is
//! none (over SSH, say) the terminal is asked, which says nothing.

use std::fmt;
use std::fs::File;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How the text went there.
#[derive(Debug)]
pub(super) enum Copied {
    By(&'static str),
    /// As so many characters, and nobody knows whether it was taken.
    ByTerminal(usize),
}

#[derive(Debug, thiserror::Error)]
#[error(
    "there is no clipboard: no pbcopy, wl-copy or xclip with a desktop, and no terminal ({0}). \
     Use --out FILE"
)]
pub(super) struct NoClipboard(io::Error);

/// A program, its arguments, and the variable that says that its desktop is there.
type Programs = [(&'static str, &'static [&'static str], Option<&'static str>); 3];

const COPYING: Programs = [
    ("pbcopy", &[], None),
    ("wl-copy", &[], Some("WAYLAND_DISPLAY")),
    ("xclip", &["-selection", "clipboard"], Some("DISPLAY")),
];
const PASTING: Programs = [
    ("pbpaste", &[], None),
    ("wl-paste", &["--no-newline"], Some("WAYLAND_DISPLAY")),
    ("xclip", &["-selection", "clipboard", "-o"], Some("DISPLAY")),
];

pub(super) fn copy(text: &str) -> Result<Copied, NoClipboard> {
    for (program, arguments) in at_hand(COPYING) {
        if run(program, arguments, text) {
            return Ok(Copied::By(program));
        }
    }
    by_terminal(text).map(Copied::ByTerminal).map_err(NoClipboard)
}

/// What is in it. `None`: there is none here, or nothing in it. (Terminals do not tell: anybody's output
/// could ask them.)
pub(super) fn paste() -> Option<String> {
    at_hand(PASTING).find_map(|(program, arguments)| {
        let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout);
        (output.status.success() && !text.trim().is_empty()).then(|| text.into_owned())
    })
}

fn at_hand(programs: Programs) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let is_remote = is_set("SSH_CONNECTION");
    // Over SSH pbcopy's is the other machine's; a forwarded desktop is one's own.
    let is_here = move |desktop: Option<&str>| desktop.map_or(!is_remote, is_set);
    programs.into_iter().filter_map(move |(program, arguments, desktop)| {
        is_here(desktop).then_some((program, arguments))
    })
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// Whether it is there and took the text.
fn run(program: &str, arguments: &[&str], text: &str) -> bool {
    let mut command = Command::new(program);
    // xclip stays, to hand the text on; it must not keep our pipes open.
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    let written =
        child.stdin.take().is_some_and(|mut pipe| pipe.write_all(text.as_bytes()).is_ok());
    child.wait().is_ok_and(|status| status.success()) && written
}

/// OSC 52 (xterm, Control Sequences, "Manipulate Selection Data"): `c` is the clipboard.
fn by_terminal(text: &str) -> io::Result<usize> {
    let encoded = STANDARD.encode(text);
    let mut terminal = File::options().write(true).open("/dev/tty")?;
    write!(terminal, "\x1b]52;c;{encoded}\x07")?;
    terminal.flush()?;
    Ok(encoded.len())
}

impl fmt::Display for Copied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::By(program) => write!(f, "in the clipboard (by {program})"),
            Self::ByTerminal(characters) => write!(
                f,
                "handed to the terminal for its clipboard, as {characters} characters of OSC 52. A \
                 terminal may refuse that without a word (some do always or until it is allowed in \
                 their settings, some take 100,000 characters at most, tmux needs `set -g \
                 set-clipboard on`): compare the length of what you paste, or use --out FILE"
            ),
        }
    }
}
