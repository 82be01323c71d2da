//! wasi:http: fields, requests and what they are answered by a server at `authority`, which echoes method, path and body.

use crate::table::{made, text};
use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, Method, OutgoingBody, OutgoingRequest,
    OutgoingResponse, RequestOptions, Scheme,
};

fn list(pairs: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    pairs.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect()
}

fn shown(fields: &Fields) -> Vec<String> {
    let mut all: Vec<String> = fields.entries().into_iter().map(|(name, value)| format!("{name}: {}", text(value))).collect();
    all.sort();
    all
}

pub fn table(authority: &str) {
    fields();
    requests();
    responses();
    exchanges(authority);
}

fn fields() {
    let fields = Fields::new();
    let values = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
    table! { "http/types":
        "fields", "constructor" => shown(&fields);
        "fields.from-list", "none" => Fields::from_list(&[]).map(|fields| shown(&fields));
        "fields.from-list", "three, two of a name" => Fields::from_list(&list(&[("a", "1"), ("B", "2"), ("A", "3")])).map(|fields| shown(&fields));
        "fields.from-list", "no name" => made(Fields::from_list(&list(&[("", "1")])));
        "fields.from-list", "a name with a space" => made(Fields::from_list(&list(&[("a b", "1")])));
        "fields.from-list", "a name that is no ASCII" => made(Fields::from_list(&list(&[("ä", "1")])));
        "fields.from-list", "a value with a new line" => made(Fields::from_list(&list(&[("a", "1\nb: 2")])));
        "fields.from-list", "a value with a zero" => made(Fields::from_list(&list(&[("a", "1\0")])));
        "fields.from-list", "a value of bytes" => Fields::from_list(&[("a".to_string(), vec![0xff, 0x80])]).map(|fields| fields.get("a"));
        "fields.from-list", "an empty value" => Fields::from_list(&list(&[("a", "")])).map(|fields| shown(&fields));
        "fields.from-list", "a forbidden name" => ["connection", "keep-alive", "host", "transfer-encoding", "upgrade", "proxy-authenticate", "proxy-authorization", "proxy-connection", "http2-settings", "te", "trailer", "expect"].map(|name| made(Fields::from_list(&list(&[(name, "1")]))));
        "fields.append", "one" => fields.append("Name", b"1");
        "fields.append", "another of the name" => fields.append("name", b"2");
        "fields.append", "a bad name" => fields.append("a:b", b"1");
        "fields.append", "a bad value" => fields.append("a", b"1\r\n");
        "fields.append", "a forbidden name" => fields.append("Host", b"x");
        "fields.get", "in any case" => fields.get("NAME").into_iter().map(text).collect::<Vec<_>>();
        "fields.get", "missing" => fields.get("missing");
        "fields.get", "a bad name" => fields.get("a b");
        "fields.has", "in any case" => fields.has("nAME");
        "fields.has", "missing" => fields.has("missing");
        "fields.has", "a bad name" => fields.has("a b");
        "fields.set", "two" => fields.set("x", &values(&["1", "2"]));
        "fields.set", "others in their place" => fields.set("X", &values(&["3"]));
        "fields.set", "none" => fields.set("name", &[]);
        "fields.set", "a bad name" => fields.set("", &values(&["1"]));
        "fields.set", "a bad value" => fields.set("x", &values(&["1\n"]));
        "fields.set", "a forbidden name" => fields.set("upgrade", &values(&["1"]));
        "fields.entries", "what is there now" => shown(&fields);
        "fields.clone", "a copy that changes by itself" => { let copy = fields.clone(); copy.append("y", b"1").ok(); (shown(&copy), shown(&fields)) };
        "fields.delete", "one" => fields.delete("X");
        "fields.delete", "missing" => fields.delete("missing");
        "fields.delete", "a bad name" => fields.delete("a b");
        "fields.delete", "a forbidden name" => fields.delete("host");
        "fields.entries", "none left" => shown(&fields);
    }
}

fn requests() {
    let request = OutgoingRequest::new(Fields::from_list(&list(&[("a", "1")])).expect("fields"));
    let method = |name: &str| Method::Other(name.to_string());
    let other = Scheme::Other("ftp".to_string());
    let headers = request.headers();
    table! { "http/types":
        "outgoing-request", "constructor" => (request.method(), request.path_with_query(), request.scheme(), request.authority(), shown(&headers));
        "outgoing-request.headers", "cannot be changed" => (headers.append("b", b"1"), headers.set("a", &[]), headers.delete("a"));
        "fields.clone", "of what cannot be changed" => headers.clone().append("b", b"1");
        "outgoing-request.set-method", "known" => request.set_method(&Method::Post);
        "outgoing-request.method", "known" => request.method();
        "outgoing-request.set-method", "another" => request.set_method(&method("PURGE"));
        "outgoing-request.method", "another" => request.method();
        "outgoing-request.set-method", "another, that is known" => request.set_method(&method("GET"));
        "outgoing-request.set-method", "empty" => request.set_method(&method(""));
        "outgoing-request.set-method", "with a space" => request.set_method(&method("A B"));
        "outgoing-request.set-path-with-query", "a path" => request.set_path_with_query(Some("/a/b?c=d&e"));
        "outgoing-request.path-with-query", "a path" => request.path_with_query();
        "outgoing-request.set-path-with-query", "none" => request.set_path_with_query(None);
        "outgoing-request.path-with-query", "none" => request.path_with_query();
        "outgoing-request.set-path-with-query", "with a new line" => request.set_path_with_query(Some("/a\nb"));
        "outgoing-request.set-path-with-query", "with a space" => request.set_path_with_query(Some("/a b"));
        "outgoing-request.set-path-with-query", "a query alone" => request.set_path_with_query(Some("?a=b"));
        "outgoing-request.set-path-with-query", "empty" => request.set_path_with_query(Some(""));
        "outgoing-request.set-scheme", "each" => [Some(&Scheme::Http), Some(&Scheme::Https), Some(&other), None].map(|scheme| (request.set_scheme(scheme), request.scheme()));
        "outgoing-request.scheme", "none" => request.scheme();
        "outgoing-request.set-scheme", "bad" => request.set_scheme(Some(&Scheme::Other("a b".to_string())));
        "outgoing-request.set-authority", "a name" => request.set_authority(Some("example.com"));
        "outgoing-request.authority", "a name" => request.authority();
        "outgoing-request.set-authority", "a name and a port" => request.set_authority(Some("example.com:8080"));
        "outgoing-request.set-authority", "an address of IPv6" => request.set_authority(Some("[::1]:80"));
        "outgoing-request.set-authority", "none" => request.set_authority(None);
        "outgoing-request.authority", "none" => request.authority();
        "outgoing-request.set-authority", "with a space" => request.set_authority(Some("a b"));
        "outgoing-request.set-authority", "with a path" => request.set_authority(Some("a/b"));
        "outgoing-request.set-authority", "a port that is none" => request.set_authority(Some("a:b:c"));
        "outgoing-request.set-authority", "a port that is too large" => request.set_authority(Some("a:99999"));
        "outgoing-request.set-authority", "empty" => request.set_authority(Some(""));
        "outgoing-request.body", "once" => made(request.body());
        "outgoing-request.body", "twice" => made(request.body());
    }
    let options = RequestOptions::new();
    table! { "http/types":
        "request-options", "constructor" => (options.connect_timeout(), options.first_byte_timeout(), options.between_bytes_timeout());
        "request-options.set-connect-timeout", "a second" => options.set_connect_timeout(Some(1_000_000_000));
        "request-options.set-first-byte-timeout", "none" => options.set_first_byte_timeout(None);
        "request-options.set-between-bytes-timeout", "two seconds" => options.set_between_bytes_timeout(Some(2_000_000_000));
        "request-options.connect-timeout", "as it was set" => options.connect_timeout();
        "request-options.first-byte-timeout", "as it was set" => options.first_byte_timeout();
        "request-options.between-bytes-timeout", "as it was set" => options.between_bytes_timeout();
        "request-options.set-connect-timeout", "none any more" => (options.set_connect_timeout(None), options.connect_timeout());
    }
}

fn responses() {
    let response = OutgoingResponse::new(Fields::new());
    table! { "http/types":
        "outgoing-response", "constructor" => response.status_code();
        "outgoing-response.set-status-code", "a known one" => response.set_status_code(404);
        "outgoing-response.status-code", "a known one" => response.status_code();
        "outgoing-response.set-status-code", "an unknown one" => response.set_status_code(599);
        "outgoing-response.set-status-code", "too small" => response.set_status_code(99);
        "outgoing-response.set-status-code", "none" => response.set_status_code(0);
        "outgoing-response.set-status-code", "too large" => response.set_status_code(1000);
        "outgoing-response.headers", "cannot be changed" => response.headers().append("b", b"1");
        "outgoing-response.body", "once" => made(response.body());
        "outgoing-response.body", "twice" => made(response.body());
    }
    let write = |headers: &[(&str, &str)], bytes: &[u8], trailers: Option<Fields>| {
        let response = OutgoingResponse::new(Fields::from_list(&list(headers)).expect("fields"));
        let body = response.body().expect("a body");
        let stream = body.write().expect("a stream");
        let written = if bytes.is_empty() { true } else { stream.check_write().is_ok() && stream.write(bytes).is_ok() };
        drop(stream);
        (written, OutgoingBody::finish(body, trailers))
    };
    let body = OutgoingResponse::new(Fields::new()).body().expect("a body");
    table! { "http/types":
        "outgoing-body.write", "once" => made(body.write());
        "outgoing-body.write", "twice" => made(body.write());
        "outgoing-body.finish", "nothing was written" => write(&[], b"", None);
        "outgoing-body.finish", "with trailers" => write(&[], b"", Some(Fields::new()));
        "outgoing-body.finish", "fewer bytes than were promised" => write(&[("content-length", "10")], b"12345", None).1;
        "outgoing-body.finish", "more bytes than were promised" => write(&[("content-length", "3")], b"12345", None);
        "outgoing-body.finish", "none of those that were promised" => write(&[("content-length", "10")], b"", None).1;
        "outgoing-body.finish", "a length of 0 and nothing" => write(&[("content-length", "0")], b"", None);
    }
}

fn request(method: &Method, scheme: Option<&Scheme>, authority: Option<&str>, path: &str) -> OutgoingRequest {
    let request = OutgoingRequest::new(Fields::from_list(&list(&[("x-test", "1")])).expect("fields"));
    request.set_method(method).expect("a method");
    request.set_scheme(scheme).expect("a scheme");
    request.set_authority(authority).expect("an authority");
    request.set_path_with_query(Some(path)).expect("a path");
    request
}

fn wait(future: &FutureIncomingResponse) -> Result<IncomingResponse, ErrorCode> {
    future.subscribe().block();
    future.get().expect("ready").expect("the first time")
}

/// A failure's kind, as its words are the host's.
fn code<T>(answer: Result<T, ErrorCode>) -> Result<T, String> {
    answer.map_err(|code| format!("{code:?}").split([' ', '(']).next().unwrap_or_default().to_string())
}

fn read(body: &IncomingBody) -> Option<String> {
    let stream = body.stream().ok()?;
    let mut all = Vec::new();
    while let Ok(bytes) = stream.blocking_read(7) {
        all.extend(bytes);
    }
    Some(text(all))
}

fn get(scheme: Option<&Scheme>, authority: Option<&str>, path: &str) -> Result<u16, String> {
    code(handle(request(&Method::Get, scheme, authority, path), None).and_then(|future| wait(&future)).map(|response| response.status()))
}

fn exchanges(authority: &str) {
    let http = Some(&Scheme::Http);
    let there = Some(authority);
    let purge = Method::Other("PURGE".to_string());
    let sent = request(&Method::Post, http, there, "/echo?a=b");
    let body = sent.body().expect("a body");
    let options = RequestOptions::new();
    options.set_connect_timeout(Some(10_000_000_000)).expect("a timeout");
    let future = handle(sent, Some(options)).expect("under way");
    let stream = body.write().expect("a stream");
    let written = stream.blocking_write_and_flush(b"some ").is_ok() && stream.blocking_write_and_flush(b"text").is_ok();
    drop(stream);
    let finished = OutgoingBody::finish(body, None);
    let response = wait(&future).expect("a response");
    let headers = response.headers();
    let answer = response.consume().expect("a body");
    table! { "http/outgoing-handler":
        "handle", "a request with a body" => (written, finished);
    }
    table! { "http/types":
        "future-incoming-response.subscribe", "ready" => future.subscribe().ready();
        "future-incoming-response.get", "again" => future.get().map(|again| again.is_err());
        "incoming-response.status", "" => response.status();
        "incoming-response.headers", "what the server sent" => headers.get("x-answer").into_iter().map(text).collect::<Vec<_>>();
        "incoming-response.headers", "cannot be changed" => headers.append("b", b"1");
        "incoming-response.consume", "twice" => made(response.consume());
        "incoming-body.stream", "read to the end" => read(&answer);
        "incoming-body.stream", "twice" => made(answer.stream());
    }
    let trailers = IncomingBody::finish(answer);
    trailers.subscribe().block();
    table! { "http/types":
        "incoming-body.finish", "the trailers are there" => trailers.subscribe().ready();
        "future-trailers.subscribe", "ready" => trailers.subscribe().ready();
        "future-trailers.get", "none were sent" => trailers.get().map(|got| got.map(|got| code(got).map(|fields| fields.map(|fields| shown(&fields)))));
        "future-trailers.get", "again" => trailers.get().map(|got| got.is_err());
    }
    let missing = wait(&handle(request(&Method::Get, http, there, "/status/404"), None).expect("under way")).expect("a response");
    let head = wait(&handle(request(&Method::Head, http, there, "/echo"), None).expect("under way")).expect("a response");
    let empty = request(&Method::Get, http, there, "/echo");
    let unfinished = empty.body().expect("a body");
    let early = handle(empty, None);
    drop(unfinished);
    table! { "http/outgoing-handler":
        "handle", "a status of 404" => missing.status();
        "handle", "HEAD: no body" => (head.status(), head.consume().ok().and_then(|body| read(&body)));
        "handle", "a status of 204" => get(http, there, "/status/204");
        "handle", "another method" => code(handle(request(&purge, http, there, "/echo"), None).and_then(|future| wait(&future)).map(|response| response.headers().get("x-answer").into_iter().map(text).collect::<Vec<_>>()));
        "handle", "a body that was dropped unfinished" => early.is_ok();
        "handle", "nobody listens" => get(http, Some("127.0.0.1:1"), "/");
        "handle", "a scheme that is none of HTTP" => get(Some(&Scheme::Other("ftp".to_string())), there, "/");
        "handle", "no scheme" => get(None, there, "/").is_err();
        "handle", "no authority" => get(http, None, "/");
        "handle", "no path" => { let request = OutgoingRequest::new(Fields::new()); request.set_scheme(http).ok(); request.set_authority(there).ok(); code(made(handle(request, None))) };
        "handle", "a name that there is not" => get(http, Some("name.invalid:80"), "/");
    }
    let limited = |set: fn(&RequestOptions) -> Result<(), ()>, path| {
        let options = RequestOptions::new();
        set(&options).expect("a timeout");
        code(handle(request(&Method::Get, http, there, path), Some(options)).and_then(|future| wait(&future)).map(|response| response.status()))
    };
    table! { "http/outgoing-handler":
        "handle", "a first byte that does not come in time" => limited(|options| options.set_first_byte_timeout(Some(20_000_000)), "/never");
        "handle", "a first byte that comes in time" => limited(|options| options.set_first_byte_timeout(Some(20_000_000_000)), "/echo");
    }
    table! { "http/outgoing-handler":
        "handle", "POST, without a body" => code(handle(request(&Method::Post, http, there, "/echo"), None).and_then(|future| wait(&future)).map(|response| response.status()));
    }
}
