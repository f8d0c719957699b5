//! The shell that keeps the server (`keeper.sh`). It outlives us, whatever we die of, by the moment
//! that it needs to clean up.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

#[derive(Debug)]
pub(crate) struct Keeper {
    shell: Child,
    /// Closed with us: the shell's word to end.
    told: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Keeper {
    /// Of a server in `folder`, which is not started yet.
    pub(crate) fn of(folder: &Path, server: &Command) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", include_str!("keeper.sh"), "keeper.sh"]).arg(folder);
        command.arg(server.get_program()).args(server.get_args()).current_dir("/");
        for (name, value) in server.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        // Its own group: Ctrl-C is ours, and its turn comes when we have gone.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut shell = command.spawn().expect("there is a shell");
        let told = shell.stdin.take();
        let answers = BufReader::new(shell.stdout.take().expect("piped"));
        Self { shell, told, answers }
    }

    pub(crate) fn tell(&mut self, word: &str) {
        let told = self.told.as_mut().expect("until we end");
        writeln!(told, "{word}").expect("the shell listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the shell answers");
        assert_eq!(answer, "done\n", "the shell that keeps PostgreSQL has ended");
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.told.take());
        let _ = self.shell.wait();
    }
}
