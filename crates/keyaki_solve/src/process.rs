//! Solvers that run as a process of their own: kept warm between questions, killed at the limit.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crate::model::is_whole;
use crate::smt::list;
use crate::{Backend, BackendError, Limits, Response, Script};

/// Which solver a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Z3,
    Cvc5,
}

/// How a question is put to a process that has answered others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// In a scope of its own: the fastest.
    InScope,
    /// In a scope of its own, and only for requests without the keys whose values stand in
    /// patterns: these are found easily, and that there is none proves nothing.
    WithoutVariables,
    /// After all that is known was dropped, by the strategy for the logic.
    Afresh,
}

/// The ways in which a question is asked, each with the hundredth of the time by which it must be
/// answered. Luck differs with the way, and more time rarely helps one that has none.
fn ways(kind: Kind, script: &Script) -> &'static [(Way, u32)] {
    match (kind, script.layout.has_variables()) {
        (Kind::Z3, false) => &[(Way::InScope, 50), (Way::Afresh, 100)],
        (Kind::Cvc5, false) => &[(Way::InScope, 100)],
        (Kind::Z3 | Kind::Cvc5, true) => {
            &[(Way::WithoutVariables, 20), (Way::Afresh, 70), (Way::InScope, 100)]
        }
    }
}

/// A solver's program, Z3 or cvc5, and the process that answers.
pub struct Process {
    program: PathBuf,
    kind: Kind,
    name: String,
    running: Option<Running>,
}

/// How long a solver may take to say its version.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many questions one process answers. What it remembers of old ones only costs memory.
const ENOUGH: u32 = 1000;

impl Process {
    /// A solver's program, which is asked for its version.
    ///
    /// # Errors
    /// When it cannot be started, or is no solver that is known.
    pub fn new(program: &Path) -> Result<Process, BackendError> {
        let mut command = Command::new(program);
        command.arg("--version");
        let mut asked = Running::start(command, 0)?;
        let first = asked.line(Instant::now() + PATIENCE, PATIENCE)?;
        let unknown = || BackendError::Refused(format!("`{first}` is no solver that is known"));
        let (kind, version) = recognise(&first).ok_or_else(unknown)?;
        let name = match kind {
            Kind::Z3 => format!("Z3 {version}"),
            Kind::Cvc5 => format!("cvc5 {version}"),
        };
        Ok(Process { program: program.to_owned(), kind, name, running: None })
    }

    /// The number of the process that answers, while one is running.
    pub fn id(&self) -> Option<u32> {
        self.running.as_ref().map(|r| r.child.id())
    }

    fn command(&self, memory: u32) -> Command {
        match self.kind {
            Kind::Z3 => {
                let mut command = Command::new(&self.program);
                command.args(["-in", "-smt2", &format!("-memory:{memory}")]);
                command
            }
            Kind::Cvc5 => {
                let mut command = limited(&self.program, memory);
                command.args(["--lang=smt2", "--incremental", "--strings-exp", "--quiet"]);
                command
            }
        }
    }

    /// What a solver is told first.
    fn greeting(&self) -> String {
        let logic = match self.kind {
            // Without one, it decides by what it sees.
            Kind::Z3 => "",
            Kind::Cvc5 => "(set-logic ALL)\n",
        };
        format!("(set-option :produce-models true)\n{logic}")
    }

    /// A question, and what makes room for it.
    fn question(&self, script: &Script, way: Way, limit: Duration) -> String {
        // It usually ends by itself, and stays warm.
        let soft = (limit.as_millis() * 9 / 10).max(1);
        let limit = match self.kind {
            Kind::Z3 => format!("(set-option :timeout {soft})\n"),
            Kind::Cvc5 => String::new(),
        };
        let room = match way {
            Way::InScope | Way::WithoutVariables => "(push 1)\n".to_owned(),
            Way::Afresh => {
                let options = "(set-option :produce-models true)";
                format!("(reset)\n{options}\n(set-logic {})\n", script.logic())
            }
        };
        let only = match way {
            Way::InScope | Way::Afresh => String::new(),
            Way::WithoutVariables => script.layout.without_variables(),
        };
        format!("{room}{limit}{}{only}(check-sat)\n", script.body)
    }

    /// The process to ask: the one that runs, unless it has ended, or has done enough.
    fn prepare(&mut self, memory: u32) -> Result<&mut Running, BackendError> {
        let fits = |r: &mut Running| r.memory == memory && r.asked < ENOUGH && r.is_alive();
        let running = self.running.take();
        let running = match running.and_then(|mut r| fits(&mut r).then_some(r)) {
            Some(running) => running,
            None => {
                let running = Running::start(self.command(memory), memory)?;
                running.say(self.greeting());
                running
            }
        };
        Ok(self.running.insert(running))
    }

    /// Asks in one way.
    fn ask(
        &mut self,
        script: &Script,
        way: Way,
        until: Instant,
        limits: Limits,
    ) -> Result<Response, BackendError> {
        let question = self.question(script, way, until.saturating_duration_since(Instant::now()));
        let afterwards = match way {
            Way::InScope | Way::WithoutVariables => "(pop 1)\n".to_owned(),
            Way::Afresh => format!("(reset)\n{}", self.greeting()),
        };
        let running = self.prepare(limits.memory)?;
        running.asked += 1;
        running.say(question);
        let response = running.response(script, until, limits.wall)?;
        running.say(afterwards);
        Ok(response)
    }
}

impl Backend for Process {
    fn name(&self) -> &str {
        &self.name
    }

    fn solve(&mut self, script: &Script, limits: Limits) -> Result<Response, BackendError> {
        let started = Instant::now();
        let mut answer = Err(BackendError::Time(limits.wall));
        for (way, hundredth) in ways(self.kind, script) {
            let until = started + limits.wall * *hundredth / 100;
            answer = self.ask(script, *way, until, limits);
            if answer.is_err() {
                // What it still says belongs to no question any more.
                self.running = None;
            }
            match &answer {
                Ok(Response::Unsat) if *way == Way::WithoutVariables => {}
                Ok(Response::Unknown(_)) | Err(BackendError::Time(_)) => {}
                Ok(Response::Sat(_) | Response::Unsat)
                | Err(
                    BackendError::Start(_)
                    | BackendError::Memory
                    | BackendError::Gone
                    | BackendError::Refused(_),
                ) => break,
            }
        }
        answer
    }
}

/// Which solver says this of itself, and its version.
fn recognise(line: &str) -> Option<(Kind, String)> {
    let version = |rest: &str| rest.split_whitespace().next().unwrap_or("").to_owned();
    if let Some((_, rest)) = line.split_once("Z3 version ") {
        return Some((Kind::Z3, version(rest)));
    }
    let (_, rest) = line.split_once("cvc5 version ")?;
    Some((Kind::Cvc5, version(rest)))
}

/// A program that can take only so much memory, for those that have no option of their own.
fn limited(program: &Path, memory: u32) -> Command {
    if cfg!(unix) {
        let mut command = Command::new("sh");
        let kilobytes = u64::from(memory) * 1024;
        command.args(["-c", &format!("ulimit -v {kilobytes}; exec \"$0\" \"$@\"")]).arg(program);
        return command;
    }
    Command::new(program)
}

/// `(:reason-unknown "timeout")`.
fn reason(answer: &str) -> String {
    let inner = answer.trim().trim_start_matches("(:reason-unknown").trim_end_matches(')');
    inner.trim().trim_matches('"').to_owned()
}

fn refusal(answer: String) -> BackendError {
    let is_memory = ["out of memory", "max. memory", "memout", "bad_alloc"];
    match is_memory.iter().any(|m| answer.contains(m)) {
        true => BackendError::Memory,
        false => BackendError::Refused(answer),
    }
}

/// A running solver. It is ended when it is dropped.
struct Running {
    child: Child,
    memory: u32,
    /// How many questions it was asked.
    asked: u32,
    // A thread each, so that neither a full pipe nor a silent solver can hold us up.
    questions: Sender<String>,
    lines: Receiver<String>,
}

impl Running {
    fn start(mut command: Command, memory: u32) -> Result<Running, BackendError> {
        let quiet = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = quiet.spawn().map_err(BackendError::Start)?;
        let (questions, to_write) = channel::<String>();
        let (read, lines) = channel::<String>();
        if let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) {
            std::thread::spawn(move || {
                for text in to_write {
                    if input.write_all(text.as_bytes()).and_then(|()| input.flush()).is_err() {
                        break;
                    }
                }
            });
            std::thread::spawn(move || {
                let written = BufReader::new(output).lines().map_while(Result::ok);
                for line in written {
                    if read.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Running { child, memory, asked: 0, questions, lines })
    }

    fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// A process that is gone shows in that it says nothing.
    fn say(&self, text: String) {
        let _ = self.questions.send(text);
    }

    /// The answer to a question that was asked.
    fn response(
        &mut self,
        script: &Script,
        deadline: Instant,
        limit: Duration,
    ) -> Result<Response, BackendError> {
        let answer = self.line(deadline, limit)?;
        match answer.as_str() {
            "unsat" => Ok(Response::Unsat),
            "sat" => {
                let symbols = format!("({})", script.layout.symbols().join(" "));
                self.say(list("get-value", [symbols]) + "\n");
                self.whole(deadline, limit).map(Response::Sat)
            }
            "unknown" | "timeout" => {
                self.say("(get-info :reason-unknown)\n".to_owned());
                let why = reason(&self.whole(deadline, limit)?);
                let is_late = ["timeout", "canceled"].contains(&why.as_str());
                let why = if is_late { format!("no answer within {limit:?}") } else { why };
                Ok(Response::Unknown(why))
            }
            _ => Err(refusal(answer)),
        }
    }

    /// The next line that says something.
    fn line(&mut self, deadline: Instant, limit: Duration) -> Result<String, BackendError> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) if line.trim().is_empty() => {}
                Ok(line) => return Ok(line.trim().to_owned()),
                Err(RecvTimeoutError::Timeout) => return Err(BackendError::Time(limit)),
                Err(RecvTimeoutError::Disconnected) => return Err(BackendError::Gone),
            }
        }
    }

    /// The next answer that is in parentheses.
    fn whole(&mut self, deadline: Instant, limit: Duration) -> Result<String, BackendError> {
        let mut answer = self.line(deadline, limit)?;
        while !is_whole(&answer) {
            answer.push('\n');
            answer += &self.line(deadline, limit)?;
        }
        match answer.starts_with("(error") {
            true => Err(refusal(answer)),
            false => Ok(answer),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solvers_are_told_by_what_they_say() {
        let of = recognise;
        let z3 = Some((Kind::Z3, "5.3.3".to_owned()));
        assert_eq!(of("Z3 version 5.3.3 - 64 bit"), z3);
        let cvc5 = Some((Kind::Cvc5, "1.0.3".to_owned()));
        assert_eq!(of("This is cvc5 version 1.0.3"), cvc5);
        assert_eq!(of("cat (GNU coreutils) 9.1"), None);
    }

    #[test]
    fn reasons_are_unwrapped() {
        assert_eq!(reason("(:reason-unknown \"timeout\")"), "timeout");
        assert_eq!(reason("(:reason-unknown incomplete)"), "incomplete");
    }
}
