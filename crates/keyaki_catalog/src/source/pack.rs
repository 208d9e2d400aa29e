//! Packs facts into the flat form that the library reads in place.

use super::facts::{ActionFacts, Facts, KeyFacts, RowFacts, ServiceFacts, TypeFacts, order};
use super::kinds::{Date, KeyType};
use super::layout::{
    HEADER, MAGIC, NONE, Section, VERSION, action_flags, answer_code, fill_holes, service_flags,
};
use super::slots;
use std::collections::{BTreeMap, HashMap};

/// Facts that cannot be packed: they contradict each other or exceed the layout.
#[derive(Debug, PartialEq)]
pub(crate) struct PackError(pub(crate) String);

impl std::fmt::Display for PackError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PackError {}

/// Packs `facts`, whose lists must be in catalogue order.
pub(crate) fn pack(facts: &Facts) -> Result<Vec<u8>, PackError> {
    let mut packer = Packer::new(facts)?;
    packer.meta(facts);
    packer.keys(facts)?;
    for (number, service) in facts.services.iter().enumerate() {
        packer.service(number, service)?;
    }
    packer.slots(Section::ServiceSlots, facts.services.iter().map(|s| s.prefix.as_str()));
    packer.arn_services()?;
    packer.global_keys(facts)?;
    packer.foreign_prefixes(facts)?;
    packer.names(Section::RcpServices, &facts.rcp_services);
    packer.partitions(facts);
    packer.finish()
}

/// The numbers that names get, and the tables as they grow.
struct Packer<'a> {
    sections: [Vec<u8>; Section::ALL.len()],
    strings: HashMap<String, u32>,
    lists: HashMap<Vec<u32>, u16>,
    rows: HashMap<(u32, u16, bool), u32>,
    services: HashMap<&'a str, u16>,
    actions: HashMap<String, u32>,
    keys: BTreeMap<((String, String), KeyType), u32>,
    key_by_name: HashMap<&'a str, u32>,
    /// ARN templates by their service segment, without those where it is a hole: the literal start
    /// of the resource part, and the number.
    arn_services: BTreeMap<&'a str, Vec<(&'a str, u32)>>,
}

impl<'a> Packer<'a> {
    fn new(facts: &'a Facts) -> Result<Self, PackError> {
        let mut packer = Packer {
            sections: Default::default(),
            strings: HashMap::new(),
            lists: HashMap::new(),
            rows: HashMap::new(),
            services: HashMap::new(),
            actions: HashMap::new(),
            keys: BTreeMap::new(),
            key_by_name: HashMap::new(),
            arn_services: BTreeMap::new(),
        };
        packer.string("");
        packer.list(Vec::new())?;
        let prefixes = facts.services.iter().map(|s| s.prefix.as_str());
        in_order("services", prefixes.clone())?;
        packer.services = prefixes.zip(0..).collect();
        small("services", packer.services.len())?;
        let names = facts.services.iter().flat_map(|s| s.actions.iter().map(|a| full_name(s, a)));
        packer.actions = names.zip(0..).collect();
        Ok(packer)
    }

    fn finish(self) -> Result<Vec<u8>, PackError> {
        let mut out = Vec::from(MAGIC);
        out.extend(VERSION.to_le_bytes());
        let mut offset = HEADER;
        for section in &self.sections {
            for number in [offset, section.len()] {
                let number = u32::try_from(number).map_err(|_| too_many("bytes"))?;
                out.extend(number.to_le_bytes());
            }
            offset += section.len();
        }
        out.extend(self.sections.iter().flatten());
        Ok(out)
    }

    fn put<const N: usize>(&mut self, section: Section, bytes: [u8; N]) {
        self.sections[section as usize].extend(bytes);
    }

    fn put4(&mut self, section: Section, number: u32) {
        self.put(section, number.to_le_bytes());
    }

    fn put2(&mut self, section: Section, number: u16) {
        self.put(section, number.to_le_bytes());
    }

    /// How many records a section has so far.
    fn count(&self, section: Section) -> u32 {
        (self.sections[section as usize].len() / section.width()) as u32
    }

    fn string(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.strings.get(text) {
            return number;
        }
        let number = self.count(Section::StringEnds);
        self.sections[Section::Strings as usize].extend(text.as_bytes());
        self.put4(Section::StringEnds, self.count(Section::Strings));
        self.strings.insert(text.to_owned(), number);
        number
    }

    fn put_string(&mut self, section: Section, text: &str) {
        let number = self.string(text);
        self.put4(section, number);
    }

    fn list(&mut self, items: Vec<u32>) -> Result<u16, PackError> {
        if let Some(&number) = self.lists.get(&items) {
            return Ok(number);
        }
        let number = small("lists", self.lists.len())?;
        for &item in &items {
            self.put4(Section::ListItems, item);
        }
        self.put4(Section::ListEnds, self.count(Section::ListItems));
        self.lists.insert(items, number);
        Ok(number)
    }

    /// Makes names findable; gives the place of their first slot.
    fn slots<'n>(
        &mut self,
        section: Section,
        names: impl ExactSizeIterator<Item = &'n str>,
    ) -> u32 {
        let first = self.count(section);
        slots::table(names).into_iter().for_each(|slot| self.put2(section, slot));
        first
    }

    fn names(&mut self, section: Section, names: &[String]) {
        for name in names {
            self.put_string(section, name);
        }
    }

    fn meta(&mut self, facts: &Facts) {
        let provenance = &facts.provenance;
        self.put2(Section::Meta, provenance.date.0);
        self.put2(Section::Meta, provenance.overlay.0);
        self.put_string(Section::Meta, &provenance.origin);
    }

    fn keys(&mut self, facts: &'a Facts) -> Result<(), PackError> {
        let mut homes: BTreeMap<_, (&'a KeyFacts, u16)> = BTreeMap::new();
        for (service, number) in facts.services.iter().zip(0..) {
            for key in &service.condition_keys {
                let own = key.name.split(':').next() == Some(service.prefix.as_str());
                let home = homes.entry((order(&key.name), key.key_type)).or_insert((key, number));
                if own {
                    home.1 = number;
                }
            }
        }
        small("condition keys", homes.len())?;
        self.slots(Section::KeySlots, homes.values().map(|(key, _)| key.name.as_str()));
        for ((identity, (key, home)), number) in homes.into_iter().zip(0..) {
            let glob = fill_holes(&key.name, "?*");
            if glob != key.name {
                self.put4(Section::Templates, number);
            }
            self.put_string(Section::Keys, &key.name);
            self.put_string(Section::Keys, &glob);
            self.put2(Section::Keys, key.key_type as u16);
            self.put2(Section::Keys, home);
            self.key_by_name.insert(&key.name, number);
            self.keys.insert(identity, number);
        }
        Ok(())
    }

    fn service(&mut self, number: usize, service: &'a ServiceFacts) -> Result<(), PackError> {
        let number = small("services", number)?;
        let own_keys = self.own_keys(service)?;
        let types = self.resource_types(number, service, &own_keys)?;
        let first_type = self.count(Section::Types) - types.len() as u32;
        let first_action = self.count(Section::Actions);
        let names = service.actions.iter().map(|a| a.name.as_str());
        in_order(&service.prefix, names.clone())?;
        small("actions of a service", names.len())?;
        let slots = self.slots(Section::ActionSlots, names);
        for action in &service.actions {
            self.action(number, service, action, &types, &own_keys)?;
        }
        let mut list: Vec<u32> = own_keys.values().copied().collect();
        list.sort_unstable();
        let keys = self.list(list)?;
        self.put_string(Section::Services, &service.prefix);
        self.put_string(Section::Services, &service.name);
        self.put_string(Section::Services, &service.category);
        let actions = (first_action, self.count(Section::Actions));
        for place in [actions.0, actions.1, slots, first_type, self.count(Section::Types)] {
            self.put4(Section::Services, place);
        }
        self.put2(Section::Services, keys);
        let accepted = answer_code(service.accepted) << service_flags::ACCEPTED_SHIFT;
        self.put2(Section::Services, service.standing as u16 | accepted);
        Ok(())
    }

    /// The numbers of the keys that the service lists.
    fn own_keys(&self, service: &'a ServiceFacts) -> Result<HashMap<&'a str, u32>, PackError> {
        in_order(&service.prefix, service.condition_keys.iter().map(|k| k.name.as_str()))?;
        let number = |key: &KeyFacts| self.keys.get(&(order(&key.name), key.key_type)).copied();
        let numbers = service.condition_keys.iter();
        Ok(numbers.filter_map(|key| Some((key.name.as_str(), number(key)?))).collect())
    }

    fn key_list(
        &mut self,
        what: &str,
        names: &[String],
        own: &HashMap<&str, u32>,
    ) -> Result<u16, PackError> {
        let mut numbers = Vec::with_capacity(names.len());
        for name in names {
            let number = own.get(name.as_str()).or_else(|| self.key_by_name.get(name.as_str()));
            let unknown = || PackError(format!("{what}: no service lists the key `{name}`"));
            numbers.push(*number.ok_or_else(unknown)?);
        }
        numbers.sort_unstable();
        numbers.dedup();
        self.list(numbers)
    }

    fn resource_types(
        &mut self,
        number: u16,
        service: &'a ServiceFacts,
        own_keys: &HashMap<&str, u32>,
    ) -> Result<HashMap<&'a str, u32>, PackError> {
        in_order(&service.prefix, service.resource_types.iter().map(|t| t.name.as_str()))?;
        let mut numbers = HashMap::new();
        for resource_type in &service.resource_types {
            let keys = self.key_list(&service.prefix, &resource_type.condition_keys, own_keys)?;
            let arns = self.arns(resource_type)?;
            numbers.insert(resource_type.name.as_str(), self.count(Section::Types));
            self.put_string(Section::Types, &resource_type.name);
            for field in [number, keys, arns] {
                self.put2(Section::Types, field);
            }
        }
        Ok(numbers)
    }

    fn arns(&mut self, resource_type: &'a TypeFacts) -> Result<u16, PackError> {
        let first = self.count(Section::Arns);
        for template in &resource_type.arns {
            let segments: Vec<&str> = template.splitn(6, ':').collect();
            let [_, _, service, _, _, resource] = segments[..] else {
                return Err(PackError(format!("`{template}` is not an ARN template")));
            };
            let head = resource.find(['$', '*']).unwrap_or(resource.len());
            if !service.contains('$') {
                let arn = (&resource[..head], self.count(Section::Arns));
                self.arn_services.entry(service).or_default().push(arn);
            }
            self.put_string(Section::Arns, template);
            self.put_string(Section::Arns, &fill_holes(template, "*"));
            let start = template.len() - resource.len();
            self.put2(Section::Arns, small("characters in an ARN", start)?);
            self.put2(Section::Arns, small("characters in an ARN", head)?);
            let letter = resource[..head].bytes().next().unwrap_or_default();
            self.put2(Section::Arns, u16::from(letter));
        }
        if resource_type.arns.is_empty() {
            return Err(PackError(format!("`{}` has no ARN template", resource_type.name)));
        }
        self.list((first..self.count(Section::Arns)).collect())
    }

    fn arn_services(&mut self) -> Result<(), PackError> {
        let arn_services = std::mem::take(&mut self.arn_services);
        small("services in ARNs", arn_services.len())?;
        self.slots(Section::ArnServiceSlots, arn_services.keys().copied());
        for (name, mut arns) in arn_services {
            arns.sort_unstable();
            let arns = self.list(arns.into_iter().map(|(_, number)| number).collect())?;
            self.put_string(Section::ArnServices, name);
            self.put2(Section::ArnServices, arns);
        }
        Ok(())
    }

    fn action(
        &mut self,
        number: u16,
        service: &ServiceFacts,
        action: &ActionFacts,
        types: &HashMap<&str, u32>,
        own_keys: &HashMap<&str, u32>,
    ) -> Result<(), PackError> {
        let what = full_name(service, action);
        let keys = self.key_list(&what, &action.condition_keys, own_keys)?;
        let mut rows = Vec::with_capacity(action.resources.len());
        for row in &action.resources {
            rows.push(self.row(&what, row, types, own_keys)?);
        }
        let rows = self.list(rows)?;
        let needs = self.dependents(&what, action)?;
        if let Some(date) = action.last_seen {
            self.put4(Section::Retired, self.count(Section::Actions));
            self.put2(Section::Retired, date.0);
        }
        self.put_string(Section::Actions, &action.name);
        let since = action.first_seen.map_or(NONE, |Date(day)| day);
        for field in [number, keys, rows, needs, flags(action), since] {
            self.put2(Section::Actions, field);
        }
        Ok(())
    }

    fn row(
        &mut self,
        what: &str,
        row: &RowFacts,
        types: &HashMap<&str, u32>,
        own_keys: &HashMap<&str, u32>,
    ) -> Result<u32, PackError> {
        let name = row.resource_type.as_str();
        let unknown = || PackError(format!("{what}: the service has no resource type `{name}`"));
        let resource_type = *types.get(name).ok_or_else(unknown)?;
        let keys = self.key_list(what, &row.condition_keys, own_keys)?;
        let identity = (resource_type, keys, row.required);
        if let Some(&number) = self.rows.get(&identity) {
            return Ok(number);
        }
        let number = self.count(Section::Rows);
        self.rows.insert(identity, number);
        self.put4(Section::Rows, resource_type);
        self.put2(Section::Rows, keys);
        self.put2(Section::Rows, u16::from(row.required));
        Ok(number)
    }

    fn dependents(&mut self, what: &str, action: &ActionFacts) -> Result<u16, PackError> {
        let mut numbers = Vec::with_capacity(action.dependent_actions.len());
        for name in &action.dependent_actions {
            let unknown = || PackError(format!("{what}: the action `{name}` is not known"));
            numbers.push(*self.actions.get(name).ok_or_else(unknown)?);
        }
        self.list(numbers)
    }

    fn global_keys(&mut self, facts: &Facts) -> Result<(), PackError> {
        small("global condition keys", facts.global_keys.len())?;
        self.slots(Section::GlobalKeySlots, facts.global_keys.iter().map(|key| key.name.as_str()));
        for (key, number) in facts.global_keys.iter().zip(0..) {
            let glob = fill_holes(&key.name, "?*");
            if glob != key.name {
                self.put4(Section::GlobalTemplates, number);
            }
            self.put_string(Section::GlobalKeys, &key.name);
            self.put_string(Section::GlobalKeys, &glob);
            self.put2(Section::GlobalKeys, key.key_type as u16);
            self.put2(Section::GlobalKeys, key.category as u16);
        }
        Ok(())
    }

    fn foreign_prefixes(&mut self, facts: &Facts) -> Result<(), PackError> {
        for entry in &facts.foreign_prefixes {
            let known = entry.services.iter().filter_map(|s| self.services.get(s.as_str()));
            let services = known.map(|&number| u32::from(number)).collect();
            let services = self.list(services)?;
            self.put_string(Section::Foreign, &entry.prefix);
            self.put_string(Section::Foreign, &fill_holes(&entry.prefix, "?*"));
            self.put2(Section::Foreign, services);
        }
        Ok(())
    }

    fn partitions(&mut self, facts: &Facts) {
        for partition in &facts.partitions {
            self.put_string(Section::Partitions, &partition.name);
            self.put_string(Section::Partitions, &partition.dns_suffix);
            self.put4(Section::Partitions, self.count(Section::Regions));
            self.names(Section::Regions, &partition.regions);
            self.put4(Section::Partitions, self.count(Section::Regions));
        }
    }
}

fn flags(action: &ActionFacts) -> u16 {
    let access = action.access.map_or(0, |level| level as u16 + 1);
    let permission_only = answer_code(action.permission_only);
    let retired = if action.last_seen.is_some() { action_flags::RETIRED } else { 0 };
    access | permission_only << action_flags::PERMISSION_ONLY_SHIFT | retired
}

fn full_name(service: &ServiceFacts, action: &ActionFacts) -> String {
    format!("{}:{}", service.prefix, action.name)
}

/// Checks that names ascend strictly without case, as binary search needs.
fn in_order<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Result<(), PackError> {
    let mut last: Option<String> = None;
    for name in names {
        let folded = name.to_ascii_lowercase();
        if last.as_ref().is_some_and(|last| *last >= folded) {
            return Err(PackError(format!("{what}: `{name}` is repeated or out of order")));
        }
        last = Some(folded);
    }
    Ok(())
}

/// A number that fits two bytes and is not the number for "none".
fn small(what: &str, number: usize) -> Result<u16, PackError> {
    u16::try_from(number).ok().filter(|&n| n != NONE).ok_or_else(|| too_many(what))
}

fn too_many(what: &str) -> PackError {
    PackError(format!("too many {what} for this layout"))
}
