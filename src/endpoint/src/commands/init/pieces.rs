//! The files that `init` writes, as texts.

use std::path::{Path, PathBuf};

use rustix::process::geteuid;

use super::answers::Answers;
use super::assent_toml;
use super::proxy::Proxy;
use super::variables::{secret_variable, token_variable};
use crate::clock::random_bytes;
use crate::commands::failure::{Failure, Misuse};
use crate::config::schema::schema;

const UNIT: &str = include_str!("../../../../../deploy/assent.service");
const CADDYFILE: &str = include_str!("../../../../../deploy/Caddyfile");
const NGINX: &str = include_str!("../../../../../deploy/nginx.conf");

/// Where the unit of the repository has everything.
const SYSTEM: &str = "/etc/assent";

/// A file to write.
pub(super) struct Piece {
    pub(super) name: &'static str,
    pub(super) text: String,
    pub(super) readers: Readers,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Mode 0644.
    Everybody,
    /// Mode 0600.
    Owner,
}

/// Where the files lie, absolute, and so who runs the endpoint.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Placement {
    /// Below /etc: a service with a user of its own, its store in /var/lib/assent.
    System(PathBuf),
    /// Anywhere else: whoever called `init`, with the store beside the files.
    Own(PathBuf),
}

impl Placement {
    /// Makes the folder where it is not there.
    pub(super) fn of(folder: &Path) -> Result<Self, Failure> {
        let failed = |error| format!("{}: {error}; may this user write there?", folder.display());
        std::fs::create_dir_all(folder).map_err(failed)?;
        let folder = folder.canonicalize().map_err(failed)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
        if !folder.to_str().is_some_and(|path| path.chars().all(plain)) {
            let what =
                "--dir: systemd and proxies are told this path: letters, digits and /._-+@ only";
            return Err(Misuse(what.to_owned()).into());
        }
        Ok(Self::of_absolute(folder))
    }

    fn of_absolute(folder: PathBuf) -> Self {
        if folder.starts_with("/etc") { Self::System(folder) } else { Self::Own(folder) }
    }

    pub(super) fn folder(&self) -> &Path {
        match self {
            Self::System(folder) | Self::Own(folder) => folder,
        }
    }

    fn store(&self) -> &'static str {
        match self {
            Self::System(_) => "sqlite:/var/lib/assent/assent.db",
            Self::Own(_) => assent_toml::BESIDE,
        }
    }
}

pub(super) fn pieces(answers: &Answers, placement: &Placement) -> Result<Vec<Piece>, Failure> {
    let everybody = |name, text| Piece { name, text, readers: Readers::Everybody };
    let environment = environment(answers)?;
    let mut pieces = vec![
        everybody("assent.toml", assent_toml::text(answers, placement.store())),
        Piece { name: "assent.env", text: environment, readers: Readers::Owner },
        everybody("assent.service", unit(placement)),
        everybody("assent.schema.json", serde_json::to_string_pretty(schema())? + "\n"),
    ];
    let host = answers.public_url.split_once("://").map_or("", |(_, host)| host);
    let piece = match answers.proxy {
        Proxy::Caddy => Some(everybody("Caddyfile", CADDYFILE.replace("events.example.com", host))),
        Proxy::Nginx => {
            Some(everybody("assent.nginx.conf", NGINX.replace("events.example.com", host)))
        }
        Proxy::None => None,
    };
    pieces.extend(piece);
    Ok(pieces)
}

/// The secrets, for systemd (`EnvironmentFile`), Docker (`env_file`) and a shell (`set -a; . FILE`).
fn environment(answers: &Answers) -> Result<String, Failure> {
    let admin: String = random_bytes::<32>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let Answers { shop, token, webhook_secret, test_event_code, .. } = answers;
    let secret = webhook_secret.as_ref().map_or("", |secret| secret.expose());
    let off = if webhook_secret.is_some() { "" } else { "# " };
    let serve = if test_event_code.is_some() { "--test-events" } else { "" };
    Ok(format!(
        "# Secrets of Assent: for their owner's eyes only, and not for a repository.\n\
         # TikTok Events Manager, the pixel's settings, Generate access token.\n\
         {}={}\n\
         # What Shopify signs order webhooks with; named in assent.toml as well.\n\
         {off}{}={secret}\n\
         # For the dashboard, /metrics and `assent forget`; made by chance.\n\
         {}={admin}\n\
         # --test-events while you test: TikTok shows what arrives and never counts it. Empty when you are live.\n\
         ASSENT_SERVE={serve}\n",
        token_variable(shop),
        token.expose(),
        secret_variable(shop),
        assent_toml::ADMIN,
    ))
}

/// The unit of the repository, for where the files lie.
fn unit(placement: &Placement) -> String {
    let folder = placement.folder().display().to_string();
    let unit = UNIT.replace(&format!("{SYSTEM}/"), &format!("{folder}/"));
    match placement {
        Placement::System(_) => unit,
        Placement::Own(_) => {
            let user = geteuid().as_raw();
            let store = format!("User={user}\nReadWritePaths={folder}");
            unit.replace("DynamicUser=yes\nStateDirectory=assent\nStateDirectoryMode=0700", &store)
                .replace("ProtectHome=yes", "ProtectHome=read-only")
                .replace(
                    "# The store is in /var/lib/assent; nothing else can be written. The service has a user of its own, who is nobody else's.",
                    "# The store lies beside the configuration; nothing else can be written. The user is who called `assent init`.",
                )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_etc_the_unit_is_the_one_of_the_repository() {
        assert_eq!(unit(&Placement::of_absolute(PathBuf::from(SYSTEM))), UNIT);
        let elsewhere = unit(&Placement::of_absolute(PathBuf::from("/srv/assent")));
        for line in ["EnvironmentFile=/srv/assent/assent.env", "ReadWritePaths=/srv/assent"] {
            assert!(elsewhere.lines().any(|own| own == line), "{line} is not in {elsewhere}");
        }
        for gone in ["DynamicUser", "/etc/assent", "/var/lib/assent"] {
            assert!(!elsewhere.contains(gone), "{gone} is in {elsewhere}");
        }
    }
}
