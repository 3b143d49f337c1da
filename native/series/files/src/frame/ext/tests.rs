use super::*;

/// One of each, written down by another implementation.
const VECTORS: &[&str] = &[
    "3e0003000003",
    "3e02412c000141200109",
    "3ec0000000ffffffff0e2a0300010103000002",
    "7e75017e76",
    "7e75013e",
    "7e752a00",
    "7e760001",
    "7e762a4049",
    "7e770101",
    "7e772a4049",
    "7e7801000008a1a2a3a4a5a6a7a8000102030405060708090a0b0c0d0e0f",
    "7e78161f0d08ababababababababcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
    "7e790000",
    "7e79161f",
    "7e7a07",
    "7e7b16",
    "7e7c0800",
    "7e7c1720",
    "803d7f902a7f0000011092",
    "803d7f910020010db80000000000000000000000011092",
    "803d7f9201c00002011151",
    "803d7f930220010db80000000000000000000000011151",
    "803d7f940a",
    "809f81a62a7f0000011092",
    "809f81a70120010db80000000000000000000000011092",
];

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn parse(bytes: &[u8]) -> Result<(Frame, usize)> {
    let mut b = octets::Octets::with_slice(bytes);
    let frame = Frame::from_bytes(&mut b, packet::Type::Short)?;
    Ok((frame, b.cap()))
}

fn written(frame: &Frame) -> Vec<u8> {
    let mut out = [0; 256];
    let mut b = octets::OctetsMut::with_slice(&mut out);
    let len = frame.to_bytes(&mut b).unwrap();
    assert_eq!(len, frame.wire_len());
    out[..len].to_vec()
}

#[test]
fn vectors_read_and_written() {
    for vector in VECTORS {
        let bytes = hex(vector);
        let (frame, left) = parse(&bytes).unwrap();
        assert_eq!(left, 0, "{vector}");
        assert_eq!(written(&frame), bytes, "{vector}");
    }
}

#[test]
fn every_truncation_is_an_error() {
    for vector in VECTORS {
        let bytes = hex(vector);
        // A shorter type is another frame.
        let ty = 1 << (bytes[0] >> 6);
        for len in ty..bytes.len() {
            assert!(parse(&bytes[..len]).is_err(), "{vector} cut to {len}");
        }
    }
}

#[test]
fn counters_of_ecn_are_dropped() {
    let with = hex("3fc0000000ffffffff0e2a03000101030000022a180c");
    let without = hex("3ec0000000ffffffff0e2a0300010103000002");
    let (frame, left) = parse(&with).unwrap();
    assert_eq!(left, 0);
    assert_eq!(written(&frame), without);
}

#[test]
fn frames_of_1_rtt_only() {
    use packet::Type;
    for vector in VECTORS {
        let bytes = hex(vector);
        for ty in [Type::Initial, Type::Handshake, Type::ZeroRTT] {
            let mut b = octets::Octets::with_slice(&bytes);
            let result = Frame::from_bytes(&mut b, ty);
            assert_eq!(result, Err(Error::InvalidPacket), "{vector} {ty:?}");
        }
    }
}

#[test]
fn out_of_range() {
    for (bytes, error) in [
        // Path ids have 32 bits.
        ("7e7ac000000100000000", Error::InvalidFrame),
        ("7e75c00000010000000000", Error::InvalidFrame),
        ("3ec00000010000000003000003", Error::InvalidFrame),
        // Connection ids have 1 to 20 bytes.
        (
            "7e7801000000000102030405060708090a0b0c0d0e0f",
            Error::InvalidFrame,
        ),
        (
            concat!(
                "7e7801000015",
                "000000000000000000000000000000000000000000",
                "000102030405060708090a0b0c0d0e0f"
            ),
            Error::InvalidFrame,
        ),
        // Retires more than there is.
        (
            "7e7801000108a1a2a3a4a5a6a7a8000102030405060708090a0b0c0d0e0f",
            Error::InvalidPacket,
        ),
        // Unknown types have no length.
        ("7e7d00", Error::InvalidFrame),
        ("803d7f9500", Error::InvalidFrame),
    ] {
        assert_eq!(parse(&hex(bytes)).unwrap_err(), error, "{bytes}");
    }
}

#[test]
fn an_opaque_body_is_whole() {
    assert!(is_body(ADD_ADDRESS_V4, &hex("2a7f0000011092")));
    assert!(!is_body(ADD_ADDRESS_V4, &hex("2a7f00000110")));
    assert!(!is_body(ADD_ADDRESS_V4, &hex("2a7f000001109200")));
    assert!(!is_body(PATH_ABANDON, &hex("0100")));
}

#[test]
fn what_asks_for_an_answer_and_what_probes() {
    let of = |text| parse(&hex(text)).unwrap().0;
    assert!(!of("3e0003000003").ack_eliciting());
    assert!(!of("3e0003000003").probing());
    assert!(of(VECTORS[10]).ack_eliciting() && of(VECTORS[10]).probing());
    assert!(of("809f81a62a7f0000011092").probing());
    assert!(!of("803d7f940a").probing());
    assert!(!of("7e7a07").probing());
}

#[test]
fn noise_is_an_error_or_reads_back() {
    crate::chance::seed(Some(7));
    for round in 0..200_000_u32 {
        let mut bytes = [0; 48];
        crate::rand::rand_bytes(&mut bytes);
        // Half of it looks like one of ours.
        if round % 2 == 0 {
            let vector = hex(VECTORS[round as usize % VECTORS.len()]);
            let ty = 1 << (vector[0] >> 6);
            bytes[..ty].copy_from_slice(&vector[..ty]);
        }
        if let Ok((frame @ Frame::Ext(_), _)) = parse(&bytes) {
            let (again, left) = parse(&written(&frame)).unwrap();
            assert_eq!((again, left), (frame, 0));
        }
    }
    crate::chance::seed(None);
}
