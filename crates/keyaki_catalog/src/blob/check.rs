//! Checks a stranger's bytes: every number points at something, every table is sorted.

use super::{Blob, InvalidCatalog};
use crate::fold;
use crate::source::kinds::{AccessLevel, KeyCategory, KeyType, Standing};
use crate::source::layout::{
    Section, action, action_flags, arn, arn_service, foreign, global_key, key, meta, partition,
    resource_type, retired, row, service, service_flags,
};
use std::cmp::Ordering;
use std::ops::Range;

type Check = Result<(), InvalidCatalog>;

fn that(holds: bool, otherwise: &'static str) -> Check {
    if holds { Ok(()) } else { Err(InvalidCatalog(otherwise)) }
}

impl Blob {
    /// Checks everything that the look-ups rely on.
    pub(crate) fn check(&self) -> Check {
        self.check_strings()?;
        self.check_lists()?;
        self.check_names()?;
        that(self.count(Section::Meta) == 1, "it has no single head record")?;
        self.check_services()?;
        self.check_slots()?;
        self.check_actions()?;
        self.check_retired()?;
        self.check_resources()?;
        self.check_keys()?;
        self.check_partitions()
    }

    fn check_strings(&self) -> Check {
        self.check_ends(Section::StringEnds, Section::Strings)?;
        let pool = self.sections[Section::Strings as usize].clone();
        let pool = std::str::from_utf8(&self.bytes[pool]);
        let pool = pool.map_err(|_| InvalidCatalog("a string is not UTF-8"))?;
        let mut ends = (0..self.count(Section::StringEnds))
            .map(|number| self.get4(Section::StringEnds, number, 0) as usize);
        that(ends.all(|end| pool.is_char_boundary(end)), "a string is not UTF-8")
    }

    fn check_lists(&self) -> Check {
        self.check_ends(Section::ListEnds, Section::ListItems)
    }

    /// Ends ascend from 0, for the empty entry with number 0, to the end of the items.
    fn check_ends(&self, ends: Section, items: Section) -> Check {
        let mut last = 0;
        for number in 0..self.count(ends) {
            let end = self.get4(ends, number, 0);
            that(end >= last && (number > 0 || end == 0), "ends do not ascend")?;
            last = end;
        }
        that(self.count(ends) > 0 && last == self.count(items), "ends do not reach the end")
    }

    /// Every field that names a string names one.
    fn check_names(&self) -> Check {
        let fields = [
            (Section::Meta, meta::ORIGIN),
            (Section::Services, service::PREFIX),
            (Section::Services, service::NAME),
            (Section::Services, service::CATEGORY),
            (Section::Actions, action::NAME),
            (Section::Types, resource_type::NAME),
            (Section::Arns, arn::TEMPLATE),
            (Section::Arns, arn::GLOB),
            (Section::ArnServices, arn_service::NAME),
            (Section::Keys, key::NAME),
            (Section::Keys, key::GLOB),
            (Section::GlobalKeys, global_key::NAME),
            (Section::GlobalKeys, global_key::GLOB),
            (Section::Foreign, foreign::PREFIX),
            (Section::Foreign, foreign::GLOB),
            (Section::RcpServices, 0),
            (Section::Partitions, partition::NAME),
            (Section::Partitions, partition::DNS_SUFFIX),
            (Section::Regions, 0),
        ];
        let strings = self.count(Section::StringEnds);
        for (section, field) in fields {
            let mut names = (0..self.count(section)).map(|n| self.get4(section, n, field));
            that(names.all(|name| name < strings), "a name is not there")?;
        }
        Ok(())
    }

    /// Each record's list at `field` exists, and its items are numbers of `target` records.
    fn check_list_field(&self, section: Section, field: usize, target: Section) -> Check {
        let (lists, targets) = (self.count(Section::ListEnds), self.count(target));
        for record in 0..self.count(section) {
            let list = self.get2(section, record, field);
            that(u32::from(list) < lists, "a list is not there")?;
            that(self.list(list).all(|item| item < targets), "a list points nowhere")?;
        }
        Ok(())
    }

    fn check_reference(&self, section: Section, field: usize, target: Section) -> Check {
        let mut numbers = (0..self.count(section)).map(|n| u32::from(self.get2(section, n, field)));
        that(numbers.all(|number| number < self.count(target)), "a number points nowhere")
    }

    /// Names ascend strictly without case.
    fn check_order(&self, section: Section, field: usize, range: Range<u32>) -> Check {
        let name = |record: u32| self.name(section, record, field);
        let mut pairs = range.clone().zip(range.skip(1));
        let sorted = pairs.all(|(a, b)| fold::compare(name(a), name(b)) == Ordering::Less);
        that(sorted, "names are out of order")
    }

    fn check_services(&self) -> Check {
        let services = 0..self.count(Section::Services);
        self.check_order(Section::Services, service::PREFIX, services.clone())?;
        self.check_list_field(Section::Services, service::KEYS, Section::Keys)?;
        let (mut actions, mut types) = (0, 0);
        for record in services {
            let flags = self.get2(Section::Services, record, service::FLAGS);
            let standing = Standing::from_code(flags & service_flags::STANDING_MASK);
            that(standing.is_some(), "a standing is not known")?;
            let own = (service::ACTIONS, service::ACTIONS_END);
            actions = self.check_part(record, own, (Section::Actions, action::SERVICE), actions)?;
            self.check_order(Section::Actions, action::NAME, self.part(record, own))?;
            let own = (service::TYPES, service::TYPES_END);
            let owner = (Section::Types, resource_type::SERVICE);
            types = self.check_part(record, own, owner, types)?;
            self.check_order(Section::Types, resource_type::NAME, self.part(record, own))?;
        }
        let all = actions == self.count(Section::Actions) && types == self.count(Section::Types);
        that(all, "a record belongs to no service")
    }

    fn part(&self, service: u32, (start, end): (usize, usize)) -> Range<u32> {
        self.get4(Section::Services, service, start)..self.get4(Section::Services, service, end)
    }

    /// A service's part follows that of the service before, and its records name the service.
    fn check_part(
        &self,
        service: u32,
        bounds: (usize, usize),
        (section, field): (Section, usize),
        expected: u32,
    ) -> Result<u32, InvalidCatalog> {
        let part = self.part(service, bounds);
        let sound = part.start == expected && part.end >= part.start;
        that(sound && part.end <= self.count(section), "a part is out of place")?;
        let mut owners = part.clone().map(|n| u32::from(self.get2(section, n, field)));
        that(owners.all(|owner| owner == service), "a record belongs to another service")?;
        Ok(part.end)
    }

    /// Everything that is looked up by its name is found by it.
    fn check_slots(&self) -> Check {
        let services = self.count(Section::Services);
        self.check_found((Section::ServiceSlots, 0), services, |n| {
            self.name(Section::Services, n, service::PREFIX)
        })?;
        for record in 0..services {
            let actions = self.part(record, (service::ACTIONS, service::ACTIONS_END));
            let slots = self.get4(Section::Services, record, service::SLOTS);
            self.check_found((Section::ActionSlots, slots), actions.len() as u32, |n| {
                self.name(Section::Actions, actions.start.saturating_add(n), action::NAME)
            })?;
        }
        for (slots, section, field) in [
            (Section::ArnServiceSlots, Section::ArnServices, arn_service::NAME),
            (Section::KeySlots, Section::Keys, key::NAME),
            (Section::GlobalKeySlots, Section::GlobalKeys, global_key::NAME),
        ] {
            let name_of = |n| self.name(section, n, field);
            self.check_found((slots, 0), self.count(section), name_of)?;
        }
        Ok(())
    }

    /// Every name is found; one that occurs several times, where it occurs first.
    fn check_found<'a>(
        &self,
        slots: (Section, u32),
        names: u32,
        name_of: impl Fn(u32) -> &'a [u8],
    ) -> Check {
        let found = |n: u32| {
            let name = std::str::from_utf8(name_of(n)).ok();
            let found = name.and_then(|name| self.find(slots, names, name, &name_of));
            found.is_some_and(|found| found <= n)
        };
        that((0..names).all(found), "a name is not found")
    }

    fn check_actions(&self) -> Check {
        self.check_list_field(Section::Actions, action::KEYS, Section::Keys)?;
        self.check_list_field(Section::Actions, action::ROWS, Section::Rows)?;
        self.check_list_field(Section::Actions, action::NEEDS, Section::Actions)?;
        let levels = 0..=AccessLevel::ALL.len() as u16;
        let mut flags = (0..self.count(Section::Actions))
            .map(|n| self.get2(Section::Actions, n, action::FLAGS) & action_flags::ACCESS_MASK);
        that(flags.all(|level| levels.contains(&level)), "an access level is not known")
    }

    /// The retired table ascends and holds exactly the actions that are marked as retired.
    fn check_retired(&self) -> Check {
        let marked =
            |n: &u32| self.get2(Section::Actions, *n, action::FLAGS) & action_flags::RETIRED != 0;
        let expected = (0..self.count(Section::Actions)).filter(marked);
        let listed = (0..self.count(Section::Retired))
            .map(|n| self.get4(Section::Retired, n, retired::ACTION));
        that(expected.eq(listed), "the retired actions are not those that are marked")
    }

    fn check_resources(&self) -> Check {
        let types = self.count(Section::Types);
        let mut rows =
            (0..self.count(Section::Rows)).map(|n| self.get4(Section::Rows, n, row::TYPE));
        that(rows.all(|number| number < types), "a row points nowhere")?;
        self.check_list_field(Section::Rows, row::KEYS, Section::Keys)?;
        self.check_list_field(Section::Types, resource_type::KEYS, Section::Keys)?;
        self.check_list_field(Section::Types, resource_type::ARNS, Section::Arns)?;
        self.check_list_field(Section::ArnServices, arn_service::ARNS, Section::Arns)?;
        let names = 0..self.count(Section::ArnServices);
        self.check_order(Section::ArnServices, arn_service::NAME, names)?;
        let arns = |n: u32| self.list(self.get2(Section::Types, n, resource_type::ARNS)).len();
        that((0..types).all(|n| arns(n) > 0), "a resource type has no ARN")
    }

    fn check_keys(&self) -> Check {
        self.check_reference(Section::Keys, key::HOME, Section::Services)?;
        let name = |n: u32| self.name(Section::Keys, n, key::NAME);
        let keys = 0..self.count(Section::Keys);
        let mut pairs = keys.clone().zip(keys.skip(1));
        let sorted = pairs.all(|(a, b)| fold::compare(name(a), name(b)) != Ordering::Greater);
        that(sorted, "keys are out of order")?;
        let global = 0..self.count(Section::GlobalKeys);
        self.check_order(Section::GlobalKeys, global_key::NAME, global)?;
        let mut templates =
            (0..self.count(Section::Templates)).map(|n| self.get4(Section::Templates, n, 0));
        that(templates.all(|n| n < self.count(Section::Keys)), "a template points nowhere")?;
        let mut templates = (0..self.count(Section::GlobalTemplates))
            .map(|n| self.get4(Section::GlobalTemplates, n, 0));
        that(templates.all(|n| n < self.count(Section::GlobalKeys)), "a template points nowhere")?;
        self.check_codes(Section::Keys, key::TYPE, KeyType::ALL.len())?;
        self.check_codes(Section::GlobalKeys, global_key::TYPE, KeyType::ALL.len())?;
        self.check_codes(Section::GlobalKeys, global_key::CATEGORY, KeyCategory::ALL.len())?;
        self.check_list_field(Section::Foreign, foreign::SERVICES, Section::Services)
    }

    fn check_codes(&self, section: Section, field: usize, known: usize) -> Check {
        let mut codes = (0..self.count(section)).map(|n| self.get2(section, n, field));
        that(codes.all(|code| usize::from(code) < known), "a code is not known")
    }

    fn check_partitions(&self) -> Check {
        let mut expected = 0;
        for record in 0..self.count(Section::Partitions) {
            let start = self.get4(Section::Partitions, record, partition::REGIONS);
            let end = self.get4(Section::Partitions, record, partition::REGIONS_END);
            that(start == expected && end >= start, "regions are out of place")?;
            expected = end;
        }
        that(expected == self.count(Section::Regions), "regions are out of place")
    }
}
