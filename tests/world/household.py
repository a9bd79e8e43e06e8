"""Who lives in a scenario and how the service is configured: people of the list, staff of the file, schedules."""

import base64
from dataclasses import dataclass

KEY = base64.b64encode(bytes(range(32))).decode()
HOOK_SECRET = "hook-secret-hook-secret-hook-secret"
COLUMNS = (
    "reference,first_name,last_name,team,role,phone,zone,language,peer_worker,"
    "wellness_supporter,wellness_deputy,line_supervisor,consent_on"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list of people. `consent_on` None: they are asked."""

    reference: str
    first_name: str
    phone: str
    role: str = "service_user"
    peer_worker: str = ""
    wellness: str = ""
    deputy: str = ""
    line: str = ""
    consent_on: str = "2026-06-01"
    last_name: str = "Example"

    @property
    def row(self) -> str:
        """As in the file."""
        who = f"{self.reference},{self.first_name},{self.last_name},leith,{self.role},{self.phone},,"
        return f"{who},{self.peer_worker},{self.wellness},{self.deputy},{self.line},{self.consent_on}"


ISLA = Listed("p-001", "Isla", "+447700900201")
CALLUM = Listed("p-002", "Callum", "+447700900202")
RHONA = Listed("w-001", "Rhona", "+447700900203", "peer_worker", wellness="fiona", deputy="morag", line="ewan")
MORAG_PHONE, EWAN_PHONE, FIONA_PHONE = "+447700900123", "+447700900124", "+447700900125"

CHECK_IN = """
[[schedules]]
key = "morning"
team = "leith"
who = "service_user"
flow = "daily-check-in"
rule = "daily at 09:30"
"""
NUDGE = """
[[schedules]]
key = "week"
team = "leith"
who = "peer_worker"
flow = "peer-wellness"
rule = "weekly on mon at 09:30"
"""
CONFIG = """
[service]
name = "Leith Peer Support"
region = "GB-SCT"
zone = "Europe/London"
language = "en-GB"
[database]
url = "{database}"
[web]
host = "127.0.0.1"
port = {port}
public_url = "{public}"
[security]
key_file = "secrets/key"
[telegram]
account = "main"
token_file = "secrets/telegram"
mode = "{mode}"
webhook_secret_file = "secrets/hook"
api_url = "{telegram}"
[twilio]
account_sid = "{account_sid}"
auth_token_file = "secrets/twilio"
from_number = "{number}"
alerts_from_number = "{alerts}"
api_url = "{twilio}"
[[teams]]
key = "leith"
name = "Leith team"
staffed = "mon-fri 09:00-17:00"
contact = {{ name = "Ailsa Anchorage", phone = "+447700900102" }}
quiet = "21:00-09:00"
[[supervisors]]
key = "morag"
name = "Morag Example"
teams = ["leith"]
roles = ["supervisor"]
phone = "{morag}"
channels = ["telegram", "sms"]
[[supervisors]]
key = "ewan"
name = "Ewan Example"
teams = ["leith"]
roles = ["supervisor", "coordinator"]
phone = "{ewan}"
channels = ["sms"]
[[supervisors]]
key = "fiona"
name = "Fiona Example"
teams = ["leith"]
roles = ["supervisor"]
phone = "{fiona}"
channels = ["sms"]
"""
