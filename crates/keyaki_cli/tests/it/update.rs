//! `keyaki catalog update`, from a server on the loopback interface and from a folder.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;

use crate::program::{folder, told};

/// A service of the reference with one action that no catalogue has.
const SERVICE: &str = r#"{
    "Name": "s3",
    "Version": "v1.4",
    "Actions": [
        {"Name": "GetObject", "Resources": [{"Name": "object"}]},
        {"Name": "FrobnicateBucket", "Resources": [{"Name": "bucket"}],
         "Annotations": {"Properties": {"IsList": false, "IsPermissionManagement": false,
                                        "IsTaggingOnly": false, "IsWrite": true}}}
    ],
    "Resources": [
        {"Name": "bucket", "ARNFormats": ["arn:${Partition}:s3:::${BucketName}"]},
        {"Name": "object", "ARNFormats": ["arn:${Partition}:s3:::${BucketName}/${ObjectName}"]}
    ]
}"#;

/// A server of the list and of one service, which answers with a tag and knows it again.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("an address").to_string();
    let url = format!("http://{address}");
    let list = format!("[{{\"service\": \"s3\", \"url\": \"{url}/v1/s3/s3.json\"}}]");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream, &list);
        }
    });
    url
}

fn answer(mut stream: TcpStream, list: &str) {
    let lines = BufReader::new(&stream).lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let is_known = head.iter().any(|line| line.to_lowercase() == "if-none-match: \"one\"");
    let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let (status, body) = match path {
        "/" => ("200 OK", list),
        "/v1/s3/s3.json" if is_known => ("304 Not Modified", ""),
        "/v1/s3/s3.json" => ("200 OK", SERVICE),
        _ => ("404 Not Found", ""),
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n");
    // The client may have gone.
    let _ = write!(stream, "{head}ETag: \"one\"\r\n\r\n{body}");
}

fn knows_the_new_action(place: &Path, catalog: &str) -> bool {
    let arguments = ["catalog", "show", "s3:FrobnicateBucket", "--catalog", catalog];
    told(place, &arguments).2 == 0
}

#[test]
fn an_update_from_the_network_is_used_from_then_on() {
    let place = folder("update-network");
    let url = serve();
    let update = || told(&place, &["catalog", "update", "--url", &url]);
    assert!(!knows_the_new_action(&place, "newest"));
    let (stdout, stderr, code) = update();
    assert_eq!((stderr.as_str(), code), ("", 0));
    assert!(stdout.starts_with("services: 1 read, 0 unchanged, 0 skipped\n"), "{stdout}");
    assert!(stdout.contains(", 1 more than were compiled in\n"), "{stdout}");
    assert!(knows_the_new_action(&place, "newest"));
    assert!(!knows_the_new_action(&place, "embedded"));
    let (stdout, _, _) = update();
    assert!(stdout.starts_with("services: 0 read, 1 unchanged, 0 skipped\n"), "{stdout}");
    assert!(knows_the_new_action(&place, "newest"));
}

#[test]
fn an_update_from_a_folder_needs_no_network() {
    let place = folder("update-folder");
    fs::create_dir(place.join("reference")).expect("the folder can be created");
    fs::write(place.join("reference/s3.json"), SERVICE).expect("the file can be written");
    let policy = "{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\", \
                  \"Action\": \"s3:FrobnicateBucket\", \"Resource\": \"arn:aws:s3:::b\"}}";
    fs::write(place.join("p.json"), policy).expect("the file can be written");
    let check = || told(&place, &["check", "--select", "invalid-action", "p.json"]).2;
    assert_eq!(check(), 1);
    let (_, stderr, code) = told(&place, &["catalog", "update", "--from", "reference"]);
    assert_eq!((stderr.as_str(), code), ("", 0));
    assert_eq!(check(), 0);
}

#[test]
fn without_a_network_the_message_says_what_to_do() {
    let place = folder("update-offline");
    // A port that was just free: nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let (stdout, stderr, code) = told(&place, &["catalog", "update", "--url", &url]);
    assert_eq!((stdout.as_str(), code), ("", 2));
    assert!(stderr.starts_with(&format!("error: no answer from {url}/: ")), "{stderr}");
    assert!(stderr.contains("the catalogue stays as it was"), "{stderr}");
    assert!(stderr.contains("--from DIR"), "{stderr}");
}

#[test]
fn a_broken_update_is_passed_over_with_a_warning() {
    let place = folder("update-broken");
    fs::create_dir_all(place.join(".cache/keyaki")).expect("the folder can be created");
    fs::write(place.join(".cache/keyaki/catalog.bin"), "no catalogue").expect("it can be written");
    let (stdout, stderr, code) = told(&place, &["catalog", "show", "s3:GetObject"]);
    assert!(stdout.starts_with("s3:GetObject\n"), "{stdout}");
    assert!(stderr.starts_with("warning: "), "{stderr}");
    assert!(stderr.contains("`keyaki catalog update` makes it anew"), "{stderr}");
    assert_eq!(code, 0);
}
