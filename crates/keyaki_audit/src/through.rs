//! What passes a VPC endpoint: requests to one service, from one VPC.

use std::sync::Arc;

use keyaki_account::{Endpoint, Resource, Stored};
use keyaki_analyze::{Access, KeyIs};
use keyaki_catalog::Catalog;
use keyaki_ir::Arn;
use keyaki_ir::arn::Segment;
use keyaki_ir::glob::{self, Case};

use crate::target::partition;

/// Endpoints whose names begin otherwise than the actions that they carry, with the prefixes of
/// these. Source: <https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html>.
const OTHER_NAMES: [(&str, &[&str]); 25] = [
    ("appconfigdata", &["appconfig"]),
    ("aps-workspaces", &["aps"]),
    ("bedrock-agent", &["bedrock"]),
    ("bedrock-agent-runtime", &["bedrock"]),
    ("bedrock-runtime", &["bedrock"]),
    ("cloudhsmv2", &["cloudhsm"]),
    ("data-servicediscovery", &["servicediscovery"]),
    ("ecs-agent", &["ecs"]),
    ("ecs-telemetry", &["ecs"]),
    ("elasticbeanstalk-health", &["elasticbeanstalk"]),
    ("email-smtp", &["ses"]),
    ("git-codecommit", &["codecommit"]),
    ("grafana-workspace", &["grafana"]),
    ("kinesis-firehose", &["firehose"]),
    ("kinesis-streams", &["kinesis"]),
    ("models-v2-lex", &["lex"]),
    ("monitoring", &["cloudwatch"]),
    ("runtime-v2-lex", &["lex"]),
    ("s3", &["s3", "s3-object-lambda"]),
    ("s3-global", &["s3"]),
    ("sagemaker", &["sagemaker", "sagemaker-geospatial", "sagemaker-mlflow"]),
    ("servicecatalog-appregistry", &["servicecatalog"]),
    ("streaming-rekognition", &["rekognition"]),
    ("sync-states", &["states"]),
    ("tagging", &["tag"]),
];

/// A VPC endpoint that requests come through.
#[derive(Clone, Debug)]
pub(crate) struct Through {
    id: String,
    partition: String,
    pub(crate) policy: Arc<Stored>,
    facts: Endpoint,
    /// The prefixes of the actions that it carries, where that is known.
    services: Option<Vec<String>>,
}

impl Through {
    pub(crate) fn new(endpoint: &Resource, policy: Arc<Stored>, catalog: &Catalog) -> Through {
        Through {
            id: id(endpoint).to_owned(),
            partition: partition(&endpoint.arn).to_owned(),
            policy,
            facts: endpoint.endpoint.clone().unwrap_or_default(),
            services: services(endpoint, catalog),
        }
    }

    /// Why no request of an action on a resource passes it, if so.
    pub(crate) fn obstacle(&self, action: &str, resource: &str) -> Option<String> {
        let Through { id, partition, facts, services, .. } = self;
        if let Some(why) = closed(facts) {
            return Some(format!("{id} {why}"));
        }
        let carries =
            |service: &String| glob::intersects(&format!("{service}:*"), action, Case::Insensitive);
        if let Some(services) = services.as_ref().filter(|all| !all.iter().any(carries)) {
            let names = services.join(" and ");
            return Some(format!("{id} leads to {names}, so that `{action}` does not pass it"));
        }
        let arn = Arn::plain(resource)?;
        let get = |segment| arn.get(resource, segment);
        if !glob::matches(get(Segment::Partition), partition, Case::Sensitive) {
            return Some(format!("{id} is of the partition {partition}, and the resource is not"));
        }
        let (own, region) = (get(Segment::Region), facts.region.as_ref()?);
        let is_elsewhere = !own.is_empty() && !glob::matches(own, region, Case::Sensitive);
        is_elsewhere.then(|| format!("{id} leads to {region}, and the resource is in {own}"))
    }

    /// What the answer takes for granted, where the snapshot does not tell it.
    pub(crate) fn unknown(&self) -> Vec<String> {
        let id = &self.id;
        let service = self
            .services
            .is_none()
            .then(|| format!("which service {id} leads to; it is taken to carry every request"));
        let vpc = self
            .facts
            .vpc
            .is_none()
            .then(|| format!("which VPC {id} belongs to; `aws:SourceVpc` is left open"));
        service.into_iter().chain(vpc).collect()
    }

    /// What its requests have, and what they do not:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.
    /// Where any resource will do, one of another region might be taken, so that the region is left
    /// open.
    pub(crate) fn keys(&self, is_open: bool) -> Vec<(String, KeyIs)> {
        let value = |key: &str, value: &String| (key.to_owned(), KeyIs::Value(value.clone()));
        let own = value("aws:SourceVpce", &self.id);
        let vpc = self.facts.vpc.iter().map(|vpc| value("aws:SourceVpc", vpc));
        let region = self.facts.region.iter().filter(|_| !is_open);
        let region = region.map(|r| value("aws:RequestedRegion", r));
        let address = ("aws:SourceIp".to_owned(), KeyIs::Absent);
        [own, address].into_iter().chain(vpc).chain(region).collect()
    }

    /// The requests that it carries, where that is known.
    pub(crate) fn access(&self) -> Option<Access> {
        let actions = self.services.as_ref()?.iter().map(|service| format!("{service}:*"));
        Some(Access { actions: actions.collect(), resources: Vec::new() })
    }

    /// The partition that it is in.
    pub(crate) fn partition(&self) -> &str {
        &self.partition
    }
}

/// The id of an endpoint.
pub(crate) fn id(endpoint: &Resource) -> &str {
    endpoint.arn.rsplit('/').next().unwrap_or_default()
}

/// Why no request passes an endpoint, if so.
pub(crate) fn closed(facts: &Endpoint) -> Option<String> {
    // One that is `partial` has some of its network interfaces.
    let passes = |state: &str| ["available", "partial"].contains(&state);
    let state = facts.state.as_ref().filter(|state| !passes(state))?;
    Some(format!("is in the state `{state}`, in which no request passes it"))
}

/// The prefixes of the actions that an endpoint carries; none where that is not known.
pub(crate) fn services(endpoint: &Resource, catalog: &Catalog) -> Option<Vec<String>> {
    let name = endpoint.endpoint.as_ref()?.service.as_ref()?;
    let first = name.split('.').next().unwrap_or_default();
    let first = first.strip_suffix("-fips").unwrap_or(first);
    let other = OTHER_NAMES.iter().find(|(own, _)| *own == first);
    match other {
        Some((_, prefixes)) => Some(prefixes.iter().map(|p| (*p).to_owned()).collect()),
        None => catalog.service(first).map(|service| vec![service.prefix().to_owned()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_knows_the_prefixes_of_all_other_names() {
        let catalog = keyaki_catalog::embedded();
        for (name, prefixes) in OTHER_NAMES {
            assert!(prefixes.iter().all(|p| catalog.service(p).is_some()), "{name}");
            assert!(prefixes.contains(&name) || catalog.service(name).is_none(), "{name}");
        }
    }
}
