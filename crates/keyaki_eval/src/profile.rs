//! The points of IAM on which sources disagree, each a named switch.
//!
//! For each [`Point`] there are two readings. [`Reading::Documented`] is what AWS's documentation
//! says, or, where it says nothing, the reading that this project has ruled for
//! (`docs/rulings.md`). A [`Profile`] picks a reading for each point; the two conservative
//! profiles pick by what they do to access: towards allowing, so that nothing is missed, or
//! towards refusing, so that nothing is promised.

use keyaki_ir::Effect;

/// Which of the two readings of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reading {
    /// What the documentation says, or what was ruled.
    Documented,
    /// The other reading.
    Alternative,
}

/// What a point decides about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Whether a statement matches: more matches allow more in an `Allow`, less in a `Deny`.
    /// `wider` is the reading under which more requests match.
    Matching {
        /// The reading with more matches.
        wider: Reading,
    },
    /// What stands in for a policy variable. Neither reading matches more than the other, so that
    /// the conservative profiles take both: towards a match, what matches under either; away from
    /// it, what matches under both.
    Replacing,
    /// How layers combine. `more` is the reading that allows more.
    Combining {
        /// The reading that allows more.
        more: Reading,
    },
}

macro_rules! points {
    ($($point:ident $id:literal $name:literal $scope:expr, $documented:literal, $alternative:literal;)*) => {
        /// A contested point of the semantics.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each is described by `Point::documented`")]
        pub enum Point { $($point,)* }

        impl Point {
            /// All points, in order of their numbers.
            pub const ALL: &'static [Point] = &[$(Point::$point,)*];

            /// The number, as in `docs/rulings.md`.
            pub fn id(self) -> &'static str {
                match self { $(Point::$point => $id,)* }
            }

            /// The name of the switch.
            pub fn name(self) -> &'static str {
                match self { $(Point::$point => $name,)* }
            }

            /// What the point decides about.
            pub fn scope(self) -> Scope {
                match self { $(Point::$point => $scope,)* }
            }

            /// The documented reading, in words.
            pub fn documented(self) -> &'static str {
                match self { $(Point::$point => $documented,)* }
            }

            /// The other reading, in words.
            pub fn alternative(self) -> &'static str {
                match self { $(Point::$point => $alternative,)* }
            }
        }
    };
}

const WIDER_DOCUMENTED: Scope = Scope::Matching { wider: Reading::Documented };
const WIDER_ALTERNATIVE: Scope = Scope::Matching { wider: Reading::Alternative };
const MORE_DOCUMENTED: Scope = Scope::Combining { more: Reading::Documented };
const MORE_ALTERNATIVE: Scope = Scope::Combining { more: Reading::Alternative };

points! {
    ArnColon "D1" "arn-colon" WIDER_ALTERNATIVE,
        "`*` in a segment of a resource ARN stays in that segment",
        "`*` in a resource ARN may also match colons between segments";
    SessionArnCap "D2" "session-arn-cap" MORE_DOCUMENTED,
        "a grant to a session's ARN is not capped by the session policy",
        "a grant to a session's ARN is capped by the session policy";
    EverybodyCap "D3" "everybody-cap" MORE_DOCUMENTED,
        "a grant to everybody in the same account is not capped by the session policy",
        "a grant to everybody in the same account is capped by the session policy";
    RootWithoutPolicies "D4" "root-without-policies" MORE_DOCUMENTED,
        "the root user of an account may do everything that is not refused to it",
        "the root user needs an identity policy like anybody else";
    ForAnyValueIfExists "D5" "for-any-value-if-exists" WIDER_DOCUMENTED,
        "`ForAnyValue:…IfExists` holds when the key is absent",
        "`IfExists` has no effect under `ForAnyValue`";
    NotPrincipalAccount "D6" "not-principal-account" MORE_ALTERNATIVE,
        "a `Deny` with `NotPrincipal` spares a user only if its account is listed beside it, and a session only if its role and account are",
        "a `Deny` with `NotPrincipal` spares every principal that any entry names";
    Variables2008 "D7" "variables-2008" Scope::Replacing,
        "without version 2012-10-17 a policy variable is plain text",
        "policy variables are replaced in every version";
    EscapeInEquals "D8" "escape-in-equals" Scope::Replacing,
        "`${*}` stands for `*` wherever variables are allowed",
        "`${*}` is an escape only where wildcards are";
    NotResourceUnresolved "D9" "not-resource-unresolved" WIDER_DOCUMENTED,
        "an entry of `NotResource` whose variable has no value matches nothing, so the rest decides",
        "a statement whose `NotResource` has a variable without value does not match";
    EmptyVariable "D10" "empty-variable" Scope::Replacing,
        "a variable whose value is the empty text is replaced by it",
        "a variable whose value is the empty text counts as without value";
    DefaultWithoutSpace "D11" "default-without-space" Scope::Replacing,
        "a default value needs no space after the comma",
        "without a space after the comma there is no default value";
    EpochDates "D12" "epoch-dates" WIDER_DOCUMENTED,
        "seconds since 1970 and calendar dates lie on one time line",
        "seconds since 1970 and calendar dates never match each other";
    NumberPrefix "D13" "number-prefix" WIDER_ALTERNATIVE,
        "a text that begins with digits and goes on otherwise is no number",
        "such a text counts as the number that it begins with";
    ArnNotLikeMalformed "D14" "arn-not-like-malformed" WIDER_DOCUMENTED,
        "a negated ARN operator holds for a value that is no ARN",
        "a negated ARN operator does not hold for a value that is no ARN";
    ArnLikeStar "D15" "arn-like-star" WIDER_DOCUMENTED,
        "the lone `*` under an ARN operator matches every ARN",
        "the lone `*` under an ARN operator matches nothing";
    Ipv6Text "D16" "ipv6-text" WIDER_DOCUMENTED,
        "IPv6 addresses are compared as numbers",
        "IPv6 addresses without prefix length are compared as text";
    Newline "D17" "newline" WIDER_DOCUMENTED,
        "wildcards match line ends like any other character",
        "wildcards do not match line ends";
    TypeWildcard "D18" "type-wildcard" WIDER_DOCUMENTED,
        "a wildcard in the type of a resource, before its first `/` or `:`, is one like any other",
        "a resource with a wildcard in its type matches nothing";
    ArnCase "D19" "arn-case" WIDER_ALTERNATIVE,
        "letter case counts in all segments of an ARN",
        "letter case does not count in partition, service, region and account";
    ShortArn "D20" "short-arn" WIDER_DOCUMENTED,
        "an ARN pattern of fewer than six segments is filled up with `*`",
        "an ARN pattern of fewer than six segments matches nothing";
    MultivaluedPlain "D21" "multivalued-plain" WIDER_ALTERNATIVE,
        "an operator without set prefix never holds for a key with several values",
        "an operator without set prefix looks at each of several values, as `ForAnyValue` does";
    NullModifiers "D22" "null-modifiers" WIDER_DOCUMENTED,
        "`Null` with a prefix or suffix is read as `Null`",
        "`Null` with a prefix or suffix never holds";
    BoolVariables "D23" "bool-variables" WIDER_ALTERNATIVE,
        "policy variables are not replaced under `Bool`",
        "policy variables are replaced under `Bool`";
    TrustPolicyDecides "D24" "trust-policy-decides" MORE_ALTERNATIVE,
        "assuming a role needs the role's trust policy",
        "an identity policy alone can allow assuming a role of the same account";
}

impl Point {
    /// The point of that number or name, in any letter case.
    pub fn parse(text: &str) -> Option<Point> {
        let same = |p: &Point| p.id().eq_ignore_ascii_case(text) || p.name() == text;
        Point::ALL.iter().copied().find(same)
    }
}

/// How a profile chooses where a point has not been set by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Leaning {
    Documented,
    TowardsAllow,
    TowardsDeny,
}

/// A reading for each point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    leaning: Leaning,
    set: Vec<(Point, Reading)>,
}

impl Default for Profile {
    fn default() -> Self {
        Self::documented()
    }
}

impl Profile {
    /// The names that [`Profile::named`] takes.
    pub const NAMES: [&str; 3] = ["documented", "conservative-allow", "conservative-deny"];

    /// Every point as documented.
    pub fn documented() -> Self {
        Self { leaning: Leaning::Documented, set: Vec::new() }
    }

    /// Every point so that access is rather allowed: for auditors, who must not miss any.
    pub fn conservative_allow() -> Self {
        Self { leaning: Leaning::TowardsAllow, set: Vec::new() }
    }

    /// Every point so that access is rather refused: for those who must not promise any.
    pub fn conservative_deny() -> Self {
        Self { leaning: Leaning::TowardsDeny, set: Vec::new() }
    }

    /// The profile of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "documented" => Some(Self::documented()),
            "conservative-allow" => Some(Self::conservative_allow()),
            "conservative-deny" => Some(Self::conservative_deny()),
            _ => None,
        }
    }

    /// The profile's name, without the points that were set by themselves.
    pub fn name(&self) -> &'static str {
        match self.leaning {
            Leaning::Documented => "documented",
            Leaning::TowardsAllow => "conservative-allow",
            Leaning::TowardsDeny => "conservative-deny",
        }
    }

    /// The same profile with one point set.
    #[must_use]
    pub fn with(mut self, point: Point, reading: Reading) -> Self {
        self.set.retain(|(p, _)| *p != point);
        self.set.push((point, reading));
        self
    }

    /// The reading of a point that decides about matching, in a statement of that effect.
    pub fn in_statement(&self, point: Point, effect: Effect) -> Reading {
        if let Some(&(_, reading)) = self.set.iter().find(|(p, _)| *p == point) {
            return reading;
        }
        if self.leaning == Leaning::Documented {
            return Reading::Documented;
        }
        match point.scope() {
            Scope::Matching { wider } => choose(wider, self.rather_matches(effect)),
            Scope::Replacing => Reading::Documented,
            Scope::Combining { more } => choose(more, self.leaning == Leaning::TowardsAllow),
        }
    }

    /// Whether the profile takes both readings of a point: see [`Scope::Replacing`].
    pub fn takes_both(&self, point: Point) -> bool {
        self.leaning != Leaning::Documented
            && point.scope() == Scope::Replacing
            && !self.set.iter().any(|(p, _)| *p == point)
    }

    /// Whether what a text matches may depend on the effect of the statement that it stands in.
    pub fn tells_effects_apart(&self) -> bool {
        self.leaning != Leaning::Documented
    }

    /// Whether a statement of that effect rather matches or rather does not, where the profile
    /// takes both readings of a point.
    pub fn rather_matches(&self, effect: Effect) -> bool {
        match (self.leaning, effect) {
            (Leaning::TowardsAllow, Effect::Allow) | (Leaning::TowardsDeny, Effect::Deny) => true,
            (Leaning::TowardsAllow, Effect::Deny)
            | (Leaning::TowardsDeny, Effect::Allow)
            | (Leaning::Documented, _) => false,
        }
    }

    /// The reading of a point that decides about how layers combine.
    pub fn between_layers(&self, point: Point) -> Reading {
        self.in_statement(point, Effect::Allow)
    }
}

/// `reading` if `take`, else the other one.
fn choose(reading: Reading, take: bool) -> Reading {
    match (reading, take) {
        (reading, true) => reading,
        (Reading::Documented, false) => Reading::Alternative,
        (Reading::Alternative, false) => Reading::Documented,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_twenty_four_points_with_distinct_names() {
        let ids: Vec<_> = Point::ALL.iter().map(|p| p.id().to_owned()).collect();
        let expected: Vec<_> = (1..=24).map(|n| format!("D{n}")).collect();
        assert_eq!(ids, expected);
        for &p in Point::ALL {
            assert_eq!(Point::parse(p.name()), Some(p));
            assert_eq!(Point::parse(&p.id().to_lowercase()), Some(p));
        }
    }

    #[test]
    fn conservative_profiles_lean_by_effect() {
        let allow = Profile::conservative_allow();
        assert_eq!(allow.in_statement(Point::ArnColon, Effect::Allow), Reading::Alternative);
        assert_eq!(allow.in_statement(Point::ArnColon, Effect::Deny), Reading::Documented);
        let deny = Profile::conservative_deny();
        assert_eq!(deny.in_statement(Point::ArnColon, Effect::Allow), Reading::Documented);
        assert_eq!(deny.in_statement(Point::ArnColon, Effect::Deny), Reading::Alternative);
        assert_eq!(deny.between_layers(Point::EverybodyCap), Reading::Alternative);
        let set = deny.with(Point::EverybodyCap, Reading::Documented);
        assert_eq!(set.between_layers(Point::EverybodyCap), Reading::Documented);
    }
}
