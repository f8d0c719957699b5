//! The nearest word of a closed list to one that is not of it.

/// How alike two words must be to be taken for each other, of 1 (strsim's Jaro-Winkler, which
/// weighs the beginning most). `clap` takes 0.7 for its commands; names of tools are shorter.
const ALIKE: f64 = 0.8;

/// In the spelling of the list. Case, spaces and hyphens do not count: `Cookie Bot` is `cookiebot`.
pub(super) fn nearest<'a>(word: &str, list: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let bare = bare(word);
    let scored = list.into_iter().map(|own| (strsim::jaro_winkler(&bare, &self::bare(own)), own));
    let best = scored.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.filter(|(score, _)| *score >= ALIKE).map(|(_, own)| own)
}

/// The question as the end of a message, or nothing.
pub(super) fn question<'a>(word: &str, list: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, list).map_or_else(String::new, |own| format!("; did you mean `{own}`?"))
}

/// What is wrong with a word of a closed list, with the nearest first where there is one.
pub(super) fn none_of(word: &str, list: &[&str]) -> String {
    let all = list.join(", ");
    match nearest(word, list.iter().copied()) {
        Some(own) => format!("`{word}`: did you mean `{own}`? It is none of {all}"),
        None => format!("`{word}` is none of {all}"),
    }
}

fn bare(word: &str) -> String {
    let letters = word.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_found_and_what_is_far_from_all_is_not() {
        let tools = ["onetrust", "cookiebot", "usercentrics", "iubenda", "cookie-script"];
        for (typed, meant) in [
            ("OneTrust", Some("onetrust")),
            ("Cookie Bot", Some("cookiebot")),
            ("usercentric", Some("usercentrics")),
            ("ubenda", Some("iubenda")),
            ("cookiescript", Some("cookie-script")),
            ("none", None),
            ("", None),
            ("東京", None),
        ] {
            assert_eq!(nearest(typed, tools), meant, "{typed}");
        }
    }
}
