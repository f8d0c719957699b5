//! `assent init`, as a script calls it and as a person answers it.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use assent_endpoint::config::{Config, Secrets};
use assent_gate::consent::{Cmp, Source};
use serde_json::Value;
use tempfile::TempDir;

use crate::command_line::{stderr, stdout};
use crate::support::server::{PIXEL, SHOP, Server, TOKEN};

/// Runs `assent init` in a folder, these lines on its standard input.
fn init(folder: &Path, arguments: &[&str], typed: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assent"));
    command.arg("init").args(arguments).current_dir(folder);
    command.env_remove("ACME_TIKTOK_TOKEN").env_remove("ACME_SHOPIFY_SECRET");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    // One that refuses its arguments does not read to the end.
    _ = child.stdin.take().expect("piped").write_all(typed.as_bytes());
    child.wait_with_output().expect("it ends")
}

/// The flags that are needed, with this tool.
fn flags(cmp: &str) -> Vec<&str> {
    vec![
        "--shop",
        SHOP,
        "--storefronts",
        "shop.acme.example",
        "--pixel-code",
        PIXEL,
        "--cmp",
        cmp,
        "--public-url",
        "https://events.example.com",
        "--token-stdin",
    ]
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The variables of an environment file, as systemd and Docker read it.
fn variables(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn loaded(folder: &Path) -> Config {
    let set = variables(&read(folder, "assent.env"));
    let environment =
        |name: &str| set.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
    Config::parse(&read(folder, "assent.toml"), folder, Secrets::Needed, &environment)
        .unwrap_or_else(|faults| panic!("{faults:#?}"))
}

#[test]
fn what_it_writes_is_a_configuration_without_a_fault_for_every_tool() {
    for cmp in ["shopify", "auto"].into_iter().chain(Source::CMPS) {
        let dir = TempDir::new().expect("a folder");
        let output = init(dir.path(), &flags(cmp), TOKEN);
        assert_eq!(output.status.code(), Some(0), "{cmp}: {}", stderr(&output));
        let config = loaded(dir.path());
        let shop = &config.shops[0];
        assert_eq!(shop.settings.cmp, cmp.parse::<Cmp>().expect("a tool"));
        assert_eq!(shop.settings.shop.as_str(), SHOP);
        assert_eq!(config.store.file(), Some(dir.path().join("assent.db").as_path()));
        assert!(config.admin.is_some_and(|admin| admin.token.is_some()));
    }
}

#[test]
fn secrets_lie_in_a_file_of_its_owner_and_nowhere_else() {
    let dir = TempDir::new().expect("a folder");
    let mut flags = flags("onetrust");
    flags.extend(["--webhook-secret-stdin", "--test-event-code", "TEST123", "--proxy", "nginx"]);
    let output = init(dir.path(), &flags, &format!("{TOKEN}\nshpss-5ecret\n"));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for entry in std::fs::read_dir(dir.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        let mode = std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777;
        let is_secret = path.ends_with("assent.env");
        assert_eq!(mode, if is_secret { 0o600 } else { 0o644 }, "{}", path.display());
        let text =
            read(dir.path(), path.file_name().and_then(|name| name.to_str()).expect("a name"));
        assert_eq!(text.contains(TOKEN), is_secret, "{}", path.display());
        assert_eq!(text.contains("shpss-5ecret"), is_secret, "{}", path.display());
    }
    for said in [stdout(&output), stderr(&output)] {
        assert!(!said.contains("5ecret"), "{said}");
    }
    let set = variables(&read(dir.path(), "assent.env"));
    assert!(set.contains(&("ASSENT_SERVE".to_owned(), "--test-events".to_owned())), "{set:?}");
    let config = loaded(dir.path());
    assert_eq!(config.shops[0].webhook_secrets.len(), 1);
    assert_eq!(config.shops[0].test_event_code.as_deref(), Some("TEST123"));
    assert!(read(dir.path(), "assent.nginx.conf").contains("server_name events.example.com;"));
}

#[test]
fn without_a_terminal_it_names_every_flag_that_is_missing_and_writes_nothing() {
    let dir = TempDir::new().expect("a folder");
    let output = init(dir.path(), &["--shop", "acme", "--pixel-code", "x y"], "");
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""));
    let said = stderr(&output);
    for part in [
        "--cmp",
        "--public-url",
        "--token-stdin",
        "domain: the shop's permanent name",
        "pixel_code",
    ] {
        assert!(said.contains(part), "{part} is not named in {said}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 0);
    // The configuration's own rule: Shopify blocks its own host.
    let mut flags = flags("shopify");
    flags[9] = "https://shop.acme.example.events.example";
    let output = init(dir.path(), &flags, TOKEN);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("public_url begins with the shop's host"),
        "{}",
        stderr(&output)
    );
    // A secret that would break the file's line is refused, and not repeated.
    let output = init(dir.path(), &self::flags("shopify"), "tok'5ecret\n");
    assert_eq!(output.status.code(), Some(2));
    assert!(!stderr(&output).contains("5ecret"), "{}", stderr(&output));
}

#[test]
fn a_token_that_is_in_the_environment_need_not_be_typed() {
    let dir = TempDir::new().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_assent"));
    let flags = flags("shopify");
    command.arg("init").args(&flags[..flags.len() - 1]).current_dir(dir.path());
    let output = command.env("ACME_TIKTOK_TOKEN", TOKEN).stdin(Stdio::null()).output();
    let output = output.expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(loaded(dir.path()).shops[0].token.is_some());
}

#[test]
fn the_tool_is_found_in_the_shops_cookies() {
    let cookies = "_ga=GA1.1.1; OptanonConsent=groups=C0001%3A1%2CC0004%3A1; cart=x";
    let (dir, mut flags) = (TempDir::new().expect("a folder"), flags(cookies));
    flags[6] = "--cookies";
    let output = init(dir.path(), &flags, TOKEN);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(
        loaded(dir.path()).shops[0].settings.cmp,
        "onetrust".parse::<Cmp>().expect("a tool")
    );
    flags[7] = "_ga=GA1.1.1";
    let output = init(dir.path(), &flags, TOKEN);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no record of a consent tool"), "{}", stderr(&output));
}

#[test]
fn what_is_there_is_left_unless_it_is_to_be_replaced() {
    let dir = TempDir::new().expect("a folder");
    std::fs::write(dir.path().join("assent.toml"), "mine").expect("a file");
    let output = init(dir.path(), &flags("shopify"), TOKEN);
    assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""));
    let said = stderr(&output);
    assert!(said.contains("assent.toml is there already") && said.contains("--force"), "{said}");
    assert_eq!(read(dir.path(), "assent.toml"), "mine");
    assert!(!dir.path().join("assent.env").exists(), "nothing was written");
    let mut flags = flags("shopify");
    flags.extend(["--force", "--json", "--proxy", "caddy"]);
    let output = init(dir.path(), &flags, TOKEN);
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
    let told: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let written = told["written"].as_array().expect("a list").iter();
    let names: Vec<_> = written
        .map(|path| {
            Path::new(path.as_str().expect("a path")).file_name().expect("a name").to_owned()
        })
        .collect();
    let expected =
        ["assent.toml", "assent.env", "assent.service", "assent.schema.json", "Caddyfile"];
    assert_eq!(names, expected);
    assert_eq!(told["next"].as_array().map(Vec::len), Some(3));
    assert_eq!(loaded(dir.path()).shops.len(), 1);
}

/// A person at a terminal, which util-linux' `script` makes: each answer is typed when its question
/// has come. `None`: there is no `script`.
fn typed(folder: &Path, answers: &[(&str, &str)]) -> Option<(Option<i32>, String)> {
    let program = format!("{} init", env!("CARGO_BIN_EXE_assent"));
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--echo", "always", "--command", &program, "/dev/null"]);
    command.current_dir(folder).env_remove("ACME_TIKTOK_TOKEN");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let mut typing = child.stdin.take().expect("piped");
    let mut shown = child.stdout.take().expect("piped");
    let mut said = String::new();
    let mut bytes = [0; 4096];
    for (question, answer) in answers {
        let from = said.len();
        while !said[from..].contains(question) {
            let read = shown.read(&mut bytes).expect("a terminal");
            assert!(read > 0, "it ended before it asked {question}: {said}");
            said.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        typing.write_all(format!("{answer}\n").as_bytes()).expect("it reads");
    }
    let mut rest = Vec::new();
    shown.read_to_end(&mut rest).expect("a terminal");
    said.push_str(&String::from_utf8_lossy(&rest));
    Some((child.wait().expect("it ends").code(), said))
}

#[test]
fn a_person_is_asked_and_asked_again_and_a_token_is_not_shown() {
    let dir = TempDir::new().expect("a folder");
    // As a browser copies it, and more of it than a terminal holds: the rest must answer no other question.
    let token = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";
    let rest = "Events\n\nAn advertiser's page goes on for a while\n".repeat(200);
    let page = format!(
        "Events Manager\n\n\nMy pixel\nID: {PIXEL}\n\nSettings\n\nAccess token\n{token}\nCopy\n{rest}no Enter after it"
    );
    let answers = [
        ("Your shop", "acme"),
        ("public hosts", "https://shop.acme.example/"),
        ("public address", "https://shop.acme.example"),
        ("public address", "https://events.example.com"),
        ("pixel code and access token", &page),
        ("test event code", ""),
        ("Cookies or name:", "OneTrst"),
        ("Cookies or name:", "OptanonConsent=groups=C0004%3A1"),
        ("signs webhooks", ""),
        ("caddy, nginx or none", ""),
        ("folder", ""),
    ];
    let Some((code, said)) = typed(dir.path(), &answers) else { return };
    assert_eq!(code, Some(0), "{said}");
    for part in [
        "public_url begins with the shop's host",
        &format!("TikTok's pixel {PIXEL}, and an access token of 40 signs"),
        "did you mean `onetrust`?",
        "cmp = \"onetrust\"",
        "Add custom pixel",
    ] {
        assert!(said.contains(part), "{part} is not said: {said}");
    }
    assert!(!said.contains(token), "the token is shown: {said}");
    let config = loaded(dir.path());
    let set = variables(&read(dir.path(), "assent.env"));
    assert!(set.contains(&("ACME_TIKTOK_TOKEN".to_owned(), token.to_owned())), "{set:?}");
    let settings = &config.shops[0].settings;
    assert_eq!((settings.shop.as_str(), settings.cmp), (SHOP, "onetrust".parse().expect("a tool")));
    assert_eq!(settings.storefronts, ["shop.acme.example"]);
    assert!(dir.path().join("Caddyfile").exists());
}

/// The clipboard of a desktop, played by one of its programs.
#[test]
fn what_was_copied_from_tiktoks_page_need_not_be_pasted() {
    let (dir, programs) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let program = programs.path().join("xclip");
    let token = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";
    let page = format!("ID: {PIXEL}\n\nAccess token\n{token}\n");
    let text =
        format!("#!/bin/sh\n[ \"$*\" = '-selection clipboard -o' ] && printf '%s' '{page}'\n");
    std::fs::write(&program, text).expect("a file");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("its mode");
    let with = |desktop: &str| {
        let mut flags = flags("shopify");
        flags.truncate(10);
        flags.drain(4..6);
        let mut command = Command::new(env!("CARGO_BIN_EXE_assent"));
        command.args(["init", "--paste"]).args(flags).current_dir(dir.path());
        command.env("PATH", programs.path()).env("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22");
        command
            .env_remove("WAYLAND_DISPLAY")
            .env("DISPLAY", desktop)
            .env_remove("ACME_TIKTOK_TOKEN");
        command.stdin(Stdio::null()).output().expect("the binary runs")
    };
    let output = with("");
    assert_eq!(output.status.code(), Some(2));
    for part in ["there is no clipboard here", "--pixel-code CODE", "--token-stdin"] {
        assert!(stderr(&output).contains(part), "{part}: {}", stderr(&output));
    }
    let output = with(":0");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("from the clipboard: TikTok's pixel"), "{}", stderr(&output));
    for said in [stdout(&output), stderr(&output)] {
        assert!(!said.contains(token), "{said}");
    }
    assert!(read(dir.path(), "assent.toml").contains(&format!("pixel_code = \"{PIXEL}\"")));
    let set = variables(&read(dir.path(), "assent.env"));
    assert!(set.contains(&("ACME_TIKTOK_TOKEN".to_owned(), token.to_owned())), "{set:?}");
}

/// Where systemd is at hand it reads the unit itself.
#[test]
fn the_unit_is_one_that_systemd_understands() {
    let dir = TempDir::new().expect("a folder");
    let output = init(dir.path(), &flags("shopify"), TOKEN);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let unit = dir.path().join("assent.service");
    // It must find the program that the unit starts.
    let program = read(dir.path(), "assent.service").replace("/usr/local/bin/assent", "/bin/true");
    std::fs::write(&unit, program).expect("a file");
    let verified = Command::new("systemd-analyze").arg("verify").arg(&unit).output();
    let Ok(verified) = verified else { return };
    assert!(verified.status.success(), "{}", stderr(&verified));
    let said = stderr(&verified);
    assert!(!said.contains("assent.service:"), "{said}");
}

/// The line that `init` prints, in a shell; at any port, for the usual one may be in use.
#[test]
fn what_it_prints_to_start_with_starts_a_server() {
    let dir = TempDir::new().expect("a folder");
    let mut flags = flags("shopify");
    flags.extend(["--test-event-code", "TEST123"]);
    let output = init(dir.path(), &flags, TOKEN);
    let told = stdout(&output);
    let line = told.lines().find(|line| line.contains(" serve --test-events")).expect("it is told");
    let toml = read(dir.path(), "assent.toml").replace("127.0.0.1:8787", "127.0.0.1:0");
    std::fs::write(dir.path().join("assent.toml"), toml).expect("a file");
    // As it stands there: the program as it was called, and the secrets from the file beside the configuration.
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("exec {}", line.trim()));
    command.env_remove("ACME_TIKTOK_TOKEN");
    let server = Server::start(command);
    assert!(server.get("/readyz").body.contains("\ntest: "), "it is a test: {}", server.log());
    assert_eq!(server.stop(), Some(0));
}

/// `assent serve` in a folder, with nothing but these variables: what it says where it does not start.
fn refused(folder: &Path, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assent"));
    command.arg("serve").current_dir(folder).env_clear().envs(variables.iter().copied());
    let output = command.output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    stderr(&output).to_owned()
}

#[test]
fn the_secrets_file_is_not_read_where_others_may_read_it() {
    let dir = TempDir::new().expect("a folder");
    assert_eq!(init(dir.path(), &flags("shopify"), TOKEN).status.code(), Some(0));
    let file = dir.path().join("assent.env");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).expect("its owner's");
    let said = refused(dir.path(), &[]);
    assert!(
        said.contains("assent.env: others than its owner may read the secrets in it (mode 0640)"),
        "{said}"
    );
    assert!(said.contains("chmod 600") && !said.contains(TOKEN), "{said}");
}

#[test]
fn the_environment_wins_over_the_secrets_file() {
    let dir = TempDir::new().expect("a folder");
    assert_eq!(init(dir.path(), &flags("shopify"), TOKEN).status.code(), Some(0));
    // The file's own has 64 characters.
    let said = refused(dir.path(), &[("ASSENT_ADMIN_TOKEN", "short")]);
    assert!(said.contains("ASSENT_ADMIN_TOKEN") && said.contains("32"), "{said}");
}
