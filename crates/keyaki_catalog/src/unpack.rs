//! A packed catalogue back as owned facts, so that it can be changed and packed again.

use crate::action::Action;
use crate::catalog::Catalog;
use crate::key::ConditionKey;
use crate::service::Service;
use crate::source::facts::{
    ActionFacts, Facts, ForeignPrefix, GlobalKeyFacts, KeyFacts, PartitionFacts, Provenance,
    RowFacts, ServiceFacts, TypeFacts,
};
use crate::source::layout::{Section, answer, foreign, service, service_flags};

/// Everything that the catalogue holds.
pub(crate) fn unpack(catalog: &Catalog) -> Facts {
    let snapshot = catalog.snapshot();
    Facts {
        provenance: Provenance {
            date: snapshot.date,
            origin: snapshot.origin.to_owned(),
            overlay: snapshot.overlay,
        },
        services: catalog.all_services().map(unpack_service).collect(),
        global_keys: unpack_global_keys(catalog),
        foreign_prefixes: unpack_foreign_prefixes(catalog),
        rcp_services: catalog.rcp_services().map(str::to_owned).collect(),
        partitions: unpack_partitions(catalog),
    }
}

fn unpack_service(service: Service<'_>) -> ServiceFacts {
    let blob = &service.catalog.blob;
    let flags = blob.get2(Section::Services, service.record, service::FLAGS);
    ServiceFacts {
        prefix: service.prefix().to_owned(),
        name: service.name().to_owned(),
        category: service.category().to_owned(),
        standing: service.standing(),
        accepted: answer(flags >> service_flags::ACCEPTED_SHIFT),
        actions: service.all_actions().map(unpack_action).collect(),
        resource_types: service.resource_types().map(unpack_type).collect(),
        condition_keys: service.condition_keys().map(unpack_key).collect(),
    }
}

fn unpack_action(action: Action<'_>) -> ActionFacts {
    ActionFacts {
        name: action.name().to_owned(),
        access: action.access_level(),
        permission_only: action.permission_only(),
        first_seen: action.first_seen(),
        last_seen: action.retired().map(|retired| retired.last_seen),
        condition_keys: names(action.condition_keys()),
        resources: action.resources().map(unpack_row).collect(),
        dependent_actions: action.dependent_actions().map(Action::full_name).collect(),
    }
}

fn unpack_row(row: crate::ActionResource<'_>) -> RowFacts {
    RowFacts {
        resource_type: row.resource_type().name().to_owned(),
        required: row.is_required(),
        condition_keys: names(row.condition_keys()),
    }
}

fn unpack_type(resource_type: crate::ResourceType<'_>) -> TypeFacts {
    TypeFacts {
        name: resource_type.name().to_owned(),
        arns: resource_type.arns().map(|arn| arn.template().to_owned()).collect(),
        condition_keys: names(resource_type.condition_keys()),
    }
}

fn unpack_key(key: ConditionKey<'_>) -> KeyFacts {
    KeyFacts { name: key.name().to_owned(), key_type: key.key_type() }
}

fn names<'c>(keys: impl Iterator<Item = ConditionKey<'c>>) -> Vec<String> {
    keys.map(|key| key.name().to_owned()).collect()
}

fn unpack_global_keys(catalog: &Catalog) -> Vec<GlobalKeyFacts> {
    let keys = catalog.global_keys().map(|key| GlobalKeyFacts {
        name: key.name().to_owned(),
        key_type: key.key_type(),
        category: key.category(),
    });
    keys.collect()
}

fn unpack_foreign_prefixes(catalog: &Catalog) -> Vec<ForeignPrefix> {
    let blob = &catalog.blob;
    let service = |number| Service::new(catalog, number).prefix().to_owned();
    let prefixes = (0..blob.count(Section::Foreign)).map(|record| ForeignPrefix {
        prefix: blob.text(Section::Foreign, record, foreign::PREFIX).to_owned(),
        services: blob
            .list(blob.get2(Section::Foreign, record, foreign::SERVICES))
            .map(service)
            .collect(),
    });
    prefixes.collect()
}

fn unpack_partitions(catalog: &Catalog) -> Vec<PartitionFacts> {
    let partitions = catalog.partitions().map(|partition| PartitionFacts {
        name: partition.name().to_owned(),
        dns_suffix: partition.dns_suffix().to_owned(),
        regions: partition.regions().map(str::to_owned).collect(),
    });
    partitions.collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panic")]
mod tests {
    use super::*;
    use crate::source::pack::pack;
    use crate::source::text::{read_service, write_service};
    use crate::{Standing, embedded};

    #[test]
    fn unpacking_and_packing_again_gives_the_same_bytes() {
        let facts = unpack(embedded());
        let packed = pack(&facts).unwrap();
        assert!(packed == include_bytes!(concat!(env!("OUT_DIR"), "/catalog.bin")));
        let again = Catalog::from_bytes(packed).unwrap();
        assert_eq!(unpack(&again), facts);
    }

    #[test]
    fn the_text_of_every_live_service_is_the_committed_file() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/services");
        let mut files = 0;
        for mut service in unpack(embedded()).services {
            if service.standing != Standing::Live {
                continue;
            }
            let path = root.join(format!("{}.txt", service.prefix));
            let text = std::fs::read_to_string(&path).unwrap();
            let read = read_service(&service.prefix, &text).unwrap();
            // What other files add: retired actions; keys, their types and ARNs given by hand.
            service.actions.retain(|action| action.last_seen.is_none());
            service.condition_keys.retain_mut(|key| {
                let known = read.condition_keys.iter().find(|read| read.name == key.name);
                let is_list_by_hand = |k: &KeyFacts| k.key_type == key.key_type.element();
                if let Some(known) = known.filter(|known| is_list_by_hand(known)) {
                    key.key_type = known.key_type;
                }
                read.condition_keys.contains(key)
            });
            let arns: Vec<_> = read.resource_types.iter().flat_map(|t| &t.arns).collect();
            for resource_type in &mut service.resource_types {
                resource_type.arns.retain(|arn| arns.contains(&arn));
            }
            service.resource_types.retain(|t| !t.arns.is_empty());
            assert_eq!(service, read, "{}", service.prefix);
            assert_eq!(write_service(&service), text, "{}", service.prefix);
            files += 1;
        }
        assert_eq!(files, std::fs::read_dir(root).unwrap().count());
    }
}
