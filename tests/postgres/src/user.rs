//! PostgreSQL refuses to run as root; tests often do.

use std::path::Path;
use std::process::Command;

/// As whom the server runs, if not as ourselves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct User {
    uid: u32,
    gid: u32,
}

impl User {
    /// None unless we are root.
    pub(crate) fn unprivileged() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let users = std::fs::read_to_string("/etc/passwd").expect("/etc/passwd can be read");
        let find = |name: &str| users.lines().find_map(|line| Self::called(name, line));
        Some(find("postgres").or_else(|| find("nobody")).expect("there is a user `nobody`"))
    }

    fn called(name: &str, line: &str) -> Option<Self> {
        let fields: Vec<_> = line.split(':').collect();
        let [found, _, uid, gid, ..] = fields[..] else { return None };
        (found == name).then_some(())?;
        Some(Self { uid: uid.parse().ok()?, gid: gid.parse().ok()? })
    }

    pub(crate) fn owns(self, path: &Path) {
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid)).expect("root may do it");
    }
}

/// `program`, run as `user`. It has nothing of our environment that would change what it does.
pub(crate) fn command(user: Option<User>, program: &Path) -> Command {
    let mut command = if let Some(User { uid, gid }) = user {
        let mut command = Command::new("setpriv");
        command.args([format!("--reuid={uid}"), format!("--regid={gid}")]);
        command.arg("--clear-groups").arg(program);
        command
    } else {
        Command::new(program)
    };
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    command.current_dir("/").env("LC_ALL", "C.UTF-8");
    command
}
