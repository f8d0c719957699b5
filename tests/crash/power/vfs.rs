//! SQLite's own files, seen through a window: a VFS over the default one, which tells a [`Disk`] of
//! every write, truncation, sync and deletion below its folder, and lets it refuse them.
//!
//! A shim of our own and not a crate: those that can be had put their own files in the place of
//! SQLite's, without the shared memory that a write-ahead log needs. Here the real files, locks and
//! shared memory stay in use, so that what is tested is what runs.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::Path;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::{ptr, slice};

use rusqlite::ffi;

use crate::disk::{Disk, Name};

static DISKS: Mutex<Vec<Arc<Disk>>> = Mutex::new(Vec::new());

/// From now on the disk is told of everything that happens below its folder.
pub(crate) fn watch(disk: &Arc<Disk>) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(install);
    DISKS.lock().unwrap_or_else(PoisonError::into_inner).push(disk.clone());
}

pub(crate) fn unwatch(disk: &Arc<Disk>) {
    let mut disks = DISKS.lock().unwrap_or_else(PoisonError::into_inner);
    disks.retain(|other| !Arc::ptr_eq(other, disk));
}

/// An open file. The default VFS's own stands behind it in the same piece of memory.
#[repr(C)]
struct Window {
    base: ffi::sqlite3_file,
    /// Null where no disk watches.
    watched: *mut Watched,
}

struct Watched {
    disk: Arc<Disk>,
    name: Name,
}

struct RealVfs(*mut ffi::sqlite3_vfs);
// SQLite's own VFS lives as long as the process, and may be called from every thread.
unsafe impl Send for RealVfs {}
unsafe impl Sync for RealVfs {}
static REAL: Mutex<RealVfs> = Mutex::new(RealVfs(ptr::null_mut()));

fn real_vfs() -> *mut ffi::sqlite3_vfs {
    REAL.lock().unwrap_or_else(PoisonError::into_inner).0
}

fn install() {
    unsafe {
        ffi::sqlite3_initialize();
        let real = ffi::sqlite3_vfs_find(ptr::null());
        assert!(!real.is_null(), "SQLite has a VFS");
        REAL.lock().unwrap_or_else(PoisonError::into_inner).0 = real;
        let mut ours = ptr::read(real);
        ours.zName = c"power".as_ptr();
        ours.pNext = ptr::null_mut();
        ours.szOsFile += c_int::try_from(size_of::<Window>()).expect("it is small");
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        // It lives as long as the process.
        let done = ffi::sqlite3_vfs_register(Box::leak(Box::new(ours)), 1);
        assert_eq!(done, ffi::SQLITE_OK);
    }
}

/// The disk that watches this file, and the file's name on it. What is neither the store nor one of
/// its logs (the shared memory is no file of SQLite's VFS) is nobody's.
unsafe fn watched(name: *const c_char) -> Option<Watched> {
    if name.is_null() {
        return None;
    }
    let path = unsafe { CStr::from_ptr(name) }.to_str().ok()?;
    let path = Path::new(path);
    let disks = DISKS.lock().unwrap_or_else(PoisonError::into_inner);
    let disk = disks.iter().find(|disk| path.starts_with(disk.folder()))?.clone();
    let name = path.file_name()?.to_str()?.to_owned();
    Some(Watched { disk, name })
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    unsafe {
        let window = file.cast::<Window>();
        (*window).base.pMethods = ptr::null();
        (*window).watched = ptr::null_mut();
        let watched = watched(name);
        let existed = watched.as_ref().is_some_and(|file| file.disk.has(&file.name));
        let open = (*real_vfs()).xOpen.expect("a VFS opens files");
        let done = open(real_vfs(), name, real(file), flags, out);
        if !(*real(file)).pMethods.is_null() {
            (*window).base.pMethods = &METHODS;
        }
        if done == ffi::SQLITE_OK
            && let Some(watched) = watched
        {
            watched.disk.opened(&watched.name, existed);
            (*window).watched = Box::into_raw(Box::new(watched));
        }
        done
    }
}

unsafe extern "C" fn delete(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync_folder: c_int,
) -> c_int {
    unsafe {
        if let Some(Watched { disk, name }) = watched(name)
            && let Err(code) = disk.deletes(&name, sync_folder != 0)
        {
            return code;
        }
        let delete = (*real_vfs()).xDelete.expect("a VFS deletes files");
        delete(real_vfs(), name, sync_folder)
    }
}

/// The default VFS's file behind ours.
unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    unsafe { file.cast::<Window>().add(1).cast() }
}

unsafe fn of<'a>(file: *mut ffi::sqlite3_file) -> Option<&'a Watched> {
    unsafe { (*file.cast::<Window>()).watched.as_ref() }
}

/// Hands a call on to the default VFS's file.
macro_rules! real {
    ($file:ident . $method:ident ( $($argument:expr),* )) => {
        ((*(*real($file)).pMethods).$method.expect("the default VFS has all methods"))(
            real($file), $($argument),*
        )
    };
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    unsafe {
        let window = file.cast::<Window>();
        if !(*window).watched.is_null() {
            drop(Box::from_raw((*window).watched));
            (*window).watched = ptr::null_mut();
        }
        real!(file.xClose())
    }
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    to: *mut c_void,
    length: c_int,
    at: i64,
) -> c_int {
    unsafe { real!(file.xRead(to, length, at)) }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    length: c_int,
    at: i64,
) -> c_int {
    unsafe {
        if let Some(Watched { disk, name }) = of(file) {
            let bytes = slice::from_raw_parts(from.cast(), usize::try_from(length).expect("it is"));
            if let Err(code) = disk.writes(name, usize::try_from(at).expect("it is"), bytes) {
                return code;
            }
        }
        real!(file.xWrite(from, length, at))
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    unsafe {
        if let Some(Watched { disk, name }) = of(file)
            && let Err(code) = disk.truncates(name, usize::try_from(length).expect("it is"))
        {
            return code;
        }
        real!(file.xTruncate(length))
    }
}

/// Nothing is made durable for real: what a power cut leaves is worked out, and the machine that
/// runs the test stays on.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    unsafe {
        match of(file) {
            Some(Watched { disk, name }) => match disk.syncs(name) {
                Ok(()) => ffi::SQLITE_OK,
                Err(code) => code,
            },
            None => real!(file.xSync(flags)),
        }
    }
}

unsafe extern "C" fn size(file: *mut ffi::sqlite3_file, length: *mut i64) -> c_int {
    unsafe { real!(file.xFileSize(length)) }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, kind: c_int) -> c_int {
    unsafe { real!(file.xLock(kind)) }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, kind: c_int) -> c_int {
    unsafe { real!(file.xUnlock(kind)) }
}

unsafe extern "C" fn is_reserved(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    unsafe { real!(file.xCheckReservedLock(out)) }
}

/// `PRAGMA synchronous = FULL` is weakened here where the disk is to see what would happen without:
/// SQLite shows every PRAGMA to its VFS before it reads it. A test makes sure that it worked.
unsafe extern "C" fn control(
    file: *mut ffi::sqlite3_file,
    operation: c_int,
    argument: *mut c_void,
) -> c_int {
    unsafe {
        if operation == ffi::SQLITE_FCNTL_PRAGMA
            && let Some(level) = of(file).and_then(|watched| watched.disk.weakened())
        {
            let words = slice::from_raw_parts(argument.cast::<*mut c_char>(), 3);
            let is_ours = !words[1].is_null() && CStr::from_ptr(words[1]) == c"synchronous";
            if is_ours && !words[2].is_null() && CStr::from_ptr(words[2]) == c"FULL" {
                *words[2] = c_char::try_from(level).expect("a digit");
                *words[2].add(1) = 0;
            }
        }
        real!(file.xFileControl(operation, argument))
    }
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    unsafe { real!(file.xSectorSize()) }
}

unsafe extern "C" fn characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    unsafe { real!(file.xDeviceCharacteristics()) }
}

unsafe extern "C" fn map_memory(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    length: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    unsafe { real!(file.xShmMap(region, length, extend, out)) }
}

unsafe extern "C" fn lock_memory(
    file: *mut ffi::sqlite3_file,
    at: c_int,
    n: c_int,
    flags: c_int,
) -> c_int {
    unsafe { real!(file.xShmLock(at, n, flags)) }
}

unsafe extern "C" fn memory_barrier(file: *mut ffi::sqlite3_file) {
    unsafe { real!(file.xShmBarrier()) }
}

unsafe extern "C" fn unmap_memory(file: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    unsafe { real!(file.xShmUnmap(delete)) }
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2, // without memory-mapped reading, which the store does not use
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(is_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(map_memory),
    xShmLock: Some(lock_memory),
    xShmBarrier: Some(memory_barrier),
    xShmUnmap: Some(unmap_memory),
    xFetch: None,
    xUnfetch: None,
};
