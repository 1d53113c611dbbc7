"""Tables of people: files that spreadsheets and other newsletter systems write, read row by row."""

from digest.audience.table.file import Table as Table
from digest.audience.table.file import open_table as open_table
from digest.audience.table.forms import PLAIN as PLAIN
from digest.audience.table.forms import Form as Form
from digest.audience.table.forms import Gone as Gone
from digest.audience.table.forms import Standing as Standing
from digest.audience.table.moving import Origin as Origin
from digest.audience.table.moving import Part as Part
from digest.audience.table.moving import Service as Service
from digest.audience.table.moving import parts_of as parts_of
from digest.audience.table.people import Asked as Asked
from digest.audience.table.people import Person as Person
from digest.audience.table.people import PersonReader as PersonReader
from digest.audience.table.people import Reject as Reject
