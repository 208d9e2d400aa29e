//! Whether the policy of a resource grants to the public.
//!
//! The public is whoever the policy says nothing about: anonymous callers, and principals of
//! accounts that it does not name, whose requests hold none of the values to which the policy
//! fixes keys that outsiders cannot choose. What those values are is read from the text; whether
//! such a request is allowed is decided, so that `Deny` statements and conditions on other keys
//! count for exactly what they do.
//!
//! Sources:
//! - <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status>
//! - <https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html>

use std::collections::{BTreeMap, BTreeSet};

use keyaki_eval::{AskedKeys, Caller, Document, Formula, Layer, Policies, is_narrow};
use keyaki_ir::arn::{Segment, is_account_id};
use keyaki_ir::glob::Case;
use keyaki_ir::{
    ActionPattern, Arn, BaseOperator, Condition, ConditionBlock, ConditionEntry, Effect,
    EffectElement, Element, Family, Operator, OperatorElement, Policy, PrincipalElement,
    PrincipalForm, ResourceType, Shape, Statement,
};
use keyaki_symbolic::{Ask, Text};

use crate::callers::{absent, arn_like, is, like};
use crate::core::Sign;
use crate::{Answer, Asker, Subject};

/// What a key that outsiders cannot choose holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Account,
    Organization,
    /// A path of organisational units, which begins with the organisation.
    Path,
    Arn,
    Text,
}

/// Keys that outsiders cannot choose, for every type of resource. Keys that tell services from
/// other callers are not among them: services are no part of the public.
const KEYS: [(&str, Holds); 17] = [
    ("aws:PrincipalAccount", Holds::Account),
    ("aws:PrincipalArn", Holds::Arn),
    ("aws:PrincipalOrgID", Holds::Organization),
    ("aws:PrincipalOrgPaths", Holds::Path),
    ("aws:SourceAccount", Holds::Account),
    ("aws:SourceArn", Holds::Arn),
    ("aws:SourceOrgID", Holds::Organization),
    ("aws:SourceOrgPaths", Holds::Path),
    ("aws:SourceOwner", Holds::Account),
    ("aws:SourceVpc", Holds::Text),
    ("aws:SourceVpcArn", Holds::Arn),
    ("aws:SourceVpce", Holds::Text),
    ("aws:VpceAccount", Holds::Account),
    ("aws:VpceOrgID", Holds::Organization),
    ("aws:VpceOrgPaths", Holds::Path),
    ("aws:userid", Holds::Text),
    ("kms:CallerAccount", Holds::Account),
];

const S3_KEYS: [(&str, Holds); 2] =
    [("s3:DataAccessPointAccount", Holds::Account), ("s3:DataAccessPointArn", Holds::Arn)];

const EFS_KEYS: [(&str, Holds); 1] = [("elasticfilesystem:AccessedViaMountTarget", Holds::Text)];

const NETWORK: &str = "aws:SourceIp";

/// Whether nothing is granted to the public.
pub(crate) fn no_public_access(
    subject: &Subject,
    resource_type: ResourceType,
    asker: &Asker<'_>,
) -> Answer {
    granted(subject, Some(resource_type), asker, |_| Formula::TRUE)
}

/// The same, of the requests of which more holds, which is a formula over the first subject; without
/// a type, the keys of all types count.
pub(crate) fn granted(
    subject: &Subject,
    resource_type: Option<ResourceType>,
    asker: &Asker<'_>,
    more: impl Fn(&Caller) -> Formula<Ask>,
) -> Answer {
    let Some(document) = &subject.policies.resource else {
        return Answer::Undecided("there is no policy of a resource".to_owned());
    };
    let rcps = subject.policies.rcp.iter().flatten().flatten().map(|d| &d.policy);
    let named = Named::of([&document.policy].into_iter().chain(rcps), resource_type);
    let own = Policies {
        resource: Some(document.clone()),
        rcp: subject.policies.rcp.clone(),
        resource_role: subject.policies.resource_role,
        ..Policies::default()
    };
    let layers = own.layers().into_iter().filter(|l| matches!(l, Layer::Rcp(_)));
    let layers = [Layer::Resource].into_iter().chain(layers);
    let mut subjects: Vec<Subject> =
        layers.map(|layer| Subject { policies: own.clone(), layer: Some(layer) }).collect();
    let all_must_allow = subjects.len();
    subjects.extend(networks(document));
    let refs: Vec<&Subject> = subjects.iter().collect();
    let asked: Vec<AskedKeys> = subjects.iter().map(|s| AskedKeys::of(&s.policies)).collect();
    let outside = named.outside(&AskedKeys::union(&asked));
    let signs = vec![Sign::Allowed; all_must_allow];
    let mut answer = asker.proof(&refs, &signs, |caller, allowed| {
        if !named.is_outsider(caller) {
            return Formula::FALSE;
        }
        let (layers, networks) = allowed.split_at(all_must_allow.min(allowed.len()));
        let elsewhere = networks.iter().cloned().map(Formula::not);
        let these = [outside.clone(), more(caller)];
        Formula::and(layers.iter().cloned().chain(these).chain(elsewhere))
    });
    if let Answer::Refuted(witness) = &mut answer {
        witness.responsible.retain(|r| r.subject == 0);
    }
    if let Answer::Proved { core: Some(core), .. } = &mut answer {
        // Each layer was a subject of its own.
        core.statements.iter_mut().for_each(|n| n.subject = 0);
    }
    answer
}

/// What a policy names.
#[derive(Debug, Default)]
struct Named {
    keys: Vec<(&'static str, Holds)>,
    /// Accounts of principals, whose callers are no outsiders.
    principals: BTreeSet<String>,
    /// These, and accounts that keys are compared with.
    accounts: BTreeSet<String>,
    organizations: BTreeSet<String>,
    /// Other values, by key.
    values: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Named {
    fn of<'p>(
        policies: impl Iterator<Item = &'p Policy>,
        resource_type: Option<ResourceType>,
    ) -> Named {
        let mut named =
            Named { keys: resource_type.map_or_else(all_keys, keys), ..Named::default() };
        for statement in policies.flat_map(|p| &p.statements) {
            let elements = statement.principal_elements();
            for (_, entry) in elements.flat_map(|e| e.entries()) {
                named.principals.extend(account(&entry.text));
            }
            for (_, entry) in statement.condition_entries() {
                let key = named.keys.iter().copied().find(|(key, _)| entry.is(key));
                let Some((key, holds)) = key else { continue };
                entry.values.iter().for_each(|v| named.add(key, holds, v.text()));
            }
        }
        named.accounts.extend(named.principals.iter().cloned());
        named
    }

    /// A value names something if the part of it that outsiders cannot share is fixed.
    fn add(&mut self, key: &'static str, holds: Holds, value: &str) {
        let fixed = |text: &str| !text.is_empty() && !text.contains(['*', '?', '$']);
        match holds {
            Holds::Account if fixed(value) => self.accounts.extend(account(value)),
            Holds::Organization if fixed(value) => {
                self.organizations.insert(value.to_owned());
            }
            Holds::Path => {
                let organization = value.split_once('/').map(|(head, _)| head);
                self.organizations.extend(organization.filter(|o| fixed(o)).map(str::to_owned));
            }
            Holds::Arn if account(value).is_some() => self.accounts.extend(account(value)),
            Holds::Arn | Holds::Text if fixed(value) => {
                self.values.entry(key).or_default().insert(value.to_owned());
            }
            Holds::Account | Holds::Organization | Holds::Arn | Holds::Text => {}
        }
    }

    /// Whether a caller is one that the policy does not name: of another account, or of none.
    fn is_outsider(&self, caller: &Caller) -> bool {
        match caller {
            Caller::Anonymous => true,
            Caller::Root { account, .. }
            | Caller::User { account, .. }
            | Caller::RoleSession { account, .. }
            | Caller::FederatedUser { account, .. } => !self.principals.contains(account),
            Caller::Service { .. }
            | Caller::WebIdentity { .. }
            | Caller::Saml { .. }
            | Caller::CanonicalUser { .. } => false,
        }
    }

    /// That no key holds what the policy names.
    fn outside(&self, asked: &AskedKeys) -> Formula<Ask> {
        let keys = self.keys.iter().filter(|(key, _)| asked.has(key));
        Formula::and(keys.flat_map(|(key, holds)| self.outside_of(key, *holds)))
    }

    fn outside_of(&self, key: &'static str, holds: Holds) -> Vec<Formula<Ask>> {
        let own = self.values.get(key).into_iter().flatten().map(|value| is(key, value));
        let named: Vec<Formula<Ask>> = match holds {
            Holds::Account => self.accounts.iter().map(|a| is(key, a)).collect(),
            Holds::Organization => self.organizations.iter().map(|o| is(key, o)).collect(),
            Holds::Path => {
                self.organizations.iter().map(|o| like(key, &format!("{o}/*"))).collect()
            }
            Holds::Arn => {
                self.accounts.iter().map(|a| arn_like(key, &format!("arn:*:*:*:{a}:*"))).collect()
            }
            Holds::Text => Vec::new(),
        };
        let mut parts: Vec<Formula<Ask>> = named.into_iter().chain(own).map(Formula::not).collect();
        if holds == Holds::Path {
            // A principal stands at one place of one organisation.
            let any = Ask::Value(key.into(), Text::Like("*".into(), Case::Sensitive));
            parts.push(Formula::or([absent(key), Formula::Atom(any)]));
        }
        parts
    }
}

fn all_keys() -> Vec<(&'static str, Holds)> {
    KEYS.iter().chain(&S3_KEYS).chain(&EFS_KEYS).copied().collect()
}

fn keys(resource_type: ResourceType) -> Vec<(&'static str, Holds)> {
    let more: &[(&str, Holds)] = match resource_type {
        ResourceType::S3AccessPoint
        | ResourceType::S3Bucket
        | ResourceType::S3ExpressAccessPoint
        | ResourceType::S3ExpressBucket
        | ResourceType::S3MultiRegionAccessPoint
        | ResourceType::S3ObjectLambdaAccessPoint
        | ResourceType::S3OutpostsAccessPoint
        | ResourceType::S3OutpostsBucket => &S3_KEYS,
        ResourceType::EfsFileSystem => &EFS_KEYS,
        ResourceType::ApiGatewayRestApi
        | ResourceType::BackupVault
        | ResourceType::CloudTrailDashboard
        | ResourceType::CloudTrailEventDataStore
        | ResourceType::CodeArtifactDomain
        | ResourceType::DynamoDbStream
        | ResourceType::DynamoDbTable
        | ResourceType::EcrRepository
        | ResourceType::KinesisStream
        | ResourceType::KinesisConsumer
        | ResourceType::KmsKey
        | ResourceType::LambdaFunction
        | ResourceType::LambdaLayerVersion
        | ResourceType::OpenSearchDomain
        | ResourceType::RoleTrust
        | ResourceType::S3GlacierVault
        | ResourceType::S3Table
        | ResourceType::S3TableBucket
        | ResourceType::SecretsManagerSecret
        | ResourceType::SnsTopic
        | ResourceType::SqsQueue => &[],
    };
    KEYS.iter().chain(more).copied().collect()
}

/// The account that a text names: itself, or that of an ARN.
fn account(text: &str) -> Option<String> {
    let account = Arn::parse(text).map_or(text, |arn| arn.get(text, Segment::Account));
    is_account_id(account).then(|| account.to_owned())
}

/// A policy that holds for requests from the narrow networks that a policy names.
fn networks(document: &Document) -> Option<Subject> {
    let mut statements = Vec::new();
    for statement in &document.policy.statements {
        for (block, entry) in statement.condition_entries() {
            let base = block.operator.operator.map(|o| o.base);
            let mut entry = entry.clone();
            entry.values.retain(|v| is_narrow(v.text()));
            let is_network = base.is_some_and(|b| b.family() == Family::IpAddress);
            if is_network && entry.is(NETWORK) && !entry.values.is_empty() {
                statements.push(from(statement, block, entry));
            }
        }
    }
    let policy = Policy { statements, ..document.policy.clone() };
    (!policy.statements.is_empty())
        .then(|| Subject::resource(Document { name: String::new(), policy }))
}

/// A statement that allows everybody everything from some networks.
fn from(statement: &Statement, block: &ConditionBlock, entry: ConditionEntry) -> Statement {
    let origin = statement.origin;
    let base = BaseOperator::IpAddress;
    let operator = Operator { set: None, base, if_exists: false };
    let operator = OperatorElement { operator: Some(operator), ..block.operator.clone() };
    let block = ConditionBlock { operator, entries: vec![entry], ..block.clone() };
    let star = ActionPattern::new("*", origin);
    let (name, shape, negated) = (origin, Shape::Single, false);
    Statement {
        index: statement.index,
        origin,
        sid: None,
        effect: Some(EffectElement { origin, text: "Allow".into(), effect: Some(Effect::Allow) }),
        principal: Some(PrincipalElement { negated, name, origin, form: PrincipalForm::Any }),
        not_principal: None,
        action: Some(Element { negated, name, origin, shape, entries: vec![star] }),
        not_action: None,
        resource: None,
        not_resource: None,
        condition: Some(Condition { origin, blocks: vec![block] }),
    }
}
