//! What the shared library shows and needs, as the system's tools see it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The library that was built together with this test, which lies beside it.
fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let library = test.with_file_name("libdialkey.so");
    assert!(library.exists(), "{} is missing", library.display());
    library
}

fn output(tool: &str, args: &[&str], file: &Path) -> String {
    let output = Command::new(tool).args(args).arg(file).output().unwrap();
    assert!(output.status.success(), "{tool}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Names of the functions that the header declares.
fn declared() -> Vec<String> {
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("../include/dialkey.h");
    let header = std::fs::read_to_string(header).unwrap();
    let mut names: Vec<_> = header
        .lines()
        .filter(|line| line.starts_with("int") || line.starts_with("uint"))
        .filter_map(|line| line.split(['(', ' ']).find(|word| word.starts_with("dk_")))
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

#[test]
#[cfg(target_os = "linux")]
fn exports_what_the_header_declares_and_nothing_else() {
    let symbols = output("nm", &["-D", "--defined-only"], &library());
    let mut exported: Vec<_> = symbols
        .lines()
        .filter_map(|line| line.split_whitespace().last())
        .map(str::to_owned)
        .collect();
    exported.sort();
    assert!(exported.len() > 40);
    assert_eq!(exported, declared());
}

#[test]
#[cfg(target_os = "linux")]
fn needs_no_library_but_those_of_the_c_runtime() {
    let dynamic = output("readelf", &["-dW"], &library());
    let needed: Vec<_> = dynamic
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .collect();
    assert!(!needed.is_empty());
    for line in needed {
        let known = [
            "libc.so",
            "libgcc_s.so",
            "ld-linux",
            "libm.so",
            "libpthread.so",
        ];
        assert!(known.iter().any(|name| line.contains(name)), "{line}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_stack_is_not_executable() {
    let segments = output("readelf", &["-lW"], &library());
    let stack = segments.lines().find(|line| line.contains("GNU_STACK"));
    assert!(stack.is_some_and(|line| line.contains(" RW ")), "{stack:?}");
}
