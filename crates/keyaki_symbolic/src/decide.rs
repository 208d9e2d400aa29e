//! Is there a point in some boxes and outside of others?
//!
//! A formula is walked by its alternatives; each leaves a product of constraints that must hold
//! and boxes to stay out of. Keys have few states, so that for each key only those are followed
//! up that lie in a minimal set of the boxes; the resource comes last, where it is one question
//! about texts.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use keyaki_catalog::Catalog;

use crate::bits::Bits;
use crate::budget::{Budget, Exhausted};
use crate::key::{Class, Classes, State, classes, is_always_there};
use crate::program::{Node, Program};
use crate::resource_part::{Lies, Part, Resources};
use crate::space::{Dimension, Literal, ResourceTest};
use crate::statement::Conjunction;

/// A request without its action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) resource: String,
    /// What the keys hold that matter, by the number of the key.
    pub(crate) keys: BTreeMap<u32, State>,
    /// The relations that were chosen, by number.
    pub(crate) relations: BTreeMap<u32, bool>,
}

/// Decides formulas of one program.
pub(crate) struct Decider<'a, 'p> {
    program: &'a Program<'p>,
    catalog: &'a Catalog,
    budget: &'a Budget,
    classes: HashMap<u32, Rc<Classes>>,
    /// Products and boxes to avoid that leave nothing.
    empty: HashSet<(Conjunction, Vec<u32>)>,
    resources: Resources<'a>,
    /// Keys whose states may not be all that there are.
    pub(crate) incomplete: HashSet<u32>,
    /// Keys that are taken to be absent.
    pub(crate) absent: HashSet<u32>,
}

/// What is left of the space: the states that each key may have, and constraints on the resource.
#[derive(Clone, Default)]
struct Region {
    allowed: BTreeMap<Dimension, Vec<u32>>,
    resource: Part,
}

impl<'a, 'p> Decider<'a, 'p> {
    pub(crate) fn new(program: &'a Program<'p>, catalog: &'a Catalog, budget: &'a Budget) -> Self {
        Decider {
            program,
            catalog,
            budget,
            classes: HashMap::new(),
            empty: HashSet::new(),
            resources: Resources::new(&program.space.resource, budget),
            incomplete: HashSet::new(),
            absent: HashSet::new(),
        }
    }

    /// Forgets what was decided about formulas, after [`Decider::absent`] has changed.
    pub(crate) fn forget(&mut self) {
        self.empty.clear();
    }

    /// A test on the resource beside those of the program.
    pub(crate) fn resource_test(&mut self, test: ResourceTest) -> Literal {
        Literal::resource(self.resources.add(test), true)
    }

    /// A point where the formula and the literals hold.
    pub(crate) fn find(
        &mut self,
        node: &Node,
        literals: &[Literal],
    ) -> Result<Option<Point>, Exhausted> {
        self.descend(vec![node], literals.to_vec(), Vec::new())
    }

    /// Takes the formula apart; alternatives come last, when all that must hold is known.
    fn descend(
        &mut self,
        mut pending: Vec<&Node>,
        mut product: Conjunction,
        mut avoid: Vec<u32>,
    ) -> Result<Option<Point>, Exhausted> {
        let mut choices: Vec<&Node> = Vec::new();
        while let Some(node) = pending.pop() {
            match node {
                Node::True => {}
                Node::False => return Ok(None),
                Node::And(parts) => pending.extend(parts),
                Node::Outside(boxes) => avoid.extend(boxes),
                Node::In(boxes) if boxes.len() == 1 => {
                    product.extend(&self.program.boxes[boxes[0] as usize]);
                }
                Node::In(_) | Node::Or(_) => choices.push(node),
            }
        }
        product.sort_unstable();
        product.dedup();
        avoid.sort_unstable();
        avoid.dedup();
        let key = (product, avoid);
        if choices.is_empty() {
            return self.decide(key);
        }
        let (product, avoid) = key;
        self.budget.spend(1)?;
        if contradicts(&product) || self.covered(&product, &avoid) {
            return Ok(None);
        }
        let size = |node: &&Node| match node {
            Node::In(boxes) => boxes.len(),
            Node::Or(parts) => parts.len(),
            Node::True | Node::False | Node::Outside(_) | Node::And(_) => 0,
        };
        let Some(at) = (0..choices.len()).min_by_key(|i| size(&choices[*i])) else {
            return Ok(None);
        };
        let choice = choices.swap_remove(at);
        match choice {
            Node::In(boxes) => {
                for b in boxes {
                    let mut more = product.clone();
                    more.extend(&self.program.boxes[*b as usize]);
                    if let Some(point) = self.descend(choices.clone(), more, avoid.clone())? {
                        return Ok(Some(point));
                    }
                }
            }
            Node::Or(parts) => {
                for part in parts {
                    let mut pending = choices.clone();
                    pending.push(part);
                    let found = self.descend(pending, product.clone(), avoid.clone())?;
                    if found.is_some() {
                        return Ok(found);
                    }
                }
            }
            Node::True | Node::False | Node::Outside(_) | Node::And(_) => {}
        }
        Ok(None)
    }

    /// Whether one box alone holds all of a product, literal by literal.
    fn covered(&self, product: &[Literal], avoid: &[u32]) -> bool {
        let has = |l: &Literal| product.binary_search(l).is_ok();
        avoid.iter().any(|b| self.program.boxes[*b as usize].iter().all(has))
    }

    fn decide(&mut self, key: (Conjunction, Vec<u32>)) -> Result<Option<Point>, Exhausted> {
        self.budget.spend(1 + key.1.len() as u64)?;
        if contradicts(&key.0) || self.covered(&key.0, &key.1) || self.empty.contains(&key) {
            return Ok(None);
        }
        let mut region = Region::default();
        for literal in &key.0 {
            if !self.assume(&mut region, *literal)? {
                return Ok(None);
            }
        }
        let mut boxes: Vec<Conjunction> =
            key.1.iter().map(|b| self.program.boxes[*b as usize].clone()).collect();
        let used: HashSet<Dimension> =
            key.0.iter().chain(boxes.iter().flatten()).map(|l| l.dimension).collect();
        let uses = |relation: u32| used.contains(&Dimension::Relation(relation));
        let impossible = self.program.impossible.iter();
        let impossible = impossible.filter(|(first, second, _)| uses(*first) && uses(*second));
        boxes.extend(impossible.map(|(_, _, b)| self.program.boxes[*b as usize].clone()));
        let found = self.outside(region, boxes)?;
        if found.is_none() {
            self.empty.insert(key);
        }
        Ok(found)
    }

    /// Narrows a region to where a literal holds; false if nothing is left.
    fn assume(&mut self, region: &mut Region, literal: Literal) -> Result<bool, Exhausted> {
        if literal.dimension == Dimension::Resource {
            region.resource.assume(literal);
            return Ok(true);
        }
        let allowed = self.allowed(region, literal.dimension)?;
        let mut kept = Vec::new();
        for class in allowed {
            if self.holds(literal, class)? {
                kept.push(class);
            }
        }
        let some = !kept.is_empty();
        region.allowed.insert(literal.dimension, kept);
        Ok(some)
    }

    fn allowed(&mut self, region: &Region, at: Dimension) -> Result<Vec<u32>, Exhausted> {
        match region.allowed.get(&at) {
            Some(allowed) => Ok(allowed.clone()),
            None => {
                let all = 0..self.count(at)?;
                match at {
                    Dimension::Key(key) if self.absent.contains(&key) => {
                        let classes = self.classes(key)?;
                        let is_absent = |c: &u32| classes.all[*c as usize].state == State::Absent;
                        Ok(all.filter(is_absent).collect())
                    }
                    Dimension::Key(_) | Dimension::Relation(_) | Dimension::Resource => {
                        Ok(all.collect())
                    }
                }
            }
        }
    }

    fn count(&mut self, dimension: Dimension) -> Result<u32, Exhausted> {
        match dimension {
            Dimension::Resource => Ok(0),
            Dimension::Relation(_) => Ok(2),
            Dimension::Key(key) => Ok(self.classes(key)?.all.len() as u32),
        }
    }

    fn classes(&mut self, key: u32) -> Result<Rc<Classes>, Exhausted> {
        if let Some(known) = self.classes.get(&key) {
            return Ok(known.clone());
        }
        let own = &self.program.space.keys[key as usize];
        let found = Rc::new(classes(own, self.catalog, self.budget)?);
        if !found.complete {
            self.incomplete.insert(key);
        }
        self.classes.insert(key, found.clone());
        Ok(found)
    }

    /// Whether a literal that is not about the resource holds in a state.
    fn holds(&mut self, literal: Literal, class: u32) -> Result<bool, Exhausted> {
        let value = match literal.dimension {
            Dimension::Resource => true,
            Dimension::Relation(_) => class == 1,
            Dimension::Key(key) => {
                let classes = self.classes(key)?;
                classes.all[class as usize].holds.has(literal.test as usize)
            }
        };
        Ok(value == literal.holds)
    }

    /// A point of the region in none of the boxes.
    fn outside(
        &mut self,
        mut region: Region,
        mut boxes: Vec<Conjunction>,
    ) -> Result<Option<Point>, Exhausted> {
        if !self.narrow(&mut region, &mut boxes)? {
            return Ok(None);
        }
        if self.resources.example(&region.resource)?.is_none() {
            return Ok(None);
        }
        let mut uses: BTreeMap<Dimension, usize> = BTreeMap::new();
        for literal in boxes.iter().flatten().filter(|l| l.dimension != Dimension::Resource) {
            *uses.entry(literal.dimension).or_default() += 1;
        }
        match uses.into_iter().max_by_key(|(_, count)| *count) {
            Some((dimension, _)) => self.split(dimension, &region, &boxes),
            None => self.split_resource(region, &boxes),
        }
    }

    /// Follows up the states of one key: for each minimal set of boxes that one cannot stay out of
    /// by this key alone, one state.
    fn split(
        &mut self,
        dimension: Dimension,
        region: &Region,
        boxes: &[Conjunction],
    ) -> Result<Option<Point>, Exhausted> {
        let mut hits: Vec<(Bits, u32)> = Vec::new();
        for class in self.allowed(region, dimension)? {
            let mut hit = Bits::default();
            for (number, b) in boxes.iter().enumerate() {
                self.budget.spend(1)?;
                let mut all = true;
                for literal in b.iter().filter(|l| l.dimension == dimension) {
                    all &= self.holds(*literal, class)?;
                }
                if all {
                    hit.insert(number);
                }
            }
            if hits.iter().any(|(known, _)| known.is_subset(&hit)) {
                continue;
            }
            hits.retain(|(known, _)| !hit.is_subset(known));
            hits.push((hit, class));
        }
        for (hit, class) in hits {
            let mut region = region.clone();
            region.allowed.insert(dimension, vec![class]);
            let rest = hit.iter().map(|number| {
                let others = boxes[number].iter().filter(|l| l.dimension != dimension);
                others.copied().collect()
            });
            let found = self.outside(region, rest.collect())?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// What is left are boxes that ask several things of the resource: one of them must fail.
    fn split_resource(
        &mut self,
        region: Region,
        boxes: &[Conjunction],
    ) -> Result<Option<Point>, Exhausted> {
        let Some((first, rest)) = boxes.split_first() else { return self.point(&region) };
        for literal in first {
            self.budget.spend(1)?;
            let mut region = region.clone();
            self.assume(&mut region, literal.negated())?;
            let found = self.outside(region, rest.to_vec())?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Drops boxes that the region is outside of and literals that hold all over it; a box that
    /// asks for one thing only is taken out of the region. False if nothing is left.
    fn narrow(
        &mut self,
        region: &mut Region,
        boxes: &mut Vec<Conjunction>,
    ) -> Result<bool, Exhausted> {
        loop {
            let mut changed = false;
            let mut kept: Vec<Conjunction> = Vec::new();
            for b in std::mem::take(boxes) {
                let Some(open) = self.open(region, &b)? else { continue };
                match open.as_slice() {
                    [] => return Ok(false),
                    [literal, rest @ ..] => {
                        let one = rest.iter().all(|l| l.dimension == literal.dimension);
                        if one && literal.dimension != Dimension::Resource {
                            changed = true;
                            if !self.take_out(region, &open)? {
                                return Ok(false);
                            }
                        } else if one && rest.is_empty() {
                            changed = true;
                            self.assume(region, literal.negated())?;
                        } else if !kept.contains(&open) {
                            kept.push(open);
                        }
                    }
                }
            }
            *boxes = kept;
            if !changed || boxes.is_empty() {
                return Ok(true);
            }
        }
    }

    /// Removes the states of one key in which all literals hold; false if none is left.
    fn take_out(&mut self, region: &mut Region, all: &[Literal]) -> Result<bool, Exhausted> {
        let Some(first) = all.first() else { return Ok(false) };
        let mut kept = Vec::new();
        for class in self.allowed(region, first.dimension)? {
            let mut inside = true;
            for literal in all {
                inside &= self.holds(*literal, class)?;
            }
            if !inside {
                kept.push(class);
            }
        }
        let some = !kept.is_empty();
        region.allowed.insert(first.dimension, kept);
        Ok(some)
    }

    /// The literals of a box that hold in a part of the region only; none if some holds nowhere.
    fn open(&mut self, region: &Region, b: &[Literal]) -> Result<Option<Conjunction>, Exhausted> {
        let mut open = Vec::new();
        for group in b.chunk_by(|x, y| x.dimension == y.dimension) {
            self.budget.spend(group.len() as u64)?;
            if group[0].dimension == Dimension::Resource {
                for literal in group {
                    match self.resources.lies_in(&region.resource, *literal)? {
                        Lies::Within => {}
                        Lies::Apart => return Ok(None),
                        Lies::Across => open.push(*literal),
                    }
                }
                continue;
            }
            let allowed = self.allowed(region, group[0].dimension)?;
            let mut inside = 0;
            for class in &allowed {
                let mut all = true;
                for literal in group {
                    all &= self.holds(*literal, *class)?;
                }
                inside += usize::from(all);
            }
            match inside {
                0 => return Ok(None),
                n if n == allowed.len() => {}
                _ => open.extend(group),
            }
        }
        Ok(Some(open))
    }

    fn point(&mut self, region: &Region) -> Result<Option<Point>, Exhausted> {
        let Some(resource) = self.resources.example(&region.resource)? else { return Ok(None) };
        let mut point = Point { resource, keys: BTreeMap::new(), relations: BTreeMap::new() };
        for (dimension, allowed) in &region.allowed {
            let Some(class) = allowed.first() else { return Ok(None) };
            match dimension {
                Dimension::Resource => {}
                Dimension::Relation(relation) => {
                    point.relations.insert(*relation, *class == 1);
                }
                Dimension::Key(key) => {
                    let classes = self.classes(*key)?;
                    let Class { state, .. } = &classes.all[*class as usize];
                    point.keys.insert(*key, state.clone());
                }
            }
        }
        self.add_what_is_always_there(&mut point)?;
        Ok(Some(point))
    }

    /// Keys that nothing is asked of any more can hold anything, but some cannot be absent.
    fn add_what_is_always_there(&mut self, point: &mut Point) -> Result<(), Exhausted> {
        for (number, key) in self.program.space.keys.iter().enumerate() {
            let number = number as u32;
            if is_always_there(&key.name) && !point.keys.contains_key(&number) {
                let classes = self.classes(number)?;
                point.keys.extend(classes.all.first().map(|c| (number, c.state.clone())));
            }
        }
        Ok(())
    }
}

/// Whether a product asks for something and for its opposite.
fn contradicts(product: &[Literal]) -> bool {
    product.windows(2).any(|pair| pair[0].negated() == pair[1])
}
