//! The module's memory under its allocator: all that is `unsafe` here, but for its one call (`page.rs`).

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32;
use core::ptr;

use crate::blocks::{Blocks, Memory, PAGE};

/// A page of WebAssembly's has as many of ours.
const OURS: usize = 64 * 1024 / PAGE;

unsafe extern "C" {
    /// The linker's: where the statics end. Before them is the stack.
    safe static __heap_base: u8;
}

fn end_of_statics() -> usize {
    (&raw const __heap_base).addr()
}

#[derive(Debug)]
pub(crate) struct Wasm;

impl Memory for Wasm {
    fn first(&self) -> usize {
        end_of_statics() / PAGE + 1
    }

    fn pages(&self) -> usize {
        wasm32::memory_size(0) * OURS
    }

    fn grow(&self, pages: usize) -> Option<()> {
        (wasm32::memory_grow(0, pages.div_ceil(OURS)) != usize::MAX).then_some(())
    }

    fn word(&self, at: usize) -> usize {
        // SAFETY: `Blocks` and `look` ask for aligned words within the memory. Every one can be read:
        // it never was, or it belongs to nobody who could write meanwhile, for there is one thread.
        unsafe { ptr::with_exposed_provenance::<usize>(at).read_volatile() }
    }

    fn write(&self, at: usize, word: usize) {
        // SAFETY: as above; and `Blocks` writes to what it keeps of a page for itself, or to what is
        // free.
        unsafe { ptr::with_exposed_provenance_mut::<usize>(at).write_volatile(word) }
    }

    fn clear(&self, at: usize, bytes: usize) {
        // SAFETY: as above.
        unsafe { ptr::with_exposed_provenance_mut::<u8>(at).write_bytes(0, bytes) }
    }
}

// SAFETY: the module has one thread. WebAssembly without atomics has no other.
unsafe impl Sync for Blocks<Wasm> {}

// SAFETY: `hand_out` gives a block that is not in use, as long and at such an address as is asked for
// (of an alignment above 256, for which nobody asks, if the block is at most 8 KB). It stays in use
// until a sweep, and those are as `look` says.
unsafe impl GlobalAlloc for Blocks<Wasm> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let at = self.hand_out(layout.size().max(layout.align()), layout.align() == 1);
        at.map_or(ptr::null_mut(), ptr::with_exposed_provenance_mut)
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

impl Blocks<Wasm> {
    /// Sweeps, where it is time.
    ///
    /// # Safety
    ///
    /// Only JavaScript may be the caller's caller: of a function of the module that is under way,
    /// nobody knows what addresses it holds, for WebAssembly's own locals are nowhere in the memory.
    /// Between two calls there are none. Everything that was written is then in the memory, and what
    /// will be used again can be reached from the statics or is `question`.
    pub(crate) unsafe fn look(&self, question: &str) {
        if self.is_due() {
            let here = 0_usize;
            let (from, to) = ((&raw const here).addr(), end_of_statics());
            let statics = (from..to).step_by(size_of::<usize>()).map(|at| self.memory.word(at));
            self.sweep(statics.chain([question.as_ptr().addr()]));
        }
    }
}
