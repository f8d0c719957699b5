//! `assent.env` beside `assent.toml`, as `assent init` writes it: variables that the environment of the process
//! does not set. A service has them from systemd or Docker already; whoever calls `assent` by hand has not.
//!
//! Taken is what systemd and Docker read alike: `NAME=value`, a line each, `#` before a comment. What one of them
//! would read otherwise (quotes, `\`, `$`) is refused, by its line.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::secret::Secret;

const NAME: &str = "assent.env";

#[derive(Debug)]
pub(super) struct EnvironmentFile {
    pub(super) path: PathBuf,
    variables: HashMap<String, Secret>,
}

impl EnvironmentFile {
    /// `None`: there is none for this user. `Err`: what is wrong with it, without any of its values.
    pub(super) fn beside(folder: &Path) -> Result<Option<Self>, String> {
        let path = folder.join(NAME);
        let failed = |what: String| format!("{}: {what}", path.display());
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            // A service's belongs to root, and systemd has read it.
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(failed(format!("cannot be read ({error})"))),
        };
        let mode = std::fs::metadata(&path).map_err(|error| failed(error.to_string()))?;
        let mode = mode.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(failed(format!(
                "others than its owner may read the secrets in it (mode {mode:04o}); say: chmod 600 {}",
                path.display()
            )));
        }
        let variables = variables(&text).map_err(failed)?;
        Ok(Some(Self { path, variables }))
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.variables.get(name).map(|value| value.expose().to_owned())
    }
}

fn variables(text: &str) -> Result<HashMap<String, Secret>, String> {
    let lines = text.lines().zip(1..).map(|(line, n)| (line.trim(), n));
    let lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with(['#', ';']));
    let mut variables = HashMap::new();
    for (line, n) in lines {
        let (name, value) = line
            .split_once('=')
            .filter(|(name, value)| is_name(name) && is_plain(value))
            .ok_or_else(|| {
                format!(
                    "line {n} is not NAME=value with a value without quotes, $ and \\: systemd and Docker \
                     would each read it otherwise"
                )
            })?;
        // An empty one is as good as none.
        if let Some(value) = Secret::new(value) {
            variables.insert(name.to_owned(), value);
        }
    }
    Ok(variables)
}

fn is_name(name: &str) -> bool {
    let sign = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.starts_with(|first: char| !first.is_ascii_digit()) && name.chars().all(sign)
}

fn is_plain(value: &str) -> bool {
    value.chars().all(|c| !c.is_control() && !"\"'`\\$".contains(c))
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions, write};

    use super::*;

    fn beside(text: &str, mode: u32) -> Result<Option<EnvironmentFile>, String> {
        let dir = tempfile::TempDir::new().expect("a folder");
        let path = dir.path().join(NAME);
        write(&path, text).expect("a file");
        set_permissions(&path, Permissions::from_mode(mode)).expect("its owner's");
        EnvironmentFile::beside(dir.path())
    }

    #[test]
    fn it_has_a_variable_a_line_and_an_empty_one_is_none() {
        let file =
            beside("# a comment\n\nACME_TIKTOK_TOKEN=a1.b-2=\nASSENT_SERVE=\n; another\n", 0o600);
        let file = file.expect("no fault").expect("a file");
        assert_eq!(file.get("ACME_TIKTOK_TOKEN").as_deref(), Some("a1.b-2="));
        assert_eq!(file.get("ASSENT_SERVE"), None);
    }

    #[test]
    fn one_that_others_may_read_is_refused_with_what_to_do() {
        for mode in [0o640, 0o604, 0o644, 0o660] {
            let fault = beside("A=b\n", mode).expect_err("others may read it");
            assert!(fault.contains("chmod 600"), "{fault}");
        }
    }

    #[test]
    fn what_its_readers_would_read_otherwise_is_refused_by_its_line_and_without_its_value() {
        for line in ["A=\"hush\"", "A=$hush", "A=hu\\sh", "export A=hush", "hush", "1A=hush"] {
            let fault = beside(&format!("# one\n{line}\n"), 0o600).expect_err(line);
            assert!(fault.contains("line 2") && !fault.contains("hush"), "{line}: {fault}");
        }
    }

    #[test]
    fn where_there_is_none_that_is_no_fault() {
        let dir = tempfile::TempDir::new().expect("a folder");
        assert!(EnvironmentFile::beside(dir.path()).expect("no fault").is_none());
    }
}
