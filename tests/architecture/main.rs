//! ARCHITECTURE.md as a test: who may depend on whom, what the core must not know, how long a file
//! may be.

mod circles;
mod citations;
mod supply;
mod walls;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the workspace's folder")
}

/// Every file below `folder` whose name ends so; none where there is no such folder.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    const MADE: [&str; 5] = ["node_modules", "target", "dist", ".git", ".assent"];
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().expect("an entry has a name").to_string_lossy().into_owned();
        if path.is_dir() && !MADE.contains(&name.as_str()) {
            found.extend(files(&path, endings));
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
    found
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The dependencies a crate declares, of this kind (`None` is the normal one), for every target.
fn dependencies(krate: &str, kind: Option<&str>) -> Vec<String> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"];
    let output =
        Command::new(cargo).args(arguments).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages
        .iter()
        .find(|package| package["name"] == krate)
        .expect("a member of the workspace");
    let declared = package["dependencies"].as_array().expect("dependencies").iter();
    let mut names: Vec<String> = declared
        .filter(|dependency| dependency["kind"].as_str() == kind)
        .map(|dependency| dependency["name"].as_str().expect("a name").to_owned())
        .collect();
    names.sort();
    names
}

fn all_dependencies(krate: &str) -> Vec<String> {
    [None, Some("dev"), Some("build")]
        .into_iter()
        .flat_map(|kind| dependencies(krate, kind))
        .collect()
}

#[test]
fn the_gate_depends_on_serde_sha2_and_unicodes_forms_and_on_nothing_else() {
    assert_eq!(dependencies("assent-gate", None), ["serde", "sha2", "unicode-normalization"]);
    assert!(dependencies("assent-gate", Some("build")).is_empty());
}

#[test]
fn the_two_shells_never_meet_and_only_the_pixel_knows_wasm() {
    let own = ["assent-pixel", "assent-endpoint", "assent-lab", "assent-native", "assent-bindgen"];
    let gate = all_dependencies("assent-gate");
    assert!(gate.iter().all(|name| !own.contains(&name.as_str())), "{gate:?}");
    let pixel = all_dependencies("assent-pixel");
    assert!(pixel.iter().all(|name| !own.contains(&name.as_str())), "{pixel:?}");
    let endpoint = all_dependencies("assent-endpoint");
    assert!(
        !endpoint.contains(&"assent-pixel".to_owned())
            && !endpoint.contains(&"assent-bindgen".to_owned())
    );
    assert!(
        !dependencies("assent-endpoint", None).contains(&"assent-lab".to_owned()),
        "the lab is for tests"
    );
    let native = all_dependencies("assent-native");
    assert!(
        !native.iter().any(|name| own.contains(&name.as_str())),
        "it is the gate alone: {native:?}"
    );

    let wasm = ["wasm-bindgen", "js-sys", "web-sys", "serde-wasm-bindgen", "wasm-bindgen-test"];
    for name in wasm {
        assert!(pixel.contains(&name.to_owned()), "{name}");
        for krate in ["assent-gate", "assent-endpoint", "assent-lab", "assent-native"] {
            assert!(!all_dependencies(krate).contains(&name.to_owned()), "{krate} has {name}");
        }
    }
}

#[test]
fn the_gate_and_the_endpoint_forbid_unsafe_code() {
    for file in ["src/gate/src/lib.rs", "src/endpoint/src/lib.rs", "src/endpoint/src/main.rs"] {
        assert!(text(&root().join(file)).contains("#![forbid(unsafe_code)]"), "{file}");
    }
}

#[test]
fn no_file_is_longer_than_a_sitting() {
    let mut long = Vec::new();
    for file in files(&root().join("src"), &[".rs"]).iter().chain(&shells()) {
        let lines = text(file).lines().count();
        if lines > 400 {
            long.push(format!("{} has {lines} lines", file.display()));
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

/// A file without its comments and its tests.
fn code(path: &Path) -> String {
    let text = text(path);
    let mut code = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let line = line.trim();
        let tests = line == "#[cfg(test)]"
            && lines
                .peek()
                .is_some_and(|next| next.contains("mod ") && next.trim_end().ends_with('{'));
        if tests {
            break; // a file's tests stand at its end
        }
        if !line.starts_with("//") {
            code.push_str(line);
            code.push('\n');
        }
    }
    code
}

#[test]
fn the_core_asks_the_machine_for_nothing_and_stays_small() {
    let is_test = |path: &Path| {
        path.components().any(|part| part.as_os_str() == "tests")
            || path.file_name().is_some_and(|name| name == "tests.rs")
    };
    let gate = files(&root().join("src/gate/src"), &[".rs"]);
    let gate: Vec<PathBuf> = gate.into_iter().filter(|path| !is_test(path)).collect();
    assert!(gate.len() > 25, "the gate's files were found");
    // Neither clock, nor dice, nor files, nor network; and what would bloat the module.
    let names = [
        "std::time",
        "std::env",
        "std::fs",
        "std::net",
        "std::thread",
        "std::process",
        "SystemTime",
        "Instant::now",
        "rand::",
        "getrandom",
        "format!",
        "println!",
        "HashMap",
        "BTreeMap",
        "regex",
        "wasm",
        "http::",
    ];
    for path in &gate {
        let code = code(path);
        for name in names {
            assert!(!code.contains(name), "{} names {name}", path.display());
        }
    }
}

/// The JavaScript around the module: the frame's, and the extension's, which brings the frame's
/// along.
fn shells() -> Vec<PathBuf> {
    ["js/src", "extension/src"]
        .iter()
        .flat_map(|folder| files(&root().join(folder), &[".js"]))
        .collect()
}

#[test]
fn the_javascript_of_the_browser_imports_only_its_own_files() {
    let shells = shells();
    let extension = root().join("extension");
    assert!(shells.iter().any(|path| path.starts_with(&extension)) && shells.len() > 10);
    for path in shells {
        // A list that is too long for one line ends with `} from "…"`.
        let starts = ["import ", "export ", "} from "];
        let imports = |line: &&str| starts.iter().any(|start| line.starts_with(start));
        for line in text(&path).lines().filter(imports) {
            if let Some((_, from)) = line.split_once("from \"") {
                let own = from.starts_with("./");
                let lent = from.starts_with("../../js/src/") && path.starts_with(&extension);
                assert!(own || lent || from.starts_with("assent:"), "{}: {line}", path.display());
            }
        }
    }
}

/// Field names of Shopify's payloads, enough of them that a second parser could not do without.
#[test]
fn past_the_parser_nobody_knows_a_field_of_shopify() {
    let fields = [
        "checkoutToken",
        "customData",
        "customerPrivacy",
        "marketingAllowed",
        "lineItems",
        "cartLine",
        "productVariant",
        "totalPrice",
        "currencyCode",
        "billingAddress",
        "shippingAddress",
        "searchResult",
        "myshopifyDomain",
        "cart_token",
        "line_items",
        "total_price",
        "billing_address",
        "landing_site",
        "source_name",
        "shop_domain",
        "orders_to_redact",
        "data_request.id",
    ];
    let parser = root().join("src/gate/src/shopify");
    let knows = |path: &Path| {
        fields.iter().any(|field| {
            code(path).contains(&format!("{field}\"")) || code(path).contains(&format!("{field}."))
        })
    };
    assert!(files(&parser, &[".rs"]).iter().any(|path| knows(path)), "the parser was found");
    for folder in ["src/gate/src", "src/pixel/src", "src/endpoint/src"] {
        for path in
            files(&root().join(folder), &[".rs"]).iter().filter(|path| !path.starts_with(&parser))
        {
            let tests = path.components().any(|part| part.as_os_str() == "tests");
            assert!(tests || path.ends_with("tests.rs") || !knows(path), "{}", path.display());
        }
    }
}

#[test]
fn the_javascript_of_the_browser_decides_nothing_about_consent() {
    for path in shells() {
        let mut text = text(&path);
        if path.ends_with("js/src/room.js") || path.ends_with("js/src/hosting.js") {
            // The one thing that a waiting room asks: without both of Shopify's permissions no gate is needed.
            let permits =
                "privacy?.marketingAllowed === true && privacy.saleOfDataAllowed === true";
            assert_eq!(text.matches(permits).count(), 1, "what {} asks", path.display());
            text = text.replace(permits, "");
        }
        let code: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !["//", "/*", "*"].iter().any(|c| line.starts_with(c)))
            .collect();
        for word in
            ["granted", "denied", "marketing", "saleOfData", "Allowed", ".rule ", ".decision ="]
        {
            assert!(
                !code.iter().any(|line| line.contains(word)),
                "{} has a word of consent: {word}",
                path.display()
            );
        }
    }
}

#[test]
fn no_source_names_the_host_of_a_registry_or_the_folders_of_this_machine() {
    let mut sources: Vec<PathBuf> = Vec::new();
    for folder in ["src", "js", "extension", "tests", "docs", "deploy", ".ci", ".cargo", ".github"]
    {
        let endings = [
            ".rs", ".js", ".mjs", ".ts", ".json", ".toml", ".md", ".html", ".css", ".py", ".sql",
            ".yml", "run",
        ];
        sources.extend(files(&root().join(folder), &endings));
    }
    for entry in fs::read_dir(root()).expect("the workspace's folder") {
        let path = entry.expect("an entry").path();
        let is_lock = path.file_name().is_some_and(|name| name == "Cargo.lock"); // it names its source by necessity
        let is_text = path
            .extension()
            .is_some_and(|ending| ["md", "toml", "json", "lock"].iter().any(|own| ending == *own));
        if path.is_file() && is_text && !is_lock {
            sources.push(path);
        }
    }
    assert!(sources.len() > 100, "the sources were found");
    // Put together here, or this file would name them.
    let hosts = [
        ["crates", ".io"],
        ["npmjs", ".org"],
        ["npmjs", ".com"],
        ["pypi", ".org"],
        ["deb.debian", ".org"],
    ]
    .map(|parts| parts.concat());
    let folders = [["/wo", "rk/"], ["/ro", "ot/"]].map(|parts| parts.concat());
    for path in &sources {
        let text = text(path);
        for host in &hosts {
            assert!(!text.contains(host), "{} names {host}", path.display());
        }
        for folder in &folders {
            let own = text.match_indices(folder.as_str()).any(|(at, _)| {
                let before = text[..at].chars().next_back();
                before.is_none_or(|c| {
                    !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-' | '}' | '/' | '*')
                })
            });
            assert!(!own, "{} names {folder}", path.display());
        }
    }
}

/// It names files by the path below their part's `src`, so that its lines stay short.
#[test]
fn every_file_that_architecture_md_names_is_there() {
    let below = [
        "",
        "src/endpoint/src",
        "src/gate/src",
        "src/gate/src/consent",
        "src/gate/src/session",
        "src/pixel/src",
        "js/src",
    ];
    let page = text(&root().join("ARCHITECTURE.md"));
    let is_file = |word: &&str| {
        let ending = [".rs", ".js", ".mjs", ".json", ".jsonc", ".toml"]
            .iter()
            .any(|ending| word.ends_with(ending));
        ending && *word != "assent.toml" && !word.contains(' ')
    };
    let named: Vec<_> = page.split('`').skip(1).step_by(2).filter(is_file).collect();
    assert!(named.len() > 30, "{named:?}");
    let is_there = |file: &str| below.iter().any(|folder| root().join(folder).join(file).is_file());
    let missing: Vec<_> = named.into_iter().filter(|file| !is_there(file)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
