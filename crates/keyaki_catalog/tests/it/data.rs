use crate::catalog;
use keyaki_catalog::{Catalog, KeyLookup, Segment};

#[test]
fn the_embedded_catalogue_passes_the_check_for_foreign_bytes() {
    let again = Catalog::from_bytes(crate::packed()).unwrap();
    assert_eq!(again.snapshot(), catalog().snapshot());
}

#[test]
fn every_live_service_has_a_name_a_category_and_an_action() {
    for service in catalog().services() {
        assert!(!service.name().is_empty(), "{service:?}");
        assert!(!service.category().is_empty(), "{service:?}");
        assert!(service.actions().next().is_some(), "{service:?}");
    }
}

#[test]
fn every_live_action_has_a_level_and_every_retired_one_does_not() {
    for action in catalog().all_services().flat_map(|service| service.all_actions()) {
        assert_eq!(action.access_level().is_none(), action.is_retired(), "{action:?}");
    }
}

#[test]
fn every_arn_template_has_six_segments() {
    for arn in catalog().resource_types().flat_map(|t| t.arns()) {
        let segments: Vec<_> = arn.template().splitn(6, ':').collect();
        assert_eq!((segments.len(), segments[0]), (6, "arn"), "{arn:?}");
        assert_eq!(arn.partition(), Segment::Any, "{arn:?}");
        assert!(!arn.resource().is_empty(), "{arn:?}");
        assert!(!arn.glob().contains('$'), "{arn:?}");
        let head = arn.resource().split(['$', '*']).next().unwrap();
        assert_eq!(arn.resource_head(), head, "{arn:?}");
        assert!(arn.can_begin_with(head) && arn.can_begin_with(&format!("{head}x")), "{arn:?}");
        assert!(head.is_empty() || !arn.can_begin_with("!"), "{arn:?}");
        assert_eq!(arn.glob().split(':').count(), arn.template().split(':').count(), "{arn:?}");
    }
}

#[test]
fn every_arn_without_a_hole_for_its_service_is_found_by_it() {
    for resource_type in catalog().resource_types() {
        for arn in resource_type.arns() {
            let Segment::Literal(segment) = arn.service() else { continue };
            let mut found = catalog().arn_service(segment).unwrap();
            assert!(found.any(|other| other == arn), "{arn:?}");
        }
    }
}

#[test]
fn every_key_of_an_action_or_resource_type_is_found_by_its_name() {
    let of_actions = catalog().actions().flat_map(|action| action.all_condition_keys());
    let of_types = catalog().resource_types().flat_map(|t| t.condition_keys());
    for key in of_actions.chain(of_types) {
        match catalog().key(key.name()) {
            KeyLookup::Global(found) => assert!(found.matches(key.name())),
            KeyLookup::Service { key: found, .. } | KeyLookup::Federated(Some(found)) => {
                assert_eq!(found.name(), key.name());
            }
            KeyLookup::Federated(None)
            | KeyLookup::UnknownGlobal
            | KeyLookup::UnknownInService(_)
            | KeyLookup::UnknownService => panic!("{key:?}"),
        }
    }
}

#[test]
fn every_service_lists_the_keys_that_its_actions_have() {
    for service in catalog().services() {
        let own: Vec<_> = service.condition_keys().collect();
        for key in service.actions().flat_map(|action| action.all_condition_keys()) {
            assert!(own.contains(&key), "{service:?} {key:?}");
        }
    }
}

#[test]
fn every_action_takes_types_of_its_own_service() {
    for action in catalog().actions() {
        for row in action.resources() {
            assert_eq!(row.resource_type().service(), action.service(), "{action:?}");
        }
    }
}

#[test]
fn every_name_is_found_by_itself() {
    for service in catalog().all_services() {
        assert_eq!(catalog().service(service.prefix()), Some(service));
        for action in service.all_actions() {
            assert_eq!(service.action(action.name()), Some(action));
        }
        for resource_type in service.resource_types() {
            assert_eq!(service.resource_type(resource_type.name()), Some(resource_type));
        }
        for key in service.condition_keys() {
            assert_eq!(service.condition_key(key.name()), Some(key));
        }
    }
}

#[test]
fn every_key_pattern_is_a_key_of_the_catalogue() {
    let text = include_str!("../../data/key-patterns.txt");
    let lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let templates: Vec<_> = lines.filter(|l| l[0] == "pattern").map(|l| l[2]).collect();
    assert!(templates.len() > 100);
    for template in templates {
        match catalog().key(template) {
            KeyLookup::Service { key, .. } | KeyLookup::Federated(Some(key)) => {
                assert_eq!((key.name(), key.is_template()), (template, true));
            }
            KeyLookup::Global(_)
            | KeyLookup::Federated(None)
            | KeyLookup::UnknownGlobal
            | KeyLookup::UnknownInService(_)
            | KeyLookup::UnknownService => panic!("{template}"),
        }
    }
}
