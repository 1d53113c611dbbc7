"""Tables of people: files that spreadsheets and other newsletter systems write, read row by row."""

from digest.audience.table.file import Table as Table
from digest.audience.table.file import open_table as open_table
from digest.audience.table.people import Person as Person
from digest.audience.table.people import PersonReader as PersonReader
from digest.audience.table.people import Reject as Reject
