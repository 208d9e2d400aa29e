//! Updates from a server on the loopback interface and from folders.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panic")]

use super::*;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// What the server has: for each path an entity tag and a body.
type Pages = BTreeMap<&'static str, (&'static str, String)>;

/// A server that answers until the test ends.
struct Server {
    url: String,
    pages: Arc<Mutex<Pages>>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(pages: Pages) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let pages = Arc::new(Mutex::new(pages));
        let log = Arc::new(Mutex::new(Vec::new()));
        let (seen, noted) = (Arc::clone(&pages), Arc::clone(&log));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let pages = seen.lock().unwrap().clone();
                answer(stream, &pages, &noted);
            }
        });
        Server { url, pages, log }
    }

    fn source(&self) -> Source {
        Source { url: self.url.clone(), timeout: Duration::from_secs(10), jobs: 2 }
    }

    /// The requests since the last time, as `PATH STATUS`, sorted.
    fn requests(&self) -> Vec<String> {
        let mut lines = std::mem::take(&mut *self.log.lock().unwrap());
        lines.sort();
        lines
    }

    fn put(&self, path: &'static str, tag: &'static str, body: &str) {
        self.pages.lock().unwrap().insert(path, (tag, body.to_owned()));
    }
}

/// Answers one request, after noting what it was.
fn answer(mut stream: TcpStream, pages: &Pages, log: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let asked = headers.iter().filter_map(|line| line.split_once(": "));
    let mut asked = asked.filter(|(name, _)| name.eq_ignore_ascii_case("if-none-match"));
    let tag = asked.next().map(|(_, tag)| tag);
    let (status, head, body) = match pages.get(path.as_str()) {
        None => ("404 Not Found", String::new(), ""),
        Some((known, _)) if tag == Some(known) => ("304 Not Modified", String::new(), ""),
        Some((known, body)) => ("200 OK", format!("ETag: {known}\r\n"), body.as_str()),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\n{head}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    log.lock().unwrap().push(format!("{path} {}", &status[..3]));
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

/// A folder of its own that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("keyaki-update-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const LIST: &str = r#"[
    {"service": "sqs", "url": "https://elsewhere.example/v1/sqs/sqs.json"},
    {"service": "newcomer", "url": "https://elsewhere.example/v1/newcomer/newcomer.json"}
]"#;

fn service(prefix: &str, action: &str) -> String {
    format!(r#"{{"Name": "{prefix}", "Actions": [{{"Name": "{action}"}}]}}"#)
}

fn server() -> Server {
    let mut pages = Pages::new();
    pages.insert("/", ("\"list\"", LIST.to_owned()));
    pages.insert("/v1/sqs/sqs.json", ("\"a\"", service("sqs", "StampMessage")));
    pages.insert("/v1/newcomer/newcomer.json", ("\"b\"", service("newcomer", "Arrive")));
    Server::start(pages)
}

fn base() -> &'static Catalog {
    keyaki_catalog::embedded()
}

fn today() -> Date {
    Date::parse("2026-11-20").unwrap()
}

fn update(server: &Server, folder: &Folder) -> Result<Updated, UpdateError> {
    from_network(base(), &server.source(), &folder.0, today())
}

#[test]
fn an_update_reads_every_service_of_the_list_from_the_same_server() {
    let (server, folder) = (server(), Folder::new());
    let updated = update(&server, &folder).unwrap();
    assert_eq!((updated.read, updated.unchanged, updated.skipped.len()), (2, 0, 0));
    assert_eq!(
        server.requests(),
        ["/ 200", "/v1/newcomer/newcomer.json 200", "/v1/sqs/sqs.json 200"]
    );
    let catalog = load(&folder.0).unwrap().unwrap();
    assert_eq!(catalog.snapshot().date, today());
    assert!(catalog.action("sqs:StampMessage").is_some());
    assert!(catalog.action("newcomer:Arrive").is_some());
    assert!(catalog.action("s3:GetObject").is_some());
}

#[test]
fn the_next_update_asks_for_changes_only() {
    let (server, folder) = (server(), Folder::new());
    update(&server, &folder).unwrap();
    server.requests();
    server.put("/v1/sqs/sqs.json", "\"c\"", &service("sqs", "FoldMessage"));
    let updated = update(&server, &folder).unwrap();
    assert_eq!((updated.read, updated.unchanged), (1, 1));
    assert_eq!(
        server.requests(),
        ["/ 200", "/v1/newcomer/newcomer.json 304", "/v1/sqs/sqs.json 200"]
    );
    let catalog = load(&folder.0).unwrap().unwrap();
    assert!(catalog.action("sqs:FoldMessage").is_some());
    assert!(catalog.action("newcomer:Arrive").is_some());
}

#[test]
fn a_damaged_file_in_the_folder_is_asked_for_again() {
    let (server, folder) = (server(), Folder::new());
    update(&server, &folder).unwrap();
    fs::write(folder.0.join("service-reference/sqs.json"), "{").unwrap();
    let updated = update(&server, &folder).unwrap();
    assert_eq!((updated.read, updated.unchanged), (1, 1));
}

#[test]
fn a_service_that_cannot_be_had_keeps_what_was_known() {
    let (server, folder) = (server(), Folder::new());
    server.pages.lock().unwrap().remove("/v1/newcomer/newcomer.json");
    server.put("/v1/sqs/sqs.json", "\"x\"", "<html>");
    server.put(
        "/",
        "\"list\"",
        &LIST.replacen('[', r#"[{"service": "s3", "url": "https://x.example/v1/s3.json"},"#, 1),
    );
    server.put("/v1/s3.json", "\"s\"", &service("s3", "NewAction"));
    let updated = update(&server, &folder).unwrap();
    assert_eq!(updated.read, 1);
    let skipped: Vec<_> = updated.skipped.iter().map(|(s, why)| format!("{s}: {why}")).collect();
    assert_eq!(skipped.len(), 2);
    assert_eq!(skipped[0], "newcomer: the server answers 404 Not Found");
    assert!(skipped[1].starts_with("sqs: service reference of `sqs` is not JSON"), "{skipped:?}");
    let catalog = load(&folder.0).unwrap().unwrap();
    assert!(catalog.action("sqs:SendMessage").is_some());
    assert!(!folder.0.join("service-reference/sqs.json").exists());
}

#[test]
fn without_any_usable_answer_nothing_changes() {
    let (server, folder) = (server(), Folder::new());
    update(&server, &folder).unwrap();
    let before = fs::read(folder.0.join("catalog.bin")).unwrap();
    server.pages.lock().unwrap().retain(|path, _| *path == "/");
    let error = update(&server, &folder).unwrap_err();
    assert_eq!(error.to_string(), format!("no service reference in {}", server.url));
    assert_eq!(fs::read(folder.0.join("catalog.bin")).unwrap(), before);
}

#[test]
fn without_a_network_the_error_says_what_to_do() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let source = Source { url: format!("http://{closed}"), ..Source::default() };
    let folder = Folder::new();
    let error = from_network(base(), &source, &folder.0, today()).unwrap_err();
    assert!(matches!(error, UpdateError::Unreachable { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.starts_with(&format!("no answer from http://{closed}/: ")), "{text}");
    assert!(text.ends_with("`--from DIR` reads the files from a folder instead"), "{text}");
    assert!(load(&folder.0).unwrap().is_none());
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let source = Source { url, timeout: Duration::from_millis(200), jobs: 1 };
    let folder = Folder::new();
    let start = Instant::now();
    let error = from_network(base(), &source, &folder.0, today()).unwrap_err();
    assert!(error.to_string().contains("timeout"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_list_that_is_none_is_an_error() {
    for (list, expected) in [
        ("<html>", "expected value"),
        ("{}", "it is not a list"),
        ("[]", "it names no service"),
        (r#"[{"service": "../../etc", "url": "https://x.example/a"}]"#, "it names no service"),
        (r#"[{"service": "sqs", "url": "nowhere"}]"#, "it names no service"),
    ] {
        let (server, folder) = (server(), Folder::new());
        server.put("/", "\"other\"", list);
        let error = update(&server, &folder).unwrap_err().to_string();
        let start = format!("no list of services at {}/: {expected}", server.url);
        assert!(error.starts_with(&start), "{error}");
    }
}

#[test]
fn a_folder_serves_as_well_as_the_network() {
    let (files, folder) = (Folder::new(), Folder::new());
    fs::write(files.0.join("sqs.json"), service("sqs", "StampMessage")).unwrap();
    fs::write(files.0.join("broken.json"), "{").unwrap();
    fs::write(files.0.join("service-list.json"), LIST).unwrap();
    fs::write(files.0.join("README.txt"), "not a service").unwrap();
    let updated = from_directory(base(), &files.0, &folder.0, today()).unwrap();
    assert_eq!((updated.read, updated.skipped.len()), (1, 1));
    assert_eq!(updated.skipped[0].0, "broken");
    assert_eq!(updated.path, folder.0.join("catalog.bin"));
    let catalog = load(&folder.0).unwrap().unwrap();
    assert!(catalog.action("sqs:StampMessage").is_some());
}

#[test]
fn a_folder_without_files_or_none_at_all_is_an_error() {
    let (files, folder) = (Folder::new(), Folder::new());
    let error = from_directory(base(), &files.0, &folder.0, today()).unwrap_err();
    assert!(matches!(error, UpdateError::Empty { .. }), "{error:?}");
    let nowhere = files.0.join("nowhere");
    let error = from_directory(base(), &nowhere, &folder.0, today()).unwrap_err();
    assert!(error.to_string().starts_with(&nowhere.display().to_string()), "{error}");
}

#[test]
fn a_damaged_catalogue_is_an_error_and_none_is_none() {
    let folder = Folder::new();
    assert!(load(&folder.0).unwrap().is_none());
    fs::write(folder.0.join("catalog.bin"), "not a catalogue").unwrap();
    let error = load(&folder.0).unwrap_err().to_string();
    assert!(error.contains("not a packed catalogue"), "{error}");
    assert!(error.ends_with("`keyaki catalog update` makes it anew"), "{error}");
}

#[test]
fn the_folder_follows_the_environment() {
    let folder = |variables: &[(&str, &str)]| {
        let found = |name: &str| variables.iter().find(|(n, _)| *n == name);
        default_folder(|name| found(name).map(|(_, value)| OsString::from(value)))
    };
    let home = ("HOME", "/home/a");
    assert_eq!(folder(&[home]), Some(PathBuf::from("/home/a/.cache/keyaki")));
    assert_eq!(folder(&[home, ("XDG_CACHE_HOME", "/c")]), Some(PathBuf::from("/c/keyaki")));
    assert_eq!(folder(&[home, ("XDG_CACHE_HOME", "")]), folder(&[home]));
    let own = ("KEYAKI_CACHE_DIR", "/k");
    assert_eq!(folder(&[home, own, ("XDG_CACHE_HOME", "/c")]), Some(PathBuf::from("/k")));
    assert_eq!(folder(&[]), None);
}
