//! No import circle between files: who reads a file needs only the files that it imports, and
//! theirs, and never comes back to the same file.
//!
//! A file imports another where a path in its code leads there. Only paths that begin with `crate`,
//! `self`, `super` or the name of a module that the file declares are followed. Tests do not count.
#![allow(clippy::wildcard_enum_match_arm, reason = "syn's lists of what Rust can say may grow")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree};

use crate::{files, root};

/// The text of each file, by its path below the crate's `src`.
type Sources = BTreeMap<String, String>;
/// For each file those it imports, each with one path in its code that leads there.
type Imports = BTreeMap<String, BTreeMap<String, String>>;
/// Names of modules from the crate's root downwards.
type ModulePath = Vec<String>;

#[test]
fn no_files_of_the_gate_import_each_other_in_a_circle() {
    let found = circles(&read("src/gate/src"));
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn no_files_of_the_endpoint_import_each_other_in_a_circle() {
    let found = circles(&read("src/endpoint/src"));
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

fn read(folder: &str) -> Sources {
    let folder = root().join(folder);
    let name = |path: &Path| {
        let below = path.strip_prefix(&folder).expect("a file of the folder");
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    };
    let text = |path: &Path| fs::read_to_string(path).expect("a readable file");
    files(&folder, &[".rs"]).iter().map(|path| (name(path), text(path))).collect()
}

/// Every set of files that import each other, as lines: first a shortest circle, then the other
/// imports between these files.
fn circles(sources: &Sources) -> Vec<String> {
    let mut imports = Imports::new();
    for root in ["lib.rs", "main.rs"].iter().filter(|root| sources.contains_key(**root)) {
        let mut tree = Tree::default();
        tree.declare(root, &Vec::new(), sources);
        imports.extend(tree.imports());
    }
    let reach = |from: &str| {
        let mut seen = BTreeSet::new();
        let mut open = vec![from.to_owned()];
        while let Some(file) = open.pop() {
            let next = imports.get(&file).into_iter().flat_map(BTreeMap::keys);
            open.extend(next.filter(|next| seen.insert((*next).clone())).cloned());
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> =
        imports.keys().map(|file| (file, reach(file))).collect();
    let mut told: BTreeSet<&String> = BTreeSet::new();
    let mut found = Vec::new();
    for (file, others) in &reached {
        if !others.contains(*file) || told.contains(file) {
            continue;
        }
        let is_in =
            |other: &str| others.contains(other) && reached[&other.to_owned()].contains(*file);
        told.extend(reached.keys().filter(|other| is_in(other)));
        found.push(tell(file, &imports, &is_in));
    }
    found
}

fn tell(start: &str, imports: &Imports, is_in: &dyn Fn(&str) -> bool) -> String {
    let line = |from: &str, to: &str| format!("  {from} imports {to} by `{}`", imports[from][to]);
    let circle = shortest(start, imports);
    let mut lines: Vec<String> = circle.windows(2).map(|pair| line(&pair[0], &pair[1])).collect();
    lines.insert(0, format!("{start} is in an import circle:"));
    let edges = imports.iter().flat_map(|(from, to)| to.keys().map(move |to| (from, to)));
    let others =
        edges.filter(|(from, to)| is_in(from) && is_in(to)).map(|(from, to)| line(from, to));
    let others: Vec<String> = others.filter(|line| !lines.contains(line)).collect();
    if !others.is_empty() {
        lines.push("which these belong to as well:".to_owned());
        lines.extend(others);
    }
    lines.join("\n")
}

/// From the file along its imports to itself again.
fn shortest(start: &str, imports: &Imports) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut open = VecDeque::from([vec![start.to_owned()]]);
    while let Some(way) = open.pop_front() {
        for next in imports[&way[way.len() - 1]].keys() {
            let further = [way.as_slice(), std::slice::from_ref(next)].concat();
            if next == start {
                return further;
            }
            if seen.insert(next.clone()) {
                open.push_back(further);
            }
        }
    }
    unreachable!("a file that reaches itself is on a circle")
}

/// The modules of a crate as their files declare them.
#[derive(Default)]
struct Tree {
    modules: BTreeMap<ModulePath, Module>,
}

struct Module {
    file: String,
    items: Vec<Item>,
    /// What is defined here.
    names: BTreeSet<String>,
    /// What is brought here by `use`: the name it has here, and the path. A glob's name is `*`.
    brought: Vec<(String, Vec<String>)>,
}

impl Tree {
    /// Takes in a file and the files of the modules that it declares.
    fn declare(&mut self, file: &str, path: &ModulePath, sources: &Sources) {
        let text = sources.get(file).unwrap_or_else(|| panic!("{file} is declared and not there"));
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        self.take(file, path, parsed.items, sources);
    }

    fn take(&mut self, file: &str, path: &ModulePath, items: Vec<Item>, sources: &Sources) {
        let mut module = Module {
            file: file.to_owned(),
            items: Vec::new(),
            names: BTreeSet::new(),
            brought: Vec::new(),
        };
        for item in items.into_iter().filter(|item| !is_test(attributes(item))) {
            match item {
                Item::Mod(child) => {
                    let below = [path.as_slice(), &[child.ident.to_string()]].concat();
                    match child.content {
                        Some((_, items)) => self.take(file, &below, items, sources),
                        None => self.declare(&file_of(&below, sources), &below, sources),
                    }
                }
                other => {
                    module.names.extend(defined(&other));
                    if let Item::Use(import) = &other {
                        module.brought.extend(leaves(&import.tree));
                    }
                    module.items.push(other);
                }
            }
        }
        self.modules.insert(path.clone(), module);
    }

    fn imports(&self) -> Imports {
        let mut imports = Imports::new();
        for (path, module) in &self.modules {
            let own = imports.entry(module.file.clone()).or_default();
            let mut written = Written::default();
            module.items.iter().for_each(|item| written.visit_item(item));
            for segments in written.paths {
                if let Some(file) =
                    self.file_at(path, &segments, 0).filter(|file| *file != module.file)
                {
                    own.entry(file).or_insert_with(|| segments.join("::"));
                }
            }
        }
        imports
    }

    /// The file that defines what a path in the code of the module `from` names. `None` where the
    /// path does not begin in this crate's modules.
    fn file_at(&self, from: &ModulePath, segments: &[String], depth: usize) -> Option<String> {
        let mut module = from.clone();
        let mut rest = segments;
        match rest.first()?.as_str() {
            "crate" => module.clear(),
            "self" => {}
            "super" => {
                module.pop()?;
            }
            child if rest.len() > 1 && self.child(from, child).is_some() => {
                module.push(child.to_owned());
            }
            _ => return None,
        }
        rest = &rest[1..];
        while let Some(next) = rest.first() {
            if next == "super" {
                module.pop()?;
            } else if let Some(child) = self.child(&module, next) {
                module = child;
            } else {
                break;
            }
            rest = &rest[1..];
        }
        let here = self.modules.get(&module)?;
        let Some(name) = rest.first() else { return Some(here.file.clone()) };
        // Where the name is only re-exported, the file that defines it is the one imported.
        let is_reexport = !here.names.contains(name) && depth < 8;
        let target = if is_reexport { self.brought_from(&module, name, depth) } else { None };
        Some(target.unwrap_or_else(|| here.file.clone()))
    }

    fn brought_from(&self, module: &ModulePath, name: &str, depth: usize) -> Option<String> {
        let here = self.modules.get(module)?;
        let named = here.brought.iter().find(|(own, _)| own == name);
        if let Some((_, path)) = named {
            return self.file_at(module, path, depth + 1);
        }
        here.brought.iter().filter(|(own, _)| own == "*").find_map(|(_, path)| {
            let one = [path.as_slice(), &[name.to_owned()]].concat();
            let file = self.file_at(module, &one, depth + 1)?;
            let all = self.modules.values().filter(|module| module.file == file);
            all.into_iter().any(|module| module.names.contains(name)).then_some(file)
        })
    }

    fn child(&self, module: &ModulePath, name: &str) -> Option<ModulePath> {
        let below = [module.as_slice(), &[name.to_owned()]].concat();
        self.modules.contains_key(&below).then_some(below)
    }
}

fn file_of(path: &ModulePath, sources: &Sources) -> String {
    let name = path.join("/");
    let (file, folder) = (format!("{name}.rs"), format!("{name}/mod.rs"));
    if sources.contains_key(&folder) { folder } else { file }
}

/// `#[cfg(test)]`, and nothing more complicated.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn defined(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

/// Each name that a `use` brings, with its whole path.
fn leaves(tree: &UseTree) -> Vec<(String, Vec<String>)> {
    let below = |name: &str, leaves: Vec<(String, Vec<String>)>| {
        let longer =
            |(own, path): (String, Vec<String>)| (own, [vec![name.to_owned()], path].concat());
        leaves.into_iter().map(longer).collect::<Vec<_>>()
    };
    match tree {
        UseTree::Path(path) => {
            let name = path.ident.to_string();
            let mut found = below(&name, leaves(&path.tree));
            for (own, path) in &mut found {
                // `a::{self}` brings `a`.
                if path.len() == 2 && path[1] == "self" {
                    own.clone_from(&name);
                    path.pop();
                }
            }
            found
        }
        UseTree::Name(name) => vec![(name.ident.to_string(), vec![name.ident.to_string()])],
        UseTree::Rename(name) => vec![(name.rename.to_string(), vec![name.ident.to_string()])],
        UseTree::Glob(_) => vec![("*".to_owned(), Vec::new())],
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
    }
}

/// Every path that is written down in an item.
#[derive(Default)]
struct Written {
    paths: Vec<Vec<String>>,
}

impl<'code> Visit<'code> for Written {
    fn visit_item(&mut self, item: &'code Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'code syn::ImplItemFn) {
        if !is_test(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_use(&mut self, import: &'code syn::ItemUse) {
        if import.leading_colon.is_none() {
            self.paths.extend(leaves(&import.tree).into_iter().map(|(_, path)| path));
        }
    }

    fn visit_path(&mut self, path: &'code syn::Path) {
        if path.leading_colon.is_none() {
            self.paths
                .push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    /// `pub(super)` and its like name a module and import nothing.
    fn visit_visibility(&mut self, _: &'code syn::Visibility) {}

    /// A macro's arguments are tokens, not yet code: words joined by `::` are taken for paths.
    fn visit_macro(&mut self, call: &'code syn::Macro) {
        let text = call.tokens.to_string().replace(" :: ", "::");
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        for word in text.split(|c| !is_name(c) && c != ':').filter(|word| word.contains("::")) {
            self.paths.push(word.split("::").map(str::to_owned).collect());
        }
        visit::visit_macro(self, call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)]) -> Vec<String> {
        let own = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        circles(&files.iter().map(own).collect())
    }

    #[test]
    fn a_circle_is_found_and_told_file_by_file() {
        let found = of(&[
            ("lib.rs", "mod eggs; mod hens; mod farm;"),
            (
                "eggs.rs",
                "use crate::hens::Hen; pub struct Egg; impl Egg { fn hatch(self) -> Hen { Hen } }",
            ),
            ("farm/mod.rs", "mod yard; pub use yard::Yard;"),
            ("farm/yard.rs", "pub struct Yard(Vec<crate::eggs::Egg>);"),
            (
                "hens.rs",
                "pub struct Hen; fn lay() { println!(\"{:?}\", crate::farm::Yard::default()); }",
            ),
        ]);
        assert_eq!(
            found,
            ["eggs.rs is in an import circle:\n\
              \u{20} eggs.rs imports hens.rs by `crate::hens::Hen`\n\
              \u{20} hens.rs imports farm/yard.rs by `crate::farm::Yard::default`\n\
              \u{20} farm/yard.rs imports eggs.rs by `crate::eggs::Egg`"]
        );
    }

    #[test]
    fn a_child_may_import_what_its_parent_shows_of_a_sibling_but_not_what_the_parent_is() {
        let parent =
            "mod clock; mod hand; pub use clock::Clock; use hand::Hand; pub struct Case(Hand);";
        let clock = ("watch/clock.rs", "pub struct Clock;");
        let lib = ("lib.rs", "pub mod watch;");
        let sibling = ("watch/hand.rs", "use super::Clock; pub(super) struct Hand(Clock);");
        assert!(of(&[lib, ("watch/mod.rs", parent), clock, sibling]).is_empty());
        let upward = ("watch/hand.rs", "pub(super) struct Hand(super::Case);");
        assert_eq!(of(&[lib, ("watch/mod.rs", parent), clock, upward]).len(), 1);
    }

    #[test]
    fn tests_and_words_of_visibility_are_no_imports() {
        let hand = "pub(in crate::watch) struct Hand; \
                    #[cfg(test)] mod tests { use crate::watch::Case; } \
                    impl Hand { #[cfg(test)] fn case() -> crate::watch::Case { todo!() } }";
        let watch = "mod hand; pub struct Case(hand::Hand);";
        assert!(
            of(&[("lib.rs", "mod watch;"), ("watch.rs", watch), ("watch/hand.rs", hand)])
                .is_empty()
        );
    }

    #[test]
    fn a_module_inside_a_file_is_the_file() {
        let watch = "pub struct Case(wire::Word); \
                     mod wire { pub(super) struct Word(Option<Box<super::Case>>); }";
        assert!(of(&[("lib.rs", "mod watch;"), ("watch.rs", watch)]).is_empty());
    }
}
