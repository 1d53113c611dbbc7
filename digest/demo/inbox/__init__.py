"""A local inbox: an SMTP server on loopback that keeps every mail as a file."""

from digest.demo.inbox.envelope import Envelope as Envelope
from digest.demo.inbox.server import Inbox as Inbox
