"""What ``digest demo`` plays with: a sample newsroom, subscribers, a local inbox, a mail check."""
