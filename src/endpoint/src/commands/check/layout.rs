//! How the lines look.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use crate::check::{Checked, Group, Light, Line, Verdict};

/// Columns of a name.
const NAME: usize = 20;

pub(super) fn text(checked: &Checked, verdict: Verdict) -> String {
    let colour = Colour::of_stdout();
    let mut text = format!("Assent {}\n\n", env!("CARGO_PKG_VERSION"));
    for group in Group::ALL {
        let lines: Vec<_> = checked.lines.iter().filter(|line| line.group == group).collect();
        if lines.is_empty() {
            continue;
        }
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", group.title());
        let mut shop = None;
        for line in lines {
            if line.shop.as_deref() != shop {
                shop = line.shop.as_deref();
                let _ = writeln!(text, "  {}", shop.unwrap_or_default());
            }
            add(&mut text, line, colour);
        }
        text.push('\n');
    }
    text + &last(checked, verdict)
}

fn add(text: &mut String, line: &Line, colour: Colour) {
    let Line { name, light, words, advice, .. } = line;
    let indent = format!("\n{:>width$}", "", width = NAME + 5);
    let word = match light {
        Light::Green => String::new(),
        Light::Amber | Light::Red | Light::Unknown => format!("{}: ", light.word()),
    };
    let words = words.replace('\n', &indent);
    let sign = colour.paint(*light);
    let _ = writeln!(text, " {sign} {name:NAME$}  {word}{words}");
    if let Some(advice) = advice {
        let _ = writeln!(text, "{}→ {advice}", indent.trim_start_matches('\n'));
    }
}

fn last(checked: &Checked, verdict: Verdict) -> String {
    let story = checked.newest_order.as_ref().map_or_else(String::new, |order| {
        format!(" Full story of the newest purchase: assent why {order}")
    });
    format!("{}.{story}", verdict.words())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colour {
    Ansi,
    None,
}

impl Colour {
    /// On a terminal only, and not where somebody wants none (no-color.org).
    fn of_stdout() -> Self {
        let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if std::io::stdout().is_terminal() && !is_unwanted { Self::Ansi } else { Self::None }
    }

    fn paint(self, light: Light) -> String {
        let code = match light {
            Light::Green => 32,
            Light::Amber => 33,
            Light::Red => 31,
            Light::Unknown => 2,
        };
        match self {
            Self::Ansi => format!("\u{1b}[{code}m{}\u{1b}[0m", light.sign()),
            Self::None => light.sign().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(light: Light, words: &str, advice: Option<&str>) -> Line {
        Line {
            shop: None,
            group: Group::Machine,
            name: "clock",
            light,
            words: words.to_owned(),
            advice: advice.map(str::to_owned),
        }
    }

    #[test]
    fn a_line_is_told_by_sign_and_word_and_its_further_lines_stand_below() {
        let lines =
            vec![line(Light::Green, "kept", None), line(Light::Red, "one\ntwo", Some("mend it"))];
        let verdict = Verdict::of(&lines);
        let checked = Checked { lines, newest_order: Some("1001".to_owned()) };
        let text = text(&checked, verdict);
        let (first, rest) = text.split_once("\n\n").expect("a heading");
        assert!(first.starts_with("Assent "), "{first}");
        assert_eq!(
            rest,
            "this machine\n \
             ✓ clock                 kept\n \
             ✗ clock                 repair it: one\n                         two\n                         → mend it\n\n\
             1 to repair. Full story of the newest purchase: assent why 1001"
        );
    }

    #[test]
    fn colour_is_added_and_replaces_nothing() {
        assert_eq!(Colour::Ansi.paint(Light::Red), "\u{1b}[31m✗\u{1b}[0m");
        assert_eq!(Colour::None.paint(Light::Amber), "!");
    }
}
