//! The allocator, which takes nothing back: what nobody has any more is found between two
//! questions, while no code of the module is under way.
//!
//! A text that is kept is therefore copied like a number ([`assent_gate::text::Text`]), and nothing
//! in the module is ever dropped: docs/size.md says what that saves. What is needed after a question
//! is what the statics lead to, above all the page view's session. So before a question, once enough
//! has been handed out, every block is marked to which an address leads from the statics, from the
//! question or from a marked block, and all others are free. Any aligned word counts as an address
//! that could be one: what only looks like an address keeps a block for too long, but none is free
//! too early. Blocks of bytes are not searched, so that no text of a stranger's looks like one.

#[cfg(test)]
mod tests;

use core::cell::Cell;

/// What lies together in a page is of one kind.
pub(crate) const PAGE: usize = 32 * 1024;
/// Half a gigabyte. More memory than that there is not.
const PAGES: usize = 16 * 1024;
const WORD: usize = 4;
/// The smallest block.
const GRAIN: usize = 16;
/// A page begins with a bit for each grain: a block that is in use begins there.
const HEAD: usize = PAGE / GRAIN / 8;
/// Pages handed out from one sweep to the next.
const ENOUGH: usize = if cfg!(feature = "strict") { 0 } else { 16 };

// Kinds of pages. Other numbers, 4 to 13, are of blocks with a size of that power of two.

/// And what is none of ours: the stack and the statics before, and what is behind the end.
const FREE: u8 = 0;
/// It belongs to the block that begins in a page before.
const REST: u8 = 1;
/// One block, however long.
const LARGE: u8 = 14;
/// Besides: of bytes, among which there are no addresses.
const BYTES: u8 = 16;

/// The module's memory, by address, or one that a test has made up.
pub(crate) trait Memory {
    /// The first page that is ours.
    fn first(&self) -> usize;
    /// How many pages there are.
    fn pages(&self) -> usize;
    /// At least so many more. `None` where there are none.
    fn grow(&self, pages: usize) -> Option<()>;
    fn word(&self, at: usize) -> usize;
    fn write(&self, at: usize, word: usize);
    fn clear(&self, at: usize, bytes: usize);
}

#[derive(Debug)]
pub(crate) struct Blocks<M> {
    pub(crate) memory: M,
    /// By page.
    kinds: [Cell<u8>; PAGES],
    /// By kind: the next place for a block, or the beginning of a page where one has been filled.
    next: [Cell<usize>; 32],
    taken: Cell<usize>,
}

impl<M: Memory> Blocks<M> {
    pub(crate) const fn new(memory: M) -> Self {
        Self {
            memory,
            kinds: [const { Cell::new(FREE) }; PAGES],
            next: [const { Cell::new(0) }; 32],
            taken: Cell::new(0),
        }
    }

    fn kind(&self, page: usize) -> u8 {
        self.kinds.get(page).map_or(FREE, Cell::get)
    }

    /// A block that is not in use. It lies at a multiple of its size, which is rounded up to a power
    /// of two; above 8 KB, at one of 256.
    pub(crate) fn hand_out(&self, size: usize, is_bytes: bool) -> Option<usize> {
        let bytes = if is_bytes { BYTES } else { 0 };
        if size > 1 << (LARGE - 1) {
            return Some(self.take((size + HEAD).div_ceil(PAGE), LARGE | bytes)? * PAGE + HEAD);
        }
        let size = size.max(GRAIN).next_power_of_two();
        let kind = size.trailing_zeros() as u8 | bytes;
        let next = &self.next[usize::from(kind)];
        loop {
            let mut at = next.get();
            if at.is_multiple_of(PAGE) {
                let begun = (at / PAGE..self.memory.pages()).find(|page| self.kind(*page) == kind);
                at = begun.or_else(|| self.take(1, kind))? * PAGE + size.max(HEAD);
            }
            next.set(at + size);
            if self.claim(at) {
                // What stood here before must not lead anywhere from where it is not overwritten.
                self.memory.clear(at, size);
                return Some(at);
            }
        }
    }

    /// Free pages side by side: the first one's number.
    fn take(&self, count: usize, kind: u8) -> Option<usize> {
        let mut run = 0;
        let last = (self.memory.first()..PAGES).find(|page| {
            run = if self.kind(*page) == FREE { run + 1 } else { 0 };
            run == count
        })?;
        if last >= self.memory.pages() {
            self.memory.grow(last + 1 - self.memory.pages())?;
        }
        let first = last + 1 - count;
        self.kinds[first..=last].iter().for_each(|kind| kind.set(REST));
        self.kinds[first].set(kind);
        let bytes = if kind & !BYTES == LARGE { count * PAGE } else { HEAD };
        self.memory.clear(first * PAGE, bytes);
        self.taken.set(self.taken.get() + count);
        Some(first)
    }

    /// Marks the block at this address as in use; whether it was not.
    fn claim(&self, at: usize) -> bool {
        let (place, bit) = place(at);
        let bits = self.memory.word(place);
        self.memory.write(place, bits | bit);
        bits & bit == 0
    }

    fn head(page: usize) -> impl Iterator<Item = usize> {
        words(page * PAGE, HEAD)
    }

    /// Whether so much has been handed out that it is time for a sweep.
    pub(crate) fn is_due(&self) -> bool {
        self.taken.get() >= ENOUGH
    }

    /// Frees every block to which none of these words leads.
    pub(crate) fn sweep(&self, words: impl Iterator<Item = usize>) {
        let pages = 0..self.memory.pages();
        pages
            .clone()
            .filter(|page| self.kind(*page) > REST)
            .for_each(|page| self.memory.clear(page * PAGE, HEAD));
        self.next.iter().for_each(|next| next.set(0));
        self.taken.set(0);
        words.for_each(|word| self.mark(word));
        let mut is_used = false;
        for page in pages {
            let kind = self.kind(page);
            if kind > REST {
                is_used = Self::head(page).any(|at| self.memory.word(at) != 0);
            }
            if !is_used {
                self.kinds[page].set(FREE);
            }
        }
        #[cfg(any(test, feature = "strict"))]
        self.spoil();
    }

    fn mark(&self, word: usize) {
        let mut page = word / PAGE;
        while self.kind(page) == REST {
            page -= 1;
        }
        let kind = self.kind(page);
        if kind == FREE {
            return;
        }
        let (at, size) = if kind & !BYTES == LARGE {
            let rest = (page + 1..PAGES).take_while(|page| self.kind(*page) == REST).count();
            (page * PAGE + HEAD, (rest + 1) * PAGE - HEAD)
        } else {
            let size = 1 << (kind & !BYTES);
            (word / size * size, size)
        };
        if at % PAGE >= HEAD && self.claim(at) && kind < BYTES {
            words(at, size).for_each(|at| self.mark(self.memory.word(at)));
        }
    }

    /// Overwrites what is free: whoever still uses it, a test finds out.
    #[cfg(any(test, feature = "strict"))]
    fn spoil(&self) {
        const SPOILT: usize = 0xdddd_dddd;
        for page in self.memory.first()..self.memory.pages() {
            let kind = self.kind(page);
            let size = match kind & !BYTES {
                FREE => PAGE,
                REST | LARGE => continue,
                power => 1 << power,
            };
            for at in (page * PAGE..(page + 1) * PAGE).step_by(size) {
                let (place, bit) = place(at);
                let is_block = kind == FREE || at % PAGE >= HEAD;
                if is_block && (kind == FREE || self.memory.word(place) & bit == 0) {
                    words(at, size).for_each(|at| self.memory.write(at, SPOILT));
                }
            }
        }
    }
}

/// The addresses of the words from here on.
fn words(from: usize, bytes: usize) -> impl Iterator<Item = usize> {
    (from..from + bytes).step_by(WORD)
}

/// Where the bit of the block at this address stands, and which it is.
fn place(at: usize) -> (usize, usize) {
    let grain = at % PAGE / GRAIN;
    (at - at % PAGE + grain / 32 * WORD, 1 << (grain % 32))
}
