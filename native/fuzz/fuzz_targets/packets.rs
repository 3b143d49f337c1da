#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dialkey_fuzz::packets(bytes));
