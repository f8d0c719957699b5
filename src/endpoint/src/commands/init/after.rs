/// What follows once the files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum After {
    /// The next steps are printed, for a person to do.
    #[default]
    Steps,
    /// The endpoint starts at once: `--start`. What can wait is not asked.
    Serve,
}
