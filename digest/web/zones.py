"""The time zones that a page offers: one for each part of the world with clocks of its own."""

_COMMON = """
Africa: Abidjan Accra Algiers Cairo Casablanca Johannesburg Khartoum Lagos Nairobi Tunis
America: Anchorage Argentina/Buenos_Aires Bogota Caracas Chicago Denver Halifax Havana Lima
 Los_Angeles Mexico_City Montevideo New_York Panama Phoenix Puerto_Rico Santiago Sao_Paulo
 St_Johns Toronto Vancouver
Asia: Almaty Amman Baghdad Baku Bangkok Beirut Colombo Damascus Dhaka Dubai Ho_Chi_Minh Hong_Kong
 Jakarta Jerusalem Kabul Karachi Kathmandu Kolkata Kuala_Lumpur Manila Qatar Riyadh Seoul Shanghai
 Singapore Taipei Tashkent Tbilisi Tehran Tokyo Ulaanbaatar Vladivostok Yangon Yerevan
Atlantic: Azores Canary Cape_Verde Reykjavik
Australia: Adelaide Brisbane Darwin Hobart Melbourne Perth Sydney
Europe: Amsterdam Athens Belgrade Berlin Brussels Bucharest Budapest Copenhagen Dublin Helsinki
 Istanbul Kyiv Lisbon London Madrid Moscow Oslo Paris Prague Rome Sofia Stockholm Tallinn Vienna
 Vilnius Warsaw Zurich
Pacific: Auckland Fiji Guam Honolulu Port_Moresby Tongatapu
"""

Group = tuple[str, tuple[tuple[str, str], ...]]  # part of the world: (IANA name, city)


def zones_with(current: str | None) -> tuple[Group, ...]:
    """The zones in groups; ``current`` stands first in one of its own where it isn't common."""
    known = {name for _, zones in ZONES for name, _ in zones}
    if current is None or current in known:
        return ZONES
    return (("Yours", ((current, _city(current)),)), *ZONES)


def _city(name: str) -> str:
    return name.rpartition("/")[2].replace("_", " ")


def _parse(table: str) -> tuple[Group, ...]:
    lines = table.replace("\n ", " ").strip().splitlines()
    groups = (line.split(": ") for line in lines)
    return tuple(
        (area, tuple((f"{area}/{name}", _city(name)) for name in names.split()))
        for area, names in groups
    )


ZONES = _parse(_COMMON)
