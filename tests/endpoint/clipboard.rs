//! What `assent snippet` says to a person, and how the text gets into the clipboard.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

use assent_gate::hex::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::command_line::{stderr, stdout};
use crate::support::server::{SHOP, World};

/// The text to paste; `None` where this binary has no module.
fn snippet(world: &World) -> Option<String> {
    let output = world.run(&["snippet", "--shop", SHOP]);
    output.status.success().then(|| stdout(&output).to_owned())
}

/// At a terminal (util-linux' `script`), without a desktop. `None`: there is no `script`.
fn at_a_terminal(world: &World, arguments: &str) -> Option<Output> {
    let program = format!(
        "{} {arguments} --config {}",
        env!("CARGO_BIN_EXE_assent"),
        world.config().display()
    );
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--command", &program, "/dev/null"]);
    for variable in ["DISPLAY", "WAYLAND_DISPLAY"] {
        command.env_remove(variable);
    }
    command.env("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22").output().ok()
}

#[test]
fn a_program_of_the_desktop_gets_the_text_and_says_so() {
    let world = World::new();
    let Some(code) = snippet(&world) else { return };
    let programs = world.dir.path().join("programs");
    std::fs::create_dir(&programs).expect("a folder");
    let copied = world.dir.path().join("copied");
    for (program, desktop) in
        [("pbcopy", "NONE"), ("wl-copy", "WAYLAND_DISPLAY"), ("xclip", "DISPLAY")]
    {
        let file = programs.join(program);
        std::fs::write(&file, format!("#!/bin/sh\nexec /bin/cat > '{}'\n", copied.display()))
            .expect("a file");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("its mode");
        let mut command = world.command(&["snippet", "--shop", SHOP, "--copy"]);
        command.env("PATH", &programs).env_remove("SSH_CONNECTION");
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env(desktop, ":0");
        let output = command.output().expect("it runs");
        assert_eq!((output.status.code(), stdout(&output)), (Some(0), ""), "{}", stderr(&output));
        assert_eq!(std::fs::read_to_string(&copied).expect("it was copied"), code, "{program}");
        let said = stderr(&output);
        for part in [
            &format!("by {program}")[..],
            Digest::of(code.as_bytes()).as_str(),
            "delete the sample code first",
        ] {
            assert!(said.contains(part), "{part} is not in {said}");
        }
        std::fs::remove_file(&file).expect("it is there");
    }
}

/// The form is xterm's: ESC ] 52 ; c ; base64 BEL.
#[test]
fn without_a_desktop_the_terminal_gets_it_and_the_doubt_is_said() {
    let world = World::new();
    let Some(code) = snippet(&world) else { return };
    let Some(output) = at_a_terminal(&world, &format!("snippet --shop {SHOP} --copy")) else {
        return;
    };
    let said = stdout(&output);
    let (_, rest) = said.split_once("\x1b]52;c;").expect("the sequence begins");
    let (encoded, told) = rest.split_once('\x07').expect("it ends");
    assert_eq!(STANDARD.decode(encoded).expect("base64"), code.as_bytes());
    assert!(told.contains("may refuse") && told.contains("--out FILE"), "{told}");
}

#[test]
fn a_person_before_a_long_line_is_told_how_to_do_without_marking_it() {
    let world = World::new();
    let Some(code) = snippet(&world) else { return };
    let Some(output) = at_a_terminal(&world, &format!("snippet --shop {SHOP}")) else { return };
    let said = stdout(&output);
    for part in [
        "--copy",
        "--out FILE",
        Digest::of(code.as_bytes()).as_str(),
        "settings ",
        "give it a name",
    ] {
        assert!(said.contains(part), "{part} is not said");
    }
    // Into a pipe there is nothing to say.
    assert_eq!(stderr(&world.run(&["snippet", "--shop", SHOP])), "");
}

#[test]
fn without_terminal_and_desktop_it_says_what_to_do() {
    let world = World::new();
    let mut command = Command::new("setsid");
    command.arg("--wait").arg(env!("CARGO_BIN_EXE_assent"));
    command.args(["snippet", "--shop", SHOP, "--copy", "--config"]).arg(world.config());
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env("SSH_CONNECTION", "x");
    let Ok(output) = command.output() else { return };
    assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""));
    let said = stderr(&output);
    assert!(said.contains("--out FILE") || said.contains("npm run build"), "{said}");
}
