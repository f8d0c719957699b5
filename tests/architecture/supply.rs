//! What comes in with a dependency, held to deny.toml without cargo-deny: under which licences, from
//! where, and nothing twice.
//!
//! It looks at what is built on Linux, as deny.toml does. What only the tool can do is ask for
//! advisories.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::{env, root, text};

/// A crate that cargo builds.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Crate {
    name: String,
    version: String,
    licence: String,
}

/// What cargo builds for `product` (all of the workspace, where that is empty), along `edges`, on
/// the system that deny.toml names first. (`cargo metadata` would name crates that no feature asks for.)
fn built(product: &str, edges: &str) -> BTreeSet<Crate> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let which = if product.is_empty() { vec!["--workspace"] } else { vec!["-p", product] };
    let how = ["--prefix", "none", "--format", "{p}\t{l}", "--target", "x86_64-unknown-linux-gnu"];
    let output = Command::new(cargo)
        .args(["tree", "--locked", "-e", edges])
        .args(how)
        .args(which)
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    let of_line = |line: &str| {
        let (package, licence) = line.split_once('\t').expect("two columns");
        let mut words = package.split(' ');
        let mut word = || words.next().expect("a name and a version").to_owned();
        let licence = licence.trim_end_matches(" (*)").to_owned(); // it has stood there before
        Crate { name: word(), version: word().trim_start_matches('v').to_owned(), licence }
    };
    tree.lines().filter(|line| !line.is_empty()).map(of_line).collect()
}

/// The quoted texts in `name = [ … ]` of deny.toml, the first of each line.
fn listed(name: &str) -> Vec<String> {
    let file = text(&root().join("deny.toml"));
    let (_, rest) = file.split_once(&format!("\n{name} = [")).expect("a list of deny.toml");
    let (list, _) = rest.split_once("\n]").expect("its end");
    list.lines().filter_map(|line| line.split('"').nth(1).map(str::to_owned)).collect()
}

/// Whether an SPDX expression can be met by licences of the list. `/` is how crates wrote OR before
/// there was one.
fn is_met(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any(&words, &mut at, allowed);
    assert!(at == words.len() && at > 0, "no licence expression: {expression:?}");
    met
}

fn any(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut met = all(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all(words, at, allowed);
    }
    met
}

fn all(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allowed);
    }
    met
}

/// A licence by its name. One with an exception is another licence.
fn one(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let name = words.get(*at).copied().unwrap_or_default();
    *at += 1;
    if name == "(" {
        let met = any(words, at, allowed);
        *at += 1;
        return met;
    }
    if words.get(*at) == Some(&"WITH") {
        *at += 2;
        return false;
    }
    allowed.iter().any(|own| own == name)
}

#[test]
fn every_crate_that_is_built_may_be_given_away() {
    let (built, allowed) = (built("", "normal,build,dev"), listed("allow"));
    assert!(built.len() > 200 && allowed.len() > 3, "{} crates", built.len());
    let refused: Vec<&Crate> = built.iter().filter(|own| !is_met(&own.licence, &allowed)).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    for licence in &allowed {
        let others: Vec<String> = allowed.iter().filter(|own| *own != licence).cloned().collect();
        let is_needed = built.iter().any(|own| !is_met(&own.licence, &others));
        assert!(is_needed, "{licence} is allowed, and no crate needs it");
    }
}

/// The lock file is for every system, so this is of all that cargo could ever fetch for it.
#[test]
fn every_crate_comes_from_the_one_registry_with_its_checksum() {
    let lock = text(&root().join("Cargo.lock"));
    let mut sources = BTreeSet::new();
    let mut foreign = 0;
    for package in lock.split("[[package]]").skip(1) {
        let field = |name: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")));
            line.map(|value| value.trim_matches('"').to_owned())
        };
        let name = field("name").expect("a name");
        let Some(source) = field("source") else {
            assert!(name.starts_with("assent-"), "{name} comes from nowhere");
            continue;
        };
        foreign += 1;
        sources.insert(source);
        let sum = field("checksum").unwrap_or_default();
        assert!(sum.len() == 64, "{name} has no checksum");
    }
    assert!(foreign > 200, "{foreign} crates");
    let sources: Vec<String> = sources.into_iter().collect();
    let [source] = sources.as_slice() else { panic!("more than one source: {sources:?}") };
    let registry = "registry+https://github.com/rust-lang/";
    assert!(source.starts_with(registry), "{source} is not cargo's own registry");
    // npm's packages: an address of the one registry or none, and each with its hash.
    let lock: Value = serde_json::from_str(&text(&root().join("package-lock.json"))).expect("JSON");
    for (path, package) in lock["packages"].as_object().expect("packages") {
        let is_ours = path.is_empty();
        let word = |name: &str| package[name].as_str().unwrap_or_default();
        assert!(is_ours || word("integrity").starts_with("sha512-"), "{path} has no hash");
        assert!(!word("resolved").starts_with("git"), "{path} comes from a repository");
    }
}

/// Crates in more than one version, with all of them.
fn twice(built: &BTreeSet<Crate>) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for Crate { name, version, .. } in built {
        found.entry(name).or_default().insert(version);
    }
    found.retain(|_, versions| versions.len() > 1);
    found
}

/// Of what only tests bring along nothing is asked; cargo-deny does not look closely there either.
#[test]
fn no_crate_is_built_in_two_versions_but_those_that_deny_toml_names() {
    let skipped = listed("skip");
    let named = |(name, versions): (&str, BTreeSet<&str>)| -> (Vec<String>, Vec<String>) {
        let versions = versions.into_iter().map(|version| format!("{name}@{version}"));
        versions.partition(|own| skipped.contains(own))
    };
    for (_, left) in twice(&built("", "normal,build")).into_iter().map(named) {
        assert!(left.len() == 1, "built in more than one version: {left:?}");
    }
    let with_tests = built("", "normal,build,dev");
    let needed: Vec<String> =
        twice(&with_tests).into_iter().flat_map(|found| named(found).0).collect();
    let idle: Vec<_> = skipped.iter().filter(|own| !needed.contains(own)).collect();
    assert!(idle.is_empty(), "deny.toml excuses what is not there: {idle:?}");
}

#[test]
fn of_what_is_shipped_only_what_ring_and_postgres_bring_stands_there_twice() {
    let of_endpoint = &["base64", "const-oid", "fallible-iterator", "getrandom"][..];
    for (product, expected) in [("assent-endpoint", of_endpoint), ("assent-pixel", &[])] {
        let shipped = built(product, "normal,no-proc-macro");
        assert!(shipped.len() > 10, "{product} has {} crates", shipped.len());
        assert_eq!(twice(&shipped).into_keys().collect::<Vec<_>>(), expected, "{product}");
    }
}

/// The check itself: it must be able to fail.
#[test]
fn an_expression_is_met_as_spdx_reads_it() {
    let allowed = ["MIT", "ISC"].map(str::to_owned);
    for good in [
        "MIT",
        "MIT OR GPL-3.0",
        "GPL-3.0/MIT",
        "(GPL-3.0 OR MIT) AND ISC",
        "GPL-3.0 AND BSD-2-Clause OR ISC",
        "Apache-2.0 WITH LLVM-exception OR MIT",
    ] {
        assert!(is_met(good, &allowed), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0", "ISC WITH X", "mit"] {
        assert!(!is_met(bad, &allowed), "{bad}");
    }
}
