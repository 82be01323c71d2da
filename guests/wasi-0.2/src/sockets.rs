//! wasi:sockets on loopback: with the whole network granted, and with nothing.

use crate::table::{made, text};
use wasip2::io::poll;
use wasip2::sockets::instance_network::instance_network;
use wasip2::sockets::ip_name_lookup::resolve_addresses;
use wasip2::sockets::network::{ErrorCode, IpAddress, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, Ipv6SocketAddress, Network};
use wasip2::sockets::tcp::{ShutdownType, TcpSocket};
use wasip2::sockets::tcp_create_socket::create_tcp_socket;
use wasip2::sockets::udp::{OutgoingDatagram, UdpSocket};
use wasip2::sockets::udp_create_socket::create_udp_socket;

const V4: IpAddressFamily = IpAddressFamily::Ipv4;
const V6: IpAddressFamily = IpAddressFamily::Ipv6;

fn v4(address: (u8, u8, u8, u8), port: u16) -> IpSocketAddress {
    IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address })
}

fn v6(address: (u16, u16, u16, u16, u16, u16, u16, u16), port: u16) -> IpSocketAddress {
    IpSocketAddress::Ipv6(Ipv6SocketAddress { port, flow_info: 0, address, scope_id: 0 })
}

fn local(port: u16) -> IpSocketAddress {
    v4((127, 0, 0, 1), port)
}

/// An address without the port that the system has chosen.
fn shown(address: Result<IpSocketAddress, ErrorCode>) -> Result<String, ErrorCode> {
    address.map(|address| match address {
        IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address }) => format!("{address:?}, a port: {}", port > 0),
        IpSocketAddress::Ipv6(Ipv6SocketAddress { port, address, .. }) => format!("{address:?}, a port: {}", port > 0),
    })
}

fn port_of(address: Result<IpSocketAddress, ErrorCode>) -> u16 {
    match address {
        Ok(IpSocketAddress::Ipv4(address)) => address.port,
        Ok(IpSocketAddress::Ipv6(address)) => address.port,
        Err(_) => 0,
    }
}

/// Repeats what would block until it does not.
fn finish<T>(pollable: impl Fn() -> wasip2::io::poll::Pollable, step: impl Fn() -> Result<T, ErrorCode>) -> Result<T, ErrorCode> {
    loop {
        match step() {
            Err(ErrorCode::WouldBlock) => pollable().block(),
            other => return other,
        }
    }
}

fn bind(network: &Network, socket: &TcpSocket, address: IpSocketAddress) -> Result<(), ErrorCode> {
    socket.start_bind(network, address)?;
    finish(|| socket.subscribe(), || socket.finish_bind())
}

fn bind_udp(network: &Network, socket: &UdpSocket, address: IpSocketAddress) -> Result<(), ErrorCode> {
    socket.start_bind(network, address)?;
    finish(|| socket.subscribe(), || socket.finish_bind())
}

fn listen(socket: &TcpSocket) -> Result<(), ErrorCode> {
    socket.start_listen()?;
    finish(|| socket.subscribe(), || socket.finish_listen())
}

fn connect(network: &Network, socket: &TcpSocket, address: IpSocketAddress) -> Result<(), ErrorCode> {
    socket.start_connect(network, address)?;
    made(finish(|| socket.subscribe(), || socket.finish_connect()))
}

fn tcp(family: IpAddressFamily) -> TcpSocket {
    create_tcp_socket(family).expect("a socket")
}

fn udp(family: IpAddressFamily) -> UdpSocket {
    create_udp_socket(family).expect("a socket")
}

fn is_loopback(address: &IpAddress) -> bool {
    matches!(address, IpAddress::Ipv4((127, ..)) | IpAddress::Ipv6((0, 0, 0, 0, 0, 0, 0, 1)))
}

fn lookup(network: &Network, name: &str) -> Result<Vec<IpAddress>, ErrorCode> {
    let stream = resolve_addresses(network, name)?;
    let mut found = Vec::new();
    while let Some(address) = finish(|| stream.subscribe(), || stream.resolve_next_address())? {
        found.push(address);
    }
    Ok(found)
}

pub fn table() {
    let network = instance_network();
    table! { "sockets/instance-network":
        "instance-network", "as often as one likes" => { instance_network(); true };
    }
    names(&network);
    fresh(&network);
    connections(&network);
    options();
    datagrams(&network);
}

fn names(network: &Network) {
    table! { "sockets/ip-name-lookup":
        "resolve-addresses", "localhost" => lookup(network, "localhost").map(|all| !all.is_empty() && all.iter().all(is_loopback));
        "resolve-addresses", "an address of IPv4" => lookup(network, "192.0.2.1");
        "resolve-addresses", "an address of IPv6" => lookup(network, "2001:db8::1");
        "resolve-addresses", "an address in brackets" => lookup(network, "[::1]").is_err();
        "resolve-addresses", "nothing" => lookup(network, "");
        "resolve-addresses", "a space" => lookup(network, " ");
        "resolve-addresses", "a name and a port" => lookup(network, "localhost:80");
        "resolve-addresses", "an address and a port" => lookup(network, "127.0.0.1:80");
        "resolve-addresses", "a URL" => lookup(network, "http://localhost/");
        "resolve-addresses", "a label that is too long" => lookup(network, &"a".repeat(64)).is_err();
        "resolve-addresses", "a name that there is not" => lookup(network, "name.invalid").is_err();
        "resolve-address-stream.resolve-next-address", "behind the end" => resolve_addresses(network, "192.0.2.1").and_then(|stream| { finish(|| stream.subscribe(), || stream.resolve_next_address())?; stream.resolve_next_address()?; stream.resolve_next_address() });
        "resolve-address-stream.subscribe", "becomes ready" => resolve_addresses(network, "192.0.2.1").map(|stream| { stream.subscribe().block(); stream.subscribe().ready() });
    }
}

/// What a socket that has done nothing yet answers, and addresses that fit nothing.
fn fresh(network: &Network) {
    let socket = tcp(V4);
    table! { "sockets/tcp-create-socket":
        "create-tcp-socket", "IPv4" => made(create_tcp_socket(V4));
    }
    table! { "sockets/tcp":
        "tcp-socket.address-family", "IPv4" => socket.address_family();
        "tcp-socket.is-listening", "new" => socket.is_listening();
        "tcp-socket.local-address", "new" => shown(socket.local_address());
        "tcp-socket.remote-address", "new" => shown(socket.remote_address());
        "tcp-socket.finish-bind", "new" => socket.finish_bind();
        "tcp-socket.finish-connect", "new" => made(socket.finish_connect());
        "tcp-socket.finish-listen", "new" => socket.finish_listen();
        "tcp-socket.start-listen", "new" => socket.start_listen();
        "tcp-socket.accept", "new" => made(socket.accept());
        "tcp-socket.shutdown", "new" => socket.shutdown(ShutdownType::Both);
        "tcp-socket.subscribe", "new: ready" => socket.subscribe().ready();
        "tcp-socket.start-bind", "an address of the other family" => socket.start_bind(network, v6((0, 0, 0, 0, 0, 0, 0, 1), 0));
        "tcp-socket.start-bind", "a group" => socket.start_bind(network, v4((224, 0, 0, 1), 0));
        "tcp-socket.start-bind", "an address that is not this machine's" => bind(network, &tcp(V4), v4((192, 0, 2, 1), 0));
        "tcp-socket.start-connect", "an address of the other family" => tcp(V4).start_connect(network, v6((0, 0, 0, 0, 0, 0, 0, 1), 80));
        "tcp-socket.start-connect", "no address" => tcp(V4).start_connect(network, v4((0, 0, 0, 0), 80));
        "tcp-socket.start-connect", "no port" => tcp(V4).start_connect(network, local(0));
        "tcp-socket.start-connect", "a group" => tcp(V4).start_connect(network, v4((224, 0, 0, 1), 80));
        "tcp-socket.start-connect", "everybody" => tcp(V4).start_connect(network, v4((255, 255, 255, 255), 80));
        "tcp-socket.start-connect", "nobody listens" => connect(network, &tcp(V4), local(1));
    }
    let refused = tcp(V4);
    table! { "sockets/tcp":
        "tcp-socket.finish-connect", "refused" => connect(network, &refused, local(1));
        "tcp-socket.start-connect", "after it was refused" => refused.start_connect(network, local(1));
        "tcp-socket.start-bind", "after it was refused" => refused.start_bind(network, local(0));
    }
    if let Ok(socket) = create_tcp_socket(V6) {
        table! { "sockets/tcp":
            "tcp-socket.address-family", "IPv6" => socket.address_family();
            "tcp-socket.start-bind", "IPv4 in IPv6" => socket.start_bind(network, v6((0, 0, 0, 0, 0, 0xffff, 0x7f00, 1), 0));
            "tcp-socket.start-connect", "IPv4 in IPv6" => socket.start_connect(network, v6((0, 0, 0, 0, 0, 0xffff, 0x7f00, 1), 80));
            "tcp-socket.start-connect", "an address of IPv4" => socket.start_connect(network, local(80));
            "tcp-socket.start-connect", "no address of IPv6" => socket.start_connect(network, v6((0, 0, 0, 0, 0, 0, 0, 0), 80));
        }
    }
}

fn connections(network: &Network) {
    let server = tcp(V4);
    table! { "sockets/tcp":
        "tcp-socket.start-bind", "any port" => server.start_bind(network, local(0));
        "tcp-socket.start-bind", "while it binds" => server.start_bind(network, local(0));
        "tcp-socket.finish-bind", "" => finish(|| server.subscribe(), || server.finish_bind());
        "tcp-socket.finish-bind", "again" => server.finish_bind();
        "tcp-socket.start-bind", "bound" => server.start_bind(network, local(0));
        "tcp-socket.local-address", "bound" => shown(server.local_address());
        "tcp-socket.remote-address", "bound" => shown(server.remote_address());
        "tcp-socket.is-listening", "bound" => server.is_listening();
        "tcp-socket.accept", "bound" => made(server.accept());
        "tcp-socket.set-listen-backlog-size", "none" => server.set_listen_backlog_size(0);
        "tcp-socket.set-listen-backlog-size", "more than there can be" => server.set_listen_backlog_size(u64::MAX);
        "tcp-socket.start-listen", "" => server.start_listen();
        "tcp-socket.finish-listen", "" => finish(|| server.subscribe(), || server.finish_listen());
        "tcp-socket.finish-listen", "again" => server.finish_listen();
        "tcp-socket.start-listen", "again" => server.start_listen();
        "tcp-socket.is-listening", "listening" => server.is_listening();
        "tcp-socket.accept", "nobody has come" => made(server.accept());
        "tcp-socket.subscribe", "nobody has come: not ready" => server.subscribe().ready();
        "tcp-socket.start-connect", "listening" => server.start_connect(network, local(80));
        "tcp-socket.start-connect", "listening, to no port" => server.start_connect(network, local(0));
        "tcp-socket.start-bind", "listening, in the other family" => server.start_bind(network, v6((0, 0, 0, 0, 0, 0, 0, 1), 0));
        "tcp-socket.shutdown", "listening" => server.shutdown(ShutdownType::Both);
    }
    let port = port_of(server.local_address());
    table! { "sockets/tcp":
        "tcp-socket.start-bind", "where somebody listens" => bind(network, &tcp(V4), local(port));
    }
    let client = tcp(V4);
    client.start_connect(network, local(port)).expect("under way");
    table! { "sockets/tcp":
        "tcp-socket.start-connect", "while it connects" => client.start_connect(network, local(port));
        "tcp-socket.start-bind", "while it connects" => client.start_bind(network, local(0));
    }
    let (from_server, to_server) = finish(|| client.subscribe(), || client.finish_connect()).expect("connected");
    let (accepted, from_client, to_client) = finish(|| server.subscribe(), || server.accept()).expect("accepted");
    table! { "sockets/tcp":
        "tcp-socket.finish-connect", "again" => made(client.finish_connect());
        "tcp-socket.start-connect", "connected" => client.start_connect(network, local(port));
        "tcp-socket.start-listen", "connected" => client.start_listen();
        "tcp-socket.start-bind", "connected" => client.start_bind(network, local(0));
        "tcp-socket.accept", "connected" => made(client.accept());
        "tcp-socket.local-address", "connected" => shown(client.local_address());
        "tcp-socket.remote-address", "connected" => client.remote_address().map(|address| port_of(Ok(address)) == port);
        "tcp-socket.local-address", "accepted" => accepted.local_address().map(|address| port_of(Ok(address)) == port);
        "tcp-socket.remote-address", "accepted" => port_of(accepted.remote_address()) == port_of(client.local_address());
        "tcp-socket.is-listening", "accepted" => accepted.is_listening();
        "tcp-socket.address-family", "accepted" => accepted.address_family();
    }
    table! { "io/streams":
        "input-stream.read", "nothing has come" => from_client.read(10).map(text).is_ok_and(|text| text.is_empty());
        "output-stream.blocking-write-and-flush", "to a server" => to_server.blocking_write_and_flush(b"ping").is_ok();
        "input-stream.blocking-read", "from a client" => from_client.blocking_read(10).map(text).ok();
        "output-stream.blocking-write-and-flush", "to a client" => to_client.blocking_write_and_flush(b"pong").is_ok();
        "input-stream.blocking-read", "two from a server" => from_server.blocking_read(2).map(text).ok();
        "input-stream.blocking-read", "the other two" => from_server.blocking_read(10).map(text).ok();
        "output-stream.blocking-splice", "an echo" => { to_server.blocking_write_and_flush(b"again").ok(); (to_client.blocking_splice(&from_client, 100).ok(), to_client.blocking_flush().is_ok(), from_server.blocking_read(100).map(text).ok()) };
        "poll", "a connection and a server" => { to_server.blocking_write_and_flush(b"!").ok(); poll::poll(&[&from_client.subscribe(), &server.subscribe()]) };
    }
    table! { "sockets/tcp":
        "tcp-socket.shutdown", "sending" => client.shutdown(ShutdownType::Send);
    }
    table! { "io/streams":
        "input-stream.blocking-read", "what was on its way" => from_client.blocking_read(10).map(text).ok();
        "input-stream.blocking-read", "the end" => from_client.blocking_read(10).map(text).ok();
        "output-stream.check-write", "after shutdown" => to_server.check_write().is_err();
        "output-stream.blocking-write-and-flush", "the other way, after shutdown" => to_client.blocking_write_and_flush(b"bye").is_ok();
        "input-stream.blocking-read", "the other way, after shutdown" => from_server.blocking_read(10).map(text).ok();
    }
    table! { "sockets/tcp":
        "tcp-socket.shutdown", "receiving" => client.shutdown(ShutdownType::Receive);
    }
    table! { "io/streams":
        "input-stream.blocking-read", "after receiving was shut down" => from_server.blocking_read(10).map(text).ok();
    }
    table! { "sockets/tcp":
        "tcp-socket.shutdown", "both" => accepted.shutdown(ShutdownType::Both);
        "tcp-socket.shutdown", "again" => accepted.shutdown(ShutdownType::Both).is_ok();
    }
    let unbound = tcp(V4);
    table! { "sockets/tcp":
        "tcp-socket.start-listen", "a socket that was not bound" => listen(&unbound);
    }
}

/// An option as it was set, or why it was not.
fn set<T, U>(set: Result<(), ErrorCode>, get: impl Fn() -> Result<T, ErrorCode>, shown: impl Fn(T) -> U) -> Result<U, ErrorCode> {
    set?;
    get().map(shown)
}

fn options() {
    let socket = tcp(V4);
    table! { "sockets/tcp":
        "tcp-socket.keep-alive-enabled", "new" => socket.keep_alive_enabled();
        "tcp-socket.set-keep-alive-enabled", "" => set(socket.set_keep_alive_enabled(true), || socket.keep_alive_enabled(), |on| on);
        "tcp-socket.keep-alive-idle-time", "new: some" => socket.keep_alive_idle_time().map(|time| time > 0);
        "tcp-socket.set-keep-alive-idle-time", "none" => socket.set_keep_alive_idle_time(0);
        "tcp-socket.set-keep-alive-idle-time", "a nanosecond: at least" => set(socket.set_keep_alive_idle_time(1), || socket.keep_alive_idle_time(), |time| (1..=1_000_000_000).contains(&time));
        "tcp-socket.set-keep-alive-idle-time", "90 seconds" => set(socket.set_keep_alive_idle_time(90_000_000_000), || socket.keep_alive_idle_time(), |time| time);
        "tcp-socket.set-keep-alive-idle-time", "for ever" => set(socket.set_keep_alive_idle_time(u64::MAX), || socket.keep_alive_idle_time(), |time| time > 1_000_000_000);
        "tcp-socket.keep-alive-interval", "new: some" => socket.keep_alive_interval().map(|time| time > 0);
        "tcp-socket.set-keep-alive-interval", "none" => socket.set_keep_alive_interval(0);
        "tcp-socket.set-keep-alive-interval", "5 seconds" => set(socket.set_keep_alive_interval(5_000_000_000), || socket.keep_alive_interval(), |time| time);
        "tcp-socket.set-keep-alive-interval", "for ever" => set(socket.set_keep_alive_interval(u64::MAX), || socket.keep_alive_interval(), |time| time > 1_000_000_000);
        "tcp-socket.keep-alive-count", "new: some" => socket.keep_alive_count().map(|count| count > 0);
        "tcp-socket.set-keep-alive-count", "none" => socket.set_keep_alive_count(0);
        "tcp-socket.set-keep-alive-count", "4" => set(socket.set_keep_alive_count(4), || socket.keep_alive_count(), |count| count);
        "tcp-socket.set-keep-alive-count", "more than there can be" => set(socket.set_keep_alive_count(u32::MAX), || socket.keep_alive_count(), |count| count > 4);
        "tcp-socket.hop-limit", "new: some" => socket.hop_limit().map(|limit| limit > 0);
        "tcp-socket.set-hop-limit", "none" => socket.set_hop_limit(0);
        "tcp-socket.set-hop-limit", "42" => set(socket.set_hop_limit(42), || socket.hop_limit(), |limit| limit);
        "tcp-socket.receive-buffer-size", "new: some" => socket.receive_buffer_size().map(|size| size > 0);
        "tcp-socket.set-receive-buffer-size", "none" => socket.set_receive_buffer_size(0);
        "tcp-socket.set-receive-buffer-size", "64 KiB: at least" => set(socket.set_receive_buffer_size(65536), || socket.receive_buffer_size(), |size| size >= 65536);
        "tcp-socket.set-receive-buffer-size", "more than there can be" => set(socket.set_receive_buffer_size(u64::MAX), || socket.receive_buffer_size(), |size| size >= 65536);
        "tcp-socket.send-buffer-size", "new: some" => socket.send_buffer_size().map(|size| size > 0);
        "tcp-socket.set-send-buffer-size", "none" => socket.set_send_buffer_size(0);
        "tcp-socket.set-send-buffer-size", "64 KiB: at least" => set(socket.set_send_buffer_size(65536), || socket.send_buffer_size(), |size| size >= 65536);
        "tcp-socket.set-listen-backlog-size", "none, new" => socket.set_listen_backlog_size(0);
        "tcp-socket.set-listen-backlog-size", "some, new" => socket.set_listen_backlog_size(16);
    }
    let socket = udp(V4);
    table! { "sockets/udp":
        "udp-socket.unicast-hop-limit", "new: some" => socket.unicast_hop_limit().map(|limit| limit > 0);
        "udp-socket.set-unicast-hop-limit", "none" => socket.set_unicast_hop_limit(0);
        "udp-socket.set-unicast-hop-limit", "42" => set(socket.set_unicast_hop_limit(42), || socket.unicast_hop_limit(), |limit| limit);
        "udp-socket.receive-buffer-size", "new: some" => socket.receive_buffer_size().map(|size| size > 0);
        "udp-socket.set-receive-buffer-size", "none" => socket.set_receive_buffer_size(0);
        "udp-socket.set-receive-buffer-size", "64 KiB: at least" => set(socket.set_receive_buffer_size(65536), || socket.receive_buffer_size(), |size| size >= 65536);
        "udp-socket.send-buffer-size", "new: some" => socket.send_buffer_size().map(|size| size > 0);
        "udp-socket.set-send-buffer-size", "none" => socket.set_send_buffer_size(0);
        "udp-socket.set-send-buffer-size", "64 KiB: at least" => set(socket.set_send_buffer_size(65536), || socket.send_buffer_size(), |size| size >= 65536);
    }
}

fn datagram(data: &[u8], remote_address: Option<IpSocketAddress>) -> OutgoingDatagram {
    OutgoingDatagram { data: data.to_vec(), remote_address }
}

fn datagrams(network: &Network) {
    table! { "sockets/udp-create-socket":
        "create-udp-socket", "IPv4" => made(create_udp_socket(V4));
    }
    let (one, other) = (udp(V4), udp(V4));
    table! { "sockets/udp":
        "udp-socket.address-family", "IPv4" => one.address_family();
        "udp-socket.local-address", "new" => shown(one.local_address());
        "udp-socket.remote-address", "new" => shown(one.remote_address());
        "udp-socket.finish-bind", "new" => one.finish_bind();
        "udp-socket.stream", "new" => made(one.stream(None));
        "udp-socket.start-bind", "an address of the other family" => one.start_bind(network, v6((0, 0, 0, 0, 0, 0, 0, 1), 0));
        "udp-socket.start-bind", "any port" => one.start_bind(network, local(0));
        "udp-socket.start-bind", "while it binds" => one.start_bind(network, local(0));
        "udp-socket.finish-bind", "" => finish(|| one.subscribe(), || one.finish_bind());
        "udp-socket.start-bind", "bound, in the other family" => one.start_bind(network, v6((0, 0, 0, 0, 0, 0, 0, 1), 0));
        "udp-socket.start-bind", "bound" => one.start_bind(network, local(0));
        "udp-socket.finish-bind", "again" => one.finish_bind();
        "udp-socket.local-address", "bound" => shown(one.local_address());
        "udp-socket.subscribe", "bound" => one.subscribe().ready();
        "udp-socket.start-bind", "where another is" => bind_udp(network, &other, local(port_of(one.local_address())));
        "udp-socket.start-bind", "elsewhere" => bind_udp(network, &udp(V4), v4((192, 0, 2, 1), 0));
    }
    let other = udp(V4);
    bind_udp(network, &other, local(0)).expect("bound");
    let (mine, theirs) = (local(port_of(one.local_address())), local(port_of(other.local_address())));
    let (input, output) = one.stream(None).expect("streams");
    let (their_input, their_output) = other.stream(Some(mine)).expect("streams");
    let permit = || {
        output.subscribe().block();
        output.check_send()
    };
    table! { "sockets/udp":
        "udp-socket.remote-address", "without a peer" => shown(one.remote_address());
        "udp-socket.remote-address", "with a peer" => shown(other.remote_address());
        "incoming-datagram-stream.receive", "nothing has come" => input.receive(10).map(|all| all.len());
        "incoming-datagram-stream.receive", "none" => input.receive(0).map(|all| all.len());
        "incoming-datagram-stream.subscribe", "nothing has come: not ready" => input.subscribe().ready();
        "outgoing-datagram-stream.check-send", "permits" => permit().map(|permitted| permitted > 0);
        "outgoing-datagram-stream.subscribe", "ready" => output.subscribe().ready();
        "outgoing-datagram-stream.send", "none" => output.send(&[]);
        "outgoing-datagram-stream.send", "to nobody" => { permit().ok(); output.send(&[datagram(b"x", None)]) };
        "outgoing-datagram-stream.send", "to no port" => { permit().ok(); output.send(&[datagram(b"x", Some(local(0)))]) };
        "outgoing-datagram-stream.send", "to no address" => { permit().ok(); output.send(&[datagram(b"x", Some(v4((0, 0, 0, 0), 80)))]) };
        "outgoing-datagram-stream.send", "to the other family" => { permit().ok(); output.send(&[datagram(b"x", Some(v6((0, 0, 0, 0, 0, 0, 0, 1), 80)))]) };
        "outgoing-datagram-stream.send", "more than fits" => { permit().ok(); output.send(&[datagram(&vec![0; 70_000], Some(theirs))]) };
        "outgoing-datagram-stream.send", "two" => { permit().ok(); output.send(&[datagram(b"one", Some(theirs)), datagram(b"", Some(theirs))]) };
        "incoming-datagram-stream.receive", "one" => { their_input.subscribe().block(); their_input.receive(1).map(|all| all.into_iter().map(|each| (text(each.data), port_of(Ok(each.remote_address)) == port_of(Ok(mine)))).collect::<Vec<_>>()) };
        "incoming-datagram-stream.receive", "an empty one" => { their_input.subscribe().block(); their_input.receive(10).map(|all| all.into_iter().map(|each| text(each.data)).collect::<Vec<_>>()) };
        "outgoing-datagram-stream.send", "to the peer" => { their_output.subscribe().block(); their_output.check_send().ok(); their_output.send(&[datagram(b"two", None)]) };
        "outgoing-datagram-stream.send", "to the peer, by name" => { their_output.subscribe().block(); their_output.check_send().ok(); their_output.send(&[datagram(b"three", Some(mine))]) };
        "outgoing-datagram-stream.send", "to another than the peer" => { their_output.subscribe().block(); their_output.check_send().ok(); their_output.send(&[datagram(b"x", Some(local(9)))]) };
        "incoming-datagram-stream.receive", "what the peer sent" => {
            let mut all = Vec::new();
            while all.len() < 2 {
                input.subscribe().block();
                all.extend(input.receive(10).expect("datagrams").into_iter().map(|each| text(each.data)));
            }
            all
        };
    }
    table! { "sockets/udp":
        "incoming-datagram-stream.receive", "two that came together" => {
            output.subscribe().block();
            output.check_send().ok();
            output.send(&[datagram(b"four", Some(theirs)), datagram(b"five", Some(theirs))]).ok();
            their_input.subscribe().block();
            their_input.receive(10).map(|all| all.into_iter().map(|each| text(each.data)).collect::<Vec<_>>())
        };
    }
    let brief = udp(V4);
    bind_udp(network, &brief, local(0)).expect("bound");
    let (_, last) = brief.stream(None).expect("streams");
    last.subscribe().block();
    last.check_send().ok();
    last.send(&[datagram(b"last words", Some(local(port_of(one.local_address()))))]).ok();
    drop(last);
    drop(brief);
    table! { "sockets/udp":
        "incoming-datagram-stream.receive", "from a socket that is gone" => {
            input.subscribe().block();
            input.receive(10).map(|all| all.into_iter().map(|each| text(each.data)).collect::<Vec<_>>())
        };
    }
    drop((their_input, their_output));
    table! { "sockets/udp":
        "udp-socket.stream", "another peer" => other.stream(Some(local(9))).map(|_| shown(other.remote_address()));
        "udp-socket.stream", "no peer any more" => other.stream(None).map(|_| shown(other.remote_address()));
        "udp-socket.stream", "no address" => made(other.stream(Some(v4((0, 0, 0, 0), 80))));
        "udp-socket.stream", "no port" => made(other.stream(Some(local(0))));
        "udp-socket.stream", "the other family" => made(other.stream(Some(v6((0, 0, 0, 0, 0, 0, 0, 1), 80))));
    }
}

/// What remains where nothing is granted: some hosts refuse to make a socket, others to use it.
pub fn denied() {
    let network = instance_network();
    let refused = |answer: Result<(), ErrorCode>| answer == Err(ErrorCode::AccessDenied);
    table! { "sockets/tcp":
        "tcp-socket.start-connect", "not granted" => refused(create_tcp_socket(V4).and_then(|socket| connect(&network, &socket, local(80))));
        "tcp-socket.start-bind", "not granted" => refused(create_tcp_socket(V4).and_then(|socket| bind(&network, &socket, local(0))));
    }
    table! { "sockets/udp":
        "udp-socket.start-bind", "not granted" => refused(create_udp_socket(V4).and_then(|socket| bind_udp(&network, &socket, local(0))));
    }
    table! { "sockets/ip-name-lookup":
        "resolve-addresses", "not granted" => made(lookup(&network, "localhost"));
        "resolve-addresses", "no name" => made(lookup(&network, "a b"));
    }
}
