//! What an interface forbids: each of these ends the guest. `run` prints a line before, and one behind that nobody should see.

use wasip2::cli::stdout;
use wasip2::clocks::monotonic_clock;
use wasip2::filesystem::preopens;
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, OpenFlags, PathFlags};
use wasip2::http::types::{Fields, OutgoingBody, OutgoingRequest, OutgoingResponse};
use wasip2::io::poll;
use wasip2::io::streams::OutputStream;
use wasip2::sockets::network::{IpAddressFamily, IpSocketAddress, Ipv4SocketAddress};
use wasip2::sockets::{instance_network, tcp_create_socket, udp, udp_create_socket};

fn writer() -> (Descriptor, OutputStream) {
    let (root, _) = preopens::get_directories().remove(0);
    let file = root
        .open_at(PathFlags::empty(), "trap", OpenFlags::CREATE, DescriptorFlags::WRITE)
        .expect("a file");
    root.unlink_file_at("trap").expect("it has no name any more");
    let stream = file.write_via_stream(0).expect("a stream");
    (file, stream)
}

pub fn run(which: &str) {
    println!("{which}");
    match which {
        "poll of nothing" => drop(poll::poll(&[])),
        "write without a permit" => {
            let (_file, stream) = writer();
            let _ = stream.write(&vec![0; 1 << 22]);
        }
        "write-zeroes without a permit" => {
            let (_file, stream) = writer();
            let _ = stream.write_zeroes(1 << 30);
        }
        "blocking-write-and-flush of 4,097" => {
            let _ = stdout::get_stdout().blocking_write_and_flush(&[b'.'; 4097]);
        }
        "blocking-write-zeroes-and-flush of 4,097" => {
            let _ = stdout::get_stdout().blocking_write_zeroes_and_flush(4097);
        }
        "a stream dropped before its pollable" => {
            let (_file, stream) = writer();
            let pollable = stream.subscribe();
            drop(stream);
            drop(pollable);
        }
        "a socket dropped before its pollable" => {
            let socket = tcp_create_socket::create_tcp_socket(IpAddressFamily::Ipv4).expect("a socket");
            let pollable = socket.subscribe();
            drop(socket);
            drop(pollable);
        }
        "a body dropped before its stream" => {
            let body = OutgoingRequest::new(Fields::new()).body().expect("a body");
            let stream = body.write().expect("a stream");
            let _ = OutgoingBody::finish(body, None);
            drop(stream);
        }
        "headers dropped after their response" => {
            let response = OutgoingResponse::new(Fields::new());
            let headers = response.headers();
            drop(response);
            drop(headers);
        }
        "a pollable that was left behind" => drop(monotonic_clock::subscribe_duration(u64::MAX)),
        "more datagrams than were permitted" => {
            let network = instance_network::instance_network();
            let socket = udp_create_socket::create_udp_socket(IpAddressFamily::Ipv4).expect("a socket");
            let any = Ipv4SocketAddress { port: 0, address: (127, 0, 0, 1) };
            socket.start_bind(&network, IpSocketAddress::Ipv4(any)).expect("bound");
            socket.finish_bind().expect("bound");
            let (_input, output) = socket.stream(None).expect("streams");
            let datagram = udp::OutgoingDatagram { data: vec![1], remote_address: Some(IpSocketAddress::Ipv4(any)) };
            let _ = output.send(&[datagram]);
        }
        other => panic!("no such trap: {other}"),
    }
    println!("goes on");
}
