use keyaki_catalog::{ActionId, Catalog};

/// Looks at everything that a catalogue offers.
fn exercise(catalog: &Catalog) -> usize {
    let mut seen = 0;
    for service in catalog.all_services() {
        seen += service.name().len() + service.prefix().len() + service.category().len();
        seen += service.condition_keys().map(|key| key.name().len()).sum::<usize>();
        for action in service.all_actions() {
            seen += action.full_name().len();
            seen += action.all_condition_keys().count() + action.dependent_actions().count();
            seen += action.resources().map(|row| row.resource_type().arn().len()).sum::<usize>();
            seen += usize::from(action.retired().is_some());
        }
    }
    seen += catalog.expand("*").len() + catalog.expand("s3:Get*").len();
    seen += catalog.resource_types().map(|t| t.arn_glob().len()).sum::<usize>();
    seen += usize::from(catalog.action_by_id(ActionId(7)).is_some());
    for name in ["aws:SourceIp", "s3:prefix", "saml:aud", "a.b:c", "kms:EncryptionContext:x"] {
        seen += format!("{:?}", catalog.key(name)).len();
    }
    let suggested = catalog.suggest_action("s3", "GetObjct");
    seen += suggested.map_or(0, |name| name.len());
    let regions = catalog.partitions().flat_map(|partition| partition.regions());
    seen + regions.map(str::len).sum::<usize>() + catalog.rcp_services().count()
}

#[test]
fn bytes_that_are_cut_off_are_refused() {
    let bytes = crate::packed();
    let lengths = (0..600).chain((600..bytes.len()).step_by(9_973)).chain([bytes.len() - 1]);
    for length in lengths {
        assert!(Catalog::from_bytes(bytes[..length].to_vec()).is_err(), "{length}");
    }
    let mut longer = bytes.to_vec();
    longer.push(0);
    assert!(Catalog::from_bytes(longer).is_err());
}

#[test]
fn other_bytes_are_refused() {
    for bytes in [&b""[..], b"keyakicg", b"PK\x03\x04", &[0; 4096], &[0xFF; 4096]] {
        assert!(Catalog::from_bytes(bytes.to_vec()).is_err());
    }
}

#[test]
fn flipped_bits_are_refused_or_harmless() {
    let bytes = crate::packed();
    let header = 0..240;
    // A stride that is prime to all record widths meets every field of every table.
    let body = (240..bytes.len()).step_by((bytes.len() / 60) | 1);
    let (mut refused, mut harmless) = (0, 0);
    for (at, bit) in header.chain(body).zip((0..8).cycle()) {
        let mut changed = bytes.to_vec();
        changed[at] ^= 1 << bit;
        match Catalog::from_bytes(changed) {
            Ok(catalog) => {
                harmless += usize::from(exercise(&catalog) > 0);
            }
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 50, "{refused} refused, {harmless} harmless");
}

#[test]
fn an_error_says_what_is_wrong() {
    let error = Catalog::from_bytes(b"not this".to_vec()).unwrap_err();
    assert_eq!(error.to_string(), "not a packed catalogue: it starts with other bytes");
}
