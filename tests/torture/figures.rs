//! What `npm run torture` adds up: lines of a test's output, `torture: <what>: <how many>`.

#[expect(clippy::print_stdout, reason = "torture.mjs reads it")]
pub(crate) fn print(figures: &[(&str, usize)]) {
    for (what, n) in figures {
        println!("torture: {what}: {n}");
    }
}
