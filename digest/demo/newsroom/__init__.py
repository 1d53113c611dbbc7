"""A newsroom of our invention on loopback: two sites, their feeds, their API, their pages."""

from digest.demo.newsroom.newsroom import Newsroom as Newsroom
from digest.demo.newsroom.newsroom import SampleSource as SampleSource
