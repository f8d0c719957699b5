//! The waiting room in front of the module (js/src/room.js), told from what it promises: it decides
//! nothing, it can only keep the session away. Where it does, a session that was there would have
//! neither granted nor withdrawn; and one that comes late and is told of what was heard reports what
//! one that was there from the start reports.

mod late;
mod room;
mod silence;
