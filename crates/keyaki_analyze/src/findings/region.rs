//! The requests for which a formula holds, as products of classes with other products cut out.

use keyaki_eval::{Formula, StatementRef};
use keyaki_symbolic::{Ask, Bits, Budget, Exhausted, Grid, Product};

/// A product without some others.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The classes on each axis of the grid.
    pub(crate) inside: Vec<Bits>,
    /// What is cut out; no axis is named twice in one.
    pub(crate) outside: Vec<Product>,
    /// The statements that hold all over the part.
    pub(crate) because: Vec<StatementRef>,
}

/// How many parts a formula may have.
const MOST_PARTS: usize = 4096;

/// There are too many parts.
#[derive(Debug)]
pub(crate) struct TooMany;

/// Formulas over the atoms of a grid, as parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Regions<'g> {
    grid: &'g Grid<'g>,
}

impl<'g> Regions<'g> {
    pub(crate) fn new(grid: &'g Grid<'g>) -> Self {
        Regions { grid }
    }

    /// The union of these parts is where the formula holds.
    pub(crate) fn of(self, formula: &Formula<Ask>) -> Result<Vec<Part>, TooMany> {
        self.parts(formula, true)
    }

    fn parts(self, formula: &Formula<Ask>, positive: bool) -> Result<Vec<Part>, TooMany> {
        match formula {
            Formula::Atom(ask) if positive => Ok(self.atom(ask)),
            Formula::Atom(ask) => Ok(self.without(self.grid.atom(ask)).into_iter().collect()),
            Formula::Not(part) => self.parts(part, !positive),
            Formula::And(parts) if positive => self.all(parts, positive),
            Formula::Or(parts) if !positive => self.all(parts, positive),
            Formula::And(parts) | Formula::Or(parts) => self.any(parts, positive),
        }
    }

    fn all(self, formulas: &[Formula<Ask>], positive: bool) -> Result<Vec<Part>, TooMany> {
        let mut all = vec![self.everything()];
        for formula in formulas {
            let more = self.parts(formula, positive)?;
            if all.len() * more.len() > MOST_PARTS {
                return Err(TooMany);
            }
            let pairs = all.iter().flat_map(|a| more.iter().map(move |b| (a, b)));
            all = pairs.filter_map(|(a, b)| meet(a, b)).collect();
        }
        Ok(all)
    }

    fn any(self, formulas: &[Formula<Ask>], positive: bool) -> Result<Vec<Part>, TooMany> {
        // What fails in whole products alone holds in one part: everywhere else.
        let fails = self.all(formulas, !positive);
        if let Ok(fails) = fails
            && fails.iter().all(|p| p.outside.is_empty())
        {
            let products: Vec<Product> = fails.iter().map(|p| self.sparse(p)).collect();
            return Ok(self.without(&products).into_iter().collect());
        }
        let mut any = Vec::new();
        for formula in formulas {
            any.extend(self.parts(formula, positive)?);
            if any.len() > MOST_PARTS {
                return Err(TooMany);
            }
        }
        Ok(any)
    }

    fn everything(self) -> Part {
        let all = |axis| (0..self.grid.size(axis)).collect();
        let inside = (0..self.grid.axes()).map(all).collect();
        Part { inside, outside: Vec::new(), because: Vec::new() }
    }

    fn atom(self, ask: &Ask) -> Vec<Part> {
        let because = match ask {
            Ask::Statement { at, .. } => vec![*at],
            Ask::Action(_) | Ask::Resource(_) | Ask::Present(_) | Ask::Value(..) | Ask::Any(..) => {
                Vec::new()
            }
        };
        let part = |product: &Product| {
            let mut part = Part { because: because.clone(), ..self.everything() };
            for (axis, classes) in product {
                part.inside[*axis] = part.inside[*axis].intersection(classes);
            }
            part
        };
        self.grid.atom(ask).iter().map(part).collect()
    }

    /// Everything but these products.
    fn without(self, products: &[Product]) -> Option<Part> {
        let mut part = self.everything();
        for product in products {
            match product.as_slice() {
                [] => return None,
                [(axis, classes)] => part.inside[*axis] = part.inside[*axis].minus(classes),
                _ => part.outside.push(product.clone()),
            }
        }
        part.inside.iter().all(|classes| !classes.is_empty()).then_some(part)
    }

    fn sparse(self, part: &Part) -> Product {
        let axes = part.inside.iter().enumerate();
        let narrow = axes.filter(|(axis, classes)| classes.len() < self.grid.size(*axis));
        narrow.map(|(axis, classes)| (axis, classes.clone())).collect()
    }
}

fn meet(a: &Part, b: &Part) -> Option<Part> {
    let pairs = a.inside.iter().zip(&b.inside);
    let inside: Vec<Bits> = pairs.map(|(a, b)| a.intersection(b)).collect();
    if inside.iter().any(Bits::is_empty) {
        return None;
    }
    let meets = |p: &&Product| p.iter().all(|(axis, classes)| classes.meets(&inside[*axis]));
    let outside = a.outside.iter().chain(&b.outside).filter(meets).cloned().collect();
    let because = a.because.iter().chain(&b.because).copied().collect();
    Some(Part { inside, outside, because })
}

/// A class for each axis.
pub(crate) type Point = Vec<usize>;

impl Part {
    /// A point of the part within these classes of some axes.
    pub(crate) fn point(
        &self,
        within: &[(usize, &Bits)],
        budget: &Budget,
    ) -> Result<Option<Point>, Exhausted> {
        budget.spend(1 + self.outside.len() as u64)?;
        if within.iter().any(|(axis, classes)| !classes.meets(&self.inside[*axis])) {
            return Ok(None);
        }
        let mut inside = self.inside.clone();
        for (axis, classes) in within {
            inside[*axis] = inside[*axis].intersection(classes);
        }
        let mut point: Point = Vec::with_capacity(inside.len());
        for classes in &inside {
            let Some(class) = classes.iter().next() else { return Ok(None) };
            point.push(class);
        }
        let mut cuts: Vec<&Product> = Vec::new();
        for cut in &self.outside {
            if cut.iter().all(|(axis, classes)| classes.meets(&inside[*axis])) {
                cuts.push(cut);
            }
        }
        if cuts.is_empty() {
            return Ok(Some(point));
        }
        let mut axes: Vec<usize> = cuts.iter().flat_map(|c| c.iter().map(|(a, _)| *a)).collect();
        axes.sort_unstable();
        axes.dedup();
        let mut fronts: Vec<(Bits, Vec<usize>)> = vec![((0..cuts.len()).collect(), Vec::new())];
        for axis in &axes {
            let marks = inside[*axis].iter().map(|class| (hits(&cuts, *axis, class), class));
            fronts = combine(&fronts, &least(marks.collect(), budget)?, budget)?;
        }
        let Some((_, choice)) = fronts.into_iter().find(|(hit, _)| hit.is_empty()) else {
            return Ok(None);
        };
        for (axis, class) in axes.into_iter().zip(choice) {
            point[axis] = class;
        }
        Ok(Some(point))
    }
}

/// The cuts that a class does not keep out of.
pub(crate) fn hits<P: std::borrow::Borrow<Product>>(cuts: &[P], axis: usize, class: usize) -> Bits {
    let hit = |cut: &P| {
        let own = cut.borrow().iter().find(|(own, _)| *own == axis);
        own.is_none_or(|(_, classes)| classes.has(class))
    };
    (0..cuts.len()).filter(|n| hit(&cuts[*n])).collect()
}

/// Those with the least sets, one of each.
pub(crate) fn least<T>(
    marked: Vec<(Bits, T)>,
    budget: &Budget,
) -> Result<Vec<(Bits, T)>, Exhausted> {
    let mut marked: Vec<(usize, (Bits, T))> =
        marked.into_iter().map(|(bits, t)| (bits.len(), (bits, t))).collect();
    marked.sort_by_key(|(size, _)| *size);
    let mut kept: Vec<(Bits, T)> = Vec::new();
    for (_, (bits, t)) in marked {
        budget.spend(1 + kept.len() as u64)?;
        if !kept.iter().any(|(known, _)| known.is_subset(&bits)) {
            kept.push((bits, t));
        }
    }
    Ok(kept)
}

/// A set of marks, and the classes that leave just these.
pub(crate) type Front = (Bits, Vec<usize>);

/// Each front with each class, and the least of what comes out.
pub(crate) fn combine(
    fronts: &[Front],
    classes: &[(Bits, usize)],
    budget: &Budget,
) -> Result<Vec<Front>, Exhausted> {
    budget.spend((fronts.len() * classes.len()) as u64)?;
    let pairs = fronts.iter().flat_map(|front| classes.iter().map(move |class| (front, class)));
    let met = pairs.map(|((known, choice), (marks, class))| {
        let choice = choice.iter().copied().chain([*class]).collect();
        (known.intersection(marks), choice)
    });
    least(met.collect(), budget)
}
