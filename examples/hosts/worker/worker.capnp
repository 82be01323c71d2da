# For workerd: a worker, bundled, and a directory that keeps what is uploaded.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "programs", disk = (path = "programs", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8080", service = "main")],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.bundle.js")],
  bindings = [(name = "programs", service = "programs")],
  compatibilityDate = "2024-09-02",
);
