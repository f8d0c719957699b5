//! `assent completions` and `assent man`: the list of commands, for shells and for `man`.

use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use super::failure::Failure;
use super::output::print;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent completions bash > /etc/bash_completion.d/assent
  assent completions zsh > ~/.zfunc/_assent
  assent completions fish > ~/.config/fish/completions/assent.fish")]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent man | man -l -
  assent man --dir /usr/local/share/man/man1")]
pub(crate) struct ManPage {
    /// Writes a page for each command there instead: assent.1, assent-serve.1 and so on.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Completions {
    pub(crate) fn run(&self, mut assent: Command) -> Result<(), Failure> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut assent, "assent", &mut text);
        print(&String::from_utf8(text)?)
    }
}

impl ManPage {
    pub(crate) fn run(&self, assent: Command) -> Result<(), Failure> {
        if let Some(dir) = &self.dir {
            let failed = |error| format!("{}: {error}; is the folder there?", dir.display());
            return Ok(clap_mangen::generate_to(assent, dir).map_err(failed)?);
        }
        let mut page = Vec::new();
        Man::new(assent).render(&mut page)?;
        print(&String::from_utf8(page)?)
    }
}
