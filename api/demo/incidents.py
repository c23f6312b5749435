"""What happens in the invented year: when, where, and how citizens write about it."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from api.core.text import fold
from api.demo.ground import Ground
from api.tickets.models import Priority

SPREAD = 0.5  # of the unit's radius: how far points lie from its centre
HEARD = 0.9  # the probability shown beside a mark of urgency
URGENT = {"electricity", "drainage_flooding", "trees_parks", "fire_safety"}


@dataclass(frozen=True)
class Incident:
    """One report, before anybody handles it. `stormy`: it came with one of the year's storms."""

    at: datetime
    category: str
    message_type: str
    priority: str
    description: str
    channel: str
    place_text: str | None
    unit: str | None
    lat: float | None
    lon: float | None
    signals: dict[str, float]
    stormy: bool


def incidents(ground: Ground, now: datetime, chance: random.Random) -> list[Incident]:
    """A year of them up to `now`, oldest first."""
    today = now.astimezone(ground.zone).date()
    length = ground.settings["days"]
    days = [today - timedelta(days=length - 1 - i) for i in range(length)]
    growth = [low + (high - low) * i / length for i in range(length) for low, high in [ground.settings["growth"]]]
    weights = [
        (day, *rest, weight * more) for day, more in zip(days, growth, strict=True) for *rest, weight in _weights(ground, day)
    ]
    chosen = chance.choices(weights, [w[3] for w in weights], k=ground.settings["tickets"])
    moments = [(_moment(ground, day, chance), category, stormy) for day, category, stormy, _ in chosen]
    share = {at: (at - now).days / length + 1 for at, _, _ in moments}
    return [_incident(ground, *m, share[m[0]], chance) for m in sorted(moments) if m[0] < now]


def _weights(ground: Ground, day: date) -> Iterator[tuple[str, bool, float]]:
    weekday = ground.settings["weekday"][day.weekday()]
    storm = _storm(ground, day)
    for category, entry in ground.settings["categories"].items():
        season = entry.get("months", {}).get(day.month, 1.0)
        yield category, False, entry["weight"] * season * weekday
        if category in storm:
            # a storm does not keep office days
            yield category, True, entry["weight"] * storm[category]


def _storm(ground: Ground, day: date) -> dict[str, float]:
    """category → how many times its usual weight comes on top, on a stormy day."""
    for storm in ground.settings["storms"]:
        after = (day - date(day.year, storm["month"], storm["day"])).days
        if 0 <= after < storm["days"]:
            return {code: times * (1 - after / storm["days"]) for code, times in storm["categories"].items()}
    return {}


def _moment(ground: Ground, day: date, chance: random.Random) -> datetime:
    hour = chance.choices(range(24), ground.settings["hour"])[0]
    return datetime.combine(day, time(hour, chance.randrange(60), chance.randrange(60)), ground.zone).astimezone(UTC)


def _incident(ground: Ground, at: datetime, category: str, stormy: bool, progress: float, chance: random.Random) -> Incident:
    unit = _unit(ground, chance)
    place = _place(ground, unit, chance)
    said = chance.choice(ground.stories[category]["says"]).replace("{noi}", place)
    message_type, priority = _kind(category, said, stormy, chance)
    lat, lon = _point(ground, unit, chance)
    name = ground.units[unit].name if unit else None
    return Incident(
        at=at,
        category=category,
        message_type=message_type,
        priority=priority,
        description=_style(ground, said, name, chance),
        channel=_channel(ground, progress, chance),
        place_text=f"{place}, {name}" if name else place,
        unit=unit,
        lat=lat,
        lon=lon,
        signals=_signals(ground, said),
        stormy=stormy,
    )


def _unit(ground: Ground, chance: random.Random) -> str | None:
    if chance.random() < ground.settings["unknown_place"]:
        return None
    own, kinds = ground.settings["units"], ground.settings["kinds"]
    units = list(ground.units.values())
    return chance.choices(units, [own.get(u.code, kinds.get(u.kind, 1.0)) for u in units])[0].code


def _place(ground: Ground, unit: str | None, chance: random.Random) -> str:
    streets = ground.settings["streets"].get(unit)
    if streets is None:
        return str(chance.choice(ground.settings["other_places"]))
    return str(chance.choice(ground.settings["street_places"])).replace("{street}", str(chance.choice(streets)))


def _kind(category: str, said: str, stormy: bool, chance: random.Random) -> tuple[str, str]:
    """Message type and priority."""
    if category in URGENT and chance.random() < (0.06 if stormy else 0.02):
        return "emergency", Priority.URGENT
    if "nguy hiểm" in said and chance.random() < 0.35:
        return "report", Priority.HIGH
    wish = "đề nghị" in said.lower() or category == "other"
    return ("suggestion" if wish and chance.random() < 0.4 else "report"), Priority.NORMAL


def _signals(ground: Ground, said: str) -> dict[str, float]:
    """Marks of urgency, as the bot would have guessed them."""
    words: dict[str, list[str]] = ground.words["signals"]
    return {code: HEARD for code, marks in words.items() if any(mark in said.lower() for mark in marks)}


def _point(ground: Ground, unit: str | None, chance: random.Random) -> tuple[float | None, float | None]:
    if unit is None or chance.random() > ground.settings["with_point"]:
        return None, None
    where = ground.units[unit]
    km = math.sqrt((where.area_km2 or 10) / math.pi) * SPREAD
    north, east = chance.gauss(0, km / 2), chance.gauss(0, km / 2)
    return round(where.lat + north / 111, 5), round(where.lon + east / 111 / math.cos(math.radians(where.lat)), 5)


def _style(ground: Ground, said: str, unit_name: str | None, chance: random.Random) -> str:
    """People greet or do not, name their commune or do not, and many type without diacritics."""
    words = ground.words
    text = said if said[-1] in ".?!" else said + "."
    if unit_name and chance.random() < 0.4:
        text = f"{text[:-1]}, {unit_name[0].lower()}{unit_name[1:]}{text[-1]}"
    greeting = str(chance.choice(words["greetings"]))
    if greeting.endswith((", ", ": ")):
        text = text[0].lower() + text[1:]
    text = greeting + text + str(chance.choice(words["closings"]))
    roll = chance.random()
    if roll < 0.16:
        return fold(text)
    text = text[0].upper() + text[1:]
    return text.rstrip(".") if roll < 0.4 else text


def _channel(ground: Ground, progress: float, chance: random.Random) -> str:
    """Web at first, more and more Zalo. `progress` goes from 0 to 1 over the year."""
    channels = ground.settings["channels"]
    weights = [first + (last - first) * progress for first, last in channels.values()]
    return str(chance.choices(list(channels), weights)[0])
