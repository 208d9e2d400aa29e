//! Partitions and regions.

use crate::catalog::{Catalog, view};
use crate::source::layout::{Section, partition};
use std::fmt;

view! {
    /// A partition: a set of regions with accounts of its own.
    Partition(u32)
}

/// A region and its partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region<'c> {
    /// The region's name, such as `eu-central-1`.
    pub name: &'c str,
    /// The partition that it lies in.
    pub partition: Partition<'c>,
}

impl<'c> Partition<'c> {
    /// The partition's name in ARNs, such as `aws-cn`.
    pub fn name(self) -> &'c str {
        self.catalog.blob.text(Section::Partitions, self.record, partition::NAME)
    }

    /// What the names of its endpoints end in, such as `amazonaws.com`.
    pub fn dns_suffix(self) -> &'c str {
        self.catalog.blob.text(Section::Partitions, self.record, partition::DNS_SUFFIX)
    }

    /// The names of its regions.
    pub fn regions(self) -> impl Iterator<Item = &'c str> {
        let blob = &self.catalog.blob;
        let bound = |field| blob.get4(Section::Partitions, self.record, field);
        let range = bound(partition::REGIONS)..bound(partition::REGIONS_END);
        range.map(|record| blob.text(Section::Regions, record, 0))
    }
}

impl fmt::Debug for Partition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Partition({})", self.name())
    }
}

impl Catalog {
    /// All partitions; the commercial one comes first.
    pub fn partitions(&self) -> impl Iterator<Item = Partition<'_>> {
        (0..self.blob.count(Section::Partitions)).map(|record| Partition::new(self, record))
    }

    /// The partition with this name, in this very case.
    pub fn partition(&self, name: &str) -> Option<Partition<'_>> {
        self.partitions().find(|partition| partition.name() == name)
    }

    /// The region with this name, in this very case.
    pub fn region(&self, name: &str) -> Option<Region<'_>> {
        self.partitions().find_map(|partition| {
            let name = partition.regions().find(|region| *region == name)?;
            Some(Region { name, partition })
        })
    }
}
