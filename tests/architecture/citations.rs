//! Whatever code, tests and pages cite stands in the repository, under a heading that exists.
//!
//! A citation is a path and, where it means a part of the page, a heading: `docs/contract.md` and
//! `#ids` behind it. In code and comments the path begins at the root; in a page, a link begins at
//! the page's own folder, as GitHub reads it.

use std::path::Path;

use super::{files, root, text};

/// The text of a file of the repository, by its path from the root; empty for a folder. `None`
/// where there is nothing.
type Repository<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Every heading's anchor by GitHub's rule: lower case, spaces as hyphens, other signs left out,
/// and a number behind one that has been there before.
fn anchors(page: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut fenced = false;
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        let heading = line.trim_start_matches('#');
        let level = line.len() - heading.len();
        if fenced || !(1..=6).contains(&level) || !heading.starts_with(' ') {
            continue;
        }
        let mut anchor = String::new();
        for letter in heading.trim().chars().flat_map(char::to_lowercase) {
            match letter {
                ' ' => anchor.push('-'),
                letter if letter.is_alphanumeric() || matches!(letter, '-' | '_') => {
                    anchor.push(letter);
                }
                _ => {}
            }
        }
        let before = found.iter().filter(|other| **other == anchor).count();
        found.push(if before == 0 { anchor } else { format!("{anchor}-{before}") });
    }
    found
}

/// `folder` and `path` as one path from the root; `None` where it leads out of the repository.
fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What is wrong with `cited` (`path`, `path#anchor` or `#anchor`), looked for in each of
/// `folders`; `page` is where it stands.
fn fault(cited: &str, folders: &[&str], page: &str, repository: Repository) -> Option<String> {
    let (path, anchor) = match cited.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (cited, None),
    };
    let content = if path.is_empty() {
        Some(page.to_owned())
    } else {
        folders.iter().find_map(|folder| repository(&joined(folder, path)?))
    };
    match (content, anchor) {
        (None, _) => Some(format!("{cited}: there is no such file")),
        (Some(content), Some(anchor)) if !anchors(&content).iter().any(|own| own == anchor) => {
            Some(format!("{cited}: there is no such heading"))
        }
        (Some(_), _) => None,
    }
}

/// The targets of a page's links, but for those that lead to another site.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target).filter(|target| !target.contains("://"))
}

/// What looks like a path, with or without an anchor. Other sites' addresses are none of them.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let is_of_a_path = |c: char| c.is_ascii_alphanumeric() || "_-./#".contains(c);
    let words = text.split(move |c| !is_of_a_path(c)).map(|word| word.trim_end_matches(['.', '#']));
    words.filter(|word| !word.starts_with('/'))
}

fn names_a_page(path: &str) -> bool {
    path.split('#').next().and_then(|path| path.strip_suffix(".md")).is_some_and(|stem| {
        stem.chars().next_back().is_some_and(|last| last.is_ascii_alphanumeric())
    })
}

/// A file or folder of the repository; what a build makes (`dist`) need not be there.
fn names_a_place(path: &str) -> bool {
    ["src/", "js/", "extension/", "tests/", "docs/"].iter().any(|top| path.starts_with(top))
        && !path.split('/').any(|part| part == "dist")
}

/// Every citation of `file` that leads nowhere.
fn faults(file: &str, text: &str, repository: Repository) -> Vec<String> {
    let outside = ["DESIGN", "STYLE.md", "reference/", "reference, section", "§"];
    let outside = outside.iter().filter(|words| text.contains(**words));
    let mut faults: Vec<String> =
        outside.map(|words| format!("{words}: it is not in the repository")).collect();
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_page = file.ends_with(".md");
    let cited = paths(text).filter(|path| names_a_page(path) || (is_page && names_a_place(path)));
    faults.extend(cited.filter_map(|path| fault(path, &["", folder, "docs"], text, repository)));
    if is_page {
        faults.extend(links(text).filter_map(|link| fault(link, &[folder], text, repository)));
    }
    faults.iter().map(|fault| format!("{file}: {fault}")).collect()
}

#[test]
fn every_citation_leads_to_a_file_and_a_heading_of_the_repository() {
    let root = root();
    let repository = |path: &str| {
        let path = root.join(path);
        if path.is_dir() {
            Some(String::new())
        } else {
            // A picture is there, and has no headings.
            std::fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        }
    };
    let endings = [".rs", ".sql", ".js", ".mjs", ".ts", ".py", ".toml", ".md", ".html", ".css"];
    let mut sources = files(&root, &endings);
    // This file cites what is not there: the test below needs it.
    sources.retain(|path| !path.ends_with("tests/architecture/citations.rs"));
    assert!(sources.len() > 300, "the sources were found");
    let name = |path: &Path| {
        let path = path.strip_prefix(&root).expect("it was found below the root");
        path.to_string_lossy().replace('\\', "/")
    };
    let wrong: Vec<String> =
        sources.iter().flat_map(|path| faults(&name(path), &text(path), &repository)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The check itself, on made-up texts: it must be able to fail.
#[test]
fn a_citation_that_leads_nowhere_is_found() {
    let page = "# The page\n\n## It's `here`, twice\n```sh\n## not a heading\n```\n\
                ## It's here, twice\n#no heading\n";
    let repository = |path: &str| match path {
        "docs/page.md" => Some(page.to_owned()),
        "README.md" => Some("# Read me\n".to_owned()),
        "docs" | "src/a.rs" | "src" => Some(String::new()),
        _ => None,
    };
    assert_eq!(anchors(page), ["the-page", "its-here-twice", "its-here-twice-1"]);
    for good in [
        "// docs/page.md, docs/page.md#the-page and (docs/page.md#its-here-twice-1).",
        "// README.md says so; page.md too. https://example.com/other.md is another site's.",
        "// \".md\" is an ending.",
        "// src/b.rs: only pages are held to what they say of the code.",
    ] {
        assert_eq!(faults("src/a.rs", good, &repository), [""; 0], "{good}");
    }
    for good in [
        "[a](page.md#the-page) [b](../README.md) [c](#mine) [d](https://example.com/#x)\n# Mine\n",
        "`src/a.rs` is there, `js/dist/b.js` is built, and `docs/` is a folder.",
    ] {
        assert_eq!(faults("docs/page2.md", good, &repository), [""; 0], "{good}");
    }
    for (file, bad) in [
        ("src/a.rs", "// DESIGN, in capitals"),
        ("src/a.rs", "// STYLE.md"),
        ("src/a.rs", "// the reference/x, of old"),
        ("src/a.rs", "// (reference, section 4)"),
        ("src/a.rs", "// §4"),
        ("src/a.rs", "// docs/other.md"),
        ("src/a.rs", "// docs/page.md#other"),
        ("src/a.rs", "// docs/page.md#not-a-heading"),
        ("src/a.rs", "// docs/page.md#its-here-twice-2"),
        ("src/a.rs", "// ../../outside.md"),
        ("docs/page2.md", "[a](docs/page.md)"),
        ("docs/page2.md", "[a](page.md#other)"),
        ("docs/page2.md", "[a](#other)"),
        ("docs/page2.md", "[a](../src/b.rs)"),
        ("docs/page2.md", "`src/b.rs`"),
        ("docs/page2.md", "It stands in tests/a."),
    ] {
        assert!(!faults(file, bad, &repository).is_empty(), "{file}: {bad}");
    }
}
