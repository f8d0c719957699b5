//! The tables, as this release makes them. The statements are SQLite's; `engine` puts them into the words of
//! another.

/// 1 was a store without orders; 2 looked for an event's pixels in its story, and had days as text;
/// 3 kept no modules, 4 no refusals; 5 had noes in the device's time; 6 counted no money, had no names of
/// orders, and counted nothing for `check`; 7 did not know which endpoint had claimed an event. None of them
/// was released.
pub(super) const NUMBER: i64 = 8;

pub(super) const TABLES: [&str; 2] = [include_str!("schema.sql"), include_str!("clock.sql")];
