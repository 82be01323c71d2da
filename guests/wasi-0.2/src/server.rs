//! What only a server is given: the request, and where the response goes. `/table` answers what was asked of them, a row for each;
//! the other paths break a rule each.

use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{
    ErrorCode, Fields, IncomingBody, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

struct Server;

wasip2::http::proxy::export!(Server);

/// A response with this body, under way before the body is written.
fn answer(outparam: ResponseOutparam, status: u16, headers: &[(&str, &str)], text: &str) {
    let list: Vec<(String, Vec<u8>)> =
        headers.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect();
    let response = OutgoingResponse::new(Fields::from_list(&list).expect("fields"));
    response.set_status_code(status).expect("a status");
    let body = response.body().expect("a body");
    ResponseOutparam::set(outparam, Ok(response));
    let stream = body.write().expect("a stream");
    for piece in text.as_bytes().chunks(4096) {
        stream.blocking_write_and_flush(piece).expect("written");
    }
    drop(stream);
    OutgoingBody::finish(body, None).expect("finished");
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

fn rows(request: &IncomingRequest) -> String {
    let mut rows = Vec::new();
    let mut row = |function: &str, given: &str, answer: String| rows.push(format!("http/types {function} ({given}) = {answer}\n"));
    let headers = request.headers();
    row("incoming-request.method", "", format!("{:?}", request.method()));
    row("incoming-request.path-with-query", "", format!("{:?}", request.path_with_query()));
    row("incoming-request.scheme", "", format!("{:?}", request.scheme()));
    row("incoming-request.authority", "there is one", format!("{:?}", request.authority().is_some()));
    row("incoming-request.headers", "one", format!("{:?}", headers.get("X-Test").into_iter().map(text).collect::<Vec<_>>()));
    row("incoming-request.headers", "two of a name", format!("{:?}", headers.get("x-two").into_iter().map(text).collect::<Vec<_>>()));
    row("incoming-request.headers", "cannot be changed", format!("{:?}", headers.append("a", b"1")));
    let body = request.consume().expect("a body");
    row("incoming-request.consume", "twice", format!("{:?}", request.consume().map(drop)));
    let stream = body.stream().expect("a stream");
    row("incoming-body.stream", "twice", format!("{:?}", body.stream().map(drop)));
    let mut all = Vec::new();
    while let Ok(bytes) = stream.blocking_read(100) {
        all.extend(bytes);
    }
    row("incoming-body.stream", "to the end", format!("{:?}", text(all)));
    drop(stream);
    let trailers = IncomingBody::finish(body);
    trailers.subscribe().block();
    row("future-trailers.get", "none were sent", format!("{:?}", trailers.get().map(|got| got.map(|got| got.map(|fields| fields.is_none())))));
    rows.concat()
}

impl Guest for Server {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        match path.split('?').next().unwrap_or_default() {
            "/table" => answer(outparam, 200, &[("content-type", "text/plain")], &rows(&request)),
            "/status" => answer(outparam, 418, &[("x-one", "1"), ("x-two", "a"), ("x-two", "b")], "short and stout"),
            "/empty" => {
                let response = OutgoingResponse::new(Fields::new());
                response.set_status_code(204).expect("a status");
                ResponseOutparam::set(outparam, Ok(response));
            }
            // What was made from the request outlives it, as in programs that take it to pieces.
            "/headers" => {
                let headers = request.headers();
                drop(request);
                answer(outparam, 200, &[], &format!("{}", headers.get("x-two").len()));
            }
            "/length" => answer(outparam, 200, &[("content-length", "5")], "12345"),
            "/large" => answer(outparam, 200, &[], &"0123456789".repeat(20_000)),
            "/error" => ResponseOutparam::set(outparam, Err(ErrorCode::InternalError(Some("as asked".to_string())))),
            "/nothing" => drop(outparam),
            "/trap" => panic!("as asked"),
            _ => answer(outparam, 404, &[], "not found"),
        }
    }
}
