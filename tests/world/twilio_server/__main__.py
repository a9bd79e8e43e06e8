"""Run the server: prints its address as the first line, ends at SIGTERM or when standard input closes."""

from tests.world.provider.serving import port_from, run
from tests.world.twilio_server.app import make_app

if __name__ == "__main__":
    run(make_app(), port_from("Twilio API server for tests"))
