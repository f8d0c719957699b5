//! What is printed for editors, shells and builds: settings, schema, completions, the manual.

use std::collections::BTreeSet;
use std::path::Path;

use assent_endpoint::config::{Config, Secrets};
use serde_json::Value;

use crate::command_line::{stderr, stdout};
use crate::support::server::{SHOP, World};

fn root(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn schema(world: &World) -> Value {
    serde_json::from_str(&world.text(&["schema"])).expect("one JSON document")
}

/// Every setting of the schema by its path, `*` for a name of one's own.
fn paths(schema: &Value, at: &str, found: &mut BTreeSet<String>) {
    let properties = schema["properties"].as_object().into_iter().flatten();
    for (name, own) in properties {
        let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        let below = [(&own["items"], path.clone()), (own, path.clone())]
            .into_iter()
            .chain([(&own["additionalProperties"], format!("{path}.*"))])
            .filter(|(below, _)| below["properties"].is_object());
        let mut is_leaf = true;
        for (below, path) in below {
            is_leaf = false;
            paths(below, &path, found);
        }
        if is_leaf {
            found.insert(path);
        }
    }
}

#[test]
fn settings_are_those_that_the_snippet_has_inside() {
    let world = World::with("debug = true\nconsent.categories = [\"</x>\"]");
    let printed: Value =
        serde_json::from_str(&world.text(&["settings", "--shop", SHOP, "--json"])).expect("JSON");
    assert_eq!((&printed["shop"], &printed["debug"]), (&SHOP.into(), &true.into()));
    let snippet = world.run(&["snippet", "--shop", SHOP]);
    if snippet.status.success() {
        let (inside, _) = stdout(&snippet)
            .strip_prefix("const ASSENT = ")
            .and_then(|rest| rest.split_once("};\n"))
            .expect("settings");
        let inside: Value = serde_json::from_str(&format!("{inside}}}")).expect("JSON");
        assert_eq!(printed, inside);
    }
    let text = world.text(&["settings"]);
    assert!(
        text.contains("cmp            shopify\n") && text.contains("names these settings "),
        "{text}"
    );
}

/// docs/settings.md and the schema come from the structs that read the file.
#[test]
fn the_page_of_settings_is_what_the_program_prints() {
    let world = World::new();
    let page = world.text(&["schema", "--markdown"]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/settings.md");
    assert!(
        root("docs/settings.md") == page,
        "make it again: target/debug/assent schema --markdown > {}",
        path.display()
    );
}

/// The schema's keys are all that the parser takes, and no other: the contract's complete example
/// has each of them, and the parser refuses what is not of the schema.
#[test]
fn the_schema_has_every_setting_of_the_contract_and_of_the_example() {
    let mut known = BTreeSet::new();
    paths(&schema(&World::new()), "", &mut known);
    assert!(known.len() > 40, "{known:?}");
    let page = root("docs/contract.md");
    let (_, example) = page.split_once("\n```toml\n").expect("the example begins");
    let (contract, _) = example.split_once("\n```\n").expect("it ends");
    // What is an alternative to another key, or what a comment shows, stands there behind a `#`.
    let example = root("deploy/assent.example.toml");
    for path in &known {
        let key = path.rsplit('.').next().expect("a last part");
        assert!(
            example.contains(&format!("{key} ="))
                || key == "*"
                || path.contains('*')
                || key.ends_with("events"),
            "{path} is not in the example"
        );
        assert!(contract.contains(key) || key == "*", "{path} is not in the contract");
    }
}

#[test]
fn the_example_is_a_configuration_without_a_fault() {
    let set = |name: &str| Some(format!("value of {name}, long enough for a token"));
    let example = root("deploy/assent.example.toml");
    let config = Config::parse(&example, Path::new("/etc/assent"), Secrets::Needed, &set)
        .unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert_eq!(config.shops.len(), 1);
    // And so it is with everything that it only mentions.
    let all: Vec<_> =
        example.lines().map(|line| line.strip_prefix("#- ").unwrap_or(line)).collect();
    Config::parse(&all.join("\n"), Path::new("/etc/assent"), Secrets::Needed, &set)
        .unwrap_or_else(|faults| panic!("{faults:#?}"));
}

#[test]
fn what_is_deployed_beside_it_fits_together() {
    let compose = root("deploy/compose.yaml");
    for part in ["Caddyfile", "assent.env", "assent.toml", "ASSENT_UPSTREAM: assent:8787"] {
        assert!(compose.contains(part), "{part}");
    }
    assert!(root("deploy/Caddyfile").contains("{$ASSENT_UPSTREAM:127.0.0.1:8787}"));
    let image = root("deploy/Dockerfile");
    for part in ["USER ", "HEALTHCHECK ", "ENTRYPOINT "] {
        assert!(image.lines().any(|line| line.starts_with(part)), "{part}");
    }
}

#[test]
fn shells_and_man_are_told_every_command() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = world.text(&["completions", shell]);
        for command in ["init", "serve", "snippet"] {
            assert!(text.contains(command), "{shell} is not told {command}");
        }
    }
    let page = world.text(&["man"]);
    assert!(page.contains(".TH assent 1") && page.contains("assent\\-serve(1)"), "{page}");
    let dir = world.dir.path().join("man1");
    let missing = world.run(&["man", "--dir", dir.to_str().expect("a path")]);
    assert!(stderr(&missing).contains("man1"), "{}", stderr(&missing));
    std::fs::create_dir(&dir).expect("a folder");
    assert_eq!(world.run(&["man", "--dir", dir.to_str().expect("a path")]).status.code(), Some(0));
    assert!(dir.join("assent-consent-read.1").exists());
}
