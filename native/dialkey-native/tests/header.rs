//! The committed header is the one the sources make.

use std::path::Path;

const WRITE: &str = "DIALKEY_WRITE_HEADER";

const ENTRIES: [&str; 9] = [
    "library",
    "config",
    "packets",
    "connections",
    "streams",
    "datagrams",
    "paths",
    "udp",
    "testing",
];

#[test]
fn all_files_with_entries_are_in_the_header() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/entry");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_owned())
        .filter(|name| name != "mod")
        .collect();
    files.sort();
    let mut entries = ENTRIES;
    entries.sort();
    assert_eq!(files, entries);
}

#[test]
fn the_header_did_not_drift() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = here.join("../include/dialkey.h");
    let config = cbindgen::Config::from_file(here.join("cbindgen.toml")).unwrap();
    // In the order of the header: who reads it begins with the library. Single
    // files, because cbindgen would ask cargo about a whole crate.
    let mut builder = cbindgen::Builder::new()
        .with_config(config)
        .with_src(here.join("src/abi.rs"));
    for entry in ENTRIES {
        builder = builder.with_src(here.join(format!("src/entry/{entry}.rs")));
    }
    let mut made = Vec::new();
    builder.generate().unwrap().write(&mut made);
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read(&path).unwrap_or_default();
    assert!(
        made == committed,
        "include/dialkey.h is out of date; regenerate it in native/ with\n\
         {WRITE}=1 cargo test --test header"
    );
}
