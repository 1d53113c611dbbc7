"""Fifty invented subscribers, each with choices of their own, and some who get no mail."""

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """Who of them wants mail, and who must not get any."""

    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Person:
    """A subscriber; no ``topics`` means all of them, no ``local_hour`` at once."""

    address: str  # as they would write it: one has a domain in its own letters
    name: str
    timezone: str  # IANA
    local_hour: int | None = None  # 0 to 23, in their zone
    topics: tuple[str, ...] = ()
    text_only: bool = False
    language: str = "en"
    standing: Standing = Standing.CONFIRMED


WORLD, ECONOMY, CLIMATE, TECHNOLOGY, SOCIETY = (
    ("World",), ("Economy",), ("Climate",), ("Technology",), ("Society",)
)  # fmt: skip

PEOPLE: tuple[Person, ...] = (
    Person("ada.merrin@post.example", "Ada Merrin", "Europe/London"),
    Person("bruno.tallis@post.example", "Bruno Tallis", "Europe/London", 7),
    Person("celia.orme@harbourmail.example", "Celia Orme", "Europe/London", 6, WORLD + ECONOMY),
    Person("dov.lantry@harbourmail.example", "Dov Lantry", "Europe/Dublin", 8, text_only=True),
    Person("edda.voss@briefpost.example", "Edda Voss", "Europe/Berlin", 7, language="de"),
    Person("falk.ritter@briefpost.example", "Falk Ritter", "Europe/Vienna", 6, language="de"),
    Person("grete.ahorn@käsekontor.example", "Grete Ahorn", "Europe/Zurich", 7, language="de"),
    Person("hugo.lenz@briefpost.example", "Hugo Lenz", "Europe/Berlin", None, CLIMATE),
    Person("ines.carvo@post.example", "Inês Carvo", "Europe/Lisbon", 9),
    Person("jonna+digest@nordbox.example", "Jonna Ekström", "Europe/Stockholm", 6),
    Person("kaarlo.vesi@nordbox.example", "Kaarlo Vesi", "Europe/Helsinki", 7, TECHNOLOGY),
    Person("lida.noor@post.example", "Lida Noor", "Europe/Athens", 8),
    Person("marek.solny@post.example", "Marek Solný", "Europe/Prague", None, WORLD),
    Person("nadja.perl@post.example", "Nadja Perl", "Europe/Warsaw", 7, WORLD + CLIMATE),
    Person("orso.bellini@quaynet.example", "Orso Bellini", "Europe/Rome", 8, ECONOMY),
    Person("paz.ribera@quaynet.example", "Paz Ribera", "Europe/Madrid", 9, SOCIETY + WORLD),
    Person("quentin.roux@quaynet.example", "Quentin Roux", "Europe/Paris", 7, text_only=True),
    Person("runa.falk@nordbox.example", "Rúna Falk", "Atlantic/Reykjavik", 8),
    Person("silvan.oconnell@harbourmail.example", "Silvan O’Connell", "Europe/Dublin", None),
    Person("tove.lind@nordbox.example", "Tove Lind", "Europe/Oslo", 6, CLIMATE + TECHNOLOGY),
    Person("ulla.brandt@briefpost.example", "Ulla Brandt", "Europe/Copenhagen", 7),
    Person("vito.amarel@post.example", "Vito Amarel", "Atlantic/Azores", 8),
    Person("wanda.sky@westmail.example", "Wanda Sky", "America/New_York", 7),
    Person("xavier.dunn@westmail.example", "Xavier Dunn", "America/New_York", 6, WORLD + ECONOMY),
    Person("yara.stone@westmail.example", "Yara Stone", "America/Toronto", 7, TECHNOLOGY),
    Person("zeke.harlow@westmail.example", "Zeke Harlow", "America/Chicago", 6, text_only=True),
    Person("alma.frost@westmail.example", "Alma Frost", "America/Denver", 7),
    Person("beau.castell@westmail.example", "Beau Castell", "America/Los_Angeles", 6, ECONOMY),
    Person("cruz.mendel@southpost.example", "Cruz Mendel", "America/Mexico_City", 7),
    Person("dalia.prado@southpost.example", "Dália Prado", "America/Sao_Paulo", 8, WORLD),
    Person("elio.vargo@southpost.example", "Elio Vargo", "America/Argentina/Buenos_Aires", None),
    Person("fern.whitlow@westmail.example", "Fern Whitlow", "America/St_Johns", 7),
    Person("gus.tarn@westmail.example", "Gus Tarn", "America/Halifax", 6, CLIMATE),
    Person("hana.mori@eastbox.example", "森 花", "Asia/Tokyo", 7),
    Person("imran.sadiq@eastbox.example", "Imran Sadiq", "Asia/Karachi", 8, WORLD + ECONOMY),
    Person("jaya.menon@eastbox.example", "Jaya Menon", "Asia/Kolkata", 7, TECHNOLOGY + ECONOMY),
    Person("kito.abara@southpost.example", "Kito Abara", "Africa/Lagos", 7),
    Person("lulu.wanjiku@southpost.example", "Lulu Wanjiku", "Africa/Nairobi", 6, CLIMATE),
    Person("moss.devries@southpost.example", "Moss de Vries", "Africa/Johannesburg", 7),
    Person("nour.haddar@southpost.example", "نور حدّار", "Africa/Cairo", 8),
    Person("ori.levant@eastbox.example", "Ori Levant", "Asia/Jerusalem", None, WORLD),
    Person("prem.gurung@eastbox.example", "Prem Gurung", "Asia/Kathmandu", 7, text_only=True),
    Person("quyen.dao@eastbox.example", "Quyên Đào", "Asia/Ho_Chi_Minh", 6),
    Person("rosa.kahale@farpost.example", "Rosa Kahale", "Pacific/Honolulu", 7, CLIMATE + SOCIETY),
    Person("sam.weller@farpost.example", "Sam Weller", "Australia/Sydney", 7),
    Person("tui.ngata@farpost.example", "Tui Ngata", "Pacific/Auckland", 6, WORLD + CLIMATE),
    Person("una.marsh@harbourmail.example", "Una Marsh", "Europe/London"),
    Person("vic.sorrel@harbourmail.example", "Vic Sorrel", "Europe/London", 8, ECONOMY),
    Person("wilma.reed@post.example", "Wilma Reed", "Europe/London", 7, text_only=True),
    Person("yves.calder@post.example", "Yves Calder", "Europe/Paris", 7, WORLD),
)  # fmt: skip

# Those with whom it goes otherwise: asked to wait, gone, left, complained.
LATER = Person("later+ivo@harbourmail.example", "Ivo Later", "Europe/London")
OTHERS: tuple[Person, ...] = (
    Person("gone+lena@harbourmail.example", "Lena Gone", "Europe/London"),
    Person("zoe.left@post.example", "Zoë Left", "Europe/London", standing=Standing.UNSUBSCRIBED),
    Person("ari.tired@post.example", "Ari Tired", "Europe/Paris", standing=Standing.SUPPRESSED),
)
