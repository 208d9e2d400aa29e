//! Who can change the tags that keep things apart: its own, and those of resources.

use keyaki_account::Kind;
use keyaki_analyze::{Access, Answer, KeyIs};

use super::pair::{Meant, spelled, tagging};
use super::value::{OTHER, OWN};
use super::{Case, Keys, NAME, REQUEST_TAG, Way, first};
use crate::finding::{Outcome, Severity};
use crate::layered::Layered;

impl Case<'_> {
    /// Whether it can change its own tag.
    pub(super) fn own_tag(&self) -> Outcome {
        let action = match self.principal.kind {
            Kind::User => "iam:TagUser",
            Kind::Role => "iam:TagRole",
        };
        let access = [Access {
            actions: vec![action.to_owned()],
            resources: vec![self.principal.arn.clone()],
        }];
        let own = self.value.iter().map(|v| (self.own_key(), KeyIs::Value(v.clone())));
        let sentence = format!("can change its own tag `{}`", self.tag);
        let way = Way {
            sentence: &sentence,
            condition: format!("{} can be changed", self.own_key()),
            remedy: "Deny the actions that tag users and roles for this tag (`aws:TagKeys`) to all but those who administer it.",
            severity: Severity::High,
        };
        first(self.given(&self.tag, self.layered), |value| {
            let given = (format!("{REQUEST_TAG}{}", self.tag), KeyIs::Value(value));
            let keys: Keys = [given].into_iter().chain(own.clone()).collect();
            self.ask(&access, &keys, self.layered, &way)
        })
    }

    /// Values of a tag that a request may give, other than the principal's own: one that no policy
    /// names, and those that policies spell out.
    pub(super) fn given(&self, tag: &str, layered: &Layered) -> Vec<String> {
        let key = format!("{REQUEST_TAG}{tag}");
        let spelled = spelled(layered, |k| k.eq_ignore_ascii_case(&key));
        let all = [OTHER.to_owned()].into_iter().chain(spelled);
        all.filter(|value| self.value.as_ref() != Some(value)).collect()
    }

    /// That it can take its own tag away, where a statement has a value for those without it.
    pub(super) fn own_untagged(&self, meant: &Meant) -> Outcome {
        let action = match self.principal.kind {
            Kind::User => "iam:UntagUser",
            Kind::Role => "iam:UntagRole",
        };
        if !meant.has_default {
            return Outcome::default();
        }
        let resources = vec![self.principal.arn.clone()];
        let access = [Access { actions: vec![action.to_owned()], resources }];
        let owner = Some(&self.principal.account);
        let why = match self.find(owner, &access, &Vec::new(), self.layered) {
            Answer::Proved { .. } => return Outcome::default(),
            Answer::Refuted(_) => {
                "what it can reach without its tag is not judged, and it can take the tag away"
            }
            Answer::Undecided(_) => "whether it can take its tag away was not found out",
        };
        Outcome::not(NAME, &self.principal.arn, format!("{}: {why}", self.own_key()))
    }

    /// Whether it can give a resource of another value its own.
    pub(super) fn resource_tag(&self, meant: &Meant) -> Outcome {
        let actions = tagging(meant, self.auditor.catalog);
        if actions.is_empty() {
            return Outcome::default();
        }
        let name = self.resource_tag_name();
        let sentence = format!("can give a resource of another value its own as the tag `{name}`");
        let way = Way {
            sentence: &sentence,
            condition: format!("{} can be changed", self.key),
            remedy: "Allow what changes tags only on resources that have the principal's own value already, or on new ones (`ec2:CreateAction` and its like).",
            severity: Severity::High,
        };
        let access = [Access { actions, resources: Vec::new() }];
        let owns = match &self.value {
            Some(own) => vec![own.clone()],
            None => [OWN.to_owned()].into_iter().chain(self.given(name, self.layered)).collect(),
        };
        let others = [OTHER.to_owned()].into_iter().chain(meant.spelled.iter().cloned());
        let others: Vec<String> = others.collect();
        let pairs = owns.iter().flat_map(|own| others.iter().map(move |other| (own, other)));
        first(pairs.filter(|(own, other)| own != other), |(own, other)| {
            self.ask(&access, &self.retagging(own, other), self.layered, &way)
        })
    }

    /// The keys of a request that gives a resource of another value the own one.
    fn retagging(&self, own: &str, other: &str) -> Keys {
        let name = self.resource_tag_name();
        let mut keys = self.keys(&KeyIs::Value(own.to_owned()), other);
        keys.push((format!("aws:ResourceTag/{name}"), KeyIs::Value(other.to_owned())));
        keys.push((format!("{REQUEST_TAG}{name}"), KeyIs::Value(own.to_owned())));
        keys.dedup_by(|one, two| one.0.eq_ignore_ascii_case(&two.0));
        keys
    }
}
