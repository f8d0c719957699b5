//! A withdrawal at rest in `assent.withdrawn`: when, and the hashes it names. Never the message
//! itself: that leaves without a grant, and any script of the shop can write there. What is sent is
//! made anew from what parses. (By hand: serde's description of it would weigh three times as much
//! in the module.)

use crate::beacon::Withdrawal;
use crate::hex::Digest;
use crate::text::{cut, holds, split};
use crate::time::Timestamp;

/// `<at> <checkouts> <carts> <visitor>`, each list as JSON writes its members.
pub fn write(withdrawal: &Withdrawal) -> String {
    let Withdrawal { at, checkouts, carts, external_id } = withdrawal;
    let mut text = at.text();
    for hashes in [checkouts.as_slice(), carts, external_id.as_slice()] {
        let mut before = " \"";
        for hash in hashes {
            text.push_str(before);
            text.push_str(hash.as_str());
            before = "\",\"";
        }
        text.push(if hashes.is_empty() { ' ' } else { '"' });
    }
    text
}

/// The message's `withdraw`. `None` for a line with anything in it but a time and hashes.
pub fn json(text: &str) -> Option<String> {
    let (at, lists) = cut(text, b' ')?;
    let (checkouts, lists) = cut(lists, b' ')?;
    let (carts, visitor) = cut(lists, b' ')?;
    Timestamp::of_text(at)?;
    let is_hash =
        |quoted: &str| quoted.strip_prefix('"')?.strip_suffix('"')?.parse::<Digest>().ok();
    for list in [checkouts, carts, visitor] {
        if !list.is_empty() && !split(list, b',').all(|quoted| is_hash(quoted).is_some()) {
            return None;
        }
    }
    let visitor = if visitor.is_empty() { "null" } else { visitor };
    let parts = [
        "{\"at\":",
        at,
        ",\"checkouts\":[",
        checkouts,
        "],\"carts\":[",
        carts,
        "],\"external_id\":",
        visitor,
        "}",
    ];
    (!holds(visitor, ",")).then(|| parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_withdrawal_is_read_back_and_nothing_else_is_taken_for_one() {
        let of = |text: &str| Digest::of(text.as_bytes());
        let whole = Withdrawal {
            at: Timestamp(1_763_800_005),
            checkouts: vec![of("a"), of("b")],
            carts: vec![of("c")],
            external_id: Some(of("d")),
        };
        let visitor = Withdrawal { checkouts: Vec::new(), carts: Vec::new(), ..whole.clone() };
        let anchors = Withdrawal { external_id: None, ..whole.clone() };
        for withdrawal in [whole, visitor, anchors] {
            let json = json(&write(&withdrawal)).unwrap();
            assert_eq!(serde_json::from_str::<Withdrawal>(&json).unwrap(), withdrawal);
        }
        let hash = of("a");
        let hash = hash.as_str();
        for wrong in [
            String::new(),
            "1763800005".to_owned(),
            "1763800005  ".to_owned(),
            format!(r#"1763800005   "{hash}" "#),
            format!(r#"1763800005   "{hash}","{hash}""#),
            format!(r#"1763800005   "{hash}"}},"email":"jane@example.com""#),
            format!("1763800005   {hash}"),
            format!(r#"1763800005   "{hash}x""#),
            format!(r#"1763800005 "{hash}",  "#),
            format!(r#"1763800005  "{}" "#, hash.to_uppercase()),
            format!(r#"1,"email":2   "{hash}""#),
            format!(r#"now   "{hash}""#),
            r#"1763800005   "jane@example.com""#.to_owned(),
            r#"{"v":1,"shop":"acme.myshopify.com"}"#.to_owned(),
        ] {
            assert_eq!(json(&wrong), None, "{wrong}");
        }
    }
}
