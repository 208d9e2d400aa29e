//! The grammar: JSON, and what people write instead of it.
//!
//! The grammar is total. Each rule knows the mistakes that are made at its place, and reads on
//! behind them; brackets are balanced beforehand. One terminal decides between the alternatives
//! of a rule, so nothing that is built is ever thrown away.
//!
//! Rules have no output. They build the node table in the parser's state, and they do so in
//! `validate`, which chumsky runs whether or not somebody asks for an output.

use chumsky::prelude::*;

use crate::NodeKind;
use crate::build::Builder;
use crate::terminals::{Terminal, Terminals};

type Input<'s> = &'s [Terminal];
type Extra<'s> = extra::Full<EmptyErr, Builder<'s>, ()>;
type Rule<'s> = Boxed<'s, 's, Input<'s>, (), Extra<'s>>;

/// Runs the grammar over terminals.
pub(crate) fn run<'s>(terminals: &'s Terminals, builder: &mut Builder<'s>) {
    let result = document().parse_with_state(&terminals.kinds[..], builder);
    debug_assert!(!result.has_errors(), "the grammar is total");
}

/// A parser that consumes terminals and then does something at their positions.
fn act<'s, O>(
    parser: impl Parser<'s, Input<'s>, O, Extra<'s>> + 's,
    action: impl Fn(&mut Builder<'s>, std::ops::Range<usize>) + 's,
) -> impl Parser<'s, Input<'s>, (), Extra<'s>> {
    parser.validate(move |_, extra, _| {
        let span: SimpleSpan = extra.span();
        action(extra.state(), span.into_range());
    })
}

/// A value, with whatever stands before and after it.
fn document<'s>() -> Rule<'s> {
    let stray = one_of([Terminal::Comma, Terminal::Colon]);
    let before = act(stray, |b, at| b.unexpected(at.start)).repeated();
    let after = act(any().repeated().at_least(1), |b, at| b.trailing(at)).or_not();
    before.ignore_then(value().or_not()).ignore_then(after).ignored().boxed()
}

/// Any value.
fn value<'s>() -> impl Parser<'s, Input<'s>, (), Extra<'s>> + Clone + 's {
    recursive(|value| {
        let value = value.boxed();
        choice((string(), array(value.clone()), object(value), scalar(), words())).boxed()
    })
}

fn string<'s>() -> Rule<'s> {
    act(just(Terminal::String), |b, at| b.string(at.start)).boxed()
}

fn scalar<'s>() -> Rule<'s> {
    act(just(Terminal::Scalar), |b, at| b.scalar(at.start)).boxed()
}

/// Text without quotes. A run of it is one mistake: `s3:GetObject`.
fn words<'s>() -> Rule<'s> {
    let more = one_of([Terminal::Word, Terminal::Colon, Terminal::Scalar]).repeated();
    act(just(Terminal::Word).then(more), |b, at| b.words(at)).boxed()
}

fn array<'s>(value: Rule<'s>) -> Rule<'s> {
    let open = act(just(Terminal::LeftBracket), |b, at| b.open_bracket(NodeKind::Array, at.start));
    let colon = act(just(Terminal::Colon), |b, at| b.colon_in_array(at.start)).boxed();
    let after_colon = colon.clone().ignore_then(value.clone().or_not()).repeated();
    let element = value.then_ignore(after_colon).ignored();
    let elements = choice((element, extra_comma(), colon)).then(separator());
    let elements = choice((plain_element(), not_closing().then(elements).ignored())).repeated();
    let close = act(closing_bracket(), |b, at| b.close_bracket(at.start));
    open.then(elements).then(close).ignored().boxed()
}

/// A string, its comma, and a string after them. Most elements are like that, and few steps lead
/// through here; the other rules would read them just so.
fn plain_element<'s>() -> impl Parser<'s, Input<'s>, (), Extra<'s>> {
    let string = just(Terminal::String);
    act(string.then(just(Terminal::Comma)).then(string.rewind()), |b, at| b.string(at.start))
}

fn object<'s>(value: Rule<'s>) -> Rule<'s> {
    let open = act(just(Terminal::LeftBrace), |b, at| b.open_bracket(NodeKind::Object, at.start));
    let entry = choice((member(value.clone()), misplaced(value), extra_comma()));
    let close = act(closing_bracket(), |b, at| {
        b.check_names();
        b.close_bracket(at.start);
    });
    let entries = not_closing().then(entry).then(separator()).ignored();
    let entries = choice((plain_member(), entries)).repeated();
    open.then(entries).then(close).ignored().boxed()
}

/// The same for a member with a string.
fn plain_member<'s>() -> impl Parser<'s, Input<'s>, (), Extra<'s>> {
    let string = just(Terminal::String);
    let member = string.then(just(Terminal::Colon)).then(string).then(just(Terminal::Comma));
    act(member.then(string.rewind()), |b, at| {
        b.open_member(at.start);
        b.string(at.start);
        b.string(at.start + 2);
        b.close_member();
    })
}

/// A name and its value.
fn member<'s>(value: Rule<'s>) -> Rule<'s> {
    let colon = just(Terminal::Colon).ignored();
    let no_value = act(empty(), |b, at| b.missing_value(at.start));
    let extra_colon = act(just(Terminal::Colon), |b, at| b.unexpected(at.start)).repeated();
    let tail =
        colon.ignore_then(extra_colon).ignore_then(choice((value.clone(), no_value.boxed())));
    let more =
        act(just(Terminal::Colon), |b, at| b.unexpected(at.start)).then(value.clone().or_not());
    let rest = choice((tail.boxed(), colonless(value.clone())));
    let member = choice((plain_name().then(value).ignored(), name().then(rest).ignored()));
    member.then(more.repeated()).then(act(empty(), |b, _| b.close_member())).ignored().boxed()
}

/// A name, its colon, and the beginning of its value: what most members begin with.
fn plain_name<'s>() -> impl Parser<'s, Input<'s>, (), Extra<'s>> {
    let value = one_of([
        Terminal::LeftBrace,
        Terminal::LeftBracket,
        Terminal::String,
        Terminal::Scalar,
        Terminal::Word,
    ]);
    act(just(Terminal::String).then(just(Terminal::Colon)).then(value.rewind()), |b, at| {
        b.open_member(at.start);
        b.string(at.start);
    })
}

/// The name of a member, which opens the member.
fn name<'s>() -> Rule<'s> {
    let string = act(just(Terminal::String), |b, at| {
        b.open_member(at.start);
        b.string(at.start);
    });
    let scalar = act(just(Terminal::Scalar), |b, at| {
        b.open_member(at.start);
        b.bad_name(at.start);
        b.scalar(at.start);
    });
    let words = act(just(Terminal::Word).repeated().at_least(1), |b, at| {
        b.open_member(at.start);
        b.words(at);
    });
    choice((string, scalar, words)).boxed()
}

/// What follows a name that has no colon: its value all the same, or nothing.
///
/// A string is its value only if it is not the next name.
fn colonless<'s>(value: Rule<'s>) -> Rule<'s> {
    let next_name = one_of([Terminal::String, Terminal::Scalar, Terminal::Word])
        .then(just(Terminal::Colon))
        .rewind();
    let missing = act(empty(), |b, at| b.missing_colon(at.start - 1, at.start));
    missing.then(choice((next_name.ignored(), value, empty()))).ignored().boxed()
}

/// Something that is no member, in an object.
fn misplaced<'s>(value: Rule<'s>) -> Rule<'s> {
    let bracket = one_of([Terminal::LeftBrace, Terminal::LeftBracket]).rewind();
    let colon = act(just(Terminal::Colon), |b, at| b.bad_name(at.start));
    let after_colon = just(Terminal::Colon).ignore_then(value.clone().or_not()).or_not();
    let container =
        act(bracket, |b, at| b.bad_name(at.start)).then(value.clone()).then(after_colon);
    choice((container.ignored(), colon.then(value.or_not()).ignored())).boxed()
}

/// A comma without anything before it.
fn extra_comma<'s>() -> Rule<'s> {
    act(just(Terminal::Comma).rewind(), |b, at| b.unexpected(at.start)).boxed()
}

/// What stands between two elements or members: a comma, or less, or more.
fn separator<'s>() -> Rule<'s> {
    let extra = act(just(Terminal::Comma), |b, at| b.unexpected(at.start)).repeated();
    let missing = act(empty(), |b, at| b.missing_comma(at.start));
    let comma = just(Terminal::Comma).ignore_then(extra);
    choice((comma, closing_bracket().rewind().ignored(), missing)).boxed()
}

/// Looks ahead: at the end of a list, the rules for its entries need not be tried.
fn not_closing<'s>() -> impl Parser<'s, Input<'s>, (), Extra<'s>> {
    closing_bracket().not()
}

fn closing_bracket<'s>() -> impl Parser<'s, Input<'s>, Terminal, Extra<'s>> + Clone {
    one_of([Terminal::RightBrace, Terminal::RightBracket, Terminal::Missing])
}
